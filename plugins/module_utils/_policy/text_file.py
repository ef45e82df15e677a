# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Configuration files, read as they are and replaced whole or not at all."""

from __future__ import annotations

import os
import tempfile

_NEW_FILE_MODE = 0o644


def read(path: str) -> str | None:
    """Return the text of a file, None if it does not exist; bytes that are no UTF-8 survive a round trip."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None


def replace(path: str, text: str) -> None:
    """Put ``text`` in the place of the file in one step; owner, mode and extended attributes stay.

    A symbolic link stays a link: the file it points to is replaced.
    Raises OSError, and then the old file stands untouched.
    """
    target = os.path.realpath(path)
    descriptor, temporary = tempfile.mkstemp(prefix=".commune-baseline-", dir=os.path.dirname(target))
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _dress_like(temporary, target)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _dress_like(temporary: str, target: str) -> None:
    """Give the new file the owner, mode and extended attributes of the one it replaces."""
    try:
        old = os.stat(target)
    except FileNotFoundError:
        os.chmod(temporary, _NEW_FILE_MODE)
        return
    os.chown(temporary, old.st_uid, old.st_gid)
    os.chmod(temporary, old.st_mode & 0o7777)
    for name in os.listxattr(target):
        os.setxattr(temporary, name, os.getxattr(target, name))
