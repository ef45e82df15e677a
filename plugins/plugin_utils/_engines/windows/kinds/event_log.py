# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Event logs: how large they may grow, in bytes, and what becomes of old events when they are full."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import meets
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts, FactsError
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"log": "word", "attribute": ("size", "mode")}
REQUIRED = frozenset({"log", "attribute"})
COMPARISONS: t.Sequence[str] = ("==", "in", ">=")
SECTIONS: t.Sequence[str] = ("logs",)
STEP = "log"
# System.Diagnostics.Eventing.Reader.EventLogMode: the oldest event goes; the log is archived; nothing is recorded.
_MODES = ("Circular", "AutoBackup", "Retain")
_UNIT = 64 * 1024  # Windows keeps whole units of this many bytes


def ask(rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {"logs": sorted({row["log"] for row in rows})}


def observe(row: Row, facts: Facts) -> Reading:
    where = f"event log {row['log']}"
    told = _told(row["log"], facts)
    if told is None or "error" in told:
        error = "Windows told nothing of it" if told is None else told["error"]
        return Reading(where=where, unreadable=f"cannot read the event log {row['log']}: {error}")
    return Reading(_attributes(told).get(row["attribute"]), where)


def compare(row: Row, reading: Reading) -> bool:
    return meets(row, reading.value)


def write(row: Row, _reading: Reading, _facts: Facts) -> list[Values]:
    desired = row["desired"][0] if row.get("compare") == "in" else row["desired"]
    if row["attribute"] == "size":
        desired = -(-desired // _UNIT) * _UNIT
    return [{"name": row["log"], row["attribute"]: desired}]


def now(do: Values, facts: Facts) -> Values:
    told = _told(do["name"], facts)
    if told is None or "error" in told:
        raise FactsError(f"Windows told nothing of the event log {do['name']}")
    attributes = {**_attributes(told), "name": do["name"]}
    return {name: attributes[name] for name in do}


def fault_of_desired(row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with a desired size (bytes) or mode, or None."""
    attribute, values = row["attribute"], desired if row.get("compare") == "in" else [desired]
    if attribute == "mode" and not all(one in _MODES for one in values):
        return f"it is one of {', '.join(_MODES)}"
    if attribute == "size" and not all(isinstance(one, int) and one > 0 for one in values):
        return "it is a number of bytes"
    return None


def _attributes(told: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    mode = told["mode"]
    return {**told, "mode": _MODES[mode] if mode in range(len(_MODES)) else f"{mode}"}


def _told(log: str, facts: Facts) -> t.Mapping[str, t.Any] | None:
    return next((one for one in facts.section("logs") if one["name"].lower() == log.lower()), None)
