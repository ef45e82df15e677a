# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``account``: what the accounts of this device are allowed, read from passwd(5), shadow(5) and group(5).

Fields of a row: ``accounts`` (root; people: user ids from UID_MIN of login.defs(5) on with a login shell; system: user
ids below, but root's, and nobody's; delivered: those whose names images and devices come with; everyone) or ``name``
(one account), and ``attribute``:

- ``maximum_days``, ``minimum_days``, ``warn_days``, ``inactive_days``, ``expires`` (days since 1970): the numbers of
  shadow(5). An account without a password, one that is used by key only say, has none that could grow old: such rows
  pass it over.
- ``password``: set, locked or blank. Only ``locked`` can be written; a key still opens a locked account.
- ``key_only``: the password of each account that the desired value lists and this device has; it is to be locked. So
  is that of the account that we came in as if sudo asks it for none, but by a person: we do not touch our way in.
- ``known_password``: own, or known where the password is one that images and devices come with, or the account's own
  name; such an account is locked. Nothing of the password is told, kept or written down.
- ``password_age``: days since the password was set; ``unused_days``: days since the last login on record;
  ``first_login``: used since it was set, never used, or to be changed. Only read, of accounts with a password. The
  account that we came in as is in use.
- ``shell``: of the values of ``in``, the first is written.
- ``uid``: a number, or ``unique`` (no account above it in the file has the same); only read. Root's is 0: a second
  account with its power is not unique.
- ``groups``: the groups that list the account, and no others. With ``group`` instead of accounts, ``members``: the
  accounts that this group lists, and no others.

