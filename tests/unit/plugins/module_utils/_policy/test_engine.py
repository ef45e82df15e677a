# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import engine
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer


@pytest.fixture(name="row")
def fixture_row(tmp_path):
    return {
        "id": "LNX-SHELL-TMOUT",
        "control": "AC-08",
        "kind": "option",
        "path": str(tmp_path / "00.sh"),
        "read": [str(tmp_path / "profile"), str(tmp_path / "*.sh")],
        "grammar": "shell_readonly",
        "key": "TMOUT",
        "desired": 600,
        "compare": "<=",
        "minimum": 1,
    }


@pytest.fixture(name="run")
def fixture_run(tmp_path_factory):
    journal = Journal("run", folder=str(tmp_path_factory.mktemp("journal")))

    def run(row, *, check_mode=False):
        (observation,) = engine.run([row], Writer(journal, check_mode=check_mode))
        return observation

    return run


def test_check_mode_fails_the_row_and_writes_nothing(run, row, tmp_path):
    seen = run(row, check_mode=True)
    assert (seen.state, seen.changed, seen.would_change) == ("fail", False, True)
    assert os.listdir(tmp_path) == []


def test_a_run_corrects_the_row_and_the_next_changes_nothing(run, row):
    first, second = run(row), run(row)
    assert (first.state, first.changed, first.before, first.after) == ("pass", True, None, "600")
    assert (second.state, second.changed, second.before, second.after) == ("pass", False, "600", "600")


def test_a_shorter_time_is_kept(run, row, tmp_path):
    (tmp_path / "site.sh").write_text("TMOUT=300\n")
    assert run(row).changed is False


@pytest.mark.parametrize("broken", ["TMOUT=0\n", "TMOUT=3600\n", "unset TMOUT\n", ""])
def test_a_broken_setting_is_seen_and_corrected(run, row, tmp_path, broken):
    run(row)
    (tmp_path / "00.sh").write_text(broken)
    assert run(row, check_mode=True).state == "fail"
    assert run(row).state == "pass"


def test_a_write_that_another_file_overrides_still_fails_and_says_where(run, row, tmp_path):
    (tmp_path / "profile").write_text("readonly TMOUT=0\n")
    seen = run(row)
    assert (seen.state, seen.changed, seen.after) == ("fail", True, "0")
    assert seen.reason == f"it is written, but {tmp_path}/profile:1 decides the value"
    assert run(row, check_mode=True).would_change is False
    assert run(row).changed is False


def test_a_file_that_cannot_be_read_is_not_assessed(run, row, tmp_path):
    (tmp_path / "profile").mkdir()
    seen = run(row)
    assert (seen.state, seen.changed) == ("not_assessed", False)
    assert seen.reason == f"cannot read {tmp_path}/profile: Is a directory"


def test_a_file_that_cannot_be_written_fails_with_the_cause(run, row, tmp_path):
    (tmp_path / "file").touch()
    row["path"] = str(tmp_path / "file" / "00.sh")
    seen = run(row)
    assert (seen.state, seen.changed) == ("fail", False)
    assert seen.reason == f"cannot write {row['path']}: Not a directory"


def test_a_missing_folder_is_made(run, row, tmp_path):
    row["path"] = str(tmp_path / "one" / "two" / "00.sh")
    row["read"] = [row["path"]]
    assert run(row, check_mode=True).would_change is True
    assert not (tmp_path / "one").exists()
    assert run(row).state == "pass"


def test_a_file_of_our_own_gets_our_content_and_mode_and_a_link_to_it_stays(run, row, tmp_path):
    target = tmp_path / "elsewhere"
    target.write_bytes(b"# caf\xe9\nif true; then\n")
    target.chmod(0o600)
    (tmp_path / "00.sh").symlink_to(target)
    assert run(row).state == "pass"
    assert (tmp_path / "00.sh").is_symlink()
    assert target.stat().st_mode & 0o777 == 0o644
    assert target.read_text().splitlines()[1:] == [
        'if [ -n "${BASH_VERSION-}" ] && [ -n "${PS1-}" ]; then '
        '[ "${TMOUT-}" = 600 ] || TMOUT=600; readonly TMOUT; export TMOUT; fi'
    ]
    assert [name for name in os.listdir(tmp_path) if name.startswith(".commune")] == []


@pytest.mark.parametrize("masked", ["/dev/null", "/dev/zero"])
def test_a_device_in_the_place_of_the_file_is_left_alone(run, row, tmp_path, masked):
    (tmp_path / "00.sh").symlink_to(masked)
    seen = run(row)
    assert (seen.state, seen.changed) == ("not_assessed", False)
    assert seen.reason == f"cannot read {tmp_path}/00.sh: it is no regular file"


def test_a_pipe_among_the_files_does_not_hold_the_run_up(run, row, tmp_path):
    os.mkfifo(tmp_path / "a.sh")
    assert run(row).reason == f"cannot read {tmp_path}/a.sh: it is no regular file"


def test_a_file_that_is_far_too_large_is_not_read(run, row, tmp_path):
    with (tmp_path / "a.sh").open("wb") as file:
        file.truncate(1 << 30)
    assert run(row).reason == f"cannot read {tmp_path}/a.sh: it is larger than 1048576 bytes"


def test_a_row_that_waits_for_a_decision_is_neither_read_nor_written(run, row, tmp_path):
    seen = run({**row, "desired": None, "undecided": "a_knob is not set"})
    assert (seen.state, seen.reason, seen.before, seen.changed) == ("not_assessed", "a_knob is not set", None, False)
    assert os.listdir(tmp_path) == []
