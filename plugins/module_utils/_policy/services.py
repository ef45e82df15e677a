# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Letting services take up what was written, once, after all writes."""

from __future__ import annotations

import contextlib
import os
import time
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import unit as unit_thing

_SETTLING_SECONDS = 0.3  # systemctl does not wait for a service of type simple, which may end at once
_JOURNAL = (
    "systemd-journald.service"  # on Debian 13, restarted, it goes on in /run until it is asked to move to the disk
)
_UNIT_FOLDERS = ("/etc/systemd/", "/run/systemd/", "/usr/lib/systemd/", "/lib/systemd/")


def take_up(units: t.Iterable[str], changed_files: t.Iterable[str]) -> dict[str, str]:
    """Restart services that run, after systemd has read changed unit files; return the error of each that did not.

    A service that does not run stays so: it reads its files when it starts. One that is not there any more, because a
    package or a file was taken back, has nothing to take up.
    """
    units = list(dict.fromkeys(units))
    if any(path.startswith(_UNIT_FOLDERS) for path in changed_files):
        try:
            programs.run("systemctl", "daemon-reload")
        except OSError as error:
            return dict.fromkeys(units, str(error.strerror))
    errors = {}
    units = _there(units)
    running = _running(units)
    for unit in units:
        try:
            programs.run("systemctl", _verb(unit), unit)
            if unit == _JOURNAL:
                programs.run("journalctl", "--flush")
        except OSError as error:
            errors[unit] = str(error.strerror)
    if running:
        time.sleep(_SETTLING_SECONDS)
    gone = running - _running(units)
    return {**{unit: f"{unit} ran, but does not any more since it was restarted" for unit in gone}, **errors}


def _verb(unit: str) -> str:
    """Return how systemctl makes a unit take its files up.

    A service that has its socket from systemd does not get it again in a reload: sshd ends then, unable to listen.
    """
    (properties,) = unit_thing.show([unit], "TriggeredBy")
    sockets = [name for name in properties["TriggeredBy"].split() if name.endswith(".socket")]
    given = any(map(unit_thing.is_running, unit_thing.show(sockets, "ActiveState")))
    return "try-restart" if given else "try-reload-or-restart"


def _there(units: t.Sequence[str]) -> list[str]:
    try:
        states = unit_thing.show(units, "LoadState")
    except OSError:  # the restart itself will tell
        return list(units)
    return [unit for unit, state in zip(units, states) if state.get("LoadState") != "not-found"]


def _running(units: t.Sequence[str]) -> set[str]:
    """Return those of the units that run; one that waits for its next attempt to start does not."""
    try:
        states = unit_thing.show(units, "ActiveState", "SubState")
    except OSError:  # the restart itself will tell
        return set()
    up = (unit_thing.is_running(state) and state["SubState"] != "auto-restart" for state in states)
    return {unit for unit, is_up in zip(units, up) if is_up}


def look_at(units: t.Sequence[str]) -> None:
    """Ask systemd about all units in one question, whose answer is kept for those who need a part of it."""
    with contextlib.suppress(OSError):  # they will ask again, and tell
        unit_thing.show(units, *unit_thing.OBSERVED)


def stale(files: t.Mapping[str, t.Iterable[str]]) -> dict[str, str]:
    """Return, by unit, why it does not go by its files: they are newer than its last start or reload, or it has failed.

    A run that was cut off before the restart is found so, and so is a person's edit. The time of a file's last change
    of any sort counts (ctime), which nobody can set back.
    """
    units = list(files)
    try:
        states = unit_thing.show(units, "ActiveState", "StateChangeTimestampMonotonic")
    except OSError:  # no systemd, so no services to wait for
        return {}
    return {unit: reason for unit, state in zip(units, states) if (reason := _staleness(unit, state, files[unit]))}


def _staleness(unit: str, state: t.Mapping[str, str], files: t.Iterable[str]) -> str | None:
    if state["ActiveState"] == "failed":
        return f"{unit} has failed"
    if state["ActiveState"] != "active":
        return None
    seconds_ago = time.monotonic() - int(state["StateChangeTimestampMonotonic"] or 0) / 1_000_000
    now = time.time()
    newer = [path for path in files if now - seconds_ago < _changed(path) <= now]
    return f"{unit} was not restarted since {newer[0]} changed" if newer else None


def _changed(path: str) -> float:
    try:
        return os.stat(path).st_ctime
    except OSError:
        return 0.0
