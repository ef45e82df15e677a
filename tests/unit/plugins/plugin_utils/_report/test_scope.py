# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._report.scope import scope_lines

ALLOWED = {"control": "AC-08", "row": None, "device": "pc", "group": None, "reason": "Máy quầy", "approver": "CT"}
ALLOWED |= {"document": "1/QĐ", "expires": "2027-01-31"}


def a_scope(**fields):
    return {"rows": 300, "baseline": 300, "only": [], "roles": [], "unneeded": [], **fields}


def test_a_run_that_looked_at_everything_says_nothing():
    assert scope_lines({"pc": a_scope(), "away": None}, "vi") == []


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "vi",
            "CHỈ XÉT MỘT PHẦN: 12/300 dòng thiết lập trên pc, pc2 (baseline_only: AC-08, LNX-A); các dòng còn lại "
            "không được kiểm tra trong lần chạy này.",
        ),
        (
            "en",
            "ONLY A PART: 12 of 300 rows on pc, pc2 (baseline_only: AC-08, LNX-A); "
            "this run did not look at the others.",
        ),
    ],
)
def test_a_part_of_the_baseline_is_called_one_with_what_chose_it(language, line):
    part = a_scope(rows=12, only=["AC-08", "LNX-A"])
    assert scope_lines({"pc": part, "pc2": part, "all": a_scope()}, language) == [line]


def test_roles_are_a_choice_too():
    (line,) = scope_lines({"pc": a_scope(rows=1, roles=["session_lock"], only=["AC-08"])}, "en")
    assert "on pc (baseline_only: AC-08; roles: session_lock)" in line


def test_an_exception_that_no_row_needs_is_told_with_its_date():
    (line,) = scope_lines({"pc": a_scope(unneeded=[ALLOWED])}, "vi")
    assert line == "Ngoại lệ còn hiệu lực nhưng không cần đến: AC-08 trên pc đến 2027-01-31 (1/QĐ)."
    (line,) = scope_lines({"pc": a_scope(unneeded=[{**ALLOWED, "row": "LNX-A"}])}, "en")
    assert line == "Exception in force that is not needed: AC-08 LNX-A on pc until 2027-01-31 (1/QĐ)."
