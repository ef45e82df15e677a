# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""One run over all rows of a Linux device: observe, compare, apply what fails, observe again."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import (
    FAIL,
    NOT_ASSESSED,
    PASS,
    Observation,
    Reading,
    Write,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy import option
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]


class Kind(t.Protocol):
    """A class of rows: the fields they have, and how they are observed, compared and applied.

    ``FIELDS`` gives the shape of each field of the kind's own (the name of a shape, or a tuple of choices), and
    ``COMPARISONS`` those whose desired value it can write.
    """

    FIELDS: t.Mapping[str, t.Any]
    REQUIRED: frozenset[str]
    COMPARISONS: t.Sequence[str]

    def observe(self, rows: t.Iterable[Row]) -> dict[str, Reading]: ...

    def compare(self, row: Row, reading: Reading) -> bool: ...

    def apply(self, rows: t.Iterable[Row], writer: Writer) -> dict[str, Write]: ...


# Kinds run in this order.
KINDS: dict[str, Kind] = {"option": option}


def run(rows: t.Sequence[Row], journal: Journal, *, check_mode: bool) -> list[Observation]:
    """Bring every row to its desired value (in check mode: only look) and tell what was seen, in the order of kinds."""
    writer = Writer(journal, check_mode=check_mode)
    observations: list[Observation] = []
    for kind, module in KINDS.items():
        of_kind = [row for row in rows if row["kind"] == kind]
        observations.extend(_run_kind(module, of_kind, writer, check_mode=check_mode))
    return observations


def _run_kind(kind: Kind, rows: list[Row], writer: Writer, *, check_mode: bool) -> list[Observation]:
    observed = {row["id"]: _observation(kind, row, reading) for row, reading in _readings(kind, rows)}
    failing = [row for row in rows if observed[row["id"]].state == FAIL]
    writes = kind.apply(failing, writer)
    if check_mode:
        for row in failing:
            observed[row["id"]].would_change = writes[row["id"]].changes
            observed[row["id"]].reason = writes[row["id"]].error or observed[row["id"]].reason
    else:
        for row, reading in _readings(kind, failing):
            observed[row["id"]] = _after(observed[row["id"]], _observation(kind, row, reading), writes[row["id"]])
    return list(observed.values())


def _readings(kind: Kind, rows: list[Row]) -> list[tuple[Row, Reading]]:
    readings = kind.observe(rows)
    return [(row, readings[row["id"]]) for row in rows]


def _observation(kind: Kind, row: Row, reading: Reading) -> Observation:
    return Observation(
        id=row["id"],
        control=row["control"],
        kind=row["kind"],
        state=_state(kind, row, reading),
        desired=row["desired"],
        before=reading.value,
        after=reading.value,
        where=reading.where,
        reason=reading.unreadable or reading.weakness,
    )


def _state(kind: Kind, row: Row, reading: Reading) -> str:
    if reading.unreadable is not None:
        return NOT_ASSESSED
    return PASS if kind.compare(row, reading) else FAIL


def _after(before: Observation, after: Observation, write: Write) -> Observation:
    """Join what was seen before and after a write; a write that did not help says why."""
    after.before = before.before
    after.changed = write.changes
    if after.state == FAIL:
        after.reason = write.error or after.reason or f"it is written, but {after.where or 'nothing'} decides the value"
    return after
