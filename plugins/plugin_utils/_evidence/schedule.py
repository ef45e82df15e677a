# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What the scheduled jobs of this controller keep beside the evidence: when they are due, and how each run went."""

from __future__ import annotations

import datetime
import json
import typing as t
from pathlib import Path


class ScheduleError(Exception):
    """A schedule or the record of a run cannot be read; the message names the file."""


class Schedule(t.NamedTuple):
    """When a job is due, in the time zone of the controller, and since when that holds."""

    name: str
    days: t.Sequence[str]
    times: t.Sequence[str]
    delay: datetime.timedelta
    since: datetime.datetime


class ScheduledRun(t.NamedTuple):
    """One run of a job; without an end if it was cut off, or is at work right now."""

    run: str
    started: datetime.datetime
    ended: datetime.datetime | None
    how: str
    status: str


def read_schedules(evidence: Path) -> list[tuple[Schedule, list[ScheduledRun]]]:
    """Return every schedule with its runs, the oldest first; raise ScheduleError that names what cannot be read."""
    folder = evidence / "schedule"
    try:
        files = sorted(folder.glob("*.json"))
        return [(_schedule(file), _runs(folder / file.stem)) for file in files]
    except PermissionError as error:
        raise ScheduleError(f"{error.filename}: {error.strerror}") from error


def _schedule(file: Path) -> Schedule:
    def made(content: dict[str, t.Any]) -> Schedule:
        # Whoever changes the schedule writes this file: before that, other times were due, or none.
        since = datetime.datetime.fromtimestamp(file.stat().st_mtime).astimezone()
        delay = datetime.timedelta(minutes=content["delay_minutes"])
        return Schedule(file.stem, tuple(content["days"]), tuple(content["times"]), delay, since)

    return _read(file, made)


def _runs(folder: Path) -> list[ScheduledRun]:
    def made(content: dict[str, t.Any]) -> ScheduledRun:
        started, ended = (
            datetime.datetime.fromisoformat(content[key]) if key in content else None for key in ("started", "ended")
        )
        if started is None:
            raise KeyError("started")
        return ScheduledRun(content["run"], started, ended, content.get("how", ""), content.get("status", ""))

    return sorted((_read(file, made) for file in folder.glob("*.json")), key=lambda run: run.started)


_T = t.TypeVar("_T")


def _read(file: Path, made: t.Callable[[dict[str, t.Any]], _T]) -> _T:
    try:
        return made(json.loads(file.read_text(encoding="utf-8")))
    except PermissionError:
        raise
    except OSError as error:
        raise ScheduleError(f"{file}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ScheduleError(f"{file}: holds no record of a job ({error})") from error
