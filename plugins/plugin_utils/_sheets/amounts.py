# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Whole numbers as people write them in cells, and the room of a medium, such as 512 GB."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register.text import WrongError

# Makers of drives count in powers of ten, as IEC 80000-13 does; 1 GiB would be another unit.
_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
# Three digits behind a sign could be thousands or thousandths: 1.000 GB is neither surely.
_ROOM = re.compile(r"(\d+)(?:[.,](\d{1,2}))?\s*([KMGT]?B)", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"\d{1,19}", re.ASCII)


def whole(text: str) -> int:
    """Return a whole number; raise WrongError."""
    if not _WHOLE.fullmatch(text.strip()):
        raise WrongError("a whole number in digits alone, such as 25")
    return int(text)


def room(text: str) -> int:
    """Return bytes; raise WrongError. A number without a unit is one of bytes."""
    found = _ROOM.fullmatch(text.strip())
    if not found:
        if _WHOLE.fullmatch(text.strip()):
            return int(text)
        raise WrongError("a number with B, KB, MB, GB or TB, such as 512 GB or 1,5 TB")
    number, fraction, unit = found.groups()
    places = len(fraction or "")
    value, rest = divmod(int(number + (fraction or "")) * _UNITS[unit.upper()], int("1" + "0" * places))
    if rest:
        raise WrongError("a whole number of bytes")
    return value


def room_shown(value: int) -> str:
    """Return bytes in the largest unit that shows them to the byte."""
    unit = max((name for name, size in _UNITS.items() if value % size == 0), key=_UNITS.__getitem__)
    return f"{value // _UNITS[unit]} {unit if value else 'B'}"


# Fields whose text is read so before the register judges it.
READ: t.Mapping[str, t.Callable[[str], int]] = {"bytes": room, "seats": whole}
SHOWN: t.Mapping[str, t.Callable[[int], str]] = {"bytes": room_shown}
