# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""XLSX by openpyxl, read: within bounds, without computing anything, and refusing what a person would not see."""

from __future__ import annotations

import datetime
import io
import typing as t
import warnings
import zipfile
import zlib
from pathlib import Path

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.escape import unescape

from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import workbook_parts
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.cells import (
    MOST_CELLS,
    CellFault,
    FileError,
    Line,
    Refused,
    Sheet,
    Value,
    letters,
)

_MOST_UNPACKED = 100_000_000
_MOST_FILES = 1_000
_ENCRYPTED = 1  # a flag of the archive's members
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_EXACT = 10**15  # spreadsheet programs keep 15 digits of a number
_HIDDEN = "hidden"


def read(path: Path, content: bytes) -> list[Sheet]:
    """Return the sheets of a file; raise FileError."""
    _check(path, content)
    with warnings.catch_warnings():
        # About decoration that openpyxl does not know and nobody reads here.
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            left = MOST_CELLS
            found = []
            for sheet in book.worksheets:
                lines = list(_lines(path, sheet, left))
                left -= sum(len(line.values) for line in lines)
                found.append(Sheet(sheet.title, lines, list(_unseen(sheet, lines))))
        except FileError:
            raise
        except Exception as error:  # of a broken file, openpyxl and zipfile raise errors of any class
            raise FileError(
                f"{path.name} is damaged or no XLSX file ({type(error).__name__}: {error!s:.100})"
            ) from None
    return found


def _check(path: Path, content: bytes) -> None:
    """Refuse what is no XLSX file, and one that would unpack without end."""
    if content.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        if encrypted:
            raise FileError(f"{path.name} is encrypted; save it without a password")
        raise FileError(f"{path.name} is an old XLS file; save it as XLSX")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if any(member.flag_bits & _ENCRYPTED for member in members):
                raise FileError(f"{path.name} is encrypted; save it without a password")
            # zipfile gives of no member more than it says here.
            if len(members) > _MOST_FILES or sum(member.file_size for member in members) > _MOST_UNPACKED:
                raise FileError(f"{path.name} unpacks to more than {_MOST_UNPACKED // 10**6} MB; divide it")
            workbook_parts.check_prologues(archive)
    except workbook_parts.DocumentTypeError:
        raise FileError(
            f"{path.name} declares a document type, which no spreadsheet program writes: it may be an attack"
        ) from None
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError):
        raise FileError(f"{path.name} is damaged or no XLSX file") from None


def _lines(path: Path, sheet: t.Any, most: int) -> t.Iterator[Line]:
    sheet.reset_dimensions()  # a file may claim any
    for number, row in enumerate(sheet.iter_rows(), start=1):
        most -= len(row)
        if most < 0:
            raise FileError(f"{path.name} has more than {MOST_CELLS} cells; divide it")
        if row:
            yield Line(number, [_value(cell) for cell in row])


def _value(cell: t.Any) -> Value:
    value = cell.value
    if cell.data_type == "f":
        return Refused(
            getattr(value, "text", None) or str(value), "it is a formula, which is never computed; paste it as a value"
        )
    if cell.data_type == "e":
        return Refused(str(value), "it is the error of a formula; write a value")
    if isinstance(value, str):
        return unescape(value) if "_x" in value else value
    if value is None or isinstance(value, datetime.date):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _EXACT:
        return str(value)
    return Refused(
        str(value), "it is kept as a number, a truth or a time of day, which may have lost signs; write it as text"
    )


def _unseen(sheet: t.Any, lines: t.Sequence[Line]) -> t.Iterator[CellFault]:
    """Yield a fault for what a person who filled the sheet did not see, or saw in more cells than hold it."""
    if sheet.sheet_state != "visible":
        yield CellFault(sheet.title, 0, "", _HIDDEN, "show it, or delete it if it is not meant")
    with sheet._get_source() as file:  # openpyxl tells of none of these when it reads row after row
        marks = workbook_parts.marks_of(file)
    for merged in marks.merged:
        column, row = (number or 1 for number in range_boundaries(merged)[:2])
        reason = "unmerge it, and write the value into each cell that it is for"
        yield CellFault(sheet.title, row, letters(column - 1), f"merged as {merged:.20}", reason)
    for line in lines:
        if line.number in marks.rows and any(value is not None for value in line.values):
            yield CellFault(sheet.title, line.number, "", _HIDDEN, "show the row, or delete it if it is not meant")
    first = lines[0].number if lines else 1
    width = max((len(line.values) for line in lines), default=0)
    for low, high in marks.columns:
        for column in range(low, min(high, width) + 1):
            if any(len(line.values) >= column and line.values[column - 1] is not None for line in lines):
                reason = "show the column, or delete it if it is not meant"
                yield CellFault(sheet.title, first, letters(column - 1), _HIDDEN, reason)
