# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import meets


@pytest.mark.parametrize(
    ("row", "value", "expected"),
    [
        ({"desired": "yes"}, "yes", True),
        ({"desired": "yes"}, "no", False),
        ({"desired": 600}, "600", True),
        ({"desired": "yes"}, None, False),
        ({"desired": 600, "compare": "<="}, "600", True),
        ({"desired": 600, "compare": "<="}, "300", True),
        ({"desired": 600, "compare": "<="}, "601", False),
        ({"desired": 600, "compare": "<="}, "9", True),
        ({"desired": 600, "compare": "<=", "minimum": 1}, "0", False),
        ({"desired": 600, "compare": "<=", "minimum": 1}, "-1", False),
        ({"desired": 600, "compare": "<=", "minimum": 1}, "00", False),
        ({"desired": 600, "compare": "<=", "minimum": 1}, "+0", False),
        ({"desired": 600, "compare": "<=", "minimum": 1}, "1", True),
        ({"desired": 600, "compare": "<="}, "$X", False),
        ({"desired": 600, "compare": "<="}, None, False),
        ({"desired": 600, "compare": "<="}, "600\r", False),
        ({"desired": 600, "compare": "<="}, " 600 ", True),
        ({"desired": 8, "compare": ">="}, "10", True),
        ({"desired": 8, "compare": ">="}, "7", False),
        ({"desired": ["a", "b"], "compare": "in"}, "b", True),
        ({"desired": ["a", "b"], "compare": "in"}, "c", False),
        ({"desired": None, "compare": "absent"}, None, True),
        ({"desired": None, "compare": "absent"}, "x", False),
    ],
)
def test_a_value_meets_its_bound_or_not(row, value, expected):
    assert meets(row, value) is expected
