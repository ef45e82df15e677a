# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Whether a device is the one that the register means, by the serial number of its maker.

Many boards bear a maker's filler instead of a number. It is the same on all of them, so it counts as none: two
fillers that are alike say nothing about a device.
"""

from __future__ import annotations

import re

SAME, DIFFERENT, NOT_COMPARED = "same", "different", "not compared"
# What firmware says where its maker wrote no number (SMBIOS type 1 and 2), and what Ansible says where it finds none.
_FILLERS = frozenset(
    {
        "",
        "n/a",
        "na",
        "none",
        "null",
        "oem",
        "empty",
        "invalid",
        "unknown",
        "default string",
        "not applicable",
        "not available",
        "not present",
        "not specified",
        "serial number",
        "system serial number",
        "base board serial number",
        "chassis serial number",
        "to be filled by o.e.m",
        "to be filled by oem",
        "0123456789",
        "1234567890",
        "123456789",
    }
)
_ONE_SIGN = re.compile(r"([0fx.*_-])\1*")


def serial_of(value: str | None) -> str | None:
    """Return a serial number as it is compared, without case and spare blanks; None where there is none."""
    text = " ".join((value or "").split()).casefold()
    plain = text.rstrip(".")
    return None if plain in _FILLERS or _ONE_SIGN.fullmatch(text) else text


def compared(registered: str | None, found: str | None) -> str:
    """Tell whether the number that a device shows is that of the register; without one of them, nobody knows."""
    known = serial_of(registered), serial_of(found)
    if None in known:
        return NOT_COMPARED
    return SAME if known[0] == known[1] else DIFFERENT
