# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Registry values of the machine (HKLM), or of everybody who is logged on (a hive below HKU each)."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import COMPARISONS as _COMPARISONS
from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import meets
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.domain import leave_value_to_domain
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts, FactsError
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import Values

Row = t.Mapping[str, t.Any]

STEP = "registry"
MACHINE, USERS = "machine", "users"
_SIGN = 1 << 31  # .NET shows a DWord as a number with a sign, and takes it so
_NUMBERS = {"DWord": 32, "QWord": 64}
_TYPES = (*_NUMBERS, "String", "ExpandString", "MultiString", "Binary")
FIELDS: t.Mapping[str, t.Any] = {
    "hive": (MACHINE, USERS),
    "key": "key of the registry without its hive",
    "name": "text",
    "type": _TYPES,
    "default": "anything",  # what holds where the value is absent, as its vendor documents it
}
REQUIRED = frozenset({"key", "name", "type"})
COMPARISONS: t.Sequence[str] = _COMPARISONS
SECTIONS: t.Sequence[str] = ("registry", "user_registry", "system", "domain")


def ask(rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    """Return the places to look at, of the machine and of every user, each once."""
    return asked((_hive(row), row["key"], row["name"]) for row in rows)


def asked(places: t.Iterable[tuple[str, str, str]]) -> dict[str, list[t.Any]]:
    """Return what collect.ps1 is asked about hive (machine or users), key and name."""
    names: dict[str, dict[str, dict[str, None]]] = {MACHINE: {}, USERS: {}}
    for hive, key, name in places:
        names[hive].setdefault(key, {})[name] = None
    return {hive: [{"key": key, "names": list(own)} for key, own in keys.items()] for hive, keys in names.items()}


def observe(row: Row, facts: Facts) -> Reading:
    """Return the value; of several users, that of the first whose value does not do.

    What is set for a user who is not logged on cannot be told, so the others alone do not make a row pass.
    """
    hives = _hives(row, facts)
    if not hives:
        return Reading(unreadable="nobody is logged on, so no user's registry is loaded")
    readings = [_reading(row, hive, facts) for hive in hives]
    return next((one for one in readings if not _does(row, one)), _with_those_away(row, readings[0], facts))


def compare(row: Row, reading: Reading) -> bool:
    if isinstance(reading.value, list):
        return bool(reading.value == row["desired"])
    return meets(row, reading.value)


def write(row: Row, _seen: Reading, facts: Facts) -> list[Values]:
    """Return what to write into every hive whose value does not do."""
    if _hive(row) == MACHINE:
        leave_value_to_domain(facts, MACHINE, row["key"], row["name"])
    return [_wanted(row, hive) for hive in _hives(row, facts) if not _does(row, _reading(row, hive, facts))]


def now(do: Values, facts: Facts) -> Values:
    """Return what a step would have to be to leave the place as it is; raise FactsError if it cannot be read."""
    facts.section("registry" if do["hive"] == MACHINE else "user_registry")
    where = {name: do[name] for name in ("hive", "key", "name")}
    told = facts.value(**where)
    if told is None:
        return {**where, "delete": True}
    if "error" in told:
        raise FactsError(f"cannot read {do['key']}: {told['error']}")
    return {**where, "type": told["type"], "value": told["value"]}


def fault_of_desired(row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with a desired value for the type of the row, or None."""
    kind, values = row.get("type"), desired if row.get("compare") == "in" else [desired]
    if row.get("compare") == "absent":
        return None
    bits = _NUMBERS.get(str(kind))
    if bits and not all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one < 1 << bits for one in values):
        return f"a {kind} holds a whole number from 0 to {(1 << bits) - 1}"
    if kind == "MultiString" and not all(isinstance(one, list) for one in values):
        return "a MultiString holds a list of texts"
    if kind in ("String", "ExpandString") and not all(isinstance(one, str | int) for one in values):
        return f"a {kind} holds a text or a number"
    return None


def _hive(row: Row) -> str:
    return str(row.get("hive", MACHINE))


def _hives(row: Row, facts: Facts) -> list[str]:
    if _hive(row) == MACHINE:
        facts.section("registry")
        return [MACHINE]
    return [one["hive"] for one in facts.section("user_registry") if "hive" in one and "key" not in one]


def _with_those_away(row: Row, reading: Reading, facts: Facts) -> Reading:
    count = 0 if _hive(row) == MACHINE else sum("away" in one for one in facts.section("user_registry"))
    if not count:
        return reading
    sentence = f"users of this machine who are not logged on: {count}; their registry is not loaded"
    return Reading(where=reading.where, unreadable=sentence)


def _reading(row: Row, hive: str, facts: Facts) -> Reading:
    told = facts.value(hive, row["key"], row["name"])
    root = "HKLM" if hive == MACHINE else f"HKU\\{hive}"
    where = f"{root}\\{row['key']}\\{row['name']}"
    if told is None:
        return Reading(row.get("default"), where)
    if "error" in told:
        return Reading(where=where, unreadable=f"cannot read {where}: {told['error']}")
    value = told["value"]
    if told["type"] == "DWord" and isinstance(value, int) and value < 0:
        value += 2 * _SIGN
    if told["type"] != row["type"] and row.get("compare") != "absent":
        return Reading(value, where, weakness=f"its type is {told['type']}, and Windows reads only {row['type']} here")
    return Reading(value, where)


def _does(row: Row, reading: Reading) -> bool:
    return reading.unreadable is None and reading.weakness is None and compare(row, reading)


def _wanted(row: Row, hive: str) -> Values:
    where = {"hive": hive, "key": row["key"], "name": row["name"]}
    if row.get("compare") == "absent":
        return {**where, "delete": True}
    value = row["desired"][0] if row.get("compare") == "in" else row["desired"]
    if row["type"] in ("String", "ExpandString"):
        return {**where, "type": row["type"], "value": str(value)}
    is_signed = row["type"] == "DWord" and value >= _SIGN
    return {**where, "type": row["type"], "value": value - 2 * _SIGN if is_signed else value}
