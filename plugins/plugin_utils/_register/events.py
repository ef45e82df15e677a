# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The chain of events: who changed what, when, under which document; each event carries the hash of the one before.

What ``verify`` finds without help: an event that was edited, removed, added or moved; a cut tail, if the count in the
table ``chain`` was left; a record, a run or an observation that was changed past the register. Somebody who can write
the database and knows this code can compute the whole chain anew, or cut its tail and correct the count: that shows
only against an anchor, a head (number of events and last hash) that was kept elsewhere, as signed evidence does.
"""

from __future__ import annotations

import json
import typing as t

import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register import tables
from ansible_collections.commune.baseline.plugins.plugin_utils._register.canonical import canonical, digest
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError

_NO_HASH = "0" * 64
_AT_ONCE = 500
_HASHED = tuple(column.name for column in tables.EVENTS.columns if column.name != "hash")


class Head(t.NamedTuple):
    """How many events there are, and the hash of the last: what evidence keeps as an anchor."""

    events: int
    hash: str


class Event(t.NamedTuple):
    """One change of one record; ``before`` and ``after`` hold the fields that changed."""

    verb: str
    kind: str
    record: int
    name: str
    before: t.Mapping[str, t.Any]
    after: t.Mapping[str, t.Any]
    document: str | None = None


def head(connection: sa.Connection) -> Head:
    """Return the end that the register tells; if somebody removed it, that of a chain without events."""
    told = connection.execute(sa.select(tables.CHAIN.c.events, tables.CHAIN.c.hash)).one_or_none()
    return Head(*told) if told else Head(0, _NO_HASH)


class Chain:
    """The chain within a transaction that writes; made, it holds the lock that keeps other writers waiting.

    Events are written many at once, since an import has ten thousand; what reads them in the same transaction calls
    ``flush`` first.
    """

    def __init__(self, connection: sa.Connection, who: str, at: str) -> None:
        self._connection = connection
        self._who = who
        self._at = at
        locked = sa.select(tables.CHAIN.c.events, tables.CHAIN.c.hash).with_for_update()
        told = connection.execute(locked).one_or_none()
        if told is None:
            raise RegisterError("the count of events was removed, so nothing is written: verify the register")
        self.head = Head(*told)
        self._unwritten: list[dict[str, t.Any]] = []
        self._ids: dict[str, int] = {}

    def next_id(self, table: sa.TableClause) -> int:
        """Return the next number of a table whose rows only this writer adds while it holds the lock."""
        if table.name not in self._ids:
            self._ids[table.name] = next_id(self._connection, table) - 1
        self._ids[table.name] += 1
        return self._ids[table.name]

    def append(self, event: Event) -> None:
        """Add an event as the last one."""
        row = {
            **event._asdict(),
            "number": self.head.events + 1,
            "at": self._at,
            "who": self._who,
            "before": canonical(event.before),
            "after": canonical(event.after),
            "previous": self.head.hash,
        }
        row["hash"] = _hash(row)
        self._unwritten.append(row)
        self.head = Head(row["number"], row["hash"])
        if len(self._unwritten) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write the events that are not in the database yet."""
        if self._unwritten:
            self._connection.execute(sa.insert(tables.EVENTS), self._unwritten)
            self._unwritten = []

    def close(self) -> None:
        """Write what is left, the count and the last hash; nothing can be appended after this."""
        self.flush()
        self._connection.execute(sa.update(tables.CHAIN).values(events=self.head.events, hash=self.head.hash))


def next_id(connection: sa.Connection, table: sa.TableClause, column: str = "id") -> int:
    """Return the number after the highest; writers follow one another, so it stays free."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c[column]), 0))).scalar_one()) + 1


def history(connection: sa.Connection, kind: str, record: int) -> list[dict[str, t.Any]]:
    """Return the events of one record, oldest first."""
    c = tables.EVENTS.c
    query = sa.select(tables.EVENTS).where(c.kind == kind, c.record == record).order_by(c.number)
    return [dict(row) for row in connection.execute(query).mappings()]


def of_kind(connection: sa.Connection, kind: str) -> list[dict[str, t.Any]]:
    """Return the events of all records of a kind, oldest first."""
    query = sa.select(tables.EVENTS).where(tables.EVENTS.c.kind == kind).order_by(tables.EVENTS.c.number)
    return [dict(row) for row in connection.execute(query).mappings()]


def values_of(text: t.Any) -> dict[str, t.Any]:
    """Return what ``before`` or ``after`` of an event says; nothing if it was edited into what says nothing."""
    try:
        values = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def all_events(connection: sa.Connection) -> t.Iterator[dict[str, t.Any]]:
    query = sa.select(tables.EVENTS).order_by(tables.EVENTS.c.number)
    for row in connection.execute(query, execution_options={"yield_per": 1000}).mappings():
        yield dict(row)


class Links:
    """Looks at event after event and keeps a sentence for each fault of the chain."""

    def __init__(self, anchors: t.Iterable[Head]) -> None:
        self._anchors: dict[int, set[str]] = {}
        for anchor in anchors:
            self._anchors.setdefault(anchor.events, set()).add(anchor.hash)
        self._last = Head(0, _NO_HASH)
        self.faults: list[str] = []

    def look_at(self, event: t.Mapping[str, t.Any]) -> None:
        number = event["number"]
        if number != self._last.events + 1:
            self.faults.append(f"between event {self._last.events} and event {number}, events are missing")
        elif event["previous"] != self._last.hash:
            self.faults.append(f"event {number} does not follow event {self._last.events}: one was changed or moved")
        if not is_whole(event):
            self.faults.append(f"event {number} was edited")
        if self._anchors.pop(number, {event["hash"]}) != {event["hash"]}:
            self.faults.append(f"event {number} is not the one that evidence was anchored to")
        self._last = Head(number, event["hash"])

    def end(self, told: Head) -> None:
        """Compare the end with the head that the register tells, and with the anchors that were not met."""
        if told != self._last:
            self.faults.append(
                f"the register counts {told.events} events and holds {self._last.events}: the end was cut"
            )
        for number in sorted(self._anchors.keys() - {0}):
            self.faults.append(f"evidence was anchored to event {number}, which is not there: the end was cut")


def is_whole(event: t.Mapping[str, t.Any]) -> bool:
    """Tell whether an event has the hash that was written with it."""
    try:
        return bool(_hash(event) == event["hash"])
    except TypeError:  # bytes, which SQLite takes anywhere
        return False


def _hash(event: t.Mapping[str, t.Any]) -> str:
    return digest(canonical({name: event[name] for name in _HASHED}))
