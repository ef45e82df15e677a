# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What a device keeps of the sanitisation of one medium: enough to go on after a power cut, and to tell it afterwards.

It lies on another medium than the one it tells of, for that one is not in use.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import time
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._media.errors import MediaError, RefusedError
from ansible_collections.commune.baseline.plugins.module_utils._media.medium import Identity

FOLDER = "/var/lib/commune-baseline/media"
MOMENT = "%Y-%m-%dT%H:%M:%SZ"  # in UTC, so that texts compare as times do
_FORMAT = 1
RUNNING, WIPED, FAILED = "running", "wiped", "failed"

Entry = dict[str, t.Any]


def now() -> str:
    return time.strftime(MOMENT, time.gmtime())


class Journal:
    """The journal of one medium. A change counts when ``save`` has returned."""

    def __init__(self, identity: Identity) -> None:
        """Read what is there; raise MediaError if it cannot be read or tells of another medium."""
        key = hashlib.sha256(repr((identity.serial, identity.wwn, identity.model)).encode()).hexdigest()[:32]
        self.path = os.path.join(FOLDER, f"{key}.json")
        self._identity = identity
        self.entry: Entry = self._read()

    def _read(self) -> Entry:
        try:
            with open(self.path, encoding="utf-8") as file:
                entry = json.load(file)
            if entry["format"] != _FORMAT or entry["identity"]["serial"] != self._identity.serial:
                raise ValueError
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise MediaError(f"the journal {self.path} cannot be read: look into it, then move it away") from error
        return dict(entry)

    def begin(self, **fields: t.Any) -> None:
        """Forget an earlier sanitisation and begin another."""
        self.entry = {"format": _FORMAT, "identity": self._identity._asdict(), "state": RUNNING, **fields}
        self.save()

    def note(self, **fields: t.Any) -> None:
        self.entry.update(fields)
        self.save()

    def save(self) -> None:
        """Write the journal so that a power cut leaves the old one or the new one; raise MediaError."""
        beside = f"{self.path}.new"
        try:
            os.makedirs(FOLDER, mode=0o700, exist_ok=True)
            with open(beside, "w", encoding="utf-8") as file:
                json.dump(self.entry, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self.path)
            _sync(FOLDER)
        except OSError as error:
            raise MediaError(f"the journal {self.path} cannot be written: {error.strerror}") from error

    @contextlib.contextmanager
    def held(self) -> t.Iterator[None]:
        """Hold the medium's journal for this process; raise RefusedError if another works on the same medium."""
        os.makedirs(FOLDER, mode=0o700, exist_ok=True)
        handle = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.entry = self._read()
            yield
        except BlockingIOError:
            raise RefusedError("another process is at work on this medium; media_info shows how far it is") from None
        finally:
            os.close(handle)


def _sync(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
