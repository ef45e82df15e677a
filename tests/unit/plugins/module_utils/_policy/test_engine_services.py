# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services take up what was written once; what could cut the connection waits for a confirmation."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import engine, programs, revert, services
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import service
from ansible_collections.commune.baseline.plugins.module_utils._policy.revert import Revert, take_back_unconfirmed
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import unit
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

# Notes what it is asked, and when it last restarted its only unit; a restart fails as long as the file "broken" is
# there, everything while "dead" is.
SYSTEMCTL = """#!/bin/sh
[ ! -e "{folder}/dead" ] || exit 1
case "$1" in
show)
    printf 'TriggeredBy=\\nActiveState=active\\nSubState=running\\n'
    echo "StateChangeTimestampMonotonic=$(cat {folder}/since)" ;;
*restart)
    echo "$@" >>{folder}/asked
    [ ! -e "{folder}/broken" ] || exit 1
    {python} -c 'import time; print(time.monotonic_ns() // 1000)' >{folder}/since ;;
*) echo "$@" >>{folder}/asked ;;
esac
"""


class Device:
    """A folder with files, a systemctl of its own, and journals."""

    def __init__(self, folder):
        self.folder = folder
        self.journals = folder / "journals"

    def row(self, name, **fields):
        common = {"control": "AC-08", "kind": "option", "grammar": "equals", "key": "a", "desired": 1}
        return {"id": name, "path": str(self.folder / f"{name}.conf"), **common, **fields}

    def run(self, *rows, run="run", check_mode=False):
        """Return the observations by the rows' ids."""
        writer = Writer(Journal(run, folder=str(self.journals)), check_mode=check_mode)
        return {seen.id: seen for seen in engine.run(rows, writer)}

    def asked(self):
        """Return what systemctl was asked since the last time."""
        path = self.folder / "asked"
        lines = path.read_text().splitlines() if path.exists() else []
        path.write_text("")
        return lines

    def revert(self, run="run"):
        return Revert(Journal(run, folder=str(self.journals)), seconds=60)

    def units(self):
        return sorted(path.name for path in (self.folder / "units").iterdir())


