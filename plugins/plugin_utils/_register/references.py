# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a record has to do with others: it may refer only to those that exist, and repeat nothing that is unique."""

from __future__ import annotations

import typing as t

import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register import tables
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import Fault
from ansible_collections.commune.baseline.plugins.plugin_utils._register.fields import Record
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, KINDS, Field, Kind


def faults_of_references(connection: sa.Connection, kind: Kind, record: Record, own_id: int) -> list[Fault]:
    """Return a fault for every reference to nothing and for every value that another record already has."""
    faults = [
        Fault(place, repr(value), f"the register knows no {refers_to} of this {KINDS[refers_to].key[0]}")
        for place, refers_to, value in _references(kind, record)
        if not _exists(connection, KINDS[refers_to], value)
    ]
    if kind is DEVICE:
        faults += _clashes(connection, record, own_id)
    return faults


def _references(kind: Kind, record: Record) -> t.Iterator[tuple[str, str, t.Any]]:
    def of(field: Field, place: str, value: t.Any) -> t.Iterator[tuple[str, str, t.Any]]:
        if field.refers_to and value is not None:
            yield place, field.refers_to, value

    for field in kind.fields:
        yield from of(field, field.name, record[field.name])
    for parts in kind.parts:
        for number, part in enumerate(record[parts.name] if parts.is_plain else ()):
            yield from of(parts.fields[0], f"{parts.name}[{number}]", part)


def _exists(connection: sa.Connection, kind: Kind, key: t.Any) -> bool:
    table = tables.RECORDS[kind.name]
    return connection.execute(sa.select(table.c.id).where(table.c[kind.key[0]] == key)).first() is not None


def _clashes(connection: sa.Connection, record: Record, own_id: int) -> list[Fault]:
    """Look for devices that have what only one can have, in one query."""
    devices = tables.RECORDS[DEVICE.name]
    ips, macs, media = (tables.PARTS[f"device_{name}"] for name in ("ips", "macs", "media"))

    def of_device(place: str, value: t.Any) -> sa.Select[t.Any]:
        return sa.select(sa.literal(place).label("place"), devices.c[place].label("value"), devices.c.name).where(
            devices.c[place] == value, devices.c.id != own_id
        )

    def of_part(
        place: str, column: sa.ColumnElement[t.Any], table: sa.TableClause, values: list[t.Any]
    ) -> sa.Select[t.Any]:
        joined = table.join(devices, devices.c.id == table.c.owner)
        query = sa.select(sa.literal(place).label("place"), column.label("value"), devices.c.name).select_from(joined)
        return query.where(column.in_(values), table.c.owner != own_id)

    wanted = [of_device(name, record[name]) for name in ("serial", "asset_tag") if record[name]]
    if record["macs"]:
        wanted.append(of_part("macs", macs.c.mac, macs, record["macs"]))
    if record["ips"]:
        wanted.append(of_part("ips", ips.c.ip, ips, record["ips"]).where(ips.c.zone == record["zone"]))
    if record["media"]:
        wanted.append(of_part("media", media.c.serial, media, [one["serial"] for one in record["media"] if one]))
    if not wanted:
        return []
    return [
        Fault(place, repr(value), f"device {name} has it already")
        for place, value, name in connection.execute(sa.union_all(*wanted))
    ]
