# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Files that a pattern of glob(7) names; glob itself passes a folder in silence into which the user may not look."""

from __future__ import annotations

import errno
import glob
import os


def find(pattern: str) -> list[str]:
    """Return what is there, in the order of the names; raises OSError if more could lie in a closed folder."""
    closed = closed_folder(pattern)
    if closed:
        raise OSError(0, f"cannot read {closed}: {os.strerror(errno.EACCES)}", closed)
    return sorted(glob.glob(pattern))


def closed_folder(pattern: str) -> str | None:
    """Return a folder into which this user may not look and where what the pattern names could lie."""
    folders = [os.sep]
    for part in pattern.split(os.sep)[1:]:
        needed = os.R_OK | os.X_OK if glob.has_magic(part) else os.X_OK
        for folder in folders:
            if not os.access(folder, needed):
                return folder
        named = (glob.glob(os.path.join(glob.escape(folder), part)) for folder in folders)
        folders = [path for paths in named for path in paths if os.path.isdir(path)]
    return None
