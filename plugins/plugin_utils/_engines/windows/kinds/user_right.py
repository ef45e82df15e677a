# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Who has a user right (section Privilege Rights of the security template), by SID."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.domain import RIGHT, leave_to_domain
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"right": "word"}
REQUIRED = frozenset({"right"})
COMPARISONS: t.Sequence[str] = ("==", "<=", ">=")  # these and no others; no others; at least these
SECTIONS: t.Sequence[str] = ("template", "accounts", "system", "domain")
STEP = "template"
_SECTION = "Privilege Rights"


def ask(_rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {}


def observe(row: Row, facts: Facts) -> Reading:
    """Return the SIDs in order; one that secedit writes as a name is that of a local account."""
    where = f"secedit: [{_SECTION}] {row['right']}"
    holders: list[str] = []
    for word in filter(None, (one.strip() for one in _holders(row, facts).split(","))):
        sid = word[1:] if word.startswith("*") else facts.sid_of.get(word.lower())
        if sid is None:
            return Reading(where=where, unreadable=f"cannot tell who {word} is, which has the right {row['right']}")
        holders.append(sid)
    return Reading(sorted(holders), where)


def compare(row: Row, reading: Reading) -> bool:
    held, desired = set(reading.value), set(row["desired"])
    return {"==": held == desired, "<=": held <= desired, ">=": held >= desired}[row.get("compare", "==")]


def write(row: Row, reading: Reading, facts: Facts) -> list[Values]:
    leave_to_domain(facts, RIGHT, row["right"])
    held, desired = set(reading.value), set(row["desired"])
    after = {"==": desired, "<=": held & desired, ">=": held | desired}[row.get("compare", "==")]
    return [{"section": _SECTION, "keys": {row["right"]: ",".join(f"*{sid}" for sid in sorted(after))}}]


def now(do: Values, facts: Facts) -> Values:
    return {**do, "keys": {right: facts.template.get(_SECTION, {}).get(right, "") for right in do["keys"]}}


def fault_of_desired(_row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with the desired holders of a right, or None."""
    sids = desired if isinstance(desired, list) else [None]
    return None if all(str(sid).startswith("S-1-") for sid in sids) else "a right is given to a list of SIDs"


def _holders(row: Row, facts: Facts) -> str:
    return facts.template.get(_SECTION, {}).get(row["right"], "")
