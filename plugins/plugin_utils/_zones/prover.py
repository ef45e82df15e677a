# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The proof that a firewall does what the model says: for every packet, or with a packet that shows the difference."""

from __future__ import annotations

import datetime
import ipaddress
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.host import Guarded
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.meaning import ESSENTIAL, Meaning
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.meaning_host import HostMeaning
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Model
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_matches import UnreadableError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_table import Table
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import (
    ACCEPT,
    Case,
    Effect,
    Outcome,
    Program,
    cases,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import (
    POSTROUTING,
    PREROUTING,
    Slice,
    slices,
)

_MOST = 20


class Packet(t.NamedTuple):
    """A packet that shows something: where it is, and its fields in the form that people write."""

    slice: Slice
    fields: t.Mapping[str, str]


class Difference(t.NamedTuple):
    """A packet that the firewall treats otherwise than the model says, and the rule that decides on it."""

    packet: Packet
    expected: Outcome
    found: Outcome
    rule: str
    policy: str


class Violation(t.NamedTuple):
    """A packet that must never pass and does; ``entry`` is the number of the invariant in the model, from 1."""

    packet: Packet
    entry: int
    reason: str
    rule: str


class Proof(t.NamedTuple):
    """What was gone through, and what was found; of each kind of fault the first twenty, and how many there are."""

    cases: int
    differences: tuple[Difference, ...]
    violations: tuple[Violation, ...]
    more: int

    @property
    def holds(self) -> bool:
        return not (self.differences or self.violations)


def prove(model: Model, ruleset: t.Mapping[str, t.Any], table: str, today: datetime.date) -> Proof:
    """Compare a table of ``nft -n -j list ruleset`` with the model; raise UnreadableError if it cannot be judged."""
    return _compare(Meaning(model, today), _held(ruleset, table))


def prove_host(model: Model, host: Guarded, ruleset: t.Mapping[str, t.Any], table: str, today: datetime.date) -> Proof:
    """Compare a table of a host that guards itself with what the model says of that host."""
    return _compare(HostMeaning(model, host, today), _held(ruleset, table))


def _held(ruleset: t.Mapping[str, t.Any], name: str) -> Table:
    held = Table(ruleset, name)
    if not held.exists:
        raise UnreadableError(f"table {name} is not there")
    return held


def _compare(meaning: Meaning, held: Table) -> Proof:
    differences: list[Difference] = []
    violations: list[Violation] = []
    count = 0
    for slice_ in slices(meaning.interfaces | held.interfaces, held.protocols):
        found = held.program(slice_) or Program([], Effect(ACCEPT))
        programs = found, meaning.program(slice_), meaning.forbidden(slice_)
        for case in cases(programs, slice_.ranges()):
            count += 1
            differences += _difference(case, slice_, *programs[:2])
            violations += _violations(case, slice_, *programs)
    more = max(0, len(differences) - _MOST) + max(0, len(violations) - _MOST)
    return Proof(count, tuple(differences[:_MOST]), tuple(violations[:_MOST]), more)


def _difference(case: Case, slice_: Slice, found: Program, meant: Program) -> t.Iterator[Difference]:
    outcome, rule = found.run(case.fitting[0])
    expected, policy = meant.run(case.fitting[1])
    if outcome != expected:
        yield Difference(_packet(case, slice_), expected, outcome, rule, policy)


def _violations(case: Case, slice_: Slice, found: Program, meant: Program, never: Program) -> t.Iterator[Violation]:
    broken = never.run(case.fitting[2])[0].notes
    if not broken or slice_.hook in (PREROUTING, POSTROUTING):
        return
    outcome, rule = found.run(case.fitting[0])
    expected, policy = meant.run(case.fitting[1])
    if outcome.verdict != ACCEPT or slice_.belongs_to_allowed:
        return
    for invariant in broken:
        allowed = expected.verdict == ACCEPT and policy in (*invariant.unless, ESSENTIAL)
        if not allowed:
            yield Violation(_packet(case, slice_), invariant.place[1] + 1, invariant.reason, rule)


def _packet(case: Case, slice_: Slice) -> Packet:
    fields = {name: str(value) for name, value in case.packet.items()}
    for name in ("saddr", "daddr"):
        kind = ipaddress.IPv4Address if slice_.family == 4 else ipaddress.IPv6Address
        fields[name] = str(kind(case.packet[name]))
    return Packet(slice_, fields)
