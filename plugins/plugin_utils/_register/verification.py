# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Whether the register still says what its events say: the chain, every record, every run."""

from __future__ import annotations

import collections
import typing as t

import sqlalchemy as sa
from sqlalchemy import exc

from ansible_collections.commune.baseline.plugins.plugin_utils._register import (
    events,
    fields,
    records,
    runs,
    schema_check,
    service,
    tables,
    wipes,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import Translate
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, KINDS
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Writer

_TOLD_AT_ONCE = 10
# What is kept of a record without a change of it.
_NO_CHANGES = (service.VERDICT, wipes.VERB)


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
    versions: collections.Counter[tuple[str, int]] = collections.Counter()
    for event in events.all_events(reader.connection):
        links.look_at(event)
        if isinstance(event["record"], int):  # SQLite takes any value; what is none of ours shows as edited
            one = told.setdefault(event["kind"], {}).setdefault(event["record"], _Told(event["name"], {}))
            one.values.update(events.values_of(event["after"]))
            versions[event["kind"], event["record"]] += event["verb"] not in _NO_CHANGES
    head = events.head(reader.connection)
    links.end(head)
    faults = [*links.faults]
    for kind in KINDS.values():
        expected = {id_: versions[kind.name, id_] for id_ in told[kind.name]}
        faults += _faults_of_records(reader, kind.name, told[kind.name], expected)
    return head, [*faults, *_faults_of_runs(reader, told["run"])]


class _Told(t.NamedTuple):
    """What the events say of one record."""

    name: str
    values: dict[str, t.Any]


def _faults_of_records(
    reader: Reader | Writer, kind: str, told: t.Mapping[int, _Told], versions: t.Mapping[int, int]
) -> t.Iterator[str]:
    held = {one.id: one for one in records.select(reader, KINDS[kind])}
    repeated = _wrongly_repeated(reader) if kind == DEVICE.name else {}
    for id_ in sorted(told.keys() | held.keys()):
        said = f"{kind} {told[id_].name if id_ in told else f'number {id_}'}"
        if id_ not in held:
            yield f"{said} was removed past the register"
        elif id_ not in told:
            yield f"{said} was added past the register"
        else:
            expected = {**fields.empty(KINDS[kind]), **told[id_].values}
            changed = [name for name, value in held[id_].record.items() if value != expected.get(name)]
            changed += [*repeated.get(id_, ()), *(["version"] if held[id_].version != versions[id_] else [])]
            if changed:
                yield f"{said} was changed past the register: {', '.join(sorted(changed))}"


def _wrongly_repeated(reader: Reader | Writer) -> dict[int, list[str]]:
    """Return, by device, what the tables repeat of it and repeat wrongly: by that it is found, or addresses are its."""
    devices, ips = tables.RECORDS[DEVICE.name], tables.PARTS["device_ips"]
    found: dict[int, list[str]] = {}
    names = sa.select(devices.c.id, devices.c.name, devices.c.name_folded)
    for id_, name, folded in reader.connection.execute(names):
        if not isinstance(name, str) or folded != name.casefold():
            found.setdefault(id_, []).append("name_folded")
    zones = sa.select(devices.c.id).join_from(devices, ips, ips.c.owner == devices.c.id)
    for (id_,) in reader.connection.execute(zones.where(ips.c.zone != devices.c.zone).distinct()):
        found.setdefault(id_, []).append("ips_zone")
    return found


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
    for number in sorted(_named_runs(reader) - held.keys() - told.keys(), key=str):
        yield f"run {number} was added past the register"


def _named_runs(reader: Reader | Writer) -> set[t.Any]:
    """Return the numbers of all runs that observations name: one that is none of a run would be in no digest."""
    observed, reached = tables.OBSERVATIONS.c, tables.RUN_DEVICES.c
    queries = (sa.select(column).distinct() for column in (observed.run, observed.until, reached.run))
    return {number for query in queries for (number,) in reader.connection.execute(query)} - {None}
