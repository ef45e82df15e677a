# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Stores sheets of what belongs to devices: the rows of a device together are all that it has of the kind."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, records
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import Fault, RecordError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE
from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Change
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import amounts, rows
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.cells import CellFault, Line
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.kinds import OWNER, PARTS
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.table import Table

# The register names a part as media[0].serial.
_PLACE = re.compile(r"(\w+)\[(\d+)\](?:\.(\w+))?")


class _Row(t.NamedTuple):
    line: Line
    given: dict[str, t.Any]


def put(
    writer: Writer, one: Table, file: rows.File, document: str | None
) -> t.Iterator[tuple[Change | None, list[CellFault]]]:
    """Yield, for each device of the sheet, what was done to it and the faults of its cells."""
    by_device: dict[str, list[_Row]] = {}
    for line in one.lines:
        given, faults = rows.given_of(one, line, amounts.READ)
        owner = given.pop(OWNER, None)
        if isinstance(owner, str):
            by_device.setdefault(owner.casefold().strip(), []).append(_Row(line, {OWNER: owner, **given}))
        elif not faults:
            faults.append(one.fault(line, OWNER, "missing", "it must be given"))
        if faults:
            yield None, faults
    for found in by_device.values():
        yield _put(writer, one, found, file, document)


def _put(
    writer: Writer, one: Table, found: t.Sequence[_Row], file: rows.File, document: str | None
) -> tuple[Change | None, list[CellFault]]:
    name = found[0].given[OWNER]
    stored = records.lookup(writer, DEVICE, {"name": name})
    if stored is None:
        if file.is_faulty(DEVICE, name):
            return None, []
        reason = "the register knows no device of this name"
        return None, [one.fault(row.line, OWNER, repr(name), reason) for row in found]
    parts = [{field: value for field, value in row.given.items() if field != OWNER} for row in found]
    try:
        change = devices.put(writer, {"name": name, one.kind.name: parts}, document=document)
    except RecordError as error:
        return None, [_fault(one, found, fault) for fault in error.faults]
    return change, file.faults_of_version(DEVICE, change)


def _fault(one: Table, found: t.Sequence[_Row], fault: Fault) -> CellFault:
    """Return a fault of a device where it stands in the sheet; one that is of no part of it, at the device's name."""
    first = PARTS[one.kind.name].fields[0].name
    place = _PLACE.fullmatch(fault.field)
    if place and place[1] == one.kind.name:
        return one.fault(found[int(place[2])].line, place[3] or first, fault.value, fault.right)
    if fault.field == one.kind.name:  # what another device has; the value says which
        for row in found:
            if repr(str(row.given.get(first, "")).upper()) == fault.value:
                return one.fault(row.line, first, fault.value, fault.right)
    return one.fault(found[0].line, OWNER, fault.value, f"{fault.field}: {fault.right}")
