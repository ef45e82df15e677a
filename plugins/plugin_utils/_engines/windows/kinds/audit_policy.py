# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a subcategory of the audit policy records, by GUID (auditpol /list /subcategory:* /v shows them)."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"guid": "GUID in braces, in capitals"}
REQUIRED = frozenset({"guid"})
COMPARISONS: t.Sequence[str] = (">=", "==")
SECTIONS: t.Sequence[str] = ("audit",)
STEP = "audit"
_WORDS = ("none", "success", "failure", "success and failure")  # by the number that auditpol writes


def ask(_rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {}


def observe(row: Row, facts: Facts) -> Reading:
    setting = facts.audit.get(row["guid"])
    where = f"auditpol: {row['guid']}"
    if setting is None or setting >= len(_WORDS):
        return Reading(where=where, unreadable=f"auditpol told no setting of {row['guid']}")
    return Reading(_WORDS[setting], where)


def compare(row: Row, reading: Reading) -> bool:
    recorded, wanted = _WORDS.index(reading.value), _WORDS.index(row["desired"])
    return recorded == wanted if row.get("compare", "==") == "==" else recorded & wanted == wanted


def write(row: Row, reading: Reading, _facts: Facts) -> list[Values]:
    recorded, wanted = _WORDS.index(reading.value), _WORDS.index(row["desired"])
    after = wanted if row.get("compare", "==") == "==" else recorded | wanted
    return [_values(row["guid"], after)]


def now(do: Values, facts: Facts) -> Values:
    return _values(do["guid"], facts.audit[do["guid"]])


def fault_of_desired(_row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with a desired setting, or None."""
    choices = _WORDS
    return None if desired in choices else f"it is one of {', '.join(choices)}"


def _values(guid: str, setting: int) -> Values:
    return {"guid": guid, "success": bool(setting & 1), "failure": bool(setting & 2)}
