# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""``[Seat:...]`` and ``key=value`` of LightDM: ``[Seat:*]``, once ``[SeatDefaults]``, is for all seats.

A section with another name is for the seats that match it, and comes before. The value is the one for all seats; what
one seat has instead is an exception. A key is written for all seats, and in every section that says something of it.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import ini, lines, sections

OWN_FILE = False
BOOLEANS = ini.BOOLEANS
_ALL, _SEAT, _FORMERLY = "Seat:*", "Seat:", "SeatDefaults"


def read(files: lines.Files, key: str, section: str | None = None) -> Reading:
    """Return the value for all seats, with the weakness that one of them has another."""
    seats: dict[str, Reading] = {}
    for file in files:
        for name in _seats(file[1]):
            reading = sections.read([file], key, name, continues=False)
            if reading.value is not None:
                seats[_ALL if name == _FORMERLY else name] = reading
    return for_all(seats, key)


def for_all(seats: t.Mapping[str, Reading], key: str) -> Reading:
    """Join what each section says of a key; an empty value says nothing."""
    said = {name: reading for name, reading in seats.items() if reading.value}
    common = said.get(_ALL, Reading())
    for name, reading in said.items():
        if name.startswith(_SEAT) and reading.value != common.value:
            weakness = f"{reading.where} makes an exception: {key} is {reading.value}"
            return dataclasses.replace(common, weakness=weakness)
    return common


def write(text: str, key: str, value: t.Any, section: str | None = None) -> str:
    """Return the text with the key at a value for every seat, or without it (None)."""
    saying = [
        name for name in _seats(text) if sections.read([("", text)], key, name, continues=False).value is not None
    ]
    for name in saying if value is None else dict.fromkeys([_ALL, *saying]):
        text = ini.write(text, key, value, name)
    return text


def _seats(text: str) -> list[str]:
    """Return the sections for seats, in the order in which they stand."""
    return [name for name in sections.names(text, continues=False) if name.startswith(_SEAT) or name == _FORMERLY]
