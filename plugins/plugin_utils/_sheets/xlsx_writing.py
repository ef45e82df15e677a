# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""XLSX by openpyxl, written: every cell is text, whatever it begins with, and a page prints well."""

from __future__ import annotations

import math
import re
import typing as t
from pathlib import Path

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.cells import letters

_TEXT_FORMAT = "@"
_A4 = 9
# What Office reads as a sign by its number (ECMA-376-1, 22.9.2.19): a text that only looks so is marked as such.
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_MOST_HELP, _MOST_TITLE = 255, 32  # of what Office shows beside a cell
_FONT = "Calibri"
_THIN = Side(style="thin", color="BFBFBF")
_FRAME = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD = {
    "font": Font(name=_FONT, size=11, bold=True, color="FFFFFF"),
    "fill": PatternFill("solid", start_color="1F4E79"),
    "alignment": Alignment(wrap_text=True, vertical="center", horizontal="center"),
    "border": _FRAME,
}
_BODY = {"font": Font(name=_FONT, size=11), "alignment": Alignment(wrap_text=True, vertical="top"), "border": _FRAME}
_HEAD_HEIGHT, _LINE_HEIGHT = 32, 15  # in points
_WIDEST = 150  # characters on a sheet of paper that can still be read


class Help(t.NamedTuple):
    """What a person sees at the cells of a column: a title, a text, and a list in the column of another page."""

    title: str
    text: str
    listed_in: tuple[str, int, int] | None = None  # page, number of its column, number of values


class Page(t.NamedTuple):
    """A sheet to be written: rows of text, the first of them headings."""

    name: str
    rows: t.Iterable[t.Sequence[str]]
    widths: t.Sequence[int]
    blank_rows: int = 0
    helps: t.Sequence[Help] = ()


def write(path: Path, pages: t.Iterable[Page]) -> None:
    """Write pages, each with its headings on every sheet of paper."""
    book = openpyxl.Workbook(write_only=True)
    for page in pages:
        sheet: t.Any = book.create_sheet(page.name)
        _set_up(sheet, page)
        head, body, blank = _style(sheet, _HEAD), _style(sheet, _BODY), _style(sheet, _BODY, quoted=False)
        for number, row in enumerate(page.rows):
            if number:
                _set_height(sheet, number + 1, row, page.widths)
            sheet.append([_cell(sheet, text, body if number else head) for text in row])
        for _row in range(page.blank_rows):
            # As text, so that the zeros before a number stay.
            sheet.append([_cell(sheet, "", blank) for _width in page.widths])
    book.save(path)


def _set_up(sheet: t.Any, page: Page) -> None:
    sheet.freeze_panes = "A2"
    sheet.print_title_rows, sheet.print_title_cols = "1:1", "A:A"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToWidth = math.ceil(sum(page.widths) / _WIDEST)
    sheet.page_setup.fitToHeight = 0  # as many sheets of paper as it takes
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.row_dimensions[1].height = _HEAD_HEIGHT
    for number, width in enumerate(page.widths):
        sheet.column_dimensions[letters(number)].width = width
    for number, told in enumerate(page.helps):
        sheet.data_validations.append(_validation(letters(number), page.blank_rows + 1, told))


def _set_height(sheet: t.Any, number: int, row: t.Sequence[str], widths: t.Sequence[int]) -> None:
    """Make a row as high as its longest text; not every program does so by itself."""
    lines = max(
        (
            sum(math.ceil(max(len(line), 1) / width) for line in text.split("\n"))
            for text, width in zip(row, widths, strict=True)
        ),
        default=1,
    )
    if lines > 1:
        sheet.row_dimensions[number].height = lines * _LINE_HEIGHT


def _validation(column: str, last: int, told: Help) -> DataValidation:
    """Return a hint that refuses nothing: the import judges, and takes English words and several values too."""
    formula = None
    if told.listed_in:
        page, number, many = told.listed_in
        name = letters(number)
        formula = f"{quote_sheetname(page)}!${name}$2:${name}${many + 1}"
    return DataValidation(
        type="list" if formula else None,
        formula1=formula,
        allow_blank=True,
        showErrorMessage=False,
        showInputMessage=True,
        promptTitle=told.title[:_MOST_TITLE],
        prompt=told.text[:_MOST_HELP],
        sqref=f"{column}2:{column}{last}",
    )


def _style(sheet: t.Any, parts: t.Mapping[str, t.Any], *, quoted: bool = True) -> t.Any:
    """Return a style, looked up once: openpyxl would look its parts up for every cell."""
    cell: t.Any = WriteOnlyCell(sheet, value=None)
    cell.number_format = _TEXT_FORMAT
    for name, value in parts.items():
        setattr(cell, name, value)
    if quoted:
        cell.quotePrefix = True  # a person who only enters and leaves the cell would make a formula, too
    return cell._style


def _cell(sheet: t.Any, text: str, style: t.Any) -> t.Any:
    cell: t.Any = WriteOnlyCell(sheet, value=None)
    cell._style = style
    if text:
        cell.value = _LOOKS_ESCAPED.sub("_x005F_", text)
        cell.data_type = "s"  # openpyxl would make a formula of what begins with =
    return cell
