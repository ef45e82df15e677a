# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import meets


@pytest.mark.parametrize("row", [{"desired": "None"}, {"desired": ["None"], "compare": "in"}])
def test_nothing_is_not_the_word_for_nothing(row):
    assert meets(row, None) is False
    assert meets(row, "None") is True


@pytest.mark.parametrize(
    ("compare", "value", "expected"),
    [
        ("<=", "8", True),
        ("<=", "9", False),
        ("<=", "-1", True),
        (">=", "8", True),
        (">=", "7", False),
        (">=", "many", False),
        (">=", "", False),
        (">=", None, False),
        (">=", "9.5", False),
    ],
)
def test_a_bound_includes_itself_and_only_numbers_meet_it(compare, value, expected):
    assert meets({"desired": 8, "compare": compare}, value) is expected


@pytest.mark.parametrize("compare", ["==", "in", "<=", ">="])
def test_a_number_below_the_minimum_satisfies_nothing(compare):
    row = {"desired": ["0"] if compare == "in" else "0", "compare": compare}
    assert meets(row, "0") is True
    assert meets({**row, "minimum": 1}, "0") is False
