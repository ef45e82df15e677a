# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The order of versions of Debian's packages, deb-version(7)."""

from __future__ import annotations

import re
import typing as t


def sort_key(version: str) -> tuple[t.Any, ...]:
    """Return what sorts as the version does: 1.0~rc1 comes before 1.0, and 1:0.9 after it."""
    epoch, colon, rest = version.rpartition(":")
    upstream, _hyphen, revision = rest.rpartition("-") if "-" in rest else (rest, "", "")
    return int(epoch) if colon and epoch.isdigit() else 0, _parts(upstream), _parts(revision)


def _parts(text: str) -> list[tuple[list[int], int]]:
    found = [([*map(_weight, word), 0], int(number or 0)) for word, number in re.findall(r"([^0-9]*)([0-9]*)", text)]
    while found and found[-1] == _END:
        found.pop()
    return [*found, _END]  # an end comes before everything but a tilde


_END = ([0], 0)


def _weight(character: str) -> int:
    """Return the place of a character: a tilde comes before the end (0), letters come before all others."""
    if character == "~":
        return -1
    return ord(character) + (0 if character.isascii() and character.isalpha() else 256)
