# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What is to be said of the scheduled runs: the last one failed, some did not happen, none has succeeded for days."""

from __future__ import annotations

import datetime
import itertools
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.schedule import Schedule, ScheduledRun

FAILED, CUT_OFF, MISSED, NEVER, LAST_SUCCESS = "failed", "cut_off", "missed", "never_succeeded", "last_success"
UNREADABLE = "unreadable"

# ansible-playbook's codes of a run that did its work: all is met, something is not, a device could not be reached.
_DONE = frozenset({"0", "2", "4"})
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A busy controller begins a job some minutes late.
_GRACE = datetime.timedelta(minutes=5)
_TEXTS = {
    "vi": {
        FAILED: "Lịch {name}: lần chạy lúc {time} bị lỗi, mã {status}; xem journalctl -u {name}",
        CUT_OFF: "Lịch {name}: lần chạy lúc {time} bị ngắt giữa chừng ({status}); xem journalctl -u {name}",
        MISSED: "Lịch {name}: số lần chạy đến hạn mà không diễn ra: {count} ({times})",
        NEVER: "Lịch {name}: chưa có lần chạy nào thành công từ khi đặt lịch ({time})",
        LAST_SUCCESS: "Lịch {name}: lần chạy thành công gần nhất cách đây {days} ngày ({time})",
        UNREADABLE: "Không đọc được lịch: {error}",
        "power": "mất điện hoặc bị tắt máy",
        "more": "{shown}, … {last}",
    },
    "en": {
        FAILED: "Schedule {name}: the run at {time} failed with code {status}; see journalctl -u {name}",
        CUT_OFF: "Schedule {name}: the run at {time} was cut off ({status}); see journalctl -u {name}",
        MISSED: "Schedule {name}: runs that were due and did not happen: {count} ({times})",
        NEVER: "Schedule {name}: no run has succeeded since the schedule was set ({time})",
        LAST_SUCCESS: "Schedule {name}: the last run that succeeded was {days} days ago ({time})",
        UNREADABLE: "A schedule cannot be read: {error}",
        "power": "power failure or switched off",
        "more": "{shown}, … {last}",
    },
}
_SHOWN = 3


class Notice(t.NamedTuple):
    """A finding about a schedule: its code, and the sentence in both languages."""

    code: str
    vi: str
    en: str


def notices(
    schedule: Schedule, runs: t.Sequence[ScheduledRun], now: datetime.datetime, *, current: str | None = None
) -> list[Notice]:
    """Return what a reader has to know; nothing if the last run that was due did its work.

    ``runs`` are the oldest first; ``current`` is the one that is at work now. Any other without an end was cut off.
    """
    past = [run for run in runs if run.run != current]
    done = [run for run in past if _is_done(run)]
    since = max(schedule.since, done[-1].started) if done else schedule.since
    found = [_failure(schedule.name, past[-1])] if past and not _is_done(past[-1]) else []
    missed = _missed(schedule, runs, since, now)
    if missed:
        found.append(_notice(MISSED, schedule.name, count=len(missed), times=missed))
    if found and done:
        last = done[-1].started
        found.append(_notice(LAST_SUCCESS, schedule.name, time=last, days=(now - last).days))
    elif found:
        found.append(_notice(NEVER, schedule.name, time=schedule.since))
    return found


def unreadable(error: str) -> Notice:
    """Return the notice for a schedule, or a record of one of its runs, that cannot be read."""
    return Notice(UNREADABLE, *(_TEXTS[language][UNREADABLE].format(error=error) for language in ("vi", "en")))


def due(schedule: Schedule, since: datetime.datetime, until: datetime.datetime) -> list[datetime.datetime]:
    """Return every time after ``since``, and not after ``until``, at which the job is due."""
    days = (since.date() + datetime.timedelta(days=number) for number in range((until.date() - since.date()).days + 1))
    wanted = (day for day in days if _DAYS[day.weekday()] in schedule.days)
    clock = [datetime.time.fromisoformat(time) for time in sorted(schedule.times)]
    moments = (
        datetime.datetime.combine(day, time, tzinfo=until.tzinfo) for day, time in itertools.product(wanted, clock)
    )
    return [moment for moment in moments if since < moment <= until]


def _missed(
    schedule: Schedule, runs: t.Sequence[ScheduledRun], since: datetime.datetime, now: datetime.datetime
) -> list[datetime.datetime]:
    """Return the due times in whose turn, which lasts until the next, no run began; the newest may still begin."""
    moments = due(schedule, since, now)
    latest = now - schedule.delay - _GRACE
    return [
        begin
        for begin, end in itertools.pairwise([*moments, now + _GRACE])
        if begin <= latest and not any(begin <= run.started < end for run in runs)
    ]


def _is_done(run: ScheduledRun) -> bool:
    return run.how == "exited" and run.status in _DONE


def _failure(name: str, run: ScheduledRun) -> Notice:
    code = FAILED if run.how == "exited" else CUT_OFF
    return _notice(code, name, time=run.started, status=run.status)


def _notice(code: str, name: str, **values: t.Any) -> Notice:
    return Notice(code, *(_text(code, name, _TEXTS[language], values) for language in ("vi", "en")))


def _text(code: str, name: str, words: t.Mapping[str, str], values: t.Mapping[str, t.Any]) -> str:
    shown = dict(values)
    if "time" in shown:
        shown["time"] = _clock(shown["time"])
    if "times" in shown:
        moments = [_clock(moment) for moment in shown["times"]]
        text = ", ".join(moments[:_SHOWN])
        shown["times"] = text if len(moments) <= _SHOWN else words["more"].format(shown=text, last=moments[-1])
    if not shown.get("status", "-"):
        shown["status"] = words["power"]
    return words[code].format(name=name, **shown)


def _clock(moment: datetime.datetime) -> str:
    return moment.strftime("%d/%m/%Y %H:%M")
