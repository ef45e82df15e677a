# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What no row may do to an account: take the login or the sudo of the one that we came in as.

Nor may it shut out anybody at once by an age: a login by key that is told to change its password first fails.
"""

from __future__ import annotations

import glob
import os
import re
import time
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import accounts
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import account_entry, file_state

SUDOERS = ("/etc/sudoers", "/etc/sudoers.d/*")
SSHD_CONFIG = ("/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/*.conf")
_ADMINISTRATORS = ("sudo", "wheel", "admin")
_VALID, _NEEDS_PASSWORD, _REFUSED = range(3)
# The account that a run comes in by is not given an age that ends sooner: nobody would notice before it does.
_NOTICE_DAYS = 14


def refusal(thing: str, value: t.Any, account: str | None) -> str | None:
    """Return why an attribute must not become this, None if it may; raises OSError."""
    attribute, _of, owner = thing.partition(" of ")
    if attribute == "uid" or (attribute == "password" and value != accounts.LOCKED):
        return f"the {attribute} of {owner} is for a person to correct"
    if attribute == "members":
        return _refusal_of_members(owner, value, account or "root")
    known = accounts.accounts()
    if attribute == "password" and known[owner].is_in_passwd:
        return f"the password of {owner} stands in {accounts.PASSWD}: run pwconv"
    if attribute == "shell" and accounts.can_log_in(value) and not os.access(value, os.X_OK):
        return f"{value} is no program"
    if owner in _last_ways_in(account, known) and _shuts_out(known[owner], attribute, value):
        return f"{owner} would lose its login, and we came in by it"
    return None


def shuts_out_now(thing: str, value: t.Any) -> str | None:
    """Return whose password or account would have expired as soon as it had this age, None if nobody's; raises OSError.

    One that has expired already loses nothing by another age.
    """
    attribute, _of, owner = thing.partition(" of ")
    account = accounts.accounts().get(owner)
    if attribute not in accounts.AGES or account is None:
        return None
    before = _expiry(account.last_change, account.ages)
    return owner if _expiry(account.last_change, {**account.ages, attribute: value}) > before else None


def _last_ways_in(account: str | None, known: t.Mapping[str, accounts.Account]) -> set[str]:
    """Return the account of the connection; and root by all its names, if that is it or nobody else can log in."""
    people = accounts.people_range()
    others = [one for one in known.values() if accounts.is_persons(one, people) and one.may_log_in]
    roots = {"root", *(one.name for one in known.values() if one.uid == 0)}
    if account is None or account in roots:
        return roots
    return {account} if others else {account, *roots}


def _shuts_out(account: accounts.Account, attribute: str, value: t.Any) -> bool:
    if attribute == "password":
        return True
    if attribute == "shell":
        return not accounts.can_log_in(value)
    return _expiry(account.last_change, {**account.ages, attribute: value}, ahead=_NOTICE_DAYS) > _VALID


def _expiry(last_change: int | None, ages: t.Mapping[str, int | None], *, ahead: int = 0) -> int:
    """Tell how far an account has expired, or will have some days ahead.

    sshd and sudo want a new password first, or refuse it, pam_unix(8).

    Without a day of the last change, older libraries count from 1970.
    """
    today = int(time.time() // 86400) + ahead
    expires, maximum, inactive = ages["expires"], ages["maximum_days"], ages["inactive_days"]
    if expires is not None and expires <= today:
        return _REFUSED
    age = today - (last_change or 0)
    if maximum is not None and inactive is not None and last_change != 0 and age > maximum + inactive:
        return _REFUSED
    return _NEEDS_PASSWORD if last_change == 0 or (maximum is not None and age > maximum) else _VALID


def _refusal_of_members(group: str, members: list[str], account: str) -> str | None:
    before = account_entry.capture(account_entry.name_of("members", group))
    unknown = sorted(set(members) - set(before) - accounts.accounts().keys())
    if unknown:
        return f"there is no account {', '.join(unknown)}"
    if account in before and account not in members and _opens_doors(group):
        return f"{account} needs the group {group} to log in or for sudo, and we came in by it"
    return None


def _opens_doors(group: str) -> bool:
    """Tell whether sudo or sshd lets somebody in for being a member of this group."""
    name = re.escape(group)
    in_sudoers = re.compile(rf"^[^#\n]*%{name}(?![\w-])", re.MULTILINE)
    in_sshd = re.compile(rf"^\s*(AllowGroups|Match)\b[^\n]*(?<![\w-]){name}(?![\w-])", re.MULTILINE | re.IGNORECASE)
    return (
        group in _ADMINISTRATORS
        or any(in_sudoers.search(text) for text in _texts(SUDOERS))
        or any(in_sshd.search(text) for text in _texts(SSHD_CONFIG))
    )


def _texts(patterns: t.Iterable[str]) -> t.Iterator[str]:
    for path in (path for pattern in patterns for path in sorted(glob.glob(pattern))):
        state = file_state.capture(path)
        if state is not None:
            yield state.text
