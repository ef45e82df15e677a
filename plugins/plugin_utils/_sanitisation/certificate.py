# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The certificate of a sanitisation, and what keeps it from being given. Pure.

Its fields are those of NIST SP 800-88 Rev. 2 and of the minutes on erasure (form F-07). Nobody has two roles in it, but
for the second approver, who may verify (DC-02, DC-04). Two codes with one name are one person, however it is written:
whoever stands in the register twice must not get two roles by it.
"""

from __future__ import annotations

import collections
import datetime
import itertools
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register import approvals, text
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation.authority import Authority

FORMAT = "commune.baseline.sanitisation/1"
_APPROVERS = 2
_LEVELS = {"clear": "Clear", "purge": "Purge"}

Record = t.Mapping[str, t.Any]


class Parties(t.NamedTuple):
    """People as the register knows them; ``approvers`` are those whose signatures under the order count."""

    requested_by: Record
    wiped_by: Record
    verified_by: Record
    approvers: t.Sequence[Record]


class Medium(t.NamedTuple):
    """One medium: what the register says of it, and what the wipe and the verification returned."""

    registered: Record
    wiped: Record
    verified: Record

    @property
    def serial(self) -> str:
        return str(self.registered["serial"])


def holding(
    order: str, device: str, every: t.Iterable[Record], signers: Authority, today: datetime.date
) -> list[Record]:
    """Return the approvals of an order for a device that hold today and whose signatures count.

    One without an end does not count.
    """
    return [
        one
        for one in every
        if one["number"] == order and approvals.is_for(one, device, today) and one["expires_on"]
        if signers.fault_of(one) is None
    ]


def approvers_of(held: t.Iterable[Record], signers: Authority) -> list[Record]:
    """Return the people who signed, each once."""
    return [signers.people[code] for code in sorted({one["signer"] for one in held})]


def faults_of_approvers(
    order: str, device: str, approvers: t.Sequence[Record], requested_by: Record, wiped_by: Record
) -> list[str]:
    """Return a sentence if not two people approved, and for each of them who must not have."""
    faults = []
    if len({text.folded(person["name"]) for person in approvers}) < _APPROVERS:
        found = ", ".join(person["name"] for person in approvers) or "nobody"
        faults.append(
            f"order {order} for {device} needs the approvals of two people that hold today, and has that of {found}"
        )
    for one in approvers:
        if _same(requested_by, one):
            faults.append(f"{_called(requested_by, one)} requested and approved order {order}: that takes two people")
        if _same(wiped_by, one):
            faults.append(f"{_called(wiped_by, one)} wiped and approved order {order}: that takes two people")
    if _same(requested_by, wiped_by):
        faults.append(
            f"{_called(requested_by, wiped_by)} requested the disposal of {device} and wiped it: that takes two people"
        )
    return faults


def faults_of_parties(order: str, device: str, parties: Parties) -> list[str]:
    """Return a sentence for each role that the wrong person has."""
    faults = faults_of_approvers(order, device, parties.approvers, parties.requested_by, parties.wiped_by)
    requested_by, wiped_by, verified_by = parties[:3]
    if _same(requested_by, verified_by):
        faults.append(
            f"{_called(requested_by, verified_by)} requested the disposal of {device} and verified it: "
            "that takes two people"
        )
    if _same(wiped_by, verified_by):
        faults.append(f"{_called(wiped_by, verified_by)} wiped and verified {device}: that takes two people")
    return faults


def media_of(device: Record, wiped: t.Sequence[Record], verified: t.Sequence[Record]) -> tuple[list[Medium], list[str]]:
    """Bring together what the register, the wipe and the verification say of each medium; return it and the faults."""
    registered = {one["serial"]: one for one in device["media"]}
    seen = {_code(one["serial"]): one for one in verified}
    found = []
    faults = [*_repeated(one["identity"]["serial"] for one in wiped), *_repeated(one["serial"] for one in verified)]
    for one in wiped:
        serial = _code(one["identity"]["serial"])
        if serial not in registered:
            faults.append(f"the register knows no medium {serial} of {device['name']}")
        elif serial not in seen:
            faults.append(f"medium {serial} was wiped and not verified")
        else:
            found.append(Medium(registered[serial], one, seen[serial]))
    return found, faults


def faults_of_medium(medium: Medium, order: str) -> list[str]:
    """Return a sentence for each reason why a medium cannot be certified."""
    wiped, verified, serial = medium.wiped, medium.verified, medium.serial
    faults = []
    if wiped["state"] != "wiped":
        faults.append(f"medium {serial} was not wiped: {wiped.get('reason', wiped['state'])}")
    if wiped["order"] != order:
        faults.append(f"medium {serial} was wiped under order {wiped['order']}, not under {order}")
    if not (verified["is_clean"] and verified["is_complete"] and verified["checked"] > 0):
        faults.append(f"medium {serial} is not clean: {verified['reason'] or 'not enough was read'}")
    if verified["expectation"] != wiped.get("expectation"):
        faults.append(f"medium {serial} was verified as {verified['expectation']}, not as it has to read")
    ordered, read = ([of[name] for name in ("model", "wwn")] for of in (wiped["identity"], verified))
    if ordered != read:
        faults.append(f"medium {serial} was wiped as {_joined(ordered)} and verified as {_joined(read)}")
    size = wiped.get("size")
    if verified["size"] != size:
        faults.append(f"medium {serial} was wiped with {size} bytes and verified with {verified['size']}")
    if medium.registered["bytes"] not in (None, size, wiped["identity"]["size"]):
        faults.append(f"medium {serial} has {size} bytes, and the register says {medium.registered['bytes']}")
    return faults


def certificate_of(
    order: str, device: Record, parties: Parties, media: t.Sequence[Medium], facts: Record
) -> dict[str, t.Any]:
    """Return the certificate of what was wiped."""
    return {
        **head_of(order, device, parties.approvers, facts),
        **{role: person_of(person) for role, person in parties._asdict().items() if role != "approvers"},
        "media": [_told(medium) for medium in media],
    }


def head_of(order: str, device: Record, approvers: t.Iterable[Record], facts: Record) -> dict[str, t.Any]:
    """Return what all certificates say: whole numbers and texts only, so that RFC 8785 writes it in one way."""
    return {
        "format": FORMAT,
        "kind": "sanitisation",
        "order": order,
        **facts,
        "device": {name: device[name] for name in ("name", "class", "make", "model", "serial", "asset_tag", "secrecy")},
        "approved_by": [person_of(one) for one in approvers],
    }


def _told(medium: Medium) -> dict[str, t.Any]:
    wiped, verified = medium.wiped, medium.verified
    return {
        "serial": medium.serial,
        "model": wiped["identity"]["model"],
        "wwn": wiped["identity"]["wwn"],
        "bytes": wiped["size"],
        "kind": medium.registered["kind"],
        "method": _LEVELS[wiped["level"]],
        "technique": wiped["technique"],
        "attempts": [f"{one['technique']}: {one['reason']}" for one in wiped["attempts"]],
        "began": wiped["started"],
        "ended": wiped["finished"],
        "verification": {
            **{name: verified[name] for name in ("expectation", "checked", "confidence", "seed", "largest_gap")},
            "scope": "full" if verified["checked"] == verified["size"] else "sample",
        },
    }


def person_of(person: Record) -> dict[str, t.Any]:
    return {name: person[name] for name in ("code", "name", "post", "department")}


def faults_of_roles(device: str, roles: t.Iterable[tuple[str, Record]]) -> list[str]:
    """Return a sentence for each person who has two of these roles in the disposal of a device."""
    return [
        f"{_called(one, two)} stands for {role} and for {other} in the disposal of {device}: that takes two people"
        for (role, one), (other, two) in itertools.combinations(roles, 2)
        if _same(one, two)
    ]


def faults_of_office(roles: t.Iterable[tuple[str, Record]], day: str) -> list[str]:
    """Return a sentence for each person who was not in office on the day on which he acted."""
    return [
        f"{person['name']} stands for {role} and was not in office on {day}"
        for role, person in roles
        if not approvals.is_in_office(person, day)
    ]


def _same(one: Record, other: Record) -> bool:
    return bool(one["code"] == other["code"] or text.folded(one["name"]) == text.folded(other["name"]))


def _called(one: Record, other: Record) -> str:
    """Return the name of a person, with both codes if the register has two."""
    return str(one["name"]) if one["code"] == other["code"] else f"{one['name']} ({one['code']}, {other['code']})"


def _repeated(serials: t.Iterable[str]) -> list[str]:
    counted = collections.Counter(_code(serial) for serial in serials)
    return [f"medium {serial} is in the results twice" for serial, count in counted.items() if count > 1]


def _joined(words: t.Iterable[str]) -> str:
    return " ".join(word for word in words if word) or "-"


def _code(serial: str) -> str:
    """Return a serial number as the register keeps it."""
    return serial.upper()
