# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Records of every kind: read, added, changed; each change is an event."""

from __future__ import annotations

import functools
import typing as t

import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register import fields, tables
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import (
    ConflictError,
    RecordError,
    UnknownRecordError,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.events import Event, history
from ansible_collections.commune.baseline.plugins.plugin_utils._register.fields import Record
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, KINDS, Kind, Parts
from ansible_collections.commune.baseline.plugins.plugin_utils._register.references import faults_of_references
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Writer
from ansible_collections.commune.baseline.plugins.plugin_utils._register.text import WrongError

_IDS_AT_ONCE = 500


class Stored(t.NamedTuple):
    """A record as it stands in the register; ``version`` counts its changes."""

    id: int
    version: int
    record: Record


class Change(t.NamedTuple):
    """What a verb did, or in a dry run would do, to one record; ``before`` is None for a new one."""

    name: str
    changed: bool
    before: Record | None
    after: Record


def get(reader: Reader | Writer, kind: Kind, *key: t.Any) -> Stored:
    """Return the record of this key, in any form that people type; raise UnknownRecordError."""
    stored = lookup(reader, kind, dict(zip(kind.key, key, strict=True)))
    if stored is None:
        said = f"{kind.name} {_name(key)}"
        raise UnknownRecordError(f"the register knows no {said}")
    return stored


def lookup(reader: Reader | Writer, kind: Kind, given: t.Mapping[str, t.Any]) -> Stored | None:
    """Return the record whose key stands in the given values, or None."""
    key = _key(kind, given)
    if key is None:
        return None
    found = _stored(reader, kind, _key_query(kind.name, tuple(name for name in key if key[name] is None)), key)
    return found[0] if found else None


@functools.cache
def _key_query(kind: str, absent: tuple[str, ...]) -> sa.Select[t.Any]:
    """Return the query for one key, made once."""
    table = tables.RECORDS[kind]
    names = _key_columns(KINDS[kind])
    return sa.select(table).where(
        *(table.c[name].is_(None) if name in absent else table.c[name] == sa.bindparam(name) for name in names)
    )


def select(
    reader: Reader | Writer, kind: Kind, *conditions: sa.ColumnElement[bool], without: t.Collection[str] = ()
) -> list[Stored]:
    """Return the records that meet all conditions, in the order of their keys; parts ``without`` are not read."""
    table = tables.RECORDS[kind.name]
    query = sa.select(table).where(*conditions).order_by(*(table.c[name] for name in kind.key))
    wanted = kind._replace(parts=tuple(one for one in kind.parts if one.name not in without))
    return _stored(reader, wanted, query, {}, whole=not conditions)


def _stored(
    reader: Reader | Writer, kind: Kind, query: sa.Select[t.Any], values: t.Mapping[str, t.Any], *, whole: bool = False
) -> list[Stored]:
    """Return the records that a query finds, with their parts; ``whole`` says that it finds all there are."""
    rows = reader.connection.execute(query, values).mappings().all()
    ids = [row["id"] for row in rows]
    parts = {one.name: _parts_of(reader, one, None if whole else ids) for one in kind.parts}
    return [
        Stored(
            row["id"],
            row["version"],
            {
                **{name: row[name] for name in kind.columns},
                **{name: of.get(row["id"], []) for name, of in parts.items()},
            },
        )
        for row in rows
    ]


def put(
    writer: Writer,
    kind: Kind,
    given: t.Mapping[str, t.Any],
    *,
    first: t.Mapping[str, t.Any] | None = None,
    own: t.Mapping[str, t.Any] | None = None,
    verb: str | None = None,
    version: int | None = None,
    document: str | None = None,
    is_new: bool = False,
) -> Change:
    """Add a record or change the given fields of it; raise RecordError with all faults, or ConflictError.

    ``own`` are values of fields that only the register sets, ``first`` those that it sets in a new record; ``version``
    is the one that the caller read, if any; to know that it ``is_new`` saves a look into the register.
    """
    stored = None if is_new else lookup(writer, kind, given)
    if version is not None:
        _check_version(writer, kind, given, stored, version)
    before = stored.record if stored else None
    record, faults = fields.read(kind, given, before, writer.context)
    record.update((own if before else first) or {})
    name = _name(record[field] for field in kind.key)
    if record == before and not faults:
        return Change(name, False, before, record)
    faults += faults_of_references(writer.connection, kind, record, stored.id if stored else 0)
    if faults:
        raise RecordError(f"{kind.name} {name}", faults)
    changed = {field for field in record if before is None or record[field] != before[field]}
    event = Event(
        verb or ("change" if before else "add"),
        kind.name,
        _write(writer, kind, stored, record, changed),
        name,
        {field: before[field] for field in changed} if before else {},
        {field: record[field] for field in changed if before or record[field] not in (None, [])},
        document,
    )
    writer.chain.append(event)
    return Change(name, True, before, record)


def versions(reader: Reader | Writer, kind: Kind) -> dict[str, int]:
    """Return the versions of all records of a kind whose key is one text, by that; of devices, by the folded name."""
    table = tables.RECORDS[kind.name]
    (key,) = _key_columns(kind)
    rows = reader.connection.execute(sa.select(table.c[key], table.c.version))
    return {row[0]: row[1] for row in rows}


def history_of(reader: Reader | Writer, kind: Kind, *key: t.Any) -> list[dict[str, t.Any]]:
    """Return the events of one record, oldest first; raise UnknownRecordError."""
    return events_of(reader, kind, get(reader, kind, *key).id)


def events_of(reader: Reader | Writer, kind: Kind, id_: int) -> list[dict[str, t.Any]]:
    """Return the events of the record with this id, oldest first, also those that this transaction added."""
    if isinstance(reader, Writer):
        reader.chain.flush()
    return history(reader.connection, kind.name, id_)


def _key(kind: Kind, given: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """Return the columns that find a record, or None if the given values hold no valid key."""
    parse = {field.name: field.parse for field in kind.fields}
    try:
        key = {name: None if given.get(name) in (None, "") else parse[name](given[name]) for name in kind.key}
    except WrongError:
        return None
    if kind is DEVICE:
        return {"name_folded": key["name"].casefold()} if key["name"] else None
    return key


def _key_columns(kind: Kind) -> tuple[str, ...]:
    return ("name_folded",) if kind is DEVICE else kind.key


def _name(key: t.Iterable[t.Any]) -> str:
    return ", ".join(str(value)[:64] for value in key if value is not None)


def _check_version(
    writer: Writer, kind: Kind, given: t.Mapping[str, t.Any], stored: Stored | None, version: int
) -> None:
    said = f"{kind.name} {_name(given.get(field) for field in kind.key)}"
    if stored is None:
        raise UnknownRecordError(f"the register knows no {said}")
    if stored.version != version:
        last = events_of(writer, kind, stored.id)[-1]
        raise ConflictError(f"{said} was changed by {last['who']} at {last['at']}, after it was read; read it again")


def _parts_of(reader: Reader | Writer, parts: Parts, ids: list[int] | None) -> dict[int, list[t.Any]]:
    """Return the parts of these records (None: of all) by the record's id."""
    names = [field.name for field in parts.fields]
    chunks = (
        [None] if ids is None else [ids[start : start + _IDS_AT_ONCE] for start in range(0, len(ids), _IDS_AT_ONCE)]
    )
    found: dict[int, list[t.Any]] = {}
    for chunk in chunks:
        query = _parts_query(parts.table, tuple(names), whole=chunk is None)
        for owner, *values in reader.connection.execute(query, {} if chunk is None else {"owners": chunk}):
            part = values[0] if parts.is_plain else dict(zip(names, values, strict=True))
            found.setdefault(owner, []).append(part)
    return found


@functools.cache
def _parts_query(table: str, names: tuple[str, ...], *, whole: bool) -> sa.Select[t.Any]:
    """Return the query for the parts of some records or of all, made once."""
    c = tables.PARTS[table].c
    query = sa.select(c.owner, *(c[name] for name in names)).order_by(c.owner, c.position)
    return query if whole else query.where(c.owner.in_(sa.bindparam("owners", expanding=True)))


def _write(writer: Writer, kind: Kind, stored: Stored | None, record: Record, changed: set[str]) -> int:
    """Write what changed of a record, parts whose owner must stand first after it; return its id."""
    connection, table = writer.connection, tables.RECORDS[kind.name]
    if "zone" in changed:
        changed = changed | {"ips"}  # which repeat the zone
    parts = [one for one in kind.parts if one.name in changed]
    values = {name: record[name] for name in kind.columns if name in changed}
    if kind is DEVICE and "name" in changed:
        values["name_folded"] = record["name"].casefold()
    if stored is None:
        id_ = writer.chain.next_id(table)
        connection.execute(sa.insert(table), {"id": id_, "version": 1, **values})
    else:
        id_ = stored.id
        for one in parts:
            connection.execute(sa.delete(tables.PARTS[one.table]).where(tables.PARTS[one.table].c.owner == id_))
        connection.execute(sa.update(table).where(table.c.id == id_).values(version=stored.version + 1, **values))
    for one in parts:
        rows = _part_rows(one, id_, record)
        if rows:
            connection.execute(sa.insert(tables.PARTS[one.table]), rows)
    return id_


def _part_rows(parts: Parts, owner: int, record: Record) -> list[Record]:
    shared = {"owner": owner, **({"zone": record["zone"]} if parts.table == "device_ips" else {})}
    name = parts.fields[0].name
    return [
        {**shared, "position": position, **({name: part} if parts.is_plain else part)}
        for position, part in enumerate(record[parts.name])
    ]
