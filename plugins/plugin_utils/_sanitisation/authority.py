# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Who may approve a disposal: the roles are data of the site, and the approval says for what it is given (DC-02). Pure.

The scope of an approval begins with ``asset`` or ``system``. An asset is a single device, of which those decide whom
the rules on public assets name. A system may be many devices; it needs one of those above (001:22.2), and a second
person of the one or the other.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register import approvals

ASSET, SYSTEM = "asset", "system"
SCOPES = (ASSET, SYSTEM)
ROLES_OF: t.Final[t.Mapping[str, t.Sequence[str]]] = {
    ASSET: ("cap_tren", "chu_tich", "chu_quan", "thu_truong"),
    SYSTEM: ("cap_tren",),
}
_SCOPE = re.compile(rf"\s*({'|'.join(SCOPES)})\s*(:|$)")

Record = t.Mapping[str, t.Any]


class Authority(t.NamedTuple):
    """Who may sign: the people of the register by their codes, and for each scope the roles of which one is needed."""

    people: t.Mapping[str, Record]
    roles: t.Mapping[str, t.Collection[str]]

    @property
    def every_role(self) -> list[str]:
        return list(dict.fromkeys([*self.roles[ASSET], *self.roles[SYSTEM]]))

    def fault_of(self, approval: Record) -> str | None:
        """Return why the signature under an approval does not count, None if it does."""
        scope = scope_of(approval)
        if scope is None:
            return "no_scope"
        if scope == ASSET and len(approval["devices"]) > 1:
            return "many_devices"
        roles = self.every_role if scope == SYSTEM else self.roles[ASSET]
        return approvals.Signers(self.people, roles).fault_of(approval)

    def faults_of(self, held: t.Sequence[Record]) -> list[str]:
        """Return a sentence if approvals that hold are of a system and nobody who decides on one has signed any."""
        deciding = approvals.Signers(self.people, self.roles[SYSTEM])
        of_system = [one for one in held if scope_of(one) == SYSTEM]
        if not of_system or any(deciding.fault_of(one) is None for one in of_system):
            return []
        roles = ", ".join(self.roles[SYSTEM])
        return [f"order {held[0]['number']} is for a system, and nobody with one of the roles {roles} approved it"]


def scope_of(approval: Record) -> str | None:
    """Return what an approval of a disposal is given for, None if it does not say."""
    found = _SCOPE.match(approval["scope"] or "")
    return found[1] if found else None
