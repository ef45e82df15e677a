# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Stores the tables of a file in the register: all of them, or nothing and a list of every faulty cell."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, life_cycle, records
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RecordError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, STATE_FIELD
from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Change
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer
from ansible_collections.commune.baseline.plugins.plugin_utils._register.text import WrongError
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import table, wording
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.cells import (
    CellFault,
    CellsError,
    Line,
    Refused,
    shown,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.table import Table

# Values of one cell stand apart by these.
_BETWEEN = re.compile(r"[,;\n]")
# What only one device has, whatever its zone.
_ONCE = ("serial", "asset_tag", "macs")
_Seen = dict[tuple[str, str], int]


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
    for one in table.read(path):
        seen: _Seen = {}
        for line in one.lines:
            change, found = _put(writer, one, line, seen, document)
            done += [Stored(one.kind.name, change)] if change else []
            faults += found
    if faults:
        raise CellsError(path.name, faults)
    return done


def _put(
    writer: Writer, one: Table, line: Line, seen: _Seen, document: str | None
) -> tuple[Change | None, t.Iterable[CellFault]]:
    """Put one row, and return the first fault of each of its cells."""
    given, faults = _given(one, line)
    faults += _repeated(one, line, given, seen)
    state = given.pop(wording.STATE, None)
    change = None
    try:
        if one.kind is DEVICE:
            faults += _faults_of_state(writer, one, line, given, state)
            first = state if state in life_cycle.FIRST_STATES else life_cycle.PLANNED
            change = devices.put(writer, given, state=first, document=document)
        else:
            change = records.put(writer, one.kind, given, document=document)
    except RecordError as error:
        faults += [one.fault(line, fault.field.partition("[")[0], fault.value, fault.right) for fault in error.faults]
    first_of_cell: dict[str, CellFault] = {}
    for fault in faults:
        first_of_cell.setdefault(fault.column or fault.reason, fault)
    return change, first_of_cell.values()


def _given(one: Table, line: Line) -> tuple[dict[str, t.Any], list[CellFault]]:
    """Return the fields of a row that are not empty, and its cells that nobody can take."""
    lists = {parts.name for parts in one.kind.parts}
    given: dict[str, t.Any] = {}
    faults = []
    for field, number in one.columns.items():
        value = line.values[number] if number < len(line.values) else None
        if isinstance(value, Refused):
            faults.append(one.fault(line, field, shown(value), value.reason))
        elif isinstance(value, str) and value.strip():
            several = [part.strip() for part in _BETWEEN.split(value) if part.strip()] if field in lists else None
            given[field] = wording.choice_of(field, value) if several is None else several
        elif value is not None and not isinstance(value, str):
            given[field] = [value] if field in lists else value
    return given, faults


def _repeated(one: Table, line: Line, given: dict[str, t.Any], seen: _Seen) -> list[CellFault]:
    """Return a fault for each value of this row that only one row can have and one above has."""
    faults = []
    parse = {field.name: field.parse for field in one.kind.fields}
    parse |= {parts.name: parts.fields[0].parse for parts in one.kind.parts}
    for field in (*one.kind.key, *(_ONCE if one.kind is DEVICE else ())):
        values = given.get(field, [])
        for value in values if isinstance(values, list) else [values]:
            try:
                key = (field, parse[field](value).casefold())
            except WrongError:
                continue
            if seen.setdefault(key, line.number) != line.number:
                faults.append(one.fault(line, field, shown(value), f"row {seen[key]} has it already"))
    return faults


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
    right = f"a life begins as {' or '.join(life_cycle.FIRST_STATES)}"
    return [one.fault(line, wording.STATE, shown(state), right)]
