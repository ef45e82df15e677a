# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``account``: what the accounts of this device are allowed, read from passwd(5), shadow(5) and group(5).

Fields of a row: ``accounts`` (root; people: user ids between UID_MIN and UID_MAX of login.defs(5) with a login shell;
system: all but root and those ids; everyone) or ``name`` (one account), and ``attribute``:

- ``maximum_days``, ``minimum_days``, ``warn_days``, ``inactive_days``, ``expires`` (days since 1970): the numbers of
  shadow(5). An account without a password, one that is used by key only say, has none that could grow old: such rows
  pass it over.
- ``password``: set, locked or blank. Only ``locked`` can be written; a key still opens a locked account.
- ``shell``: of the values of ``in``, the first is written.
- ``uid``: a number, or ``unique`` (no account above it in the file has the same); only read. Root's is 0: a second
  account with its power is not unique.
- ``groups``: the groups that list the account, and no others. With ``group`` instead of accounts, ``members``: the
  accounts that this group lists, and no others.

The value is what all these accounts have in common, or the attribute of each that falls short, by name. Accounts of a
directory service are not looked at.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import account_guard
from ansible_collections.commune.baseline.plugins.module_utils._policy import accounts as _accounts
from ansible_collections.commune.baseline.plugins.module_utils._policy import compare as _compare
from ansible_collections.commune.baseline.plugins.module_utils._policy.accounts import Account
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import account_entry
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {
    "accounts": ("root", "people", "system", "everyone"),
    "name": "word",
    "group": "word",
    "attribute": (*_accounts.AGES, "password", "shell", "uid", "groups", "members"),
}
REQUIRED = frozenset({"attribute"})
COMPARISONS: t.Sequence[str] = ("==", "in", "<=", ">=", "absent")


class _Database(t.NamedTuple):
    """The account files, read once for all rows."""

    accounts: dict[str, Account]
    members: dict[str, list[str]]
    people: range

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
    return _Database(_accounts.accounts(), _accounts.members(), _accounts.people_range())


def _read(row: Row, database: _Database) -> Reading:
    if row["attribute"] == "members":
        members = database.members.get(row.get("group", ""))
        return Reading(members, _accounts.GROUP) if members is not None else Reading(inapplicable="no such group")
    if "name" in row and row["name"] not in database.accounts:
        return Reading(inapplicable=f"there is no account {row['name']}")
    values = _values(row, database)
    if not values:
        return Reading(inapplicable="there is no such account, or none of them has a password that could grow old")
    where = _accounts.SHADOW if row["attribute"] in (*_accounts.AGES, "password") else _accounts.PASSWD
    short = {name: value for name, value in values.items() if not _meets(row, value)}
    return Reading(short or _in_common(list(values.values())), where)


def _values(row: Row, database: _Database) -> dict[str, t.Any]:
    """Return the attribute of each account of the row, as far as it has one."""
    attribute = row["attribute"]
    chosen = [account for account in database.accounts.values() if _is_meant(row, account, database.people)]
    if attribute in _accounts.AGES:
        bounded = [account for account in chosen if attribute == "expires" or account.password == _accounts.SET]
        return {account.name: account.ages[attribute] for account in bounded}
    if attribute == "groups":
        return {account.name: database.groups_of(account.name) for account in chosen}
    if attribute == "uid" and row.get("desired") == "unique":
        first = {account.uid: account.name for account in reversed(list(database.accounts.values()))}
        return {one.name: "unique" if first[one.uid] == one.name else one.uid for one in chosen}
    return {account.name: getattr(account, attribute) for account in chosen}


def _is_meant(row: Row, account: Account, people: range) -> bool:
    if "name" in row:
        return bool(account.name == row["name"])
    return {
        "root": account.name == "root",
        "people": account.uid in people and account.may_log_in,
        "system": account.uid != 0 and account.uid not in people,
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


def _meets(row: Row, value: t.Any) -> bool:
    if isinstance(value, list):
        return sorted(value) == sorted(row["desired"])
    return _compare.meets(row, value)


def _write(row: Row, writer: Writer) -> Write:
    """Bring every account of a row to its value; one that refuses does not stop the others."""
    changes, faults = False, []
    try:
        for name, value in list(_wanted(row)):
            fault, changed = _put(name, value, writer)
            faults += [fault] if fault else []
            changes |= changed
    except OSError as error:
        faults.append(f"cannot read the accounts: {error.strerror}")
    return Write(changes=changes, error="; ".join(faults) or None)


def _put(name: str, value: t.Any, writer: Writer) -> tuple[str | None, bool]:
    """Return why a thing cannot become this, if so, and whether it changes."""
    try:
        fault = account_guard.refusal(name, value, writer.account)
        if fault is not None:
            return fault, False
        return None, writer.put("account", name, old=account_entry.capture(name), new=value)
    except OSError as error:
        return f"cannot change {name}: {error.strerror}", False


def _wanted(row: Row) -> t.Iterator[tuple[str, t.Any]]:
    """Yield the names of the things that fall short, with what they are to be."""
    database = _database()
    if row["attribute"] == "members":
        yield account_entry.name_of("members", row["group"]), list(row["desired"])
    elif row["attribute"] == "groups":
        yield from _memberships(row, database)
    else:
        for name, value in _values(row, database).items():
            if not _meets(row, value):
                yield account_entry.name_of(row["attribute"], name), _value_to_write(row)


def _value_to_write(row: Row) -> t.Any:
    compare_by = row.get("compare")
    if compare_by == "absent":
        return None
    if compare_by == "in":
        return _accounts.LOCKED if row["attribute"] == "password" else row["desired"][0]
    return int(row["desired"]) if row["attribute"] in _accounts.AGES else row["desired"]


def _memberships(row: Row, database: _Database) -> t.Iterator[tuple[str, list[str]]]:
    """Yield the groups that list too many or too few of the row's accounts."""
    chosen = [name for name, groups in _values(row, database).items() if not _meets(row, groups)]
    for group, members in database.members.items():
        others = [name for name in members if name not in chosen]
        wanted = others + chosen if group in row["desired"] else others
        if sorted(wanted) != sorted(members):
            yield account_entry.name_of("members", group), wanted
