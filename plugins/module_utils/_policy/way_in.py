# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The account that a run comes in by, where sudo asks it for no password: a password of its own is of no use to it.

It ends some day, or nobody ever changes it; and once it has ended, a login by key is told to change it, and fails.
"""

from __future__ import annotations

import datetime

from ansible_collections.commune.baseline.plugins.module_utils._policy import accounts, login, programs, sudo_grants

_FIRST_DAY = datetime.date(1970, 1, 1).toordinal()
_FOR_EVER = 10_000  # days, from which on shadow(5)'s tools take a password for one that never ends


def let_off() -> str | None:
    """Return the account that we came in as, if sudo asks it for no password whatever the program; raises OSError."""
    name = login.account()
    ours = accounts.accounts().get(name) if name else None
    if ours is None or programs.find("sudo") is None:
        return None
    meant = {ours.name, sudo_grants.EVERYBODY}
    for title, group in accounts.groups().items():
        if group.gid == ours.gid or ours.name in group.listed:
            meant |= {f"%{title}", f"%#{group.gid}"}
    grants = (one for one in sudo_grants.read() if one.asks_no_password and not one.programs)
    return ours.name if any(grant.who in meant for grant in grants) else None


def weakness(account: accounts.Account) -> str:
    """Return why the account that we came in as should have no password."""
    reason = _end(account.last_change, account.ages["maximum_days"])
    return (
        f"{account.name}, by which we came in, has a password, {reason}: come in by key and run "
        f"passwd --lock {account.name}"
    )


def _end(last_change: int | None, maximum: int | None) -> str:
    if maximum is None or maximum >= _FOR_EVER:
        return "which nobody ever changes"
    day = datetime.date.fromordinal(_FIRST_DAY + (last_change or 0) + maximum)
    return f"which ends on {day} and shuts us out then"
