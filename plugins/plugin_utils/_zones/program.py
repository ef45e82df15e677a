# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Programs of a packet filter, and whether two of them decide alike for every packet there can be.

A program is a list of instructions, each with conditions on the fields of a packet. Conditions compare fields with
constants only, so packets that lie between the same constants are treated alike: one packet of each such class stands
for all. The classes of each field are joined field by field, and what the same instructions still fit is one class
again; that keeps their number small, and leaves nothing out. Sources: HAZELHURST et al. 2000, YUAN et al. 2006 (the
idea of deciding a rule set by equivalence classes); the code is written from the idea alone.
"""

from __future__ import annotations

import typing as t

Interval = tuple[int, int]
Intervals = tuple[Interval, ...]
Conditions = t.Mapping[str, Intervals]

ACCEPT, DROP, REJECT, SKIP, NOTE = "accept", "drop", "reject", "skip", "note"
VERDICTS = (ACCEPT, DROP, REJECT)


class Effect(t.NamedTuple):
    """What an instruction does: decide (a verdict with its detail), skip to another, or leave a note and go on."""

    kind: str
    detail: t.Any = None
    target: int = 0

    @property
    def decides(self) -> bool:
        return self.kind not in (SKIP, NOTE)


class Instruction(t.NamedTuple):
    """An effect on the packets whose fields lie in these intervals; a field that is not named may be anything.

    ``tag`` says where the instruction comes from, for people; it is not compared.
    """

    conditions: Conditions
    effect: Effect
    tag: str = ""


class Outcome(t.NamedTuple):
    """What happens to a packet: the verdict, its detail (a translation), and the notes on the way (limits, logs)."""

    verdict: str
    detail: t.Any = None
    notes: tuple[t.Any, ...] = ()


class Program:
    """Instructions in their order, and what becomes of a packet that none decides on."""

    def __init__(self, instructions: t.Sequence[Instruction], otherwise: Effect) -> None:
        self.instructions = instructions
        self._otherwise = otherwise
        self._known: dict[int, tuple[Outcome, str]] = {}
        self.everything = (1 << len(instructions)) - 1

    def run(self, fitting: int) -> tuple[Outcome, str]:
        """Return the outcome for packets that these instructions fit (a bit for each), and the tag of what decided."""
        if fitting not in self._known:
            self._known[fitting] = self._run(fitting)
        return self._known[fitting]

    def _run(self, fitting: int) -> tuple[Outcome, str]:
        notes: list[t.Any] = []
        while fitting:
            at = (fitting & -fitting).bit_length() - 1
            fitting &= fitting - 1
            effect = self.instructions[at].effect
            if effect.kind == NOTE:
                notes.append(effect.detail)
            elif effect.kind == SKIP:
                fitting = fitting >> effect.target << effect.target
            else:
                return Outcome(effect.kind, effect.detail, tuple(notes)), self.instructions[at].tag
        return Outcome(self._otherwise.kind, self._otherwise.detail, tuple(notes)), ""


class Case(t.NamedTuple):
    """A packet that stands for its class, by field, and the instructions of each program that fit it."""

    packet: t.Mapping[str, int]
    fitting: tuple[int, ...]


def cases(programs: t.Sequence[Program], ranges: t.Mapping[str, int]) -> list[Case]:
    """Return one case for each class of packets; ``ranges`` gives the largest value of every field there is."""
    found: dict[tuple[int, ...], dict[str, int]] = {tuple(one.everything for one in programs): {}}
    for field, largest in ranges.items():
        classes = _classes(programs, field, largest)
        joined: dict[tuple[int, ...], dict[str, int]] = {}
        for fitting, packet in found.items():
            for own, value in classes.items():
                both = tuple(one & other for one, other in zip(fitting, own, strict=True))
                if both not in joined:
                    joined[both] = {**packet, field: value}
        found = joined
    return [Case(packet, fitting) for fitting, packet in found.items()]


def _classes(programs: t.Sequence[Program], field: str, largest: int) -> dict[tuple[int, ...], int]:
    """Return a value of a field for each set of instructions that can fit by it."""
    edges: dict[int, list[tuple[int, int]]] = {0: []}
    masks = [0] * len(programs)
    for number, program in enumerate(programs):
        for at, instruction in enumerate(program.instructions):
            bit = 1 << at
            if field not in instruction.conditions:
                masks[number] |= bit
                continue
            for low, high in instruction.conditions[field]:
                edges.setdefault(low, []).append((number, bit))
                edges.setdefault(high + 1, []).append((number, bit))
    found: dict[tuple[int, ...], int] = {}
    for value in sorted(edges):
        for number, bit in edges[value]:
            masks[number] ^= bit
        if value <= largest:
            found.setdefault(tuple(masks), value)
    return found
