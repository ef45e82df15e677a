# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``privilege``: who has root's power on this device, held against the names that the site lists.

Fields of a row: ``groups``, and ``attribute``:

- ``administrators``: the first of the groups that this device has holds exactly those who are listed and have an
  account here; the others hold nobody else.
- ``powers``: of people, these groups (whose members can become root by a detour) have only those who are listed.
- ``sudoers``: sudo gives ``ALL`` to root, to these groups, and to those who are listed. Only read.
- ``without_password``: only those who are listed, and the account that we came in as, are asked for no password by
  sudo, for whatever program. Only read.

Memberships are written with gpasswd. The account that we came in as keeps what it has by sudo, and nobody is taken out
if none of those who are listed has an account here. The value is what is too much or missing, by group.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import (
    account_guard,
    accounts,
    login,
    programs,
    sudo_grants,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import account_entry
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

_OF_SUDO = ("sudoers", "without_password")
FIELDS: t.Mapping[str, t.Any] = {
    "groups": "list of texts",
    "attribute": ("administrators", "powers", *_OF_SUDO),
}
REQUIRED = frozenset({"groups", "attribute"})
COMPARISONS: t.Sequence[str] = ("==",)


class _Group(t.NamedTuple):
    """A group of this device: whom it lists, and whose first group it is."""

    listed: list[str]
    first_of: list[str]


def fault_of_desired(row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with the names that a site lists, None if nothing is."""
    if not desired and row["attribute"] != "without_password":
        return "it names nobody, so that nobody could administer the device"
    wrong = [name for name in desired if not re.fullmatch(r"[A-Za-z_][\w.@-]*\$?", str(name), re.ASCII)]
    return f"{wrong[0]!r} is no name of an account" if wrong else None


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell of every row who has more than the site lists, or less."""
    try:
        groups = _groups()
    except OSError as error:
        return {row["id"]: Reading(unreadable=f"cannot read the accounts: {error.strerror}") for row in rows}
    return {row["id"]: _of_sudo(row) if row["attribute"] in _OF_SUDO else _of_groups(row, groups) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return bool(reading.value == "as listed")


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Give the groups the members that they should have; sudoers is for a person to correct."""
    return {row["id"]: Write() if row["attribute"] in _OF_SUDO else _write(row, writer) for row in rows}


def _groups() -> dict[str, _Group]:
    """Return all groups by name; raises OSError."""
    known, ids = accounts.accounts().values(), accounts.group_ids()
    return {
        name: _Group(listed, [one.name for one in known if one.gid == ids[name] and one.uid != 0])
        for name, listed in accounts.members().items()
    }


def _of_groups(row: Row, groups: t.Mapping[str, _Group]) -> Reading:
    unparsable = accounts.unparsable()
    if unparsable:
        return Reading(unreadable=f"{next(iter(unparsable.values()))} cannot be parsed: correct the line")
    if not any(name in groups for name in row["groups"]):
        return Reading(inapplicable=f"there is no group {', '.join(row['groups'])}")
    differences: dict[str, list[str]] = {}
    for name, wanted in _wanted(row, groups).items():
        has = {*groups[name].listed, *_people(row, groups[name].first_of)}
        different = [f"+{one}" for one in sorted(has - set(wanted))] + [f"-{one}" for one in sorted(set(wanted) - has)]
        differences.update({name: different} if different else {})
    return Reading(differences or "as listed", where=accounts.GROUP)


def _wanted(row: Row, groups: t.Mapping[str, _Group]) -> dict[str, list[str]]:
    """Return the members that each group of the row should have, in the order in which they are listed."""
    present = [name for name in row["groups"] if name in groups]
    known = accounts.accounts()
    wanted = {}
    for name in present:
        allowed = [one for one in groups[name].listed if one in row["desired"] or not _people(row, [one])]
        if row["attribute"] == "administrators" and name == present[0]:
            missing = [one for one in row["desired"] if one in known and one not in allowed]
            allowed += missing
        wanted[name] = allowed
    return wanted


def _people(row: Row, names: t.Iterable[str]) -> list[str]:
    """Return those of the names that the row is about: among powers, not the accounts of services."""
    if row["attribute"] == "administrators":
        return list(names)
    known, people = accounts.accounts(), accounts.people_range()
    return [name for name in names if name not in known or known[name].uid in people]


def _of_sudo(row: Row) -> Reading:
    if programs.find("sudo") is None:
        return Reading(inapplicable="sudo is not installed")
    try:
        grants = sudo_grants.read()
    except OSError as error:
        return Reading(unreadable=error.strerror)
    if row["attribute"] == "sudoers":
        known = {"root", *row["desired"], *(f"%{name}" for name in row["groups"])}
        extra = {grant.who for grant in grants if grant.is_everything and grant.who not in known}
    else:
        known = {"root", login.account() or "root", *row["desired"]}
        extra = {_told(grant) for grant in grants if grant.asks_no_password and grant.who not in known}
    return Reading(sorted(extra) or "as listed", where=sudo_grants.SUDOERS)


def _told(grant: sudo_grants.Grant) -> str:
    return f"{grant.who}: {', '.join(grant.programs)}" if grant.programs else grant.who


def _write(row: Row, writer: Writer) -> Write:
    changes, faults = False, []
    try:
        groups = _groups()
        if row["attribute"] == "administrators" and not set(row["desired"]) & accounts.accounts().keys():
            return Write(error=f"none of {', '.join(row['desired'])} has an account here, so nobody is taken out")
        for name, wanted in _wanted(row, groups).items():
            fault, changed = _put(row, name, groups[name], wanted, writer)
            faults += fault
            changes |= changed
    except OSError as error:
        faults.append(f"cannot change the groups: {error.strerror}")
    return Write(changes=changes, error="; ".join(faults) or None)


def _put(row: Row, name: str, group: _Group, wanted: list[str], writer: Writer) -> tuple[list[str], bool]:
    """Return what stays as it is and why, and whether the group changes; raises OSError."""
    first = [one for one in _people(row, group.first_of) if one not in row["desired"]]
    faults = [f"{one} has {name} as its first group: give it another with usermod --gid" for one in first]
    ours = writer.account or "root"
    thing = account_entry.name_of("members", name)
    if account_guard.refusal(thing, wanted, writer.account) is not None and ours in group.listed:
        wanted = [*wanted, ours]
        faults.append(f"{ours} is not listed, but we came in by it: list it, or come in as somebody who is")
    refusal = account_guard.refusal(thing, wanted, writer.account)
    if refusal is not None:
        return [*faults, refusal], False
    return faults, writer.put("account", thing, old=account_entry.capture(thing), new=wanted)
