# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What would change if a model were applied: flows that come, go, or are treated otherwise, by the names people use.

It is found from what both sides do with every packet, not from the texts of their rules: rules that say the same in
another way are no change. The side before is another model, or what the firewall has (``nft -n -j list ruleset``).
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import intervals
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.meaning import ESSENTIAL, Meaning
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import ACCEPT, DROP, Model, Policy
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.naming import End, Names, Service
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_table import Table
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nftables import TABLE
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import Effect, Intervals, Outcome, Program
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.regions import (
    Behaviour,
    Box,
    Difference,
    differences,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import (
    ICMP4,
    ICMP6,
    NEW,
    POSTROUTING,
    PREROUTING,
    TCP,
    UDP,
    Slice,
)

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
SOON = datetime.timedelta(days=30)
_ALL_PORTS = ((0, 65535),)


class Change(t.NamedTuple):
    """A flow that is new, gone, or treated otherwise; before and after are what becomes of its packets.

    ``states`` are those of connection tracking (NEW: the first packet of a connection); ``translated`` tells whether
    packets are meant whose destination the firewall has replaced, whose it has not, or both. ``source_ports`` is empty
    if all are meant. ``policy`` is the name of the one that decides after the change or, of a flow that goes, decided
    before; empty if none of a model does.
    """

    kind: str
    policy: str
    hook: str
    sources: tuple[End, ...]
    destinations: tuple[End, ...]
    services: tuple[Service, ...]
    source_ports: str
    families: tuple[int, ...]
    states: tuple[int, ...]
    translated: tuple[bool, ...]
    before: Outcome
    after: Outcome


class Plan(t.NamedTuple):
    """All changes; ``first`` if the firewall has no table of ours yet, so that they are all that will be allowed."""

    first: bool
    changes: tuple[Change, ...]
    policies: t.Mapping[str, Policy]
    names: Names
    expired: tuple[Policy, ...]
    expiring: tuple[Policy, ...]
    other_tables: tuple[str, ...]


class _Modelled:
    """A model as a behaviour."""

    def __init__(self, model: Model, today: datetime.date) -> None:
        self.program = Meaning(model, today).program
        self.interfaces = {name for zone in model.zones.values() for name in zone.interfaces}
        self.protocols: set[int] = set()


class _Held:
    """A table of a firewall as a behaviour; where it has no chain, every packet goes on."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.interfaces, self.protocols = table.interfaces, table.protocols

    def program(self, slice_: Slice) -> Program:
        return self._table.program(slice_) or Program([], Effect(ACCEPT))


def of_models(before: Model, after: Model, today: datetime.date) -> Plan:
    """Return what would change from one model to another on a day."""
    plan = _plan(_Modelled(before, today), after, today, (before,))
    return plan._replace(policies={**_by_name(before), **plan.policies})


def of_ruleset(ruleset: t.Mapping[str, t.Any], after: Model, today: datetime.date) -> Plan:
    """Return what would change on a firewall; raise UnreadableError if its rules cannot be judged."""
    table = Table(ruleset, TABLE)
    if not table.exists:
        nothing = after._replace(policies=())
        return _plan(_Modelled(nothing, today), after, today)._replace(first=True, other_tables=_others(ruleset))
    return _plan(_Held(table), after, today)._replace(other_tables=_others(ruleset))


def _plan(before: Behaviour, model: Model, today: datetime.date, former: tuple[Model, ...] = ()) -> Plan:
    naming = {ADDED: Names(model, *former), REMOVED: Names(*former, model)}
    policies = {one.name for known in (model, *former) for one in known.policies}
    rows = _Rows(naming, {*policies, ESSENTIAL})
    for difference in differences(before, _Modelled(model, today)):
        rows.add(difference)
    expiring = (one for one in model.in_force(today) if one.expires and one.expires <= today + SOON)
    return Plan(
        first=False,
        changes=rows.changes(),
        policies=_by_name(model),
        names=naming[ADDED],
        expired=model.expired(today),
        expiring=tuple(sorted(expiring, key=lambda one: (one.expires, one.name))),
        other_tables=(),
    )


def _by_name(model: Model) -> dict[str, Policy]:
    return {policy.name: policy for policy in model.policies}


def _others(ruleset: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    tables = (entry["table"] for entry in ruleset["nftables"] if isinstance(entry, dict) and "table" in entry)
    return tuple(sorted({f"{one['family']} {one['name']}" for one in tables if one["name"] != TABLE}))


class _Row(t.NamedTuple):
    """A change of one source and one destination, as it is before equal ones are put together."""

    kind: str
    policy: str
    hook: str
    source: End
    destination: End
    source_ports: str
    family: int
    state: int
    translated: bool
    before: Outcome
    after: Outcome


class _Rows:
    """Gathers differences by their ends, and joins what is said alike of several ends."""

    def __init__(self, naming: t.Mapping[str, Names], policies: t.Container[str]) -> None:
        self._naming = naming
        self._policies = policies
        self._rows: dict[_Row, dict[int, Intervals]] = {}

    def add(self, difference: Difference) -> None:
        slice_ = difference.slice
        if slice_.hook == POSTROUTING and (slice_.coming is not None or slice_.translated):
            return  # how a packet came is not asked any more there: each way says the same
        for box in difference.boxes:
            for row in self._of(difference, box):
                of_row = self._rows.setdefault(row, {})
                values = _values(slice_, box)
                of_row[slice_.protocol] = intervals.joined([*of_row.get(slice_.protocol, ()), *values])

    def _of(self, difference: Difference, box: Box) -> t.Iterator[_Row]:
        slice_, kind = difference.slice, _kind(difference)
        names = self._naming[REMOVED if kind == REMOVED else ADDED]
        tag = difference.decided_before if kind == REMOVED else difference.decided_after
        sources = [names.end(slice_.coming, box["saddr"], slice_.family)]
        if slice_.hook == POSTROUTING:
            sources = list(names.ends_by_address(box["saddr"], slice_.family))
        destination = names.end(slice_.going, box["daddr"], slice_.family)
        if slice_.hook == PREROUTING:
            destination = destination._replace(names=names.addresses(box["daddr"], slice_.family))
        for source in sources:
            yield _Row(
                kind=kind,
                policy=tag if tag in self._policies else "",
                hook=slice_.hook,
                source=source,
                destination=destination,
                source_ports=_source_ports(box),
                family=slice_.family,
                state=slice_.state,
                translated=slice_.translated,
                before=Outcome(DROP) if kind == ADDED else difference.before,
                after=_after(kind, difference.after),
            )

    def changes(self) -> tuple[Change, ...]:
        # Packets without a state mostly fare as those that open a connection: then they need no word of their own.
        rows = {row: own for row, own in self._rows.items() if row.state == NEW or self._rows.get(_as_new(row)) != own}
        found = [self._change(row, given) for row, given in rows.items()]
        for field in ("families", "states", "translated", "sources", "destinations"):
            found = _merged(found, field)
        return tuple(sorted(map(self._tidied, found), key=_order))

    def _change(self, row: _Row, given: t.Mapping[int, Intervals]) -> Change:
        names = self._naming[REMOVED if row.kind == REMOVED else ADDED]
        return Change(
            kind=row.kind,
            policy=row.policy,
            hook=row.hook,
            sources=(row.source,),
            destinations=(row.destination,),
            services=names.services(given, row.family),
            source_ports=row.source_ports,
            families=(row.family,),
            states=(row.state,),
            translated=(row.translated,),
            before=row.before,
            after=row.after,
        )

    def _tidied(self, change: Change) -> Change:
        names = self._naming[REMOVED if change.kind == REMOVED else ADDED]
        return change._replace(
            sources=names.without_needless_interfaces(change.sources),
            destinations=names.without_needless_interfaces(change.destinations),
        )


def _as_new(row: _Row) -> _Row:
    return row._replace(state=NEW)


def _kind(difference: Difference) -> str:
    if difference.slice.hook in (PREROUTING, POSTROUTING):
        here = [outcome.verdict != ACCEPT for outcome in (difference.before, difference.after)]
    else:
        here = [outcome.verdict == ACCEPT for outcome in (difference.before, difference.after)]
    return CHANGED if here[0] == here[1] else ADDED if here[1] else REMOVED


def _values(slice_: Slice, box: Box) -> Intervals:
    if slice_.protocol in (TCP, UDP):
        return box["dport"]
    return box["type"] if slice_.protocol in (ICMP4, ICMP6) else ((0, 255),)


def _after(kind: str, outcome: Outcome) -> Outcome:
    """Return what becomes of packets, as far as it is told: of a flow that is new, the limits whatever the family."""
    if kind == REMOVED:
        return outcome._replace(notes=())
    if kind == ADDED:
        return outcome._replace(notes=tuple((note[0], "", *note[2:]) for note in outcome.notes))
    return outcome


def _source_ports(box: Box) -> str:
    values = box.get("sport", _ALL_PORTS)
    return (
        "" if values == _ALL_PORTS else ", ".join(f"{low}-{high}" if low < high else str(low) for low, high in values)
    )


def _merged(changes: t.Iterable[Change], field: str) -> list[Change]:
    """Join the changes that say the same but for one field."""
    found: dict[Change, list[t.Any]] = {}
    for change in changes:
        found.setdefault(_with(change, field, ()), []).extend(getattr(change, field))
    return [_with(change, field, tuple(sorted(set(values)))) for change, values in found.items()]


def _with(change: Change, field: str, value: tuple[t.Any, ...]) -> Change:
    values: dict[str, t.Any] = {field: value}
    return change._replace(**values)


def _order(change: Change) -> t.Any:
    kinds = (ADDED, REMOVED, CHANGED)
    late = change.hook in (PREROUTING, POSTROUTING)
    return kinds.index(change.kind), late, change.states != (NEW,), *map(str, change)
