# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.schedule import Schedule, ScheduledRun
from ansible_collections.commune.baseline.plugins.plugin_utils._report.schedule import due, notices

ZONE = datetime.timezone(datetime.timedelta(hours=7))
OFFICE_DAYS = ("mon", "tue", "wed", "thu", "fri")


def at(text):
    """A time in the last week of November 2026; the 23rd is a Monday."""
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    return datetime.datetime(2026, 11, int(day), hour, minute, tzinfo=ZONE)


SCHEDULE = Schedule(
    "drift", OFFICE_DAYS, ("09:30", "14:30"), delay=datetime.timedelta(minutes=10), since=at("23 08:00")
)


def a_run(started, how="exited", status="0"):
    began = at(started)
    return ScheduledRun(started, began, began + datetime.timedelta(minutes=3) if how else None, how, status)


def told(runs, now, **current):
    return {notice.code: notice.en for notice in notices(SCHEDULE, runs, at(now), **current)}


def test_a_job_is_due_on_its_days_at_its_times():
    assert due(SCHEDULE, at("26 09:30"), at("30 10:00")) == [
        at("26 14:30"), at("27 09:30"), at("27 14:30"), at("30 09:30"),
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["0", "2", "4"])
def test_a_run_that_did_its_work_leaves_nothing_to_say(status):
    assert told([a_run("23 09:34"), a_run("23 14:31", status=status)], "23 18:00") == {}


def test_nothing_is_due_before_the_schedule_was_set_or_on_a_day_off():
    assert told([], "23 09:29") == {}
    assert told([a_run("27 14:33")], "29 20:00") == {}


def test_a_failed_run_is_told_with_its_code_and_the_last_success():
    assert told([a_run("23 09:34"), a_run("25 09:31", status="1")], "25 09:40") == {
        "failed": "Schedule drift: the run at 25/11/2026 09:31 failed with code 1; see journalctl -u drift",
        "missed": "Schedule drift: runs that were due and did not happen:"
        " 3 (23/11/2026 14:30, 24/11/2026 09:30, 24/11/2026 14:30)",
        "last_success": "Schedule drift: the last run that succeeded was 2 days ago (23/11/2026 09:34)",
    }


def test_a_run_that_was_killed_is_told_with_the_signal():
    assert told([a_run("23 09:34", "killed", "KILL")], "23 10:00")["cut_off"] == (
        "Schedule drift: the run at 23/11/2026 09:34 was cut off (KILL); see journalctl -u drift"
    )


def test_a_run_without_an_end_was_cut_off_unless_it_is_the_one_at_work():
    open_run = a_run("23 09:34", how="", status="")
    assert "power failure" in told([open_run], "23 10:00")["cut_off"]
    assert told([open_run], "23 10:00", current="23 09:34") == {}


def test_a_success_after_a_failure_ends_the_story():
    assert told([a_run("23 09:34", status="1"), a_run("23 14:31")], "23 15:00") == {}


def test_a_run_that_may_still_begin_is_not_missed():
    runs = [a_run("23 09:34")]
    assert told(runs, "23 14:44") == {}
    assert "14:30" in told(runs, "23 14:46")["missed"]


def test_a_run_that_came_late_but_before_the_next_was_not_missed():
    assert told([a_run("27 09:34"), a_run("30 08:10")], "30 08:20") == {}


def test_the_run_that_catches_up_tells_of_all_that_were_missed_before_it():
    runs = [a_run("26 14:34"), a_run("30 09:31", how="", status="")]
    assert told(runs, "30 09:32", current="30 09:31")["missed"].endswith(": 2 (27/11/2026 09:30, 27/11/2026 14:30)")


def test_many_missed_runs_are_counted_and_only_the_first_and_the_last_named():
    assert told([], "27 18:00") == {
        "missed": "Schedule drift: runs that were due and did not happen: 10 (23/11/2026 09:30, 23/11/2026 14:30,"
        " 24/11/2026 09:30, … 27/11/2026 14:30)",
        "never_succeeded": "Schedule drift: no run has succeeded since the schedule was set (23/11/2026 08:00)",
    }


def test_every_notice_is_vietnamese_first():
    (failed, never) = notices(SCHEDULE, [a_run("23 09:34", status="1")], at("23 09:40"))
    assert failed.vi == "Lịch drift: lần chạy lúc 23/11/2026 09:34 bị lỗi, mã 1; xem journalctl -u drift"
    assert never.vi == "Lịch drift: chưa có lần chạy nào thành công từ khi đặt lịch (23/11/2026 08:00)"
