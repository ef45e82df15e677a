# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.schedule import ScheduleError, read_schedules

RECORD = Path(__file__).parents[5] / "roles/drift_schedule/files/record_run.py"
DESCRIPTION = {"days": ["mon"], "times": ["09:30"], "delay_minutes": 10}


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    """The folder of the records of a job that is described."""
    folder = tmp_path / "schedule" / "job"
    folder.mkdir(parents=True)
    folder.with_suffix(".json").write_text(json.dumps(DESCRIPTION))
    return folder


def record(folder, what, run, **variables):
    environment = {**os.environ, "INVOCATION_ID": run, **variables}
    subprocess.run([sys.executable, RECORD, what, folder], env=environment, check=True)


def test_a_site_without_a_schedule_has_none(tmp_path):
    assert read_schedules(tmp_path) == []


def test_the_schedule_holds_since_it_was_written(tmp_path, folder):
    os.utime(folder.with_suffix(".json"), (0, 1_790_000_000))
    ((schedule, runs),) = read_schedules(tmp_path)
    assert (schedule.name, schedule.since.timestamp(), runs) == ("job", 1_790_000_000, [])


def test_starts_and_ends_are_read_back_as_systemd_told_them(tmp_path, folder):
    record(folder, "started", "a")
    record(folder, "ended", "a", SERVICE_RESULT="exit-code", EXIT_CODE="exited", EXIT_STATUS="1")
    record(folder, "started", "b")
    ((_schedule, runs),) = read_schedules(tmp_path)
    ended, open_run = sorted(runs, key=lambda run: run.run)
    assert (ended.how, ended.status, ended.ended >= ended.started) == ("exited", "1", True)
    assert (open_run.how, open_run.status, open_run.ended) == ("", "", None)


def test_an_end_without_a_start_is_recorded_all_the_same(tmp_path, folder):
    record(folder, "ended", "a", SERVICE_RESULT="signal", EXIT_CODE="killed", EXIT_STATUS="KILL")
    ((_schedule, (run,)),) = read_schedules(tmp_path)
    assert (run.how, run.status) == ("killed", "KILL")


def test_only_the_owner_can_read_a_record_and_nothing_else_is_left(folder):
    record(folder, "started", "a")
    record(folder, "ended", "a")
    assert [(file.name, file.stat().st_mode & 0o777) for file in folder.iterdir()] == [("a.json", 0o600)]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"run": "a", "started": "yesterday"}'])
def test_a_damaged_record_is_named(tmp_path, folder, content):
    (folder / "a.json").write_text(content)
    with pytest.raises(ScheduleError, match=re.escape(f"{folder}/a.json: holds no record of a job")):
        read_schedules(tmp_path)
