# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""One run over all rows of a Linux device: observe, compare, apply what fails, observe again."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import (
    FAIL,
    NOT_APPLICABLE,
    NOT_ASSESSED,
    PASS,
    Observation,
    Reading,
    Write,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy import applicability, services
from ansible_collections.commune.baseline.plugins.module_utils._policy.kind import KINDS, Kind, Row
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer


@dataclasses.dataclass
class _Result:
    """What is known of one row so far."""

    row: Row
    first: Reading
    write: Write = dataclasses.field(default_factory=Write)
    last: Reading | None = None


def run(rows: t.Sequence[Row], writer: Writer) -> list[Observation]:
    """Bring every row to its desired value (in check mode: only look) and tell what was seen, in the order of the rows.

    Rows that can cut the connection come after all others, under a revert that the device does by itself.
    """
    files = _files_of_units(rows)
    if writer.check_mode:
        services.look_at([*files, *_units(rows)])
    stale = services.stale(files)
    results = _bring([row for row in rows if not row.get("connectivity")], stale, writer)
    writer.arm_writes()
    if writer.acted:
        stale = services.stale(files)
    results.update(_bring([row for row in rows if row.get("connectivity")], stale, writer))
    if writer.acted:
        for kind, of_kind in _by_kind([row for row in rows if applicability.excuse(row) is None]):
            for id_, reading in kind.observe(of_kind).items():
                results[id_].last = reading
    return [_observation(results[row["id"]], check_mode=writer.check_mode) for row in rows]


def _bring(rows: t.Sequence[Row], stale: t.Mapping[str, str], writer: Writer) -> dict[str, _Result]:
    """Observe kind after kind and correct what fails; then let services take it up, once."""
    results: dict[str, _Result] = {}
    restarting: list[_Result] = []
    for kind, all_of_kind in _by_kind(rows):
        # Judged only now: a package that came just before may be what the row waits for.
        excuses = {row["id"]: applicability.excuse(row) for row in all_of_kind}
        results.update({row["id"]: _Result(row, excuses[row["id"]] or Reading()) for row in all_of_kind})
        of_kind = [row for row in all_of_kind if excuses[row["id"]] is None]
        readings = kind.observe(of_kind)
        for row in of_kind:
            results[row["id"]] = _Result(
                row, _held_against_service(readings[row["id"]], stale.get(row.get("restart", "")))
            )
        failing = [row for row in of_kind if _state(row, results[row["id"]].first) == FAIL and row.get("enforce", True)]
        for id_, write in kind.apply(failing, readings, writer).items():
            results[id_].write = write
        restarting += [results[row["id"]] for row in failing if "restart" in row]
    _take_up(restarting, stale, writer)
    return results


def _take_up(results: list[_Result], stale: t.Container[str], writer: Writer) -> None:
    """Restart the services of rows that were written, in this run or in one that was cut off."""
    for result in results:
        if result.row["restart"] in stale:
            result.write = dataclasses.replace(result.write, changes=True)
    errors = writer.take_up(result.row["restart"] for result in results if result.write.changes)
    for result in results:
        if result.row["restart"] in errors:
            result.write = dataclasses.replace(result.write, error=errors[result.row["restart"]])


def _by_kind(rows: t.Sequence[Row]) -> t.Iterator[tuple[Kind, list[Row]]]:
    for name, kind in KINDS.items():
        of_kind = [row for row in rows if row["kind"] == name]
        if of_kind:
            yield kind, of_kind


def _files_of_units(rows: t.Iterable[Row]) -> dict[str, list[str]]:
    """Return the files that rows write for each service."""
    files: dict[str, list[str]] = {}
    for row in rows:
        if "restart" in row:
            files.setdefault(row["restart"], []).append(row.get("path", ""))
    return files


def _units(rows: t.Iterable[Row]) -> list[str]:
    """Return the units that rows are about."""
    return [row["unit"] for row in rows if "unit" in row and applicability.excuse(row) is None]


def _held_against_service(reading: Reading, staleness: str | None) -> Reading:
    """Return a reading that does not count as long as the service that reads the setting has not taken it up."""
    if staleness is None or reading.weakness is not None or reading.value is None:
        return reading
    return dataclasses.replace(reading, weakness=staleness)


def _state(row: Row, reading: Reading) -> str:
    if reading.inapplicable is not None:
        return NOT_APPLICABLE
    if reading.unreadable is not None:
        return NOT_ASSESSED
    return PASS if reading.weakness is None and KINDS[row["kind"]].compare(row, reading) else FAIL


def _observation(result: _Result, *, check_mode: bool) -> Observation:
    """Join what was seen before and after a write; a write that did not help says why."""
    row, reading, write = result.row, result.last or result.first, result.write
    state = FAIL if write.error else _state(row, reading)
    reason = write.error or reading.inapplicable or reading.unreadable or reading.weakness
    if state == FAIL and write.changes and not check_mode:
        reason = reason or f"it is written, but {reading.where or 'nothing'} decides the value"
    return Observation(
        id=row["id"],
        control=row["control"],
        kind=row["kind"],
        state=state,
        desired=row["desired"],
        before=result.first.value,
        after=reading.value,
        where=reading.where,
        reason=reason,
        changed=write.changes and not check_mode,
        would_change=write.changes and check_mode,
    )