The value is what all these accounts have in common, or the attribute of each that falls short, by name. Accounts of a
directory service are not looked at. No age is written by which somebody's password or account would have expired today.
"""

from __future__ import annotations

import time
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import (
    account_guard,
    account_history,
    known_passwords,
    login,
    logins,
    way_in,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy import accounts as _accounts
from ansible_collections.commune.baseline.plugins.module_utils._policy import compare as _compare
from ansible_collections.commune.baseline.plugins.module_utils._policy.accounts import Account
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import account_entry
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

_ONLY_READ = ("password_age", "unused_days", "first_login")
_LOCKED_IF_SHORT = ("key_only", "known_password")
_OF_PASSWORDS = (*_ONLY_READ, *_LOCKED_IF_SHORT)
FIELDS: t.Mapping[str, t.Any] = {
    "accounts": ("root", "people", "system", "delivered", "everyone"),
    "name": "word",
    "group": "word",
    "attribute": (
        *_accounts.AGES,
        "password",
        *_OF_PASSWORDS,
        "shell",
        "uid",
        "groups",
        "members",
    ),
}
REQUIRED = frozenset({"attribute"})
COMPARISONS: t.Sequence[str] = ("==", "in", "<=", ">=", "absent")


_LISTS = ("groups", "members", "key_only")
_UNKNOWN = {
    known_passwords.UNCHECKED: "the password is hashed in a way that cannot be checked here, or only at great cost",
    account_history.UNKNOWN: "the record of logins does not reach back to when the password was set",
}
_NO_VALUE = "the row names no value that would be right"


class _Database(t.NamedTuple):
    """The account files, read once for all rows; ``unparsable`` names a line without a meaning by its file."""

    accounts: dict[str, Account]
    members: dict[str, list[str]]
    people: range
    unparsable: dict[str, str]

    def groups_of(self, name: str) -> list[str]:
        return [group for group, members in self.members.items() if name in members]


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell what the accounts of every row have, from one reading of the files."""
    try:
        database = _database()
    except OSError as error:
        unreadable = Reading(unreadable=f"cannot read the accounts: {error.strerror}")
        return {row["id"]: unreadable for row in rows}
    return {row["id"]: _read(row, database) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return all(_meets(row, value) for value in _each(row, reading.value))


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Give the accounts that fall short what the rows want, one after the other."""
    return {row["id"]: _write(row, writer) for row in rows}


def _database() -> _Database:
    return _Database(
        _accounts.accounts(), _accounts.members(), _accounts.people_range(), unparsable=_accounts.unparsable()
    )


def _files_of(row: Row) -> list[str]:
    """Return the files that a row is about."""
    if row["attribute"] == "members":
        return [_accounts.GROUP]
    if row["attribute"] == "groups":
        return [_accounts.PASSWD, _accounts.GROUP]
    is_in_shadow = row["attribute"] in (*_accounts.AGES, *_OF_PASSWORDS, "password")
    return [_accounts.PASSWD, _accounts.SHADOW] if is_in_shadow else [_accounts.PASSWD]


def _names_no_value(row: Row) -> bool:
    return row["desired"] == [] and row["attribute"] not in _LISTS and row.get("compare") != "absent"


def _read(row: Row, database: _Database) -> Reading:
    unparsable = [database.unparsable[path] for path in _files_of(row) if path in database.unparsable]
    if unparsable:
        return Reading(unreadable=f"{unparsable[0]} cannot be parsed: correct the line")
    return Reading(unreadable=_NO_VALUE) if _names_no_value(row) else _read_values(row, database)


def _read_values(row: Row, database: _Database) -> Reading:
    if row["attribute"] == "members":
        members = database.members.get(row.get("group", ""))
        return Reading(members, _accounts.GROUP) if members is not None else Reading(inapplicable="no such group")
    if "name" in row and row["name"] not in database.accounts:
        return Reading(inapplicable=f"there is no account {row['name']}")
    try:
        values = _values(row, database)
    except OSError as error:
        return Reading(unreadable=error.strerror)
    if not values:
        return Reading(inapplicable="there is no such account, or none of them has a password that could grow old")
    where = _files_of(row)[-1] if row["attribute"] != "groups" else _accounts.PASSWD
    unknown = {name: _UNKNOWN[value] for name, value in values.items() if _is_unknown(row, value)}
    short = {name: value for name, value in values.items() if name not in unknown and not _meets(row, value)}
    if unknown and not short:
        return Reading(unreadable="; ".join(f"{name}: {reason}" for name, reason in unknown.items()))
    ours = login.account() if row["attribute"] == "key_only" else None
    weakness = way_in.weakness(database.accounts[ours]) if ours in short else None
    return Reading(short or _in_common(list(values.values())), where, weakness=weakness)


def _values(row: Row, database: _Database) -> dict[str, t.Any]:
    """Return the attribute of each account of the row, as far as it has one."""
    attribute = row["attribute"]
    chosen = [account for account in database.accounts.values() if _is_meant(row, account, database.people)]
    if attribute in _accounts.AGES:
        bounded = [account for account in chosen if attribute == "expires" or account.password == _accounts.SET]
        return {account.name: account.ages[attribute] for account in bounded}
    if attribute == "groups":
        return {account.name: database.groups_of(account.name) for account in chosen}
    if attribute in _OF_PASSWORDS:
        return _password_values(row, chosen)
    if attribute == "uid" and row.get("desired") == "unique":
        first = {account.uid: account.name for account in reversed(list(database.accounts.values()))}
        return {one.name: "unique" if first[one.uid] == one.name else one.uid for one in chosen}
    return {account.name: getattr(account, attribute) for account in chosen}


def _password_values(row: Row, chosen: list[Account]) -> dict[str, t.Any]:
    """Return what is to be said of passwords; raises OSError."""
    attribute, today = row["attribute"], int(time.time() // 86400)
    if attribute == "key_only":
        return _of_key_only(row, chosen)
    having = [account for account in chosen if account.password == _accounts.SET]
    if attribute == "known_password":
        secrets = _accounts.secrets() if having else {}
        return {account.name: known_passwords.judge(account.name, secrets[account.name]) for account in having}
    if attribute == "password_age":
        return {account.name: account_history.password_age(account, today) for account in having}
    ours = login.account() or "root"
    is_asked = any(one.name != ours and one.last_change != 0 for one in having)
    record = logins.record() if is_asked else logins.Record({}, 0)
    used = logins.Record({**record.last, ours: today}, record.since)
    if attribute == "first_login":
        return {account.name: account_history.first_login(account, used) for account in having}
    begun = [account for account in having if account.last_change != 0 or account.name in used.last]
    return {account.name: account_history.unused_days(account, used, today) for account in begun}


def _of_key_only(row: Row, chosen: list[Account]) -> dict[str, t.Any]:
    """Return the passwords of those listed, and ours if sudo asks for none; a breach counts whatever sudo says."""
    listed = {account.name: account.password for account in chosen if account.name in row["desired"]}
    try:
        ours = way_in.let_off()
    except OSError:
        if set(listed.values()) <= {_accounts.LOCKED}:
            raise
        return listed
    return {**listed, **{account.name: account.password for account in chosen if account.name == ours}}


def _is_meant(row: Row, account: Account, people: range) -> bool:
    if "name" in row:
        return bool(account.name == row["name"])
    return {
        "root": account.name == "root",
        "people": _accounts.is_persons(account, people) and account.may_log_in,
        "system": 0 < account.uid < people.start or account.uid == _accounts.NOBODY,
        "delivered": account.name in known_passwords.DELIVERED_NAMES,
        "everyone": True,
    }[row.get("accounts", "everyone")]


def _in_common(values: list[t.Any]) -> t.Any:
    """Return the one value of all, or the list of those that occur."""
    different = [value for place, value in enumerate(values) if value not in values[:place]]
    return different[0] if len(different) == 1 else different


def _each(row: Row, value: t.Any) -> list[t.Any]:
    """Return the single values that a reading joins."""
    if isinstance(value, dict):
        return list(value.values())
    if row["attribute"] in ("groups", "members"):
        return value if value and isinstance(value[0], list) else [value]
    return value if isinstance(value, list) else [value]


def _is_unknown(row: Row, value: t.Any) -> bool:
    return row["attribute"] in _OF_PASSWORDS and value in _UNKNOWN


def _meets(row: Row, value: t.Any) -> bool:
    if row["attribute"] == "key_only":
        return bool(value == _accounts.LOCKED)
    if isinstance(value, list):
        return sorted(value) == sorted(row["desired"])
    return _compare.meets(row, value)


def _write(row: Row, writer: Writer) -> Write:
    """Bring every account of a row to its value; one that refuses does not stop the others."""
    if row["attribute"] in _ONLY_READ:
        return Write()
    if _names_no_value(row):
        return Write(error=_NO_VALUE)
    changes, faults = False, []
    expiring: list[str] = []
    try:
        for name, value in list(_wanted(row)):
            fault, changed = _put(name, value, writer, expiring)
            faults += [fault] if fault else []
            changes |= changed
    except OSError as error:
        faults.append(f"cannot read the accounts: {error.strerror}")
    if expiring:
        faults.append(
            f"{', '.join(expiring)} would be shut out at once, with a password or account that has expired: let them "
            "change their passwords first, or let an administrator run chage by hand"
        )
    return Write(changes=changes, error="; ".join(faults) or None)


def _put(name: str, value: t.Any, writer: Writer, expiring: list[str]) -> tuple[str | None, bool]:
    """Return why a thing cannot become this, if so, and whether it changes; note who would be shut out at once."""
    try:
        fault = account_guard.refusal(name, value, writer.account)
        owner = account_guard.shuts_out_now(name, value)
        if fault is not None or owner is not None:
            expiring += [owner] if owner is not None and fault is None else []
            return fault, False
        return None, writer.put("account", name, old=account_entry.capture(name), new=value)
    except OSError as error:
        attribute, _of, owner = name.partition(" of ")
        return f"cannot change {attribute} of {owner}: {error.strerror}", False


def _wanted(row: Row) -> t.Iterator[tuple[str, t.Any]]:
    """Yield the names of the things that fall short, with what they are to be."""
    database = _database()
    if row["attribute"] == "members":
        yield account_entry.name_of("members", row["group"]), list(row["desired"])
    elif row["attribute"] == "groups":
        yield from _memberships(row, database)
    else:
        attribute = "password" if row["attribute"] in _LOCKED_IF_SHORT else row["attribute"]
        for name, value in _values(row, database).items():
            is_ours_alone = row["attribute"] == "key_only" and name not in row["desired"]
            if not is_ours_alone and not _is_unknown(row, value) and not _meets(row, value):
                yield account_entry.name_of(attribute, name), _value_to_write(row)


def _value_to_write(row: Row) -> t.Any:
    compare_by = row.get("compare")
    if row["attribute"] in _LOCKED_IF_SHORT:
        return _accounts.LOCKED
    if compare_by == "absent":
        return None
    if compare_by == "in":
        return _accounts.LOCKED if _accounts.LOCKED in row["desired"] else row["desired"][0]
    return int(row["desired"]) if row["attribute"] in _accounts.AGES else row["desired"]


def _memberships(row: Row, database: _Database) -> t.Iterator[tuple[str, list[str]]]:
    """Yield the groups that list too many or too few of the row's accounts."""
    chosen = [name for name, groups in _values(row, database).items() if not _meets(row, groups)]
    for group, members in database.members.items():
        others = [name for name in members if name not in chosen]
        wanted = others + chosen if group in row["desired"] else others
        if sorted(wanted) != sorted(members):
            yield account_entry.name_of("members", group), wanted
