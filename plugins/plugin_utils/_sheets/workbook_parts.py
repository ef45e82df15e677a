# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What the parts of an XLSX file say that openpyxl passes over: a document type, what is hidden, what is merged.

Source: ECMA-376-1, 18.3.1.13 (col), 18.3.1.55 (mergeCell), 18.3.1.73 (row).
"""

from __future__ import annotations

import contextlib
import typing as t
from xml.parsers import expat

_XML = (".xml", ".rels", ".vml")
_TRUE = ("1", "true")


class DocumentTypeError(Exception):
    """A part declares a document type, whose entities could grow without end or read files; Office writes none."""


class _EndOfPrologue(Exception):  # noqa: N818 - no error
    """A document type can stand only before the first element."""


class Marks(t.NamedTuple):
    """Ranges of merged cells as the sheet names them, numbers of hidden rows, and first and last hidden columns."""

    merged: list[str]
    rows: set[int]
    columns: list[tuple[int, int]]


def check_prologues(archive: t.Any) -> None:
    """Raise DocumentTypeError if any part of the file declares one, in whatever encoding it is written."""
    for name in archive.namelist():
        if name.lower().endswith(_XML):
            parser = expat.ParserCreate()
            parser.StartDoctypeDeclHandler = _refuse
            parser.StartElementHandler = _stop
            # A part that is no XML at all is openpyxl's to refuse, if it needs it.
            with archive.open(name) as file, contextlib.suppress(_EndOfPrologue, expat.ExpatError):
                parser.ParseFile(file)


def marks_of(file: t.Any) -> Marks:
    """Read the part that holds a sheet; raise ExpatError if it is no XML."""
    marks = Marks([], set(), [])
    row = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row
        kind = name.rpartition(" ")[2]
        if kind == "row":
            row = int(attributes.get("r", row + 1))
            if attributes.get("hidden") in _TRUE:
                marks.rows.add(row)
        elif kind == "mergeCell":
            marks.merged.append(attributes.get("ref", ""))
        elif kind == "col" and attributes.get("hidden") in _TRUE:
            marks.columns.append((int(attributes["min"]), int(attributes["max"])))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.ParseFile(file)
    return marks


def _refuse(*_declaration: t.Any) -> None:
    raise DocumentTypeError


def _stop(*_element: t.Any) -> None:
    raise _EndOfPrologue
