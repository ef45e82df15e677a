# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Tasks that the Task Scheduler is to run, or not to run, by path and name; those of Windows are never translated."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts, FactsError
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"task": "task with its path"}
REQUIRED = frozenset({"task"})
COMPARISONS: t.Sequence[str] = ("==",)
SECTIONS: t.Sequence[str] = ("tasks",)
STEP = "taskstate"
ENABLED, DISABLED = "enabled", "disabled"
# TASK_STATE of taskschd.h: disabled, queued, ready, running; 0 is unknown.
_STATES = {1: DISABLED, 2: ENABLED, 3: ENABLED, 4: ENABLED}


def ask(rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {"tasks": sorted({row["task"] for row in rows})}


def observe(row: Row, facts: Facts) -> Reading:
    """Return whether the task may run; one that is not there runs as little as one that is disabled."""
    where = f"scheduled task {row['task']}"
    told = _told(row["task"], facts)
    if told is None and row["desired"] == DISABLED:
        return Reading(where=where, inapplicable=f"there is no scheduled task {row['task']}")
    if told is None:
        return Reading(where=where)
    if told["state"] not in _STATES:
        return Reading(where=where, unreadable=f"Windows does not know the state of the scheduled task {row['task']}")
    return Reading(_STATES[told["state"]], where)


def compare(row: Row, reading: Reading) -> bool:
    return bool(reading.value == row["desired"])


def write(row: Row, reading: Reading, _facts: Facts) -> list[Values]:
    if reading.value is None:
        raise CannotWriteError(f"there is no scheduled task {row['task']}")
    return [_values(row["task"], row["desired"])]


def now(do: Values, facts: Facts) -> Values:
    task = f"{do['path']}{do['name']}"
    told = _told(task, facts)
    if told is None or told["state"] not in _STATES:
        raise FactsError(f"Windows tells no state of the scheduled task {task}")
    return _values(task, _STATES[told["state"]])


def fault_of_desired(_row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with a desired state, or None."""
    return None if desired in (ENABLED, DISABLED) else f"it is {ENABLED} or {DISABLED}"


def _values(task: str, state: str) -> Values:
    folder, _backslash, name = task.rpartition("\\")
    return {"path": f"{folder}\\", "name": name, "enabled": state == ENABLED}


def _told(task: str, facts: Facts) -> t.Mapping[str, t.Any] | None:
    return next((one for one in facts.section("tasks") if one["task"].lower() == task.lower()), None)
