# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the firmware of a drive has in its hands: the blocks, and an erasure with the faults of real ones."""

from __future__ import annotations

import os
import threading
import time

FAULTS = ("", "nothing", "half", "fails", "refuses", "missing")
_DURATION = 0.7
_PIECE = 1 << 20


class Blocks:
    """The blocks of a drive in a file, and its one erasure at a time.

    With the fault ``nothing`` a drive reports success and erases nothing, ``half`` erases its first half, ``fails``
    says afterwards that it failed, ``refuses`` does not take the command, and ``missing`` does not offer it.
    """

    def __init__(self, path: str, fault: str) -> None:
        self.fault = fault
        self.file = os.open(path, os.O_RDWR)
        self.size = os.fstat(self.file).st_size
        self._began: float | None = None
        self._erasing: threading.Thread | None = None

    def read(self, first: int, length: int) -> bytes:
        return os.pread(self.file, length, first)

    def write(self, first: int, content: bytes) -> None:
        os.pwrite(self.file, content, first)

    @property
    def is_erasing(self) -> bool:
        return self._erasing is not None and self._erasing.is_alive()

    @property
    def was_erased(self) -> bool:
        """Tell whether an erasure came to its end, whatever it did."""
        return self._began is not None and not self.is_erasing

    @property
    def progress(self) -> float:
        return 1.0 if not self.is_erasing else min((time.monotonic() - (self._began or 0)) / _DURATION, 0.99)

    def start_erasing(self, content: int | None, *, wait: bool = False, part: tuple[int, int] | None = None) -> None:
        """Begin to fill the blocks, or those from a first byte to an end, with a byte, or with noise for None."""
        self._began = time.monotonic()
        self._erasing = threading.Thread(target=self._erase, args=(content, *(part or (0, self.size))), daemon=True)
        self._erasing.start()
        if wait:
            self._erasing.join()

    def _erase(self, content: int | None, begin: int, whole: int) -> None:
        time.sleep(_DURATION)
        end = {"nothing": begin, "fails": begin, "half": (begin + whole) // 2}.get(self.fault, whole)
        for first in range(begin, end, _PIECE):
            length = min(_PIECE, end - first)
            self.write(first, os.urandom(length) if content is None else bytes([content]) * length)
