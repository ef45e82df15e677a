# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a record has to do with others: it may refer only to those that exist, and repeat nothing that is unique."""

from __future__ import annotations

import functools
import typing as t

import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register import tables
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import Fault
from ansible_collections.commune.baseline.plugins.plugin_utils._register.fields import Record
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, KINDS, Field, Kind


def _missing(refers_to: str) -> str:
    if refers_to == DEVICE.name:
        return "the register knows no device of this name"
    return "the register knows no person of this code"


def faults_of_references(connection: sa.Connection, kind: Kind, record: Record, own_id: int) -> list[Fault]:
    """Return a fault for every reference to nothing and for every value that another record already has."""
    faults = [
        Fault(place, repr(value), _missing(refers_to))
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
    media = [one["serial"] for one in record["media"] if one]
    wanted = {name: record[name] for name in ("serial", "asset_tag", "macs", "ips") if record[name]}
    wanted |= {"media": media} if media else {}
    if not wanted:
        return []
    values = {**wanted, "zone": record["zone"], "own": own_id}
    return [
        Fault(place, repr(value), f"device {name} has it already")
        for place, value, name in connection.execute(_clash_query(tuple(wanted)), values)
    ]


@functools.cache
def _clash_query(places: tuple[str, ...]) -> sa.CompoundSelect[t.Any]:
    """Return the query for these places, made once: it is asked for every record of an import."""
    devices = tables.RECORDS[DEVICE.name]
    queries = []
    for place in places:
        table, column = _PLACES[place]
        query = sa.select(sa.literal_column(f"'{place}'"), column, devices.c.name)
        if table is devices:
            query = query.where(column == sa.bindparam(place), devices.c.id != sa.bindparam("own"))
        else:
            owner = table.c.owner
            query = query.select_from(table.join(devices, devices.c.id == owner)).where(
                column.in_(sa.bindparam(place, expanding=True)), owner != sa.bindparam("own")
            )
        if place == "ips":
            query = query.where(table.c.zone == sa.bindparam("zone"))
        queries.append(query)
    return sa.union_all(*queries)


_PLACES: dict[str, tuple[sa.TableClause, sa.ColumnClause[t.Any]]] = {
    place: (table, table.c[column])
    for place, table, column in (
        ("serial", tables.RECORDS[DEVICE.name], "serial"),
        ("asset_tag", tables.RECORDS[DEVICE.name], "asset_tag"),
        ("macs", tables.PARTS["device_macs"], "mac"),
        ("ips", tables.PARTS["device_ips"], "ip"),
        ("media", tables.PARTS["device_media"], "serial"),
    )
}
