# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Stores the tables of a file in the register: all of them, or nothing and a list of every faulty cell."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, life_cycle, records
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RecordError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, PERSON, STATE_FIELD
from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Change
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer
from ansible_collections.commune.baseline.plugins.plugin_utils._register.text import WrongError
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import belongings, rows, table, wording
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.cells import (
    CellFault,
    CellsError,
    Line,
    shown,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.kinds import PARTS
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.table import Table


class Stored(t.NamedTuple):
    """What became of one row."""

    kind: str
    change: Change


def store(writer: Writer, path: Path, *, document: str | None = None) -> list[Stored]:
    """Put every row of a file into the register; raise FileError, or CellsError with every faulty cell.

    A cell that is empty leaves what the register has. The state counts for new devices only.
    """
    faults: list[CellFault] = []
    done: list[Stored] = []
    file = rows.File(writer)
    for one in table.read(path):
        of_device = one.kind.name in PARTS
        put = belongings.put(writer, one, file, document) if of_device else _put_all(writer, one, file, document)
        for change, found in put:
            done += [Stored(DEVICE.name if of_device else one.kind.name, change)] if change else []
            faults += _first_of_each_cell(found)
    if faults:
        raise CellsError(path.name, faults)
    return done


def _put_all(
    writer: Writer, one: Table, file: rows.File, document: str | None
) -> t.Iterator[tuple[Change | None, list[CellFault]]]:
    file.begin(one.kind)
    for line in one.lines:
        given, faults = rows.given_of(one, line, {})
        faults += file.take_version(one, line, given)
        faults += file.faults_of_repetition(one, line, given)
        is_new = file.is_new(one, line, given)
        change, found = _put(writer, one, line, given, {"document": document, "is_new": is_new})
        if change:
            found += file.faults_of_version(one.kind, change)
        else:
            file.note_faulty(one.kind, given)
        custodian = given.get("custodian")
        if one.kind is DEVICE and isinstance(custodian, str) and file.is_faulty(PERSON, custodian):
            found = [fault for fault in found if fault.column != one.column("custodian")]
        yield change, [*faults, *found]


def _put(
    writer: Writer, one: Table, line: Line, given: dict[str, t.Any], how: dict[str, t.Any]
) -> tuple[Change | None, list[CellFault]]:
    state = given.pop(wording.STATE, None)
    faults = []
    try:
        if one.kind is not DEVICE:
            return records.put(writer, one.kind, given, **how), []
        faults = _faults_of_state(writer, one, line, given, state)
        first = state if state in life_cycle.FIRST_STATES else life_cycle.PLANNED
        return devices.put(writer, given, state=first, **how), faults
    except RecordError as error:
        found = [one.fault(line, fault.field.partition("[")[0], fault.value, fault.right) for fault in error.faults]
        return None, [*faults, *found]


def _first_of_each_cell(faults: t.Iterable[CellFault]) -> t.Iterable[CellFault]:
    first: dict[tuple[int, str], CellFault] = {}
    for fault in faults:
        first.setdefault((fault.row, fault.column or fault.reason), fault)
    return first.values()


def _faults_of_state(writer: Writer, one: Table, line: Line, given: dict[str, t.Any], state: t.Any) -> list[CellFault]:
    """A known device may stand in the sheet with any state, for an import takes none from one to another."""
    if state is None or state in life_cycle.FIRST_STATES:
        return []
    try:
        STATE_FIELD.parse(state)
    except WrongError as error:
        return [one.fault(line, wording.STATE, shown(state), str(error))]
    if records.lookup(writer, DEVICE, given):
        return []
    right = f"a life begins as one of {', '.join(life_cycle.FIRST_STATES)}"
    return [one.fault(line, wording.STATE, shown(state), right)]
