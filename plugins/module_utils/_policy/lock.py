# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""One run at a time on a device: two at once would spoil each other's journals."""

from __future__ import annotations

import contextlib
import fcntl
import os
import typing as t

BUSY = "another run of commune.baseline is at work on this device; try again later"


@contextlib.contextmanager
def alone(folder: str, *, wait: bool) -> t.Iterator[None]:
    """Hold the lock of a folder of journals; raises BlockingIOError if another holds it and we are not to wait."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(lock)
