# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Whether an approval counts: for which device, on which day, and by whose signature. Pure.

A signature counts by the office that its signer held on the day of the document: whoever has left since did sign it.
"""

from __future__ import annotations

import datetime
import typing as t

Record = t.Mapping[str, t.Any]

# Why a signature does not count.
UNKNOWN, NOT_IN_OFFICE, NO_ROLE = "unknown", "not_in_office", "no_role"


class Signers(t.NamedTuple):
    """Who may sign: the people of the register by their codes, and the roles of which one is needed."""

    people: t.Mapping[str, Record]
    roles: t.Collection[str]

    def fault_of(self, approval: Record) -> str | None:
        """Return why the signature under an approval does not count, None if it does."""
        person = self.people.get(approval["signer"])
        if person is None:
            return UNKNOWN
        if not is_in_office(person, approval["dated_on"]):
            return NOT_IN_OFFICE
        return None if set(person["roles"]) & set(self.roles) else NO_ROLE

    def said_of(self, approval: Record) -> str | None:
        """Return in words why the signature under an approval does not count, None if it does."""
        number, signer, day = approval["number"], approval["signer"], approval["dated_on"]
        said = {
            UNKNOWN: f"approval {number} does not count: its signer {signer} is no person of the register",
            NOT_IN_OFFICE: f"approval {number} does not count: its signer {signer} was not in office on {day}",
            NO_ROLE: f"approval {number} does not count: its signer {signer} has none of the roles {self._roles}",
        }
        fault = self.fault_of(approval)
        return said[fault] if fault else None

    @property
    def _roles(self) -> str:
        return ", ".join(self.roles) or "-"


def is_in_office(person: Record, day: str) -> bool:
    """Tell whether a person held an office on a day, such as 2026-11-28; the first and the last day count."""
    return (person["started_on"] or "") <= day <= (person["left_on"] or "9999")


def is_for(approval: Record, device: str, today: datetime.date) -> bool:
    """Tell whether an approval names a device and is in force; its last day counts."""
    day = today.isoformat()
    return device in approval["devices"] and approval["dated_on"] <= day <= (approval["expires_on"] or "9999")
