# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The accounts and groups of this device, as passwd(5), shadow(5), group(5) and gshadow(5) give them.

The files are read directly, and as the C library reads them. Accounts of a directory service are not seen: what they
may do is decided there.
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state

PASSWD = "/etc/passwd"  # noqa: S105 - a path, no password
SHADOW = "/etc/shadow"
GROUP = "/etc/group"
GSHADOW = "/etc/gshadow"
LOGIN_DEFS = "/etc/login.defs"

AGES = {"minimum_days": 3, "maximum_days": 4, "warn_days": 5, "inactive_days": 6, "expires": 7}
"""The fields of shadow(5) that bound the age of a password, and (in days since 1970) of the account itself."""

NOBODY = 65534
BLANK, SET, LOCKED = "blank", "set", "locked"
_NO_LOGIN = ("nologin", "false")
_BLANKS = " \t\n\v\f\r"
_PASSWD_FIELDS, _SHADOW_FIELDS, _GROUP_FIELDS = 7, 9, 4
_LARGEST, _LARGEST_LONG = 2**32 - 1, 2**64 - 1


class Account(t.NamedTuple):
    """One account; ``password`` is only its sort, and ``ages`` holds None for what is not bounded.

    ``has_hash`` tells whether a hash stands behind the mark of a locked password.
    """

    name: str
    uid: int
    gid: int
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


class Group(t.NamedTuple):
    """One group: its number and members, and what newgrp(1) and gpasswd(1) go by.

    ``shadowed`` are members in gshadow(5) only; ``password`` is only its sort, a set one lets in whoever knows it.
    """

    gid: int
    listed: list[str]
    shadowed: list[str]
    administrators: list[str]
    password: str


def accounts() -> dict[str, Account]:
    """Return all accounts by name; raises OSError."""
    shadow: dict[str, list[str]] = {}
    for fields in _records(SHADOW):
        shadow.setdefault(fields[0], fields)
    found: dict[str, Account] = {}
    for fields in _records(PASSWD):
        found.setdefault(fields[0], _account(fields, shadow.get(fields[0])))
    return found


def secrets() -> dict[str, str]:
    """Return what stands in the password fields, to be held against known passwords and forgotten; raises OSError."""
    shadow: dict[str, str] = {}
    for fields in _records(SHADOW):
        shadow.setdefault(fields[0], fields[1])
    found: dict[str, str] = {}
    for fields in _records(PASSWD):
        found.setdefault(fields[0], shadow.get(fields[0], "*") if fields[1] == "x" else fields[1])
    return found


def groups() -> dict[str, Group]:
    """Return all groups by name; raises OSError."""
    listed, shadow, found = members(), _group_shadow(), {}
    for name, secret, gid, _members in _records(GROUP):
        line = shadow.get(name, [name, secret, "", ""])
        if name not in found:
            shadowed = [one for one in _names(line[3]) if name in shadow and one not in listed[name]]
            sort = _sort_of("*" if line[1] == "x" else line[1])
            found[name] = Group(_number(gid) or 0, listed[name], shadowed, _names(line[2]), sort)
    return found


def group_secret(name: str) -> str:
    """Return what stands in the password field of a group, to be marked as locked or not; raises OSError."""
    secrets_of = {fields[0]: fields[1] for fields in [*_records(GROUP)][::-1]}
    return {**secrets_of, **{group: line[1] for group, line in _group_shadow().items()}}.get(name, "")


def members() -> dict[str, list[str]]:
    """Return the members that group(5) lists for each group; those whose first group it is are not among them.

    A group can have several lines, and initgroups(3) takes the members of all.
    """
    found: dict[str, list[str]] = {}
    for fields in _records(GROUP):
        listed = found.setdefault(fields[0], [])
        listed += [name for name in _names(fields[3]) if name not in listed]
    return found


