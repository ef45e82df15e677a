# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import worst_state


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        (["pass", "fail", "not_assessed"], "fail"),
        (["pass", "not_assessed", "excepted"], "not_assessed"),
        (["pass", "excepted", "not_applicable"], "excepted"),
        (["pass", "not_applicable"], "pass"),
        (["not_applicable"], "not_applicable"),
        ([], "not_assessed"),
    ],
)
def test_a_whole_is_as_good_as_its_worst_part(states, worst):
    assert worst_state(states) == worst
