# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._policy import row_fields


@pytest.mark.parametrize(
    ("platform", "kind"), [(platform, kind) for platform, kinds in row_fields.KINDS_OF.items() for kind in kinds]
)
def test_no_kind_has_a_field_of_its_own_with_the_name_of_one_that_all_rows_may_have(platform, kind):
    assert sorted(row_fields._SHAPES.keys() & row_fields.KINDS_OF[platform][kind].FIELDS.keys()) == []


@pytest.mark.parametrize(
    ("find", "is_one"), [("^NTP=(.*)", True), (".*:21 .*", True), ("(", False), ("(a)(b)", False), ("", False)]
)
def test_a_row_finds_by_a_regular_expression_with_one_group_at_most(find, is_one):
    advice = {"vi": "Vì", "en": "Because"}
    row = {
        "id": "A",
        "control": "AC-08",
        "kind": "command",
        "command": ["ss"],
        "value": "",
        "why": advice,
        "fix": advice,
    }
    fault = None if is_one else f"find is {find!r}, not a regular expression"
    assert row_fields.fault_of({**row, "find": find}, "linux") == fault
