# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What was before each write, kept on the device, so that a run can be taken back exactly.

A journal is a folder named after the run. ``entries`` gets one JSON line before each write: the thing, what it was (the
content of a file beside it in ``old-<number>``), and the fingerprint of what it becomes. Only root can read it.
"""

from __future__ import annotations

import contextlib
import json
import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy.thing import State, fingerprint
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import FileState

FOLDER = "/var/lib/commune-baseline/journal"


class JournalError(Exception):
    """The journal is damaged, or taking its run back would undo a change that somebody made since."""


class Entry(t.NamedTuple):
    """One write: the sort of thing and its name, what it was before, and the fingerprint of what it became.

    ``armed`` marks a write that the device takes back by itself unless it is confirmed.
    """

    thing: str
    name: str
    old: State
    new: str
    armed: bool


class Journal:
    """The journal of one run; its folder comes into being with the first entry."""

    def __init__(self, run: str, *, folder: str | None = None) -> None:
        self.run = run
        self.folder = os.path.join(folder or FOLDER, run)
        self._entries = os.path.join(self.folder, "entries")
        self._rolled_back = os.path.join(self.folder, "rolled-back")
        self._number: int | None = None

    def record(self, thing: str, name: str, *, old: State, new: State, armed: bool = False) -> None:
        """Keep the state of a thing that is about to be written; on the disk when this returns."""
        number = self._open() if self._number is None else self._number
        self._number = None  # looked up again, and a torn line cut off, if this fails
        kept = self._keep(number, old)
        line = {"number": number, "thing": thing, "name": name, "old": kept, "new": fingerprint(new)}
        with open(self._entries, "a", encoding="utf-8") as file:
            file.write(json.dumps({**line, "armed": armed}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._number = number + 1

    def entries(self) -> list[Entry]:
        """Return what was written, in order; nothing if the run wrote nothing on this device.

        Raises JournalError if a part of it is damaged or gone.
        """
        return [self._entry(line) for line in self._lines()]

    def armed_entries(self, since: int) -> list[Entry]:
        """Return the writes that the device takes back by itself, from this number on; damaged ones are left out."""
        found = []
        for line in self._lines(damaged_too=False):
            if line["armed"] and line["number"] >= since:
                with contextlib.suppress(JournalError):
                    found.append(self._entry(line))
        return found

    def length(self) -> int:
        """Return the number that the next entry gets."""
        return self._open()

    def _lines(self, *, damaged_too: bool = True) -> t.Iterator[dict[str, t.Any]]:
        try:
            with open(self._entries, encoding="utf-8", errors="surrogateescape") as file:
                # A line without its end was cut off by a crash, before its write.
                lines = [line for line in file if line.endswith("\n")]
        except FileNotFoundError:
            return
        for number, line in enumerate(lines, start=1):
            try:
                yield json.loads(line)
            except ValueError:
                if damaged_too:
                    raise JournalError(f"{self._entries}: line {number} is damaged") from None

    def _entry(self, line: dict[str, t.Any]) -> Entry:
        return Entry(line["thing"], line["name"], self._old(line), line["new"], line["armed"])

    @property
    def is_known(self) -> bool:
        return os.path.exists(self._entries)

    @property
    def is_rolled_back(self) -> bool:
        return os.path.exists(self._rolled_back)

    def mark_rolled_back(self) -> None:
        file_state.put(self._rolled_back, FileState(b"", mode=0o600))

    def _open(self) -> int:
        """Make the folder, cut a torn line off, and return the number of the next entry."""
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        try:
            with open(self._entries, "rb+") as file:
                whole = file.read().rpartition(b"\n")
                file.truncate(len(whole[0] + whole[1]))
                return (whole[0] + whole[1]).count(b"\n")
        except FileNotFoundError:
            return 0

    def _kept(self, number: int) -> str:
        return os.path.join(self.folder, f"old-{number}")

    def _keep(self, number: int, state: State) -> State:
        """Return what an entry says of a former state; the content of a file is put beside it."""
        if not isinstance(state, FileState):
            return state
        file_state.put(self._kept(number), FileState(state.content, mode=0o600))
        attributes = {name: value.hex() for name, value in state.attributes.items()}
        return {"file": {"mode": state.mode, "uid": state.uid, "gid": state.gid, "attributes": attributes}}

    def _old(self, line: dict[str, t.Any]) -> State:
        old = line["old"]
        if not isinstance(old, dict) or "file" not in old:
            return old
        kept = file_state.capture(self._kept(line["number"]))
        if kept is None:
            raise JournalError(f"{self._kept(line['number'])} is gone, which kept what {line['name']} was")
        described = old["file"]
        attributes = {name: bytes.fromhex(value) for name, value in described["attributes"].items()}
        return FileState(kept.content, described["mode"], described["uid"], described["gid"], attributes)
