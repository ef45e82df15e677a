# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""From the cells of a row to values for the register, and what the rows of one file have to do with each other."""

from __future__ import annotations

import contextlib
import re
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register import records
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, Kind
from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Change
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer
from ansible_collections.commune.baseline.plugins.plugin_utils._register.text import WrongError
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import amounts, wording
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.cells import CellFault, Line, Refused, shown
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.table import Table

# Values of one cell stand apart by these.
_BETWEEN = re.compile(r"[,;\n]")
# What only one device has, whatever its zone.
_ONCE = ("serial", "asset_tag", "macs")
Read = t.Mapping[str, t.Callable[[str], t.Any]]


class _Version(t.NamedTuple):
    """Which version of a record a row was written from, and where it says so."""

    number: int
    table: Table
    line: Line


class File:
    """What one file says in several places: values that only one row can have, faulty records, versions."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._begin = writer.head.events
        self._parse: dict[str, dict[str, t.Callable[[t.Any], str]]] = {}
        self._seen: dict[tuple[str, ...], tuple[str, int]] = {}
        self._faulty: set[tuple[str, str]] = set()
        self._versions: dict[tuple[str, str], _Version] = {}
        self._stored: dict[str, t.Mapping[str, int]] = {}

    def begin(self, kind: Kind) -> None:
        """Note, before the first row of a kind is stored, which records the register has, in which versions."""
        if kind.name not in self._stored:
            self._stored[kind.name] = records.versions(self._writer, kind)
            once = (*kind.key, *((*_ONCE, "ips") if kind is DEVICE else ()))
            parse = {field.name: field.parse for field in kind.fields}
            parse |= {parts.name: parts.fields[0].parse for parts in kind.parts}
            self._parse[kind.name] = {field: parse[field] for field in once}

    def faults_of_repetition(self, one: Table, line: Line, given: t.Mapping[str, t.Any]) -> list[CellFault]:
        """Return a fault for each value of this row that only one row can have and one above has."""
        faults = []
        for field, parse in self._parse[one.kind.name].items():
            values = given.get(field, [])
            # Of addresses, each zone may have the same.
            zone = str(given.get("zone", line.number)) if field == "ips" else ""
            for value in values if isinstance(values, list) else [values]:
                with contextlib.suppress(WrongError):  # which is told elsewhere
                    here = (one.sheet, line.number)
                    sheet, row = self._seen.setdefault((one.kind.name, field, parse(value).casefold(), zone), here)
                    if (sheet, row) != here:
                        faults.append(one.fault(line, field, shown(value), _repeats(row, sheet, one.sheet)))
        return faults

    def is_new(self, one: Table, line: Line, given: t.Mapping[str, t.Any]) -> bool:
        """Tell, of a row that was looked at for repetitions, whether nobody has a record of its key yet."""
        field = one.kind.key[0]
        with contextlib.suppress(WrongError):
            value = self._parse[one.kind.name][field](given.get(field))
            first = self._seen.get((one.kind.name, field, value.casefold(), ""))
            return first == (one.sheet, line.number) and _key(one.kind, value) not in self._stored[one.kind.name]
        return False

    def note_faulty(self, kind: Kind, given: t.Mapping[str, t.Any]) -> None:
        """Remember that the file holds a record that was not stored: to refer to it is no fault."""
        self._faulty.add((kind.name, _key(kind, given.get(kind.key[0]))))

    def is_faulty(self, kind: Kind, key: str) -> bool:
        return (kind.name, _key(kind, key)) in self._faulty

    def take_version(self, one: Table, line: Line, given: dict[str, t.Any]) -> list[CellFault]:
        """Take from a row the version that it was exported with; return a fault if that is no number."""
        told = given.pop(wording.VERSION, None)
        if told is None:
            return []
        try:
            number = amounts.whole(str(told))
        except WrongError:
            return [one.fault(line, wording.VERSION, shown(told), "leave it as the export wrote it, or empty")]
        self._versions[one.kind.name, _key(one.kind, given.get(one.kind.key[0]))] = _Version(number, one, line)
        return []

    def faults_of_version(self, kind: Kind, change: Change) -> list[CellFault]:
        """Return a fault if a change rests on what somebody changed since the file was written."""
        key = _key(kind, change.after[kind.key[0]])
        told = self._versions.get((kind.name, key))
        if told is None or not change.changed or self._stored[kind.name].get(key) in (None, told.number):
            return []
        happened = records.history_of(self._writer, kind, change.after[kind.key[0]])
        last = [event for event in happened if event["number"] <= self._begin][-1]
        reason = (
            f"{last['who']} changed it at {last['at']}, after this file was written; "
            "export it again and repeat your change"
        )
        return [told.table.fault(told.line, wording.VERSION, str(told.number), reason)]


def _repeats(row: int, sheet: str, own: str) -> str:
    return f"row {row} has it already" if sheet == own else f"row {row} of sheet {sheet} has it already"


def _key(kind: Kind, value: t.Any) -> str:
    text = " ".join(str(value).split())
    return text.casefold() if kind is DEVICE else text


def given_of(one: Table, line: Line, read: Read) -> tuple[dict[str, t.Any], list[CellFault]]:
    """Return the fields of a row that are not empty, and its cells that nobody can take."""
    lists = {parts.name for parts in one.kind.parts}
    given: dict[str, t.Any] = {}
    faults = []
    for field, number in one.columns.items():
        value = line.values[number] if number < len(line.values) else None
        if isinstance(value, Refused):
            faults.append(one.fault(line, field, shown(value), value.reason))
        elif isinstance(value, str) and value.strip() and field in read:
            try:
                given[field] = read[field](value)
            except WrongError as error:
                faults.append(one.fault(line, field, shown(value), str(error)))
        elif isinstance(value, str) and value.strip():
            several = _BETWEEN.split(value) if field in lists else [value]
            chosen = [wording.choice_of(field, part.strip()) for part in several if part.strip()]
            given[field] = chosen if field in lists else chosen[0]
        elif value is not None and not isinstance(value, str):
            given[field] = [value] if field in lists else value
    return given, faults
