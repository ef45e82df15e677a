# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What was before each write, kept on the device, so that a run can be taken back exactly.

A journal is a folder named after the run. ``entries`` gets one JSON line before each write: the path, what the file was
(its content beside it in ``old-<number>``), and the fingerprint of what it becomes. Only root can read it.
"""

from __future__ import annotations

import json
import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy.file_state import (
    FileState,
    capture,
    fingerprint,
    put,
)

FOLDER = "/var/lib/commune-baseline/journal"


class JournalError(Exception):
    """The journal is damaged, or taking its run back would undo a change that somebody made since."""


class Entry(t.NamedTuple):
    """One write: the file, what it was before, and the fingerprint of what it became."""

    path: str
    old: FileState | None
    new: str


class Journal:
    """The journal of one run; its folder comes into being with the first entry."""

    def __init__(self, run: str, *, folder: str | None = None) -> None:
        self._folder = os.path.join(folder or FOLDER, run)
        self._entries = os.path.join(self._folder, "entries")
        self._rolled_back = os.path.join(self._folder, "rolled-back")

    def record(self, path: str, *, old: FileState | None, new: FileState | None) -> None:
        """Keep the state of a file that is about to be written; on the disk when this returns."""
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        number = len(os.listdir(self._folder))
        if old is not None:
            put(self._kept(number), FileState(old.content, mode=0o600))
        line = {"number": number, "path": path, "old": _described(old), "new": fingerprint(new)}
        with open(self._entries, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> list[Entry]:
        """Return what was written, in order; nothing if the run wrote nothing on this device."""
        try:
            with open(self._entries, encoding="utf-8") as file:
                # A line without its end was cut off by a crash, before its write.
                lines = [json.loads(line) for line in file if line.endswith("\n")]
        except FileNotFoundError:
            return []
        return [Entry(line["path"], self._old(line), line["new"]) for line in lines]

    @property
    def is_rolled_back(self) -> bool:
        return os.path.exists(self._rolled_back)

    def mark_rolled_back(self) -> None:
        put(self._rolled_back, FileState(b"", mode=0o600))

    def _kept(self, number: int) -> str:
        return os.path.join(self._folder, f"old-{number}")

    def _old(self, line: dict[str, t.Any]) -> FileState | None:
        described = line["old"]
        if described is None:
            return None
        kept = capture(self._kept(line["number"]))
        if kept is None:
            raise JournalError(f"{self._kept(line['number'])} is gone, which kept what {line['path']} was")
        attributes = {name: bytes.fromhex(value) for name, value in described["attributes"].items()}
        return FileState(kept.content, described["mode"], described["uid"], described["gid"], attributes)


def _described(state: FileState | None) -> dict[str, t.Any] | None:
    if state is None:
        return None
    attributes = {name: value.hex() for name, value in state.attributes.items()}
    return {"mode": state.mode, "uid": state.uid, "gid": state.gid, "attributes": attributes}
