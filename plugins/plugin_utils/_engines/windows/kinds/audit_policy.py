# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a subcategory of the audit policy records, by GUID (auditpol /list /subcategory:* /v shows them)."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.domain import leave_auditing_to_domain
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"guid": "GUID in braces, in capitals"}
REQUIRED = frozenset({"guid"})
COMPARISONS: t.Sequence[str] = (">=", "==")
SECTIONS: t.Sequence[str] = ("audit", "system", "domain")
STEP = "audit"
# The last byte of the first group of the GUIDs (ntsecapi.h): where a category ends, and what was added later.
_CATEGORIES = (
    (0x14, "AuditSystemEvents"),
    (0x1C, "AuditLogonEvents"),
    (0x27, "AuditObjectAccess"),
    (0x2A, "AuditPrivilegeUse"),
    (0x2E, "AuditProcessTracking"),
    (0x34, "AuditPolicyChange"),
    (0x3A, "AuditAccountManage"),
    (0x3E, "AuditDSAccess"),
    (0x42, "AuditAccountLogon"),
    (0xFF, "AuditObjectAccess"),
)
_ADDED = {
    0x43: "AuditLogonEvents",
    0x47: "AuditLogonEvents",
    0x49: "AuditLogonEvents",
    0x4B: "AuditLogonEvents",
    0x48: "AuditProcessTracking",
    0x4A: "AuditProcessTracking",
}
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


def write(row: Row, reading: Reading, facts: Facts) -> list[Values]:
    leave_auditing_to_domain(facts, row["guid"], _category(row["guid"]))
    recorded, wanted = _WORDS.index(reading.value), _WORDS.index(row["desired"])
    after = wanted if row.get("compare", "==") == "==" else recorded | wanted
    return [_values(row["guid"], after)]


def now(do: Values, facts: Facts) -> Values:
    return _values(do["guid"], facts.audit[do["guid"]])


def fault_of_desired(_row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with a desired setting, or None."""
    choices = _WORDS
    return None if desired in choices else f"it is one of {', '.join(choices)}"


def _category(guid: str) -> str:
    """Return the category of a subcategory: Microsoft numbered the subcategories in the order of the categories."""
    number = int(guid[7:9], 16)
    return _ADDED.get(number) or next(name for last, name in _CATEGORIES if number <= last)


def _values(guid: str, setting: int) -> Values:
    return {"guid": guid, "success": bool(setting & 1), "failure": bool(setting & 2)}
