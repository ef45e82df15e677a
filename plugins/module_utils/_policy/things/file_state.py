# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Everything that makes a file what it is: taken whole, put back whole or not at all."""

from __future__ import annotations

import dataclasses
import glob
import hashlib
import os
import stat
import tempfile
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import custody

SHARED = False
HEADER = "# Managed by commune.baseline: a change made here is drift and will be corrected."
_LARGEST = 1 << 20  # no configuration file comes near
_TEMPORARY = ".commune-baseline-"


@dataclasses.dataclass(frozen=True)
class FileState:
    """Content, mode, owner and extended attributes (access lists among them) of a regular file."""

    content: bytes
    mode: int = 0o644
    uid: int = dataclasses.field(default_factory=os.geteuid)
    gid: int = dataclasses.field(default_factory=os.getegid)
    attributes: t.Mapping[str, bytes] = dataclasses.field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the content as text; bytes that are no UTF-8 become surrogates, from which they can be made again."""
        return self.content.decode(errors="surrogateescape")

    @property
    def fingerprint(self) -> str:
        """Return what two states have in common only if they are the same."""
        facts = (self.mode, self.uid, self.gid, sorted(self.attributes.items()), self.content)
        return hashlib.sha256(repr(facts).encode()).hexdigest()


def capture(path: str) -> FileState | None:
    """Return the state of the file that a path leads to, None if there is none.

    Raises OSError if it cannot be read, or is no regular file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe without a writer must not block
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is no regular file", path)
        if status.st_size > _LARGEST:
            raise OSError(0, f"it is larger than {_LARGEST} bytes", path)
        return FileState(
            content=file.read(),
            mode=stat.S_IMODE(status.st_mode),
            uid=status.st_uid,
            gid=status.st_gid,
            attributes={name: os.getxattr(descriptor, name) for name in os.listxattr(descriptor)},
        )


def put(path: str, state: FileState | None) -> None:
    """Give the file that a path leads to this state in one step; None removes it.

    A symbolic link stays a link. Raises OSError, and then the old file stands untouched; also if others than root could
    have led us there.
    """
    led_away = custody.why_led_away(path)
    if led_away is not None:
        raise OSError(0, led_away, path)
    target = os.path.realpath(path)
    if state is None:
        os.unlink(target)
    else:
        _replace(target, state)


def _replace(target: str, state: FileState) -> None:
    folder = os.path.dirname(target)
    for leftover in glob.glob(f"{glob.escape(folder)}/{_TEMPORARY}*"):  # of a run that was killed in the middle
        os.unlink(leftover)
    descriptor, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(state.content)
            os.fchown(descriptor, state.uid, state.gid)
            os.fchmod(descriptor, state.mode)
            for name, value in state.attributes.items():
                os.setxattr(descriptor, name, value)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
