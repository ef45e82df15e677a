# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""CSV as spreadsheet programs write it: read without taking anything for a formula, written so that nothing is one.

UTF-8 or, as Excel calls it, Unicode text (UTF-16). Code pages such as 1258 are refused: nobody can tell which it was.
"""

from __future__ import annotations

import csv
import io
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.cells import (
    MOST_CELLS,
    FileError,
    Line,
    Refused,
    Sheet,
    Value,
)

FORMULA = "it is a formula, which is never computed; write its value, or an apostrophe before it if it is text"
_SEPARATORS = (",", ";", "\t")
_BINARY = (b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1"))
# A program may take text that begins so for a formula. The apostrophe that is put before it is text before these only.
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")


def guarded(text: str) -> str:
    """Return text of which no program makes a formula; ``unguarded`` gives it back."""
    return f"'{text}" if text.startswith(_GUARDED) else text


def unguarded(text: str) -> str:
    """Return what stood there before ``guarded``."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_GUARDED) else text


def read(path: Path, content: bytes) -> Sheet:
    """Return the one sheet of a file, named after it; raise FileError."""
    text = _decoded(path, content)
    first = text.lstrip("\r\n").partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    return Sheet(path.stem, list(_lines(path, text, separator)))


def write(path: Path, rows: t.Iterable[t.Sequence[str]]) -> None:
    """Write rows in UTF-8 with the mark by which spreadsheet programs know it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([guarded(text) for text in row] for row in rows)


def _decoded(path: Path, content: bytes) -> str:
    if content.startswith(_BINARY):
        raise FileError(f"{path.name} is a workbook and no CSV; give it the ending .xlsx, or save it as CSV UTF-8")
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(f"{path.name}, line {line}: this is not UTF-8; save it as CSV UTF-8") from None


def _lines(path: Path, text: str, separator: str) -> t.Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    cells = 0
    usual = csv.field_size_limit(len(text) + 1)  # whether a cell is too long is for the register to say, with its place
    try:
        for number, row in enumerate(reader, start=1):
            cells += len(row)
            if cells > MOST_CELLS:
                raise FileError(f"{path.name} has more than {MOST_CELLS} cells; divide it")
            yield Line(number, [_value(cell) for cell in row])
    except csv.Error as error:
        raise FileError(f"{path.name}, line {reader.line_num}: this is no CSV ({error})") from None
    finally:
        csv.field_size_limit(usual)


def _value(text: str) -> Value:
    return Refused(text, FORMULA) if text.startswith("=") else unguarded(text)
