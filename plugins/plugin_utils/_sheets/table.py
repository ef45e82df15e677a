# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""From a file to tables of records: which sheet is which, which column is which, and every cell with its place."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import Kind
from ansible_collections.commune.baseline.plugins.plugin_utils._register.text import folded
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import csv_file, wording, xlsx
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.cells import (
    MOST_BYTES,
    CellFault,
    CellsError,
    FileError,
    Line,
    Sheet,
    Value,
    letters,
    shown,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.kinds import SHOWN, STORED

SUFFIXES = (".xlsx", ".csv")
_NO_HEADINGS = "none of these cells is a heading; the first row that is not empty must hold those of the template"


class Table(t.NamedTuple):
    """Records of one kind: the number of the column of each field, and the rows that are not empty."""

    sheet: str
    kind: Kind
    columns: t.Mapping[str, int]
    lines: t.Sequence[Line]

    def fault(self, line: Line, field: str, value: str, reason: str) -> CellFault:
        """Return a fault of a field in a row of this table; what it can choose from is told as cells show it too."""
        reason = wording.reason(field, reason)
        if field not in self.columns:
            return CellFault(self.sheet, line.number, "", value, f"{field}: {reason}")
        return CellFault(self.sheet, line.number, self.column(field), value, reason)

    def column(self, field: str) -> str:
        """Return the letters of the column of a field; none if the table does not have it."""
        return letters(self.columns[field]) if field in self.columns else ""


def read(path: Path) -> list[Table]:
    """Return the tables of a file, people first; raise FileError, or CellsError with every wrong heading."""
    faults: list[CellFault] = []
    filled = [one for one in sheets(path) if folded(one.name) not in _EXPLAINING and _filled(one)]
    tables = [table for one in filled if (table := _table(one, faults))]
    if faults:
        raise CellsError(path.name, faults)
    if not tables:
        raise FileError(f"{path.name} is empty: its first row must hold headings, and each further row one record")
    return sorted(tables, key=lambda table: STORED.index(table.kind))


def sheets(path: Path) -> list[Sheet]:
    """Return the sheets of a file as they stand in it; raise FileError."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise FileError(f"{path.name} must be a file .xlsx or .csv; save it as one of them")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise FileError(f"{path.name} is larger than {MOST_BYTES // 10**6} MB; divide it")
    return [csv_file.read(path, content)] if suffix == ".csv" else xlsx.read(path, content)


def _table(sheet: Sheet, faults: list[CellFault]) -> Table | None:
    """Return the table of a sheet; None if nobody can tell which it is. Add to the faults what is wrong with it."""
    lines = iter(sheet.lines)
    first = next(line for line in lines if not _is_empty(line))
    rows = [line for line in lines if not _is_empty(line)]
    faults += sheet.faults
    kind = _kind(sheet, first)
    if kind is None:
        told = next(shown(value) for value in first.values if not _blank(value))
        faults.append(CellFault(sheet.name, first.number, "", told, _NO_HEADINGS))
        return None
    columns = _columns(sheet.name, kind, first, rows, faults)
    for key in kind.key:
        if key not in columns:
            missing = wording.heading(kind, key, "vi")
            faults.append(CellFault(sheet.name, first.number, "", "missing", f"there must be a column {missing}"))
    return Table(sheet.name, kind, columns, rows)


def _kind(sheet: Sheet, first: Line) -> Kind | None:
    """Return the kind of which most headings stand there; of equals, the one that the sheet is named after."""
    named = wording.kind_of(sheet.name)
    return max(
        (kind for kind in SHOWN if _known(kind, first)),
        key=lambda kind: (len(_known(kind, first)), kind.name == named),
        default=None,
    )


def _columns(sheet: str, kind: Kind, first: Line, rows: t.Sequence[Line], faults: list[CellFault]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for number, value in enumerate(first.values):
        place = (sheet, first.number, letters(number), shown(value))
        field = wording.field_of(kind, value) if isinstance(value, str) else None
        if field in columns:
            faults.append(CellFault(*place, f"column {letters(columns[field])} has the same heading"))
        elif field:
            columns[field] = number
        elif not _blank(value) or any(not _blank(_at(row, number)) for row in rows):
            headings = ", ".join(texts[0] for texts in wording.HEADINGS[kind.name].values())
            faults.append(CellFault(*place, f"it is no heading; there are {headings}"))
    faults += _beyond(sheet, len(first.values), rows)
    return columns


def _beyond(sheet: str, width: int, rows: t.Sequence[Line]) -> list[CellFault]:
    """Return a fault for every value that lies to the right of all headings."""
    return [
        CellFault(sheet, row.number, letters(number), shown(value), "its column has no heading")
        for row in rows
        for number, value in enumerate(row.values)
        if number >= width and not _blank(value)
    ]


def _known(kind: Kind, line: Line) -> set[str]:
    found = {wording.field_of(kind, value) for value in line.values if isinstance(value, str)}
    return {field for field in found if field}


def _at(line: Line, number: int) -> Value:
    return line.values[number] if number < len(line.values) else None


def _filled(sheet: Sheet) -> bool:
    return any(not _is_empty(line) for line in sheet.lines)


def _is_empty(line: Line) -> bool:
    return all(_blank(value) for value in line.values)


def _blank(value: Value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


_EXPLAINING = {folded(name) for names in (wording.GUIDE, wording.LISTS) for name in names.values()}
