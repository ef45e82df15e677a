# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Whether the register still says what its events say: the chain, every record, every run."""

from __future__ import annotations

import typing as t

import sqlalchemy as sa
from sqlalchemy import exc

from ansible_collections.commune.baseline.plugins.plugin_utils._register import (
    events,
    fields,
    records,
    runs,
    schema_check,
    tables,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import Translate
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import KINDS
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Writer

_TOLD_AT_ONCE = 10


class Verdict(t.NamedTuple):
    """The head that evidence may keep, and a sentence for every fault."""

    head: events.Head
    faults: tuple[str, ...]

    def __str__(self) -> str:
        return self.said(str)

    def said(self, translate: Translate) -> str:
        """Return the verdict in another language, sentence by sentence."""
        if not self.faults:
            return translate(f"the register agrees with all its {self.head.events} events")
        more = len(self.faults) - _TOLD_AT_ONCE
        told = [*self.faults[:_TOLD_AT_ONCE], *([f"and {more} more"] if more > 0 else [])]
        return f"{translate('the register does not agree with its events')}: {'; '.join(map(translate, told))}"


def verify(reader: Reader | Writer, anchors: t.Iterable[events.Head] = ()) -> Verdict:
    """Compare the register with its events, these with the anchors that evidence kept, and the schema with its own."""
    if isinstance(reader, Writer):
        reader.chain.flush()
    faults = schema_check.faults_of_schema(reader.connection)
    try:
        head, found = _compared(reader, anchors)
    except exc.DBAPIError as error:
        if not faults:
            raise
        reason = " ".join(str(error.orig).split())
        return Verdict(events.Head(0, ""), (*faults, f"because of that, nothing else could be read: {reason}"))
    return Verdict(head, (*faults, *found))


def _compared(reader: Reader | Writer, anchors: t.Iterable[events.Head]) -> tuple[events.Head, list[str]]:
    links = events.Links(anchors)
    told: dict[str, dict[int, _Told]] = {kind: {} for kind in (*KINDS, "run")}
    for event in events.all_events(reader.connection):
        links.look_at(event)
        if isinstance(event["record"], int):  # SQLite takes any value; what is none of ours shows as edited
            one = told.setdefault(event["kind"], {}).setdefault(event["record"], _Told(event["name"], {}))
            one.values.update(events.values_of(event["after"]))
    head = events.head(reader.connection)
    links.end(head)
    faults = [*links.faults]
    for kind in KINDS.values():
        faults += _faults_of_records(reader, kind.name, told[kind.name])
    return head, [*faults, *_faults_of_runs(reader, told["run"])]


class _Told(t.NamedTuple):
    """What the events say of one record."""

    name: str
    values: dict[str, t.Any]


def _faults_of_records(reader: Reader | Writer, kind: str, told: t.Mapping[int, _Told]) -> t.Iterator[str]:
    held = {one.id: one.record for one in records.select(reader, KINDS[kind])}
    for id_ in sorted(told.keys() | held.keys()):
        said = f"{kind} {told[id_].name if id_ in told else f'number {id_}'}"
        if id_ not in held:
            yield f"{said} was removed past the register"
        elif id_ not in told:
            yield f"{said} was added past the register"
        else:
            expected = {**fields.empty(KINDS[kind]), **told[id_].values}
            changed = sorted(name for name, value in held[id_].items() if value != expected.get(name))
            if changed:
                yield f"{said} was changed past the register: {', '.join(changed)}"


def _faults_of_runs(reader: Reader | Writer, told: t.Mapping[int, _Told]) -> t.Iterator[str]:
    c = tables.RUNS.c
    held = {row["number"]: row for row in reader.connection.execute(sa.select(tables.RUNS)).mappings()}
    for number in sorted(told.keys() | held.keys()):
        if number not in held:
            yield f"run {told[number].name} was removed past the register"
        elif number not in told:
            yield f"run {held[number]['run']} was added past the register"
        else:
            row, values = held[number], told[number].values
            same = all(row[name] == values.get(name) for name in (c.mode.name, c.started_at.name, c.finished_at.name))
            if (
                not same
                or row["run"] != told[number].name
                or runs.digest_of(reader.connection, number) != values.get("digest")
            ):
                yield f"run {told[number].name} or what it showed was changed past the register"
