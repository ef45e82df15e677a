# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Devices: registered, changed, found, and taken from state to state."""

from __future__ import annotations

import typing as t

import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register import (
    addresses,
    disposal,
    events,
    life_cycle,
    records,
    service,
    tables,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import Fault, RecordError, RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, STATE_FIELD
from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Change, Stored
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Writer
from ansible_collections.commune.baseline.plugins.plugin_utils._register.text import WrongError

# By what devices are found; each has an index.
FILTERS = ("state", "class", "zone", "department", "custodian", "serial", "asset_tag")


def put(
    writer: Writer,
    given: t.Mapping[str, t.Any],
    *,
    state: str = life_cycle.PLANNED,
    version: int | None = None,
    document: str | None = None,
    is_new: bool = False,
) -> Change:
    """Register a device in a first state, or change the given fields of a known one, whose state stays."""
    if state not in life_cycle.FIRST_STATES:
        right = f"a life begins as one of {', '.join(life_cycle.FIRST_STATES)}"
        raise RecordError(f"device {given.get('name')}", [Fault("state", repr(state), right)])
    how: dict[str, t.Any] = {"version": version, "document": document, "is_new": is_new}
    return records.put(writer, DEVICE, given, first={"state": state}, **how)


def transition(
    writer: Writer,
    name: str,
    state: str,
    *,
    version: int | None = None,
    document: str | None = None,
    reason: str | None = None,
    roles: t.Collection[str] = (),
) -> Change:
    """Take a device to another state; raise TransitionError, which names the legal ones, or ServiceError.

    Into service it comes by the gate's verdict, or by an approval that one of ``roles`` signed (see ``service``).
    To be where it already is changes nothing, so that a play can be repeated. A disposed device gives its addresses
    back to its zone. A reason is added to the note of the device, with the day.
    """
    stored = get(writer, name)
    if stored.record["state"] == state:
        return Change(stored.record["name"], False, stored.record, stored.record)
    life_cycle.check_step(stored.record["name"], stored.record["state"], state)
    if state == life_cycle.SANITISED:
        disposal.check(writer, stored, document, reason)
    if state == life_cycle.IN_SERVICE:
        service.check(writer, stored, document, roles)
    given: dict[str, t.Any] = {"name": stored.record["name"], **({"ips": []} if state == life_cycle.DISPOSED else {})}
    if reason and reason.strip():
        noted = f"{writer.context.today.isoformat()} {state}: {reason.strip()}"
        given["note"] = "\n".join(filter(None, [stored.record["note"], noted]))
    own = {"state": state}
    return records.put(writer, DEVICE, given, own=own, verb="transition", version=version, document=document)


def get(reader: Reader | Writer, name: str) -> Stored:
    """Return a device by its name, whose case does not matter; raise UnknownRecordError."""
    return records.get(reader, DEVICE, name)


def find(reader: Reader | Writer, **wanted: str) -> list[Stored]:
    """Return the devices that have all the wanted values, by name; raise RegisterError if one is not in FILTERS."""
    unknown = sorted(wanted.keys() - set(FILTERS))
    if unknown:
        raise RegisterError(f"devices are found by {', '.join(FILTERS)}, not by {', '.join(unknown)}")
    c = tables.RECORDS[DEVICE.name].c
    return records.select(reader, DEVICE, *(c[name] == value for name, value in wanted.items()))


def find_by_mac(reader: Reader | Writer, mac: str) -> Stored | None:
    """Return the device that has this hardware address, in any form, or None; raise WrongError if it is none."""
    found = records.select(reader, DEVICE, _condition(reader, "mac", mac))
    return found[0] if found else None


def search(reader: Reader | Writer, wanted: t.Mapping[str, t.Any]) -> list[Stored]:
    """Return the devices that have all the wanted values, by name; raise RecordError with all values that cannot be.

    Besides FILTERS, ``name`` and ``mac`` are known, all in any form that people type.
    """
    conditions, faults = [], []
    for name, value in wanted.items():
        try:
            conditions.append(_condition(reader, name, value))
        except WrongError as error:
            faults.append(Fault(name, repr(value)[:60], str(error)))
    if faults:
        raise RecordError("the wanted devices", faults)
    return records.select(reader, DEVICE, *conditions)


def history(reader: Reader | Writer, name: str) -> list[dict[str, t.Any]]:
    """Return what happened to a device, oldest first."""
    return records.history_of(reader, DEVICE, name)


def told(reader: Reader | Writer, stored: Stored, *, with_history: bool) -> dict[str, t.Any]:
    """Return what the register knows of a device, for people: also where it can go, and what happened to it."""
    record = {**stored.record, "version": stored.version, "next_states": list(life_cycle.NEXT[stored.record["state"]])}
    if not with_history:
        return record
    happened = history(reader, stored.record["name"])
    return {**record, "history": [_shown(event) for event in happened]}


_HISTORY = ("number", "at", "who", "verb", "document")
_PARSE = {field.name: field.parse for field in (*DEVICE.fields, STATE_FIELD)}


def _shown(event: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return an event for people; of one that was edited past the register, what can still be read."""
    values = {name: events.values_of(event[name]) for name in ("before", "after")}
    return {**{name: event[name] for name in _HISTORY}, **values, "edited": not events.is_whole(event)}


def _condition(reader: Reader | Writer, name: str, value: t.Any) -> sa.ColumnElement[bool]:
    c = tables.RECORDS[DEVICE.name].c
    if name == "mac":
        macs = tables.PARTS["device_macs"]
        owner = sa.select(macs.c.owner).where(macs.c.mac == addresses.mac(value))
        return c.id.in_(owner)
    if name == "name":
        return c.name_folded.in_([_PARSE[name](value).casefold()])
    if name == "zone" and value not in reader.context.zones:
        raise WrongError(f"one of {', '.join(reader.context.zones)}")
    return c[name].in_([_PARSE[name](value)])
