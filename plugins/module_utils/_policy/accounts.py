# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The accounts and groups of this device, as passwd(5), shadow(5) and group(5) give them.

The files are read directly. Accounts of a directory service are not seen: what they may do is decided there.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state

PASSWD = "/etc/passwd"  # noqa: S105 - a path, no password
SHADOW = "/etc/shadow"
GROUP = "/etc/group"
LOGIN_DEFS = "/etc/login.defs"

AGES = {"minimum_days": 3, "maximum_days": 4, "warn_days": 5, "inactive_days": 6, "expires": 7}
"""The fields of shadow(5) that bound the age of a password, and (in days since 1970) of the account itself."""

BLANK, SET, LOCKED = "blank", "set", "locked"
_NO_LOGIN = ("nologin", "false")


class Account(t.NamedTuple):
    """One account; ``password`` is only its sort, and ``ages`` holds None for what is not bounded.

    ``has_hash`` tells whether a hash stands behind the mark of a locked password.
    """

    name: str
    uid: int
    shell: str
    password: str
    has_hash: bool
    is_in_passwd: bool
    last_change: int | None
    ages: dict[str, int | None]

    @property
    def may_log_in(self) -> bool:
        return can_log_in(self.shell)


def can_log_in(shell: str) -> bool:
    """Tell whether a login shell is one; an empty field means /bin/sh, passwd(5)."""
    return shell.rpartition("/")[2] not in _NO_LOGIN


def accounts() -> dict[str, Account]:
    """Return all accounts by name; raises OSError."""
    shadow = {fields[0]: fields for fields in _records(SHADOW, 9)}
    found: dict[str, Account] = {}
    for fields in _records(PASSWD, 7):
        if fields[2].isdecimal():
            found.setdefault(fields[0], _account(fields, shadow.get(fields[0])))
    return found


def members() -> dict[str, list[str]]:
    """Return the members that group(5) lists for each group; those whose first group it is are not among them."""
    return {fields[0]: [name for name in fields[3].split(",") if name] for fields in _records(GROUP, 4)}


def people_range() -> range:
    """Return the user ids of people, login.defs(5)."""
    state = file_state.capture(LOGIN_DEFS)
    found = dict(re.findall(r"^\s*(UID_MIN|UID_MAX)\s+(\d+)", state.text if state else "", re.MULTILINE))
    return range(int(found.get("UID_MIN", 1000)), int(found.get("UID_MAX", 60000)) + 1)


def _records(path: str, fields: int) -> t.Iterator[list[str]]:
    """Yield the lines with so many fields; others, NIS's plus and minus among them, mean nothing to us."""
    state = file_state.capture(path)
    if state is None:
        raise OSError(0, f"there is no {path}", path)
    for line in state.text.split("\n"):
        record = line.split(":")
        if len(record) == fields and record[0] and record[0][0] not in "+-#":
            yield record


def _account(passwd: list[str], shadow: list[str] | None) -> Account:
    is_in_passwd = passwd[1] != "x"
    secret = passwd[1] if is_in_passwd else shadow[1] if shadow else "*"
    return Account(
        name=passwd[0],
        uid=int(passwd[2]),
        shell=passwd[6],
        password=_sort_of(secret),
        has_hash=bool(secret.strip("!*")),
        is_in_passwd=is_in_passwd,
        last_change=_days(shadow[2]) if shadow else None,
        ages={name: _days(shadow[place]) if shadow else None for name, place in AGES.items()},
    )


def _sort_of(secret: str) -> str:
    """Tell what a password field holds; no hash begins with one of the two marks, crypt(5)."""
    if not secret:
        return BLANK
    return LOCKED if secret[0] in "!*" else SET


def _days(text: str) -> int | None:
    """Read a number of days; an empty field and a negative number bound nothing."""
    return int(text) if text.isdecimal() else None
