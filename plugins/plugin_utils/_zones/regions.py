# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The packets that two firewalls treat otherwise, all of them: not one packet of each class, but the whole classes.

A box fixes intervals for each field; the boxes of one kind of difference are joined again where all fields but one
agree, so that few are left for people to read.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.intervals import joined
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import Intervals, Outcome, Program, cases
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import Slice, slices

Box = dict[str, Intervals]


class Behaviour(t.Protocol):
    """What a firewall does, or is to do: a program for each slice of packets (None: nothing stands at that hook)."""

    @property
    def interfaces(self) -> set[str]:
        """Return the interfaces that it names."""

    @property
    def protocols(self) -> set[int]:
        """Return the numbers of the protocols that it names, beside those that every slice knows."""

    def program(self, slice_: Slice) -> Program:
        """Return what it does with the packets of a slice."""


class Difference(t.NamedTuple):
    """The packets of a slice that meet another end than before, and what decided on them, before and after."""

    slice: Slice
    boxes: tuple[Box, ...]
    before: Outcome
    after: Outcome
    decided_before: str
    decided_after: str


def differences(before: Behaviour, after: Behaviour) -> t.Iterator[Difference]:
    """Return every difference of two behaviours; in each slice, one for each pair of outcomes and what decided."""
    names = before.interfaces | after.interfaces
    for slice_ in slices(names, before.protocols | after.protocols):
        programs = before.program(slice_), after.program(slice_)
        if _alike(programs, slice_):
            continue
        found: dict[t.Any, list[Box]] = {}
        for box, fitting in _boxes(programs, slice_.ranges()):
            (old, old_tag), (new, new_tag) = (one.run(own) for one, own in zip(programs, fitting, strict=True))
            if old != new:
                found.setdefault((old, new, old_tag, new_tag), []).append(box)
        for (old, new, old_tag, new_tag), boxes in found.items():
            yield Difference(slice_, _joined(boxes), old, new, old_tag, new_tag)


def _alike(programs: tuple[Program, Program], slice_: Slice) -> bool:
    """Tell whether two programs decide alike; one packet of each class is enough for that."""
    before, after = programs
    if _bare(before) == _bare(after):
        return True
    every = cases(programs, slice_.ranges())
    return all(before.run(one.fitting[0])[0] == after.run(one.fitting[1])[0] for one in every)


def _bare(program: Program) -> t.Any:
    """Return what a program decides by, without the tags that are for people."""
    return [(one.conditions, one.effect) for one in program.instructions], program.run(0)[0]


def _boxes(programs: tuple[Program, Program], ranges: t.Mapping[str, int]) -> t.Iterator[tuple[Box, tuple[int, ...]]]:
    """Return all packets of a slice in boxes, each with the instructions of both programs that fit it."""
    found: list[tuple[Box, tuple[int, ...]]] = [({}, tuple(one.everything for one in programs))]
    for field, largest in ranges.items():
        classes = _classes(programs, field, largest)
        wider: dict[t.Any, tuple[Box, tuple[int, ...]]] = {}
        for box, fitting in found:
            for own, intervals in classes.items():
                both = tuple(one & other for one, other in zip(fitting, own, strict=True))
                key = (both, tuple(box.items()))
                known = wider.get(key)
                values = joined([*known[0][field], *intervals]) if known else intervals
                wider[key] = ({**box, field: values}, both)
        found = list(wider.values())
    yield from found


def _classes(programs: t.Sequence[Program], field: str, largest: int) -> dict[tuple[int, ...], Intervals]:
    """Return all values of a field, by the instructions that can fit by it."""
    edges: dict[int, list[tuple[int, int]]] = {0: []}
    masks = [0] * len(programs)
    for number, program in enumerate(programs):
        for at, instruction in enumerate(program.instructions):
            if field not in instruction.conditions:
                masks[number] |= 1 << at
                continue
            for low, high in instruction.conditions[field]:
                edges.setdefault(low, []).append((number, 1 << at))
                edges.setdefault(high + 1, []).append((number, 1 << at))
    found: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    starts = sorted(value for value in edges if value <= largest)
    for start, following in zip(starts, [*starts[1:], largest + 1], strict=True):
        for number, bit in edges[start]:
            masks[number] ^= bit
        found.setdefault(tuple(masks), []).append((start, following - 1))
    return {own: joined(intervals) for own, intervals in found.items()}


def _joined(boxes: list[Box]) -> tuple[Box, ...]:
    """Return as few boxes as joining along one field after the other gives; ports first, as people read them."""
    for field in reversed(boxes[0]):
        alike: dict[t.Any, Box] = {}
        for box in boxes:
            key = tuple((name, values) for name, values in box.items() if name != field)
            known = alike.get(key)
            alike[key] = {**box, field: joined([*known[field], *box[field]])} if known else box
        boxes = list(alike.values())
    return tuple(boxes)
