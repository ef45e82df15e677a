# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""One run at a time for a site, however it was started: two at once would spoil each other's proof."""

from __future__ import annotations

import fcntl
import os
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path


class BusyError(Exception):
    """Another run for the same site is at work."""


_held: dict[tuple[int, int], int] = {}


def hold(folder: Path) -> None:
    """Lock the folder of a site's evidence until this process ends; raise BusyError if another process has locked it.

    What is locked is the open folder itself: nothing is left behind, and programs started later do not inherit it.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    status = os.fstat(descriptor)
    key = (status.st_dev, status.st_ino)
    try:
        if key not in _held:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _held[key] = os.dup(descriptor)
    except BlockingIOError:
        raise BusyError(
            f"another run for this site is at work (it holds {folder}); let it end, then start this one again"
        ) from None
    finally:
        os.close(descriptor)
