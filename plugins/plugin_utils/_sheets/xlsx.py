# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""XLSX by openpyxl: read within bounds and without computing anything, written as text alone."""

from __future__ import annotations

import datetime
import io
import typing as t
import warnings
import zipfile
from pathlib import Path

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.cells import (
    MOST_CELLS,
    FileError,
    Line,
    Refused,
    Sheet,
    Value,
    letters,
)

_MOST_UNPACKED = 100_000_000
_MOST_FILES = 1_000
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_EXACT = 10**15  # spreadsheet programs keep 15 digits of a number
_TEXT_FORMAT = "@"


class Page(t.NamedTuple):
    """A sheet to be written: rows of text, the first of them headings."""

    name: str
    rows: t.Iterable[t.Sequence[str]]
    widths: t.Sequence[int]
    blank_rows: int = 0


def read(path: Path, content: bytes) -> list[Sheet]:
    """Return the sheets of a file; raise FileError."""
    _check(path, content)
    with warnings.catch_warnings():
        # About decoration that openpyxl does not know and nobody reads here.
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            sheets = book.worksheets
            left = MOST_CELLS
            found = []
            for sheet in sheets:
                lines = list(_lines(path, sheet, left))
                left -= sum(len(line.values) for line in lines)
                found.append(Sheet(sheet.title, lines))
        except FileError:
            raise
        except Exception as error:  # of a broken file, openpyxl and zipfile raise errors of any class
            raise FileError(
                f"{path.name} is damaged or no XLSX file ({type(error).__name__}: {error!s:.100})"
            ) from None
    return found


def write(path: Path, pages: t.Iterable[Page]) -> None:
    """Write pages of which every cell is text, whatever it begins with."""
    book = openpyxl.Workbook(write_only=True)
    for page in pages:
        sheet = book.create_sheet(page.name)
        sheet.freeze_panes = "A2"
        for number, width in enumerate(page.widths):
            sheet.column_dimensions[letters(number)].width = width
        for number, row in enumerate(page.rows):
            sheet.append([_cell(sheet, text, bold=number == 0) for text in row])
        for _row in range(page.blank_rows):
            # As text, so that the zeros before a number stay.
            sheet.append([_cell(sheet, None) for _width in page.widths])
    book.save(path)


def _check(path: Path, content: bytes) -> None:
    """Refuse what is no XLSX file, and one that would unpack without end."""
    if content.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        what = "is encrypted; save it without a password" if encrypted else "is an old XLS file; save it as XLSX"
        raise FileError(f"{path.name} {what}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise FileError(f"{path.name} is damaged or no XLSX file") from None
    # zipfile gives of no member more than it says here.
    if len(members) > _MOST_FILES or sum(member.file_size for member in members) > _MOST_UNPACKED:
        raise FileError(f"{path.name} unpacks to more than {_MOST_UNPACKED // 10**6} MB; divide it")


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
    if value is None or isinstance(value, str | datetime.date):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _EXACT:
        return str(value)
    return Refused(
        str(value), "it is kept as a number, a truth or a time of day, which may have lost signs; write it as text"
    )


def _cell(sheet: t.Any, text: str | None, *, bold: bool = False) -> t.Any:
    cell: t.Any = WriteOnlyCell(sheet, value=None)
    cell.number_format = _TEXT_FORMAT
    if text:
        cell.value = text
        cell.data_type = "s"  # openpyxl would make a formula of what begins with =
        cell.quotePrefix = True  # and a person who only enters and leaves the cell, too
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell
