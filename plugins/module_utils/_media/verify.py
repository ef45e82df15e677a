# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Reading a sanitised medium independently of what wrote it: past the cache, whole or a sample, with the confidence.

Nothing here is shared with the writer. Two threads read one medium in turn, so that it never waits for a comparison.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import random
import threading
import time
import typing as t
import zlib

from ansible_collections.commune.baseline.plugins.module_utils._media import canary
from ansible_collections.commune.baseline.plugins.module_utils._media.errors import LostError

# DC-04: up to here a medium is read whole, beyond at least a tenth of it.
WHOLE_UP_TO = 64 * 10**9
LEAST_PERCENT = 10
_EDGE = 64 << 20  # partition tables, file systems' and RAID's descriptions lie at both ends
_SAMPLE = 1 << 20
_BUFFER = 2 << 20
_PIECE = 256 << 10
_READERS = 2
_GRAIN = 4096
_MOST_FINDINGS, _MOST_BAD_BYTES = 200, 256 << 20
_MOST_UNREADABLE_BYTES = 1 << 20  # each bad sector costs a drive seconds
_BLKFLSBUF = 0x1261  # linux/fs.h

ZEROS, ERASED, NOISE = EXPECTATIONS = ("zeros", "erased", "noise")
# Beginnings of files and file systems, long enough not to appear in noise by chance.
_SIGNATURES = {
    b"%PDF-1.": "a PDF",
    b"PK\x03\x04\x14\0": "a ZIP or an office document",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old office document",
    b"\x89PNG\r\n\x1a\n": "a PNG",
    b"JFIF\0\x01": "a JPEG",
    b"SQLite format 3\0": "a database",
    b"\x7fELF\x02\x01\x01": "a program",
    b"LUKS\xba\xbe": "a LUKS header",
    b"EFI PART": "a partition table",
    b"NTFS    ": "a file system of Windows",
}
_CANARY = "a canary"

Span = tuple[int, int]


class Finding(t.NamedTuple):
    """A range that is not as it has to be after the wipe. ``what`` tells what it looks like."""

    first: int
    length: int
    what: str


class Verification(t.NamedTuple):
    """What an independent reading showed. ``largest_gap`` is the longest stretch, in bytes, of which nothing was read;
    ``share_found`` the smallest share of the medium, in percent, that scattered remnants would be found of with a
    confidence of 99 %. Both are 0 if everything was read.
    """

    is_clean: bool
    is_complete: bool
    size: int
    checked: int
    percent: float
    findings: list[Finding]
    unreadable: list[Span]
    canaries: int
    seed: str
    largest_gap: int
    share_found: float
    seconds: float


