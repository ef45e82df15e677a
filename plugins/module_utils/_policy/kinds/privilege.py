# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``privilege``: who has root's power on this device, held against the names that the site lists.

Fields of a row: ``groups``, and ``attribute``:

- ``administrators``: the first of the groups that this device has holds exactly those who are listed and have an
  account here; the others, and those with the number of one of them, hold nobody else.
- ``powers``: of people, these groups (whose members can become root by a detour) have only those who are listed.
- ``sudoers``: sudo gives ``ALL`` to root, to these groups, and to those who are listed. Only read.
- ``without_password``: only those who are listed, and the account that we came in as, are asked for no password by
  sudo, for whatever program. Only read.

None of the groups has a password, by which newgrp(1) lets in anybody, and nobody else is its administrator, who adds
members by gpasswd(1). The account that we came in as keeps what it has by sudo, and nobody is taken out if none of
those who are listed has an account here. The value is what is too much or missing, by group. Who is listed and has no
account here is told, but no fault: a site has one list for all devices.
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


class _Device(t.NamedTuple):
    """The account files, read once; ``first_of`` are those whose first group it is, but root, by its number."""

    known: dict[str, accounts.Account]
    groups: dict[str, accounts.Group]
    first_of: dict[int, list[str]]
    people: range


def fault_of_desired(row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with the names that a site lists, None if nothing is."""
    if not desired and row["attribute"] != "without_password":
        return "it names nobody, so that nobody could administer the device"
    wrong = [name for name in desired if not re.fullmatch(r"[A-Za-z_][\w.@-]*\$?", str(name), re.ASCII)]
    return f"{wrong[0]!r} is no name of an account" if wrong else None


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell of every row who has more than the site lists, or less."""
    try:
        device, unparsable = _read(), accounts.unparsable()
    except OSError as error:
        return {row["id"]: Reading(unreadable=f"cannot read the accounts: {error.strerror}") for row in rows}
    if unparsable:
        reading = Reading(unreadable=f"{next(iter(unparsable.values()))} cannot be parsed: correct the line")
        return {row["id"]: _of_sudo(row, device) if row["attribute"] in _OF_SUDO else reading for row in rows}
    return {
        row["id"]: _of_sudo(row, device) if row["attribute"] in _OF_SUDO else _of_groups(row, device) for row in rows
    }


def compare(row: Row, reading: Reading) -> bool:
    return isinstance(reading.value, str)


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Give the groups the members that they should have; sudoers is for a person to correct."""
    return {row["id"]: Write() if row["attribute"] in _OF_SUDO else _write(row, writer) for row in rows}


def _read() -> _Device:
    """Read the account files; raises OSError."""
    known = accounts.accounts()
    first_of: dict[int, list[str]] = {}
    for one in known.values():
        if one.uid != 0:
            first_of.setdefault(one.gid, []).append(one.name)
    return _Device(known, accounts.groups(), first_of, accounts.people_range())


def _of_groups(row: Row, device: _Device) -> Reading:
    if not _present(row, device):
        return Reading(inapplicable=f"there is no group {', '.join(row['groups'])}")
    differences = {
        name: different
        for name, wanted in _wanted(row, device).items()
        if (different := _differences(row, device, name, wanted))
    }
    return _told_apart(differences, accounts.GROUP, _without_account(row, device))


def _told_apart(differences: t.Any, where: str, missing: list[str]) -> Reading:
    """Return what is too much or missing; a name without an account here can be the reason, and is no fault alone."""
    if differences:
        return Reading(differences, where=where, weakness=_perhaps_misspelt(missing))
    return Reading(f"as listed; no account here: {', '.join(missing)}" if missing else "as listed", where)


def _differences(row: Row, device: _Device, name: str, wanted: list[str]) -> list[str]:
    group, first_of = device.groups[name], _first_of(row, device, name)
    has = {*group.listed, *_meant(row, device, group.shadowed), *first_of}
    extra = [one for one in has - set(wanted) if one not in first_of or one not in row["desired"]]
    return [
        *(f"+{one}" for one in sorted(extra)),
        *(f"-{one}" for one in sorted(set(wanted) - has)),
        *(["group password"] if group.password == accounts.SET else []),
        *(f"group administrator {one}" for one in group.administrators if one not in _may_add(row)),
    ]


def _present(row: Row, device: _Device) -> list[str]:
    """Return the groups that the row is about, and those that are the same for having the same number."""
    named = [name for name in row["groups"] if name in device.groups]
    numbers = {device.groups[name].gid for name in named}
    return [*named, *(name for name, group in device.groups.items() if group.gid in numbers and name not in named)]


def _wanted(row: Row, device: _Device) -> dict[str, list[str]]:
    """Return the members that each group of the row should have, in the order in which they are listed."""
    wanted = {}
    for place, name in enumerate(_present(row, device)):
        listed = device.groups[name].listed
        meant = set(_meant(row, device, listed)) - set(row["desired"])
        wanted[name] = [one for one in listed if one not in meant]
        if row["attribute"] == "administrators" and place == 0:
            wanted[name] += [one for one in row["desired"] if one in device.known and one not in wanted[name]]
    return wanted


def _meant(row: Row, device: _Device, names: t.Iterable[str]) -> list[str]:
    """Return those of the names that the row is about: among powers, not the accounts of services."""
    if row["attribute"] == "administrators":
        return list(names)
    known = device.known
    return [name for name in names if name not in known or accounts.is_persons(known[name], device.people)]


def _first_of(row: Row, device: _Device, name: str) -> list[str]:
    return _meant(row, device, device.first_of.get(device.groups[name].gid, []))


def _may_add(row: Row) -> list[str]:
    return ["root", *row["desired"]]


def _without_account(row: Row, device: _Device) -> list[str]:
    return [one for one in row["desired"] if one not in device.known]


def _perhaps_misspelt(missing: list[str]) -> str | None:
    return f"perhaps misspelt, for there is no account here: {', '.join(missing)}" if missing else None


def _of_sudo(row: Row, device: _Device) -> Reading:
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
    return _told_apart(sorted(extra), sudo_grants.SUDOERS, _without_account(row, device))


def _told(grant: sudo_grants.Grant) -> str:
    return f"{grant.who}: {', '.join(grant.programs)}" if grant.programs else grant.who


def _write(row: Row, writer: Writer) -> Write:
    changes, faults = False, []
    try:
        device = _read()
        if row["attribute"] == "administrators" and not set(row["desired"]) & device.known.keys():
            return Write(error=f"none of {', '.join(row['desired'])} has an account here, so nobody is taken out")
        for name, wanted in _wanted(row, device).items():
            fault, new = _what_to_write(row, device, name, wanted, writer.account)
            faults += fault
            for thing, value in new.items():
                changes |= writer.put("account", thing, old=account_entry.capture(thing), new=value)
        misspelt = _perhaps_misspelt(_without_account(row, device))
        faults += [misspelt] if faults and misspelt else []
    except OSError as error:
        faults.append(f"cannot change the groups: {error.strerror}")
    return Write(changes=changes, error="; ".join(faults) or None)


def _what_to_write(
    row: Row, device: _Device, name: str, wanted: list[str], account: str | None
) -> tuple[list[str], dict[str, t.Any]]:
    """Return what of a group stays as it is and why, and what its things become; raises OSError."""
    group = device.groups[name]
    new: dict[str, t.Any] = {}
    if group.password == accounts.SET:
        new[account_entry.name_of("group_password", name)] = accounts.LOCKED
    allowed = [one for one in group.administrators if one in _may_add(row)]
    if allowed != group.administrators:
        new[account_entry.name_of("group_administrators", name)] = allowed
    first = [one for one in _first_of(row, device, name) if one not in row["desired"]]
    faults = [f"{one} has {name} as its first group: give it another with usermod --gid" for one in first]
    thing = account_entry.name_of("members", name)
    ours = account or "root"
    if account_guard.refusal(thing, wanted, account) is not None and ours in group.listed:
        wanted = [*wanted, ours]
        faults.append(f"{ours} is not listed, but we came in by it: list it, or come in as somebody who is")
    refusal = account_guard.refusal(thing, wanted, account)
    if refusal is not None:
        return [*faults, refusal], new
    shadowed = _meant(row, device, group.shadowed)
    if shadowed and wanted == group.listed and set(shadowed) - set(wanted):
        faults.append(
            f"{', '.join(shadowed)} stands as a member of {name} only in {accounts.GSHADOW}: "
            "write all its members anew with gpasswd --members"
        )
    return faults, {**new, thing: wanted}
