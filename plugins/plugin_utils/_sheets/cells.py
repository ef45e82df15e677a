# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Cells of a sheet: what stands in them, where they are, and what is wrong with them."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError, Translate

MOST_BYTES = 20_000_000
MOST_CELLS = 2_000_000
_SHOWN = 60
_MOST_SHOWN = 20


class Refused(t.NamedTuple):
    """A cell whose value is taken by nobody, such as a formula, and why."""

    value: str
    reason: str


Value = str | datetime.date | datetime.datetime | Refused | None


class Line(t.NamedTuple):
    """One row of a sheet as it stands in the file; its first is number 1."""

    number: int
    values: t.Sequence[Value]


class CellFault(t.NamedTuple):
    """What is wrong with one cell; with a whole row if ``column`` is empty, with a whole sheet if ``row`` is 0."""

    sheet: str
    row: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"{self._place()} is {self.value}: {self.reason}"

    def said(self, translate: Translate) -> str:
        """Return the fault in another language."""
        return f"{translate(self._place())}: {translate(self.value)}: {translate(self.reason)}"

    def _place(self) -> str:
        if self.column:
            return f"sheet {self.sheet}, cell {self.column}{self.row}"
        return f"sheet {self.sheet}, row {self.row}" if self.row else f"sheet {self.sheet}"


class Sheet(t.NamedTuple):
    """A sheet of a file with its rows, from above, and what hides or blurs some of its cells."""

    name: str
    lines: t.Sequence[Line]
    faults: t.Sequence[CellFault] = ()


class FileError(RegisterError):
    """A file cannot be taken as a whole."""


class CellsError(RegisterError):
    """Cells of a file are wrong; all of them are told at once."""

    def __init__(self, file: str, faults: t.Sequence[CellFault]) -> None:
        self.faults = tuple(faults)
        self._head = f"{file}: nothing was stored, since cells are wrong ({len(faults)})"
        self._more = [f"and {len(faults) - _MOST_SHOWN} more"] if len(faults) > _MOST_SHOWN else []
        super().__init__(f"{self._head}: {'; '.join([*map(str, self.faults[:_MOST_SHOWN]), *self._more])}")

    def said(self, translate: Translate) -> str:
        faults = [fault.said(translate) for fault in self.faults[:_MOST_SHOWN]]
        return f"{translate(self._head)}: {'; '.join([*faults, *map(translate, self._more)])}"


def letters(column: int) -> str:
    """Return the name of a column; the first is number 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def shown(value: t.Any) -> str:
    """Return a value as a fault shows it, shortened."""
    text = repr(value.value[: _SHOWN * 2] if isinstance(value, Refused) else value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