def spans(size: int, percent: int, seed: str) -> t.Iterator[Span]:
    """Yield what is to be read, in order: all of it, or both ends and a random sample in each stratum between."""
    if percent >= 100 or size <= 2 * _EDGE + _SAMPLE:
        yield from _cut(0, size)
        return
    yield from _cut(0, _EDGE)
    chance = random.Random(seed)  # noqa: S311 - it has to be repeatable, and nobody profits from guessing it
    stratum = _SAMPLE * 100 // percent // _GRAIN * _GRAIN
    end = (size - _EDGE) // _GRAIN * _GRAIN
    for first in range(_EDGE, end, stratum):
        length = min(_SAMPLE, end - first)
        room = min(stratum, end - first) - length
        yield first + chance.randrange(room // _GRAIN + 1) * _GRAIN, length
    yield from _cut(end, size - end)


def _cut(first: int, length: int) -> t.Iterator[Span]:
    for offset in range(first, first + length, _BUFFER):
        yield offset, min(_BUFFER, first + length - offset)


def percent_for(size: int, percent: int) -> int:
    """Return how much of a medium is read: all of a small one, else at least what DC-04 demands."""
    return 100 if size <= WHOLE_UP_TO else max(percent, LEAST_PERCENT)


def verify(handle: int, size: int, expectation: str, *, percent: int, seed: str) -> Verification:
    """Read the medium that is open past the cache; raise LostError if it vanishes."""
    fcntl.ioctl(handle, _BLKFLSBUF, 0)
    began = time.monotonic()
    reading = _Reading(handle, size, expectation, spans(size, percent, seed))
    threads = [threading.Thread(target=reading.work, daemon=True) for _reader in range(_READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if reading.failure is not None:
        raise reading.failure
    return reading.outcome(seed, time.monotonic() - began)


class _Reading:
    """What the readers share. They take span after span, and note what they find."""

    def __init__(self, handle: int, size: int, expectation: str, todo: t.Iterator[Span]) -> None:
        self._handle, self._size, self._todo = handle, size, todo
        self._judge = {ZEROS: _of_zeros, ERASED: _of_erased, NOISE: _of_noise}[expectation]
        self._lock = threading.Lock()
        self._findings: list[Finding] = []
        self._unreadable: list[Span] = []
        self._checked = self._samples = self._gap = self._read_up_to = self._canaries = self._bad = 0
        self._is_cut_short = False
        self.failure: BaseException | None = None

    def work(self) -> None:
        try:
            with mmap.mmap(-1, _BUFFER) as buffer, memoryview(buffer) as view:
                while True:
                    with self._lock:
                        span = self._next()
                    if span is None:
                        return
                    self._read(view, *span)
        except BaseException as error:  # it is raised again in the thread that waits
            self.failure = error

    def _next(self) -> Span | None:
        if self.failure is not None or self._is_cut_short:
            return None
        span = next(self._todo, None)
        if span is not None:
            self._samples += 1
            self._gap = max(self._gap, span[0] - self._read_up_to)
            self._read_up_to = sum(span)
        return span

    def _read(self, view: memoryview, first: int, length: int) -> None:
        """Read a span; where it cannot be read, halve it until only the bad sectors are left."""
        try:
            got = os.preadv(self._handle, [view[:length]], first)
        except OSError as error:
            self._refused(view, first, length, error)
            return
        if got != length:
            raise LostError(f"the medium ends at byte {first + got}, and it should have {self._size}")
        for offset in range(0, length, _PIECE):
            piece = bytes(view[offset : min(offset + _PIECE, length)])
            if self._judge(piece):
                self._look_closer(piece, first + offset)
        with self._lock:
            self._checked += length

    def _refused(self, view: memoryview, first: int, length: int, error: OSError) -> None:
        if error.errno not in (errno.EIO, errno.EREMOTEIO, errno.ENODATA, errno.EILSEQ, errno.ETIMEDOUT):
            raise LostError(f"the medium cannot be read: {error.strerror}") from error
        if os.lseek(self._handle, 0, os.SEEK_END) != self._size:
            raise LostError(f"the medium vanished: {error.strerror}") from error
        if length <= _GRAIN:
            with self._lock:
                _append(self._unreadable, first, length)
                unreadable = sum(size for _first, size in self._unreadable)
                self._is_cut_short = self._is_cut_short or unreadable > _MOST_UNREADABLE_BYTES
            return
        half = max(length // 2 // _GRAIN, 1) * _GRAIN
        for offset, size in ((first, half), (first + half, length - half)):
            if not self._is_cut_short:
                self._read(view, offset, size)

    def _look_closer(self, piece: bytes, first: int) -> None:
        """Note which grains of a piece are not as they have to be, and what they look like."""
        for offset in range(0, len(piece), _GRAIN):
            what = self._judge(piece[offset : offset + _GRAIN])
            if what:
                length = min(_GRAIN, len(piece) - offset)
                with self._lock:
                    self._canaries += what == _CANARY
                    self._note(Finding(first + offset, length, what))

    def _note(self, finding: Finding) -> None:
        last = self._findings[-1] if self._findings else None
        if last and last.what == finding.what and last.first + last.length == finding.first:
            self._findings[-1] = last._replace(length=last.length + finding.length)
        elif len(self._findings) < _MOST_FINDINGS:
            self._findings.append(finding)
        else:
            self._is_cut_short = True
        self._bad += finding.length
        self._is_cut_short = self._is_cut_short or self._bad > _MOST_BAD_BYTES

    def outcome(self, seed: str, seconds: float) -> Verification:
        self._gap = max(self._gap, self._size - self._read_up_to)
        whole = self._checked == self._size
        return Verification(
            is_clean=not self._findings and not self._unreadable and not self._is_cut_short,
            is_complete=not self._is_cut_short,
            size=self._size,
            checked=self._checked,
            percent=round(100 * self._checked / self._size, 3),
            findings=sorted(self._findings),
            unreadable=sorted(self._unreadable),
            canaries=self._canaries,
            seed=seed,
            largest_gap=0 if whole else self._gap,
            share_found=0.0 if whole else _share_found(self._samples),
            seconds=seconds,
        )


def _share_found(samples: int) -> float:
    """Return the share p, in percent, for which (1 - p) ** samples is 0.01: smaller ones may well be missed."""
    return float(round(100 * (1 - 0.01 ** (1 / max(samples, 1))), 4))


def _append(ranges: list[Span], first: int, length: int) -> None:
    if ranges and sum(ranges[-1]) == first:
        first, length = ranges[-1][0], ranges.pop()[1] + length
    ranges.append((first, length))


_NOTHING = bytes(_PIECE)


def _of_zeros(piece: bytes) -> str:
    """Return what a piece looks like that has to be all zeros; empty if it is."""
    if piece == _NOTHING or piece == _NOTHING[: len(piece)]:
        return ""
    return _looks_like(piece)


def _of_erased(piece: bytes) -> str:
    """Return what a piece looks like that has to hold the same byte all over, as erased flash or a blank disk does."""
    if piece == piece[:1] * len(piece):
        return ""
    return _looks_like(piece)


def _of_noise(piece: bytes) -> str:
    """Return what a piece looks like that has to be noise, for its key was destroyed, or one byte all over."""
    if piece == piece[:1] * len(piece):
        return ""
    told = _known(piece)
    return told or ("" if _is_noise(piece[:_GRAIN]) else "data")


def _looks_like(piece: bytes) -> str:
    if piece == piece[:1] * len(piece):
        return f"bytes {piece[0]:#04x}"
    return _known(piece) or ("noise" if _is_noise(piece[:_GRAIN]) else "data")


def _known(piece: bytes) -> str:
    if canary.MARK in piece:
        return _CANARY
    return next((name for signature, name in _SIGNATURES.items() if signature in piece), "")


def _is_noise(sample: bytes) -> bool:
    """Tell whether a sample cannot be compressed: what is encrypted or random cannot."""
    return len(zlib.compress(sample, 1)) >= len(sample)
