# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Why a file cannot be written though its owner is root, known before anything is tried."""

from __future__ import annotations

import fcntl
import os
import struct
import typing as t

# ioctl_iflags(2); the number holds the size of a long.
_GET_FLAGS = 0x80006601 | struct.calcsize("l") << 16
_FLAGS = {0x10: ("immutable", "i"), 0x20: ("append-only", "a")}


def why_unwritable(path: str) -> str | None:
    """Return why the file that a path leads to cannot be replaced, None if nothing speaks against it."""
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    while not os.path.exists(folder):
        folder = os.path.dirname(folder)
    for flag, letter in _forbidding(target):
        return f"it has the {flag} flag, which chattr -{letter} takes off"
    for flag, letter in _forbidding(folder):
        return f"its folder {folder} has the {flag} flag, which chattr -{letter} takes off"
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        return "its file system is mounted read-only"
    return None


def _forbidding(path: str) -> t.Iterator[tuple[str, str]]:
    """Yield the flags of a file that forbid to replace it, each with its letter."""
    flags = _flags(path)
    return (names for bit, names in _FLAGS.items() if flags & bit)


def _flags(path: str) -> int:
    """Return a file's flags; none where there is no file, or its file system has no flags."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return 0
    try:
        answer = fcntl.ioctl(descriptor, _GET_FLAGS, struct.pack("l", 0))
    except OSError:
        return 0
    finally:
        os.close(descriptor)
    return int(struct.unpack_from("I", answer)[0])
