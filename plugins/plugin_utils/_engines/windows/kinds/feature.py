# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Optional features of Windows, by the names that Get-WindowsOptionalFeature gives them, which are never translated."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts, FactsError
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"name": "word"}
REQUIRED = frozenset({"name"})
COMPARISONS: t.Sequence[str] = ("==",)
SECTIONS: t.Sequence[str] = ("features",)
STEP = "feature"
ENABLED, DISABLED = "enabled", "disabled"
# Microsoft.Dism.Commands.FeatureState; a pending one becomes so at the next start of Windows.
_STATES = {
    "Enabled": ENABLED,
    "Disabled": DISABLED,
    "DisabledWithPayloadRemoved": DISABLED,
    "EnablePending": ENABLED,
    "DisablePending": DISABLED,
}
_PENDING = ("EnablePending", "DisablePending")


def ask(rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {"features": sorted({row["name"] for row in rows})}


def observe(row: Row, facts: Facts) -> Reading:
    where = f"optional feature {row['name']}"
    told = _told(row["name"], facts)
    if told is None:
        return Reading(where=where, inapplicable=f"this Windows has no optional feature {row['name']}")
    state = _STATES.get(told["state"])
    if state is None:
        return Reading(where=where, unreadable=f"the optional feature {row['name']} is in the state {told['state']}")
    if told["state"] in _PENDING and state == row["desired"]:
        return Reading(told["state"], where, weakness="it takes effect when the computer is restarted")
    return Reading(state, where)


def compare(row: Row, reading: Reading) -> bool:
    return bool(reading.value == row["desired"])


def write(row: Row, reading: Reading, _facts: Facts) -> list[Values]:
    if reading.weakness is not None:
        raise CannotWriteError(reading.weakness)
    return [{"name": row["name"], "enabled": row["desired"] == ENABLED}]


def now(do: Values, facts: Facts) -> Values:
    told = _told(do["name"], facts)
    if told is None or told["state"] not in _STATES:
        raise FactsError(f"Windows tells no state of the optional feature {do['name']}")
    return {"name": do["name"], "enabled": _STATES[told["state"]] == ENABLED}


def fault_of_desired(_row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with a desired state, or None."""
    return None if desired in (ENABLED, DISABLED) else f"it is {ENABLED} or {DISABLED}"


def _told(name: str, facts: Facts) -> t.Mapping[str, t.Any] | None:
    return next((one for one in facts.section("features") if one["name"].lower() == name.lower()), None)
