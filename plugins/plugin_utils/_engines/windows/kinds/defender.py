# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Properties of Microsoft Defender, by the names that Get-MpComputerStatus and Get-MpPreference give them."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import COMPARISONS as _COMPARISONS
from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import meets
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"attribute": "word", "preference": "word", "switches_off": "true or false"}
REQUIRED = frozenset({"attribute"})
COMPARISONS: t.Sequence[str] = _COMPARISONS
SECTIONS: t.Sequence[str] = ("defender", "antivirus")
STEP = "defender"
_IN_CHARGE = ("Normal",)  # else another program protects the machine, or none
_NEVER = (1 << 32) - 1  # the age in days of what never happened
_IS_ON = 0x1000  # in the state of a product of the Security Center


def ask(rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {"defender": sorted({row[name] for row in rows for name in ("attribute", "preference") if name in row})}


def observe(row: Row, facts: Facts) -> Reading:
    """Return a property of Defender; where it is not in charge, say which other program is."""
    where = f"Defender: {row['attribute']}"
    (told,) = facts.section("defender") or [{}]
    if told.get("mode") not in _IN_CHARGE:
        others = _others(facts)
        if others:
            return Reading(where=where, unreadable=f"{others[0]} protects this machine: look at its own console")
        return Reading(where=where, weakness=f"Defender is in mode {told.get('mode')}, and no other program is on")
    value = told.get(row["attribute"])
    if value is None:
        return Reading(where=where, unreadable=f"this Defender tells nothing of {row['attribute']}")
    if value == _NEVER:
        return Reading("never", where)
    return Reading(value, where)


def compare(row: Row, reading: Reading) -> bool:
    return meets(row, reading.value)


def write(row: Row, reading: Reading, _facts: Facts) -> list[Values]:
    """Return the preference behind the property; ``switches_off`` says that it is the contrary."""
    preference = row.get("preference")
    if preference is None:
        raise CannotWriteError(f"no setting makes {row['attribute']} right; see what the row advises")
    if reading.value is None:
        raise CannotWriteError("Defender is not in charge of this machine")
    desired = row["desired"][0] if row.get("compare") == "in" else row["desired"]
    return [{"name": preference, "value": not desired if row.get("switches_off") else desired}]


def now(do: Values, facts: Facts) -> Values:
    (told,) = facts.section("defender")
    return {"name": do["name"], "value": told[do["name"]]}


def _others(facts: Facts) -> list[str]:
    """Return the names of other programs against malware that the Security Center says are on."""
    products = facts.section("antivirus")
    return [
        str(one["name"])
        for one in products
        if "defender" not in str(one["name"]).lower() and int(one["state"]) & _IS_ON
    ]
