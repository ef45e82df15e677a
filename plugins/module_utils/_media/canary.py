# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Canaries: blocks that nothing but a real erasure removes, planted before a drive is told to erase itself.

A drive may report success and erase nothing, or only a part; then some of these blocks are still there.
"""

from __future__ import annotations

import mmap
import os
import random

MARK = b"commune.baseline canary\0"
BLOCK = 4096
_COUNT = 256


def positions(size: int, seed: str) -> list[int]:
    """Return where canaries lie: one at a random place in each of many equal parts, the first and last block."""
    blocks = size // BLOCK
    chance = random.Random(seed)  # noqa: S311 - places, no secrets
    share = max(blocks // _COUNT, 1)
    spread = {first + chance.randrange(min(share, blocks - first)) for first in range(0, blocks, share)}
    return [block * BLOCK for block in sorted(spread | {0, blocks - 1}) if block >= 0]


def plant(handle: int, size: int, seed: str) -> int:
    """Write the canaries, which are on the medium when this returns; return how many; raises OSError."""
    with mmap.mmap(-1, BLOCK) as buffer:
        places = positions(size, seed)
        for place in places:
            buffer[:] = (MARK + place.to_bytes(8, "big") + os.urandom(BLOCK))[:BLOCK]
            os.pwrite(handle, buffer, place)
    os.fdatasync(handle)
    return len(places)


def surviving(handle: int, size: int, seed: str) -> tuple[int, int]:
    """Return how many canaries are still there, and how many places could not be read."""
    left = unreadable = 0
    with mmap.mmap(-1, BLOCK) as buffer:
        for place in positions(size, seed):
            try:
                os.preadv(handle, [buffer], place)
            except OSError:
                unreadable += 1
                continue
            left += buffer[: len(MARK)] == MARK
    return left, unreadable


def described(left: int, unreadable: int) -> str | None:
    """Return what is wrong after an erasure, None if nothing is."""
    if left:
        return f"the drive says that it erased itself, and {left} canaries are still there"
    if unreadable:
        return f"the drive says that it erased itself, and {unreadable} places cannot be read"
    return None
