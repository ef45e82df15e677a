# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""From rows to a question for collect.ps1, and from its answer to observations and the steps that correct them."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import (
    FAIL,
    NOT_APPLICABLE,
    NOT_ASSESSED,
    PASS,
    TAKEN_BACK,
    Observation,
    Reading,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts, FactsError
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.kind import KINDS, Row
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Step


class Judged(t.NamedTuple):
    """A row with what was read of it; ``steps`` would correct it, ``obstacle`` says why nothing can."""

    row: Row
    reading: Reading
    state: str
    steps: t.Sequence[Step] = ()
    obstacle: str | None = None


def question(rows: t.Sequence[Row]) -> dict[str, t.Any]:
    """Return what collect.ps1 is asked for these rows."""
    asked: dict[str, t.Any] = {"sections": ["system"], "machine": [], "users": [], "services": [], "defender": []}
    for name, kind in KINDS.items():
        of_kind = [row for row in rows if row["kind"] == name and "undecided" not in row]
        if of_kind:
            asked["sections"] += [one for one in kind.SECTIONS if one not in asked["sections"]]
            asked.update(kind.ask(of_kind))
    return asked


def judged(rows: t.Sequence[Row], facts: Facts) -> list[Judged]:
    """Judge every row by what the machine told, in the order of the rows."""
    return [_judged(row, facts) for row in rows]


class Outcome(t.NamedTuple):
    """What came of the steps: the rows that were written, the errors of those that could not be or did not stay."""

    check_mode: bool = False
    written: t.Collection[str] = ()
    errors: t.Mapping[str, str] = {}


def outcome(
    first: t.Sequence[Judged], last: t.Sequence[Judged], errors: t.Mapping[str, str] | None, *, kept: bool
) -> Outcome:
    """Return what came of the steps; of errors that nobody heard of, what is another now than it was tells.

    Unless it was ``kept``, the device has taken back by itself what could have cut the connection.
    """
    tried = {row.row["id"] for row in first if row.steps}
    if errors is None:
        tried &= {one.row["id"] for one, other in zip(first, last, strict=True) if one.reading != other.reading}
    late = {row.row["id"] for row in first if row.steps and row.row.get("connectivity")}
    lost = dict.fromkeys(set() if kept else late, TAKEN_BACK)
    every = {**lost, **(errors or {})}
    return Outcome(written=tried - every.keys(), errors=every)


def observations(first: t.Sequence[Judged], last: t.Sequence[Judged], came_of: Outcome) -> list[Observation]:
    """Join what was seen before with what is seen after the steps were taken (or, in check mode, were not)."""
    return [_observation(before, after, came_of) for before, after in zip(first, last, strict=True)]


def _judged(row: Row, facts: Facts) -> Judged:
    kind = KINDS[row["kind"]]
    if "undecided" in row:
        return Judged(row, Reading(unreadable=row["undecided"]), NOT_ASSESSED)
    try:
        reading = kind.observe(row, facts)
        state = _state(row, reading)
    except FactsError as error:
        return Judged(row, Reading(unreadable=str(error)), NOT_ASSESSED)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        said = f"Windows answered something else than it was asked for: {type(error).__name__}: {error}"
        return Judged(row, Reading(unreadable=said), NOT_ASSESSED)
    if state != FAIL or not row.get("enforce", True):
        return Judged(row, reading, state)
    try:
        writes = kind.write(row, reading, facts)
        return Judged(row, reading, state, [Step(row["id"], kind.STEP, do, kind.now(do, facts)) for do in writes])
    except (CannotWriteError, FactsError) as error:
        return Judged(row, reading, state, obstacle=str(error))


def _state(row: Row, reading: Reading) -> str:
    if reading.inapplicable is not None:
        return NOT_APPLICABLE
    if reading.unreadable is not None:
        return NOT_ASSESSED
    return PASS if reading.weakness is None and KINDS[row["kind"]].compare(row, reading) else FAIL


def _observation(before: Judged, after: Judged, came_of: Outcome) -> Observation:
    row, reading = after.row, after.reading
    error = came_of.errors.get(row["id"])
    wrote = row["id"] in came_of.written
    reason = error or reading.inapplicable or reading.unreadable or reading.weakness
    if after.state == FAIL:
        reason = reason or after.obstacle
        if wrote:
            reason = reason or f"it is written, but {reading.where} still shows another value"
    return Observation(
        id=row["id"],
        control=row["control"],
        kind=row["kind"],
        state=FAIL if error else after.state,
        desired=row["desired"],
        before=before.reading.value,
        after=reading.value,
        where=reading.where,
        reason=reason,
        changed=wrote,
        would_change=came_of.check_mode and bool(before.steps),
    )
