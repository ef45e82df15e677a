# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What no row may do to an account: take the login or the sudo of the one that we came in as."""

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


def refusal(thing: str, value: t.Any, account: str | None) -> str | None:
    """Return why an attribute must not become this, None if it may; raises OSError."""
    attribute, _of, owner = thing.partition(" of ")
    if attribute == "uid" or (attribute == "password" and value != accounts.LOCKED):
        return f"the {thing} is for a person to correct"
    if attribute == "members":
        return _refusal_of_members(owner, value, account)
    known = accounts.accounts()
    if attribute == "password" and known[owner].is_in_passwd:
        return f"the password of {owner} stands in {accounts.PASSWD}: run pwconv"
    if attribute == "shell" and accounts.can_log_in(value) and not os.access(value, os.X_OK):
        return f"{value} is no program"
    if owner in _last_ways_in(account, known) and _shuts_out(known[owner], attribute, value):
        return f"{owner} would lose its login, and we came in by it"
    return None


def _last_ways_in(account: str | None, known: t.Mapping[str, accounts.Account]) -> set[str]:
    """Return the account of the connection; and root, if that is root itself or nobody else can log in."""
    people = accounts.people_range()
    others = [one for one in known.values() if one.uid in people and one.may_log_in]
    return {account or "root"} if others else {account or "root", "root"}


def _shuts_out(account: accounts.Account, attribute: str, value: t.Any) -> bool:
    if attribute == "password":
        return True
    if attribute == "shell":
        return not accounts.can_log_in(value)
    return _is_over(account.last_change, {**account.ages, attribute: value})


def _is_over(last_change: int | None, ages: t.Mapping[str, int | None]) -> bool:
    """Tell whether the account or its password has expired: sshd and sudo refuse it, or want a new password first."""
    today = int(time.time() // 86400)
    expires, maximum = ages["expires"], ages["maximum_days"]
    if expires is not None and expires <= today:
        return True
    return last_change is not None and maximum is not None and last_change + maximum < today


def _refusal_of_members(group: str, members: list[str], account: str | None) -> str | None:
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
