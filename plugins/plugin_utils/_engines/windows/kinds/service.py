# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Services: running and started with Windows, or disabled and stopped."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.domain import SERVICE, leave_to_domain
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts, FactsError
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"name": "word"}
REQUIRED = frozenset({"name"})
COMPARISONS: t.Sequence[str] = ("==",)
SECTIONS: t.Sequence[str] = ("services", "system", "domain")
STEP = "servicestate"
RUNNING, DISABLED = "running", "disabled"
_MODES = {"Auto": "Automatic", "Manual": "Manual", "Disabled": "Disabled"}  # Win32_Service -> Set-Service


def ask(rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {"services": sorted({row["name"] for row in rows})}


def observe(row: Row, facts: Facts) -> Reading:
    told = _told(row["name"], facts)
    where = f"service {row['name']}"
    if told is None:
        if row["desired"] == DISABLED:
            return Reading(where=where, inapplicable=f"there is no service {row['name']}")
        return Reading(where=where)
    is_on = told["start"] == "Auto" and told["state"] == "Running"
    is_off = told["start"] == "Disabled" and told["state"] == "Stopped"
    return Reading(RUNNING if is_on else DISABLED if is_off else f"{told['start']}, {told['state']}", where)


def compare(row: Row, reading: Reading) -> bool:
    return bool(reading.value == row["desired"])


def write(row: Row, _reading: Reading, facts: Facts) -> list[Values]:
    told = _told(row["name"], facts)
    if told is None:
        raise CannotWriteError(f"there is no service {row['name']}")
    leave_to_domain(facts, SERVICE, row["name"])
    if told["start"] not in _MODES:
        raise CannotWriteError(f"the service {row['name']} starts as {told['start']}, which nobody should change")
    runs = row["desired"] == RUNNING
    return [{"name": row["name"], "start": "Automatic" if runs else "Disabled", "running": runs}]


def now(do: Values, facts: Facts) -> Values:
    told = _told(do["name"], facts)
    if told is None:
        raise FactsError(f"there is no service {do['name']}")
    return {
        "name": do["name"],
        "start": _MODES.get(told["start"], told["start"]),
        "running": told["state"] == "Running",
    }


def fault_of_desired(_row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with a desired state, or None."""
    return None if desired in (RUNNING, DISABLED) else f"it is {RUNNING} or {DISABLED}"


def _told(name: str, facts: Facts) -> t.Mapping[str, t.Any] | None:
    return next((one for one in facts.section("services") if one["name"].lower() == name.lower()), None)
