# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What the past of an account says: how old its password is, and whether anybody has ever used it."""

from __future__ import annotations

from ansible_collections.commune.baseline.plugins.module_utils._policy.accounts import Account
from ansible_collections.commune.baseline.plugins.module_utils._policy.logins import Record

UNKNOWN = "unknown"
USED, TO_BE_CHANGED, NEVER_USED = "used", "to be changed", "never used"


def password_age(account: Account, today: int) -> int | None:
    """Return the days since the password was set, 0 if the next login has to change it, None if no day is kept.

    A day that is still to come gives a negative number: such a password would outlive every bound.
    """
    if account.last_change in (None, 0):
        return account.last_change
    return today - account.last_change


def first_login(account: Account, record: Record) -> str:
    """Tell whether a password that was issued has been used, or has to be changed by whoever uses it first.

    A login before that day was by another password.
    """
    if account.last_change == 0:
        return TO_BE_CHANGED
    issued = account.last_change or 0
    if record.last.get(account.name, -1) >= issued:
        return USED
    return NEVER_USED if issued >= record.since else UNKNOWN


def unused_days(account: Account, record: Record, today: int) -> int | str:
    """Return the days since the account was last used, or given its password; UNKNOWN if the record is too short."""
    last = record.last.get(account.name)
    if last is None and (account.last_change or 0) < record.since:
        return UNKNOWN
    return max(today - max(last or 0, account.last_change or 0), 0)
