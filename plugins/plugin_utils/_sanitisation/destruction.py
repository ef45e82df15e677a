# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Media that were destroyed in front of witnesses: what keeps that from being certified, and the certificate. Pure.

The ways are those of NIST SP 800-88 under Destroy. Nobody has two roles: who was there only to see must not have asked
for it, approved it or done it (DC-02, DC-06).
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import certificate
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation.certificate import Record

TECHNIQUES = ("shred", "disintegrate", "pulverise", "melt", "incinerate")
_METHOD = "Destroy"
_PEOPLE = 2


class Parties(t.NamedTuple):
    """People as the register knows them; ``approvers`` are those whose signatures under the order count."""

    requested_by: Record
    destroyed_by: Record
    witnesses: t.Sequence[Record]
    approvers: t.Sequence[Record]

    def faults(self, order: str, device: str, day: str) -> list[str]:
        """Return a sentence for each role that nobody or the wrong person has."""
        faults = []
        if len(self.witnesses) < _PEOPLE:
            faults.append("the destruction of a medium takes two witnesses")
        if len(self.approvers) < _PEOPLE:
            found = ", ".join(person["name"] for person in self.approvers) or "nobody"
            faults.append(
                f"order {order} for {device} needs the approvals of two people that hold on {day}, "
                f"and has that of {found}"
            )
        roles = [("requested_by", self.requested_by), ("destroyed_by", self.destroyed_by)]
        roles += [("witnesses", one) for one in self.witnesses] + [("approval", one) for one in self.approvers]
        acting = [one for one in roles if one[0] in ("destroyed_by", "witnesses")]
        return faults + certificate.faults_of_roles(device, roles) + certificate.faults_of_office(acting, day)


def certificate_of(order: str, device: Record, parties: Parties, medium: Record, facts: Record) -> dict[str, t.Any]:
    """Return the certificate of one medium; ``medium`` is what the register says of it, with technique, day and reason.

    There is nothing left that could be read back: the witnesses are the verification.
    """
    return {
        **certificate.head_of(order, device, parties.approvers, facts),
        "requested_by": certificate.person_of(parties.requested_by),
        "destroyed_by": certificate.person_of(parties.destroyed_by),
        "witnesses": [certificate.person_of(one) for one in parties.witnesses],
        "media": [
            {
                **{name: medium.get(name) for name in ("serial", "model", "bytes", "kind", "technique")},
                "wwn": None,
                "method": _METHOD,
                "attempts": [medium["reason"]] if medium["reason"] else [],
                "began": medium["day"],
                "ended": medium["day"],
                "verification": None,
            }
        ],
    }
