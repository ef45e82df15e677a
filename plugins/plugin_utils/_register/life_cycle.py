# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The life of a device, from the order to its disposal: which step may follow which. Pure.

Nothing skips a state on the way into service, and what was repaired or locked away is hardened again before it comes
back. A disposal that is not agreed to leads back through quarantine; a device that was wiped may be issued again.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import TransitionError

PLANNED = "planned"
RECEIVED = "received"
HARDENING = "hardening"
IN_SERVICE = "in_service"
QUARANTINED = "quarantined"
IN_REPAIR = "in_repair"
PENDING_DISPOSAL = "pending_disposal"
SANITISED = "sanitised"
DISPOSED = "disposed"

NEXT: t.Mapping[str, tuple[str, ...]] = {
    PLANNED: (RECEIVED,),
    RECEIVED: (HARDENING, PENDING_DISPOSAL),
    HARDENING: (IN_SERVICE, QUARANTINED, IN_REPAIR),
    IN_SERVICE: (QUARANTINED, IN_REPAIR, PENDING_DISPOSAL),
    QUARANTINED: (HARDENING, IN_REPAIR, PENDING_DISPOSAL),
    IN_REPAIR: (HARDENING, QUARANTINED, PENDING_DISPOSAL),
    PENDING_DISPOSAL: (QUARANTINED, SANITISED),
    SANITISED: (RECEIVED, DISPOSED),
    DISPOSED: (),
}
STATES = tuple(NEXT)
FIRST_STATES = (PLANNED, RECEIVED)


def check_step(device: str, state: str, wanted: str) -> None:
    """Raise TransitionError, which names the legal steps, if a device in this state cannot become the wanted one."""
    if wanted not in NEXT[state]:
        raise TransitionError(device, state, wanted, NEXT[state])