def unparsable() -> dict[str, str]:
    """Return where a line stands that has no meaning, ``/etc/passwd:3``, by its file; raises OSError."""
    found: dict[str, str] = {}
    for path in (PASSWD, SHADOW, GROUP, GSHADOW):
        for number, fields in _lines(path) if path != GSHADOW or os.path.exists(path) else ():
            if fields is None:
                found.setdefault(path, f"{path}:{number}")
    return found


def people_range() -> range:
    """Return the user ids that useradd(8) gives people, login.defs(5)."""
    state = file_state.capture(LOGIN_DEFS)
    found = dict(re.findall(r"^\s*(UID_MIN|UID_MAX)\s+(\d+)", state.text if state else "", re.MULTILINE))
    return range(int(found.get("UID_MIN", 1000)), int(found.get("UID_MAX", 60000)) + 1)


def is_persons(account: Account, people: range) -> bool:
    """Tell whether an account is a person's; above the numbers of people, packages keep some that cannot log in."""
    return account.uid in people or (account.uid >= people.stop and account.uid != NOBODY and account.may_log_in)


def _group_shadow() -> dict[str, list[str]]:
    """Return the lines of gshadow(5) by group; a system need not have the file."""
    found: dict[str, list[str]] = {}
    for fields in _records(GSHADOW) if os.path.exists(GSHADOW) else ():
        found.setdefault(fields[0], fields)
    return found


def _names(field: str) -> list[str]:
    return [name for name in map(str.lstrip, field.split(",")) if name]


def _records(path: str) -> t.Iterator[list[str]]:
    """Yield the fields of the lines that have a meaning; the C library passes over the others."""
    return (fields for dummy_number, fields in _lines(path) if fields is not None)


def _lines(path: str) -> t.Iterator[tuple[int, list[str] | None]]:
    """Yield the fields of each line, None for one without a meaning; NIS's plus and minus mean nothing to us."""
    state = file_state.capture(path)
    if state is None:
        raise OSError(0, f"there is no {path}", path)
    for number, line in enumerate(state.text.split("\n"), 1):
        text = line.lstrip(_BLANKS)
        if text and text[0] not in "+-#":
            yield number, _fields(path, text)


def _fields(path: str, line: str) -> list[str] | None:
    """Split a line as the C library does: it takes missing fields at the end of passwd(5) and group(5) as empty."""
    if path == SHADOW:
        fields = line.split(":")
        is_right = len(fields) == _SHADOW_FIELDS and all(not one or _number(one) is not None for one in fields[2:])
    elif path == GSHADOW:
        fields = line.split(":")
        is_right = len(fields) == _GROUP_FIELDS
    elif path == PASSWD:
        fields = [*line.split(":", 6), "", "", ""][:7]
        is_right = len(fields) == _PASSWD_FIELDS and None not in (_number(fields[2]), _number(fields[3]))
    else:
        fields = [*line.split(":", 3), ""][:4]
        is_right = len(fields) == _GROUP_FIELDS and _number(fields[2]) is not None
    return fields if is_right and fields[0] else None


def _number(text: str) -> int | None:
    """Read a number of 32 bits as strtoul(3) does, with blanks and a sign before it and nothing behind."""
    match = re.fullmatch(r"[ \t\n\v\f\r]*([+-]?)([0-9]+)", text)
    if match is None:
        return None
    number = min(int(match[2]), _LARGEST_LONG)
    is_negated = match[1] == "-" and number < _LARGEST_LONG
    return min((_LARGEST_LONG + 1 - number) % (_LARGEST_LONG + 1) if is_negated else number, _LARGEST)


def _account(passwd: list[str], shadow: list[str] | None) -> Account:
    is_in_passwd = passwd[1] != "x"
    secret = passwd[1] if is_in_passwd else shadow[1] if shadow else "*"
    return Account(
        name=passwd[0],
        uid=_number(passwd[2]) or 0,
        gid=_number(passwd[3]) or 0,
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
    number = _number(text)
    return number if number is not None and number <= _LARGEST // 2 else None