@pytest.fixture(name="device")
def fixture_device(tmp_path, monkeypatch):
    (tmp_path / "units").mkdir()
    program = tmp_path / "systemctl"
    program.write_text(SYSTEMCTL.format(folder=tmp_path, python=sys.executable))
    program.chmod(0o755)
    (tmp_path / "since").write_text("1")
    monkeypatch.setitem(programs.ENVIRONMENT, "PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(services, "_SETTLING_SECONDS", 0)
    monkeypatch.setattr(revert, "_UNITS", str(tmp_path / "units"))
    return Device(tmp_path)


def test_a_service_is_restarted_once_for_all_its_rows_and_not_again(device):
    rows = [device.row("a", restart="x.service"), device.row("b", restart="x.service"), device.row("c")]
    assert {seen.state for seen in device.run(*rows).values()} == {"pass"}
    assert device.asked() == ["try-reload-or-restart x.service"]
    device.run(*rows)
    assert device.asked() == []


def test_check_mode_restarts_nothing(device):
    device.run(device.row("a", restart="x.service"), check_mode=True)
    assert device.asked() == []
    assert not device.journals.exists()


def test_check_mode_asks_systemd_one_question_about_all_units(device, monkeypatch):
    monkeypatch.setattr(service, "BOOTED", str(device.folder))
    answer = "\\n".join(f"{name}={'inactive' if name == 'ActiveState' else ''}" for name in unit.OBSERVED)
    script = f'#!/bin/sh\necho "$@" >>{device.folder}/asked\nprintf "{answer}\\n\\n{answer}\\n"\n'
    (device.folder / "systemctl").write_text(script)
    cutting = device.row("b", restart="x.service", connectivity=True)
    about = {"id": "c", "control": "SV-02", "kind": "service", "unit": "y.service", "desired": "stopped"}
    with programs.keeping_answers():
        seen = device.run(device.row("a", restart="x.service"), cutting, about, check_mode=True)
    assert (seen["c"].state, seen["c"].before) == ("pass", "stopped")
    assert [line.partition(" -- ")[2] for line in device.asked()] == ["x.service y.service"]


def test_a_service_that_did_not_take_it_up_fails_its_rows_until_it_does(device):
    row = device.row("a", restart="x.service")
    (device.folder / "broken").touch()
    seen = device.run(row)["a"]
    assert (seen.state, seen.after, seen.changed) == ("fail", "1", True)
    assert seen.reason.startswith("systemctl try-reload-or-restart x.service failed with code 1")
    checked = device.run(row, check_mode=True)["a"]
    assert (checked.state, checked.would_change) == ("fail", True)
    assert checked.reason == f"x.service was not restarted since {device.folder}/a.conf changed"
    (device.folder / "broken").unlink()
    assert [device.run(row)["a"].state, device.run(row, check_mode=True)["a"].state] == ["pass", "pass"]


def test_a_run_that_was_cut_off_before_the_restart_is_finished_by_the_next(device, monkeypatch):
    row = device.row("a", restart="x.service")
    with monkeypatch.context() as cut:
        cut.setattr(Writer, "take_up", lambda *_arguments: pytest.exit("cut"))
        with pytest.raises(pytest.exit.Exception):
            device.run(row)
    assert (device.folder / "a.conf").exists()
    seen = device.run(row)["a"]
    assert (seen.state, seen.changed, device.asked()) == ("pass", True, ["try-reload-or-restart x.service"])


def test_a_file_put_right_by_hand_counts_only_once_its_service_has_read_it(device):
    row = device.row("a", restart="x.service")
    (device.folder / "a.conf").write_text("a = 1\n")
    os.utime(device.folder / "a.conf", (0, 0))
    assert device.run(row, check_mode=True)["a"].state == "fail"
    assert (device.run(row)["a"].state, device.asked()) == ("pass", ["try-reload-or-restart x.service"])
    assert device.run(row, check_mode=True)["a"].state == "pass"


def test_two_tasks_of_one_run_are_confirmed_and_taken_back_apart(device):
    device.run(device.row("a", connectivity=True))
    assert device.revert().confirm()
    device.run(device.row("b", connectivity=True))
    device.revert().take_back()
    assert [(device.folder / name).exists() for name in ("a.conf", "b.conf")] == [True, False]
    assert device.revert().confirm() is False


def test_a_damaged_entry_keeps_nobody_locked_out(device):
    (device.folder / "a.conf").write_text("a = 0\n")
    (device.folder / "b.conf").write_text("a = 0\n")
    device.run(device.row("a", connectivity=True), device.row("b", connectivity=True))
    (device.journals / "run/old-0").unlink()
    device.revert().take_back()
    assert [(device.folder / name).read_text() for name in ("a.conf", "b.conf")] == ["a = 1\n", "a = 0\n"]


def test_a_row_that_is_not_to_be_enforced_is_looked_at_and_left_alone(device):
    seen = device.run(device.row("a", enforce=False))["a"]
    assert (seen.state, seen.changed, (device.folder / "a.conf").exists()) == ("fail", False, False)


def test_rows_that_cut_the_connection_come_last_and_arm_the_revert_once(device):
    rows = [device.row("a", connectivity=True), device.row("b"), device.row("c", connectivity=True)]
    device.run(*rows)
    entries = Journal("run", folder=str(device.journals)).entries()
    assert [(entry.name.rpartition("/")[2], entry.armed) for entry in entries] == [
        ("b.conf", False),
        ("a.conf", True),
        ("c.conf", True),
    ]
    assert device.asked() == ["daemon-reload", "enable --now commune-baseline-revert-run.timer"]
    assert device.units() == ["commune-baseline-revert-run.service", "commune-baseline-revert-run.timer"]


def test_a_run_that_finds_nothing_to_correct_arms_nothing(device):
    (device.folder / "a.conf").write_text("a = 1\n")
    device.run(device.row("a", connectivity=True))
    assert (device.asked(), device.units()) == ([], [])


def test_what_is_confirmed_stays_and_can_no_longer_be_taken_back_by_the_timer(device):
    device.run(device.row("a", connectivity=True))
    assert (device.revert().confirm(), device.revert().confirm()) == (True, True)
    device.revert().take_back()
    assert (device.folder / "a.conf").exists()
    assert device.units() == []


def test_what_is_taken_back_can_no_longer_be_confirmed_and_the_rest_stays(device):
    device.run(device.row("a", connectivity=True), device.row("b"))
    device.revert().take_back()
    assert [(device.folder / name).exists() for name in ("a.conf", "b.conf")] == [False, True]
    assert (device.revert().confirm(), device.units()) == (False, [])


def test_the_next_run_takes_back_what_nobody_confirmed(device):
    device.run(device.row("a", connectivity=True))
    device.run(device.row("b", connectivity=True), run="later")
    device.revert("later").confirm()
    assert take_back_unconfirmed(str(device.journals)) == ["run"]
    assert [(device.folder / name).exists() for name in ("a.conf", "b.conf")] == [False, True]


def test_without_a_clock_nothing_that_can_cut_the_connection_is_written(device):
    (device.folder / "dead").touch()
    seen = device.run(device.row("a", connectivity=True))["a"]
    assert (seen.state, seen.changed, (device.folder / "a.conf").exists()) == ("fail", False, False)
    assert "systemctl daemon-reload failed" in seen.reason


def test_the_program_that_the_timer_runs_needs_nothing_but_python(device):
    device.run(device.row("a", connectivity=True))
    service = (device.folder / "units/commune-baseline-revert-run.service").read_text()
    (command,) = [line.removeprefix("ExecStart=") for line in service.splitlines() if line.startswith("ExecStart=")]
    python, *arguments = command.split(" ")
    assert python == sys.executable
    done = subprocess.run([python, "-S", "-I", *arguments], capture_output=True, text=True, check=False)
    # It asks the machine's own systemctl about a timer that is not there; by then the file is back.
    assert not (device.folder / "a.conf").exists(), done.stderr
    assert (device.journals / "run/taken-back").exists()
