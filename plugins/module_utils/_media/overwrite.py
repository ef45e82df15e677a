# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Overwriting a whole medium past the cache, from where a journal says that it stands.

What cannot be written is collected as ranges; the rest is written all the same. One thread per medium, and all threads
write out of the same two buffers, so that memory does not grow with the number of media.
"""

from __future__ import annotations

import errno
import mmap
import os
import time
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._media.errors import LostError

BLOCK = 8 << 20
# So much is written between two points from which a run goes on after a power cut.
_BETWEEN_SAVES = 1 << 30
_SMALLEST_PIECE = 4096
# Each bad sector costs a drive seconds: what has more of them is not worth the day.
_MOST_RANGES, _MOST_BAD_BYTES = 1024, 4 << 20
_GONE = (errno.ENXIO, errno.ENODEV, errno.ENOTCONN, errno.ESHUTDOWN, errno.ENOMEDIUM)
ZEROS, NOISE = "zeros", "noise"

Range = tuple[int, int]


class Progress:
    """How far one pass is. Times are those of this process alone; ``done`` and ``bad`` outlive it in the journal."""

    def __init__(self, size: int, done: int, bad: t.Iterable[t.Sequence[int]]) -> None:
        self.size = size
        self.done = done
        self.bad: list[Range] = [(one[0], one[1]) for one in bad]
        self._from, self._began = done, time.monotonic()

    @property
    def rate(self) -> float:
        """Return bytes per second since this process began."""
        seconds = time.monotonic() - self._began
        return (self.done - self._from) / seconds if seconds > 0 else 0.0

    def add_bad(self, first: int, length: int) -> None:
        """Add a range that cannot be written; raise LostError if there are so many that nothing is gained any more."""
        if self.bad and sum(self.bad[-1]) == first:
            first, length = self.bad[-1][0], self.bad.pop()[1] + length
        self.bad.append((first, length))
        if len(self.bad) > _MOST_RANGES or sum(length for _first, length in self.bad) > _MOST_BAD_BYTES:
            raise LostError(f"too much of the medium cannot be written, up to byte {first + length}: destroy it")


class Patterns:
    """The two buffers, aligned as direct I/O wants it. Noise keeps a drive from storing less than it is sent."""

    def __init__(self) -> None:
        self._buffers = {ZEROS: mmap.mmap(-1, BLOCK), NOISE: mmap.mmap(-1, BLOCK)}
        self._has_noise = False

    def view(self, pattern: str) -> memoryview:
        if pattern == NOISE and not self._has_noise:
            self._buffers[NOISE][:] = os.urandom(BLOCK)
            self._has_noise = True
        return memoryview(self._buffers[pattern])


def overwrite(handle: int, pattern: memoryview, progress: Progress, save: t.Callable[[], None], *, sector: int) -> None:
    """Write the pattern over the medium from ``progress.done`` on; raise LostError if the medium vanishes.

    ``save`` is called when everything up to ``done`` is on the medium itself and not only in its own cache.
    """
    saved = progress.done
    while progress.done < progress.size:
        length = min(len(pattern), progress.size - progress.done)
        _write(handle, pattern[:length], progress.done, progress, max(sector, _SMALLEST_PIECE))
        progress.done += length
        if progress.done - saved >= _BETWEEN_SAVES or progress.done == progress.size:
            _flush(handle)
            save()
            saved = progress.done


def _write(handle: int, piece: memoryview, offset: int, progress: Progress, smallest: int) -> None:
    """Write a piece; where the medium refuses, halve it until only the bad sectors are left."""
    while piece:
        try:
            written = os.pwrite(handle, piece, offset)
        except OSError as error:
            _check_is_there(handle, progress.size, error)
            if len(piece) <= smallest:
                progress.add_bad(offset, len(piece))
                return
            half = max(len(piece) // 2 // smallest, 1) * smallest
            _write(handle, piece[:half], offset, progress, smallest)
            piece, offset = piece[half:], offset + half
            continue
        if written <= 0:
            raise LostError(f"the medium takes nothing any more at byte {offset}")
        piece, offset = piece[written:], offset + written


def _check_is_there(handle: int, size: int, error: OSError) -> None:
    if error.errno in _GONE or os.lseek(handle, 0, os.SEEK_END) != size:
        raise LostError(f"the medium vanished: {error.strerror}") from error
    if error.errno not in (errno.EIO, errno.ENOSPC, errno.EREMOTEIO, errno.ENODATA, errno.EILSEQ, errno.ETIMEDOUT):
        raise LostError(f"the medium cannot be written: {error.strerror}") from error


def _flush(handle: int) -> None:
    try:
        os.fdatasync(handle)
    except OSError as error:
        raise LostError(f"the medium does not confirm what was written: {error.strerror}") from error
