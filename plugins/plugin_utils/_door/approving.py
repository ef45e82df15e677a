# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What all verbs on a disposal are given, and who may approve one by the register and the rules of the site."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register import words
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import APPROVAL
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import authority, certificate

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Writer

TEXT: t.Final = {"type": "str", "required": True}
_APPROVER_ROLES: t.Final = {
    "type": "dict",
    "apply_defaults": True,
    "options": {
        scope: {"type": "list", "elements": "str", "choices": list(words.ROLES), "default": list(roles)}
        for scope, roles in authority.ROLES_OF.items()
    },
}
DISPOSAL: t.Final[dict[str, dict[str, t.Any]]] = {
    **dict.fromkeys(("name", "order", "requested_by"), TEXT),
    "approver_roles": _APPROVER_ROLES,
}
# Of a certificate.
PLACE: t.Final[dict[str, dict[str, t.Any]]] = {
    **dict.fromkeys(("place", "destination"), TEXT),
    "folder": {"type": "path", "required": True},
}


def authority_of(reader: Reader | Writer, given: t.Mapping[str, t.Any]) -> authority.Authority:
    """Return who may approve by the register and by the roles that the task names."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import service

    return authority.Authority(service.signers(reader, ()).people, given["approver_roles"])


class Consent(t.NamedTuple):
    """The approvals of an order that hold for a device on a day, of those who may sign."""

    authority: authority.Authority
    held: list[certificate.Record]

    @property
    def approvers(self) -> list[certificate.Record]:
        return certificate.approvers_of(self.held, self.authority)

    @property
    def faults(self) -> list[str]:
        return self.authority.faults_of(self.held)


def consent_to(reader: Reader | Writer, given: t.Mapping[str, t.Any], device: str, day: datetime.date) -> Consent:
    """Return who agreed to the order that the task names, as the register knows it."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import records

    may_sign = authority_of(reader, given)
    every = (stored.record for stored in records.select(reader, APPROVAL))
    return Consent(may_sign, certificate.holding(given["order"], device, every, may_sign, day))
