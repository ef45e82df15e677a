# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""One attribute of an account or group, named like ``maximum_days of ops`` and ``members of sudo``.

Written by the tools of shadow-utils, which lock the files. No hash is ever read, kept or put back: of a password only
its sort is known (blank, set, locked), so that who changed it since keeps the new one.
"""

from __future__ import annotations

import pwd
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import accounts, programs

SHARED = False
_GONE = "no such account"
_CHAGE = {
    "minimum_days": "--mindays",
    "maximum_days": "--maxdays",
    "warn_days": "--warndays",
    "inactive_days": "--inactive",
    "expires": "--expiredate",
}
_OF_GROUPS = {"group_password": "password", "group_administrators": "administrators"}


def name_of(attribute: str, owner: str) -> str:
    return f"{attribute} of {owner}"


def capture(name: str) -> t.Any:
    """Return the attribute; raises OSError."""
    attribute, _of, owner = name.partition(" of ")
    if attribute == "members":
        return accounts.members().get(owner, _GONE)
    if attribute in _OF_GROUPS:
        group = accounts.groups().get(owner)
        return getattr(group, _OF_GROUPS[attribute]) if group else _GONE
    account = accounts.accounts().get(owner)
    if account is None:
        return _GONE
    return account.ages[attribute] if attribute in accounts.AGES else getattr(account, attribute)


def put(name: str, state: t.Any) -> None:
    """Give an account its attribute; raises OSError."""
    attribute, _of, owner = name.partition(" of ")
    if attribute in _CHAGE:
        # -1 empties the field, chage(1).
        programs.run("chage", _CHAGE[attribute], str(-1 if state is None else state), owner)
    elif attribute == "shell":
        programs.run("usermod", "--shell", state, owner)
    elif attribute == "members":
        programs.run("gpasswd", "--members", ",".join(filter(_exists, state)), owner)
    elif attribute == "group_administrators":
        programs.run("gpasswd", "--administrators", ",".join(filter(_exists, state)), owner)
    elif state != capture(name):
        (_put_group_password if attribute == "group_password" else _put_password)(owner, state)


def _exists(name: str) -> bool:
    """Tell whether a member has an account anywhere; gpasswd refuses one without, who gains nothing by it."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _put_password(owner: str, state: str) -> None:
    if state == accounts.LOCKED:
        programs.run("usermod", "--lock", owner)
    elif state == accounts.SET:
        programs.run("usermod", "--unlock", owner)
    elif not accounts.accounts()[owner].has_hash:  # a password that was set since is kept
        programs.run("passwd", "--delete", owner)


def _put_group_password(group: str, state: str) -> None:
    """Put the mark of a locked password before the hash, or take it away; gpasswd(1) could only remove both."""
    secret = accounts.group_secret(group)
    marked = f"!{secret}" if state == accounts.LOCKED else secret[1:]
    programs.run("chgpasswd", "--encrypted", text=f"{group}:{marked}\n")
