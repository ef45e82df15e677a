# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import engine
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer


def a_row(tmp_path, **fields):
    path = str(tmp_path / "a.sh")
    row = {"id": "LNX-A", "control": "AC-08", "kind": "option", "path": path, "grammar": "shell_readonly", "key": "A"}
    return {**row, "desired": 1, **fields}


@pytest.fixture(name="run")
def fixture_run(tmp_path_factory):
    journal = Journal("run", folder=str(tmp_path_factory.mktemp("journal")))
    return lambda rows, *, check_mode: engine.run(rows, Writer(journal, check_mode=check_mode))


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_row_that_is_or_can_be_corrected_has_no_reason(run, tmp_path, check_mode):
    (seen,) = run([a_row(tmp_path)], check_mode=check_mode)
    assert (seen.state, seen.reason) == ("fail" if check_mode else "pass", None)


def test_a_write_into_a_file_that_the_program_does_not_read_says_that_nothing_decides(run, tmp_path):
    (seen,) = run([a_row(tmp_path, read=[str(tmp_path / "other.sh")])], check_mode=False)
    assert (seen.state, seen.changed) == ("fail", True)
    assert seen.reason == "it is written, but nothing decides the value"


def test_rows_that_pass_and_rows_that_fail_keep_their_order_and_do_not_mix(run, tmp_path):
    (tmp_path / "b.sh").write_text("B=2\n")
    (tmp_path / "file").touch()
    rows = [
        a_row(tmp_path, id="LNX-1"),
        a_row(tmp_path, id="LNX-2", key="B", desired=2, path=str(tmp_path / "b.sh")),
        a_row(tmp_path, id="LNX-3", key="C", path=str(tmp_path / "file/c.sh")),
    ]
    seen = run(rows, check_mode=False)
    assert [(row.id, row.state, row.before, row.after, row.changed) for row in seen] == [
        ("LNX-1", "pass", None, "1", True),
        ("LNX-2", "pass", "2", "2", False),
        ("LNX-3", "fail", None, None, False),
    ]
    assert [row.reason for row in seen] == [
        None,
        None,
        f"cannot write {tmp_path}/file/c.sh: Not a directory",
    ]
    assert (tmp_path / "b.sh").read_text() == "B=2\n"


def test_an_observation_says_what_the_row_is_and_wants(run, tmp_path):
    (tmp_path / "a.sh").write_text("\nA=1\n")
    (seen,) = run([a_row(tmp_path)], check_mode=True)
    assert seen.as_dict() == {
        "id": "LNX-A",
        "control": "AC-08",
        "kind": "option",
        "state": "pass",
        "desired": 1,
        "before": "1",
        "after": "1",
        "where": f"{tmp_path}/a.sh:2",
        "reason": None,
        "changed": False,
        "would_change": False,
    }
