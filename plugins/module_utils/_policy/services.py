# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Letting services take up what was written, once, after all writes."""

from __future__ import annotations

import contextlib
import json
import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import FileState

_UNIT_FOLDERS = ("/etc/systemd/", "/run/systemd/", "/usr/lib/systemd/", "/lib/systemd/")


def take_up(units: t.Iterable[str], changed_files: t.Iterable[str]) -> dict[str, str]:
    """Restart services that run, after systemd has read changed unit files; return the error of each that did not.

    A service that does not run stays so: it reads its files when it starts.
    """
    units = list(dict.fromkeys(units))
    if any(path.startswith(_UNIT_FOLDERS) for path in changed_files):
        try:
            programs.run("systemctl", "daemon-reload")
        except OSError as error:
            return dict.fromkeys(units, str(error.strerror))
    errors = {}
    for unit in units:
        try:
            programs.run("systemctl", "try-reload-or-restart", unit)
        except OSError as error:
            errors[unit] = str(error.strerror)
    return errors


class Pending:
    """Services that have yet to take up what was written; kept on the disk, should a run be cut off in between."""

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, "pending-restarts")
        self.units = self._read()

    def add(self, units: t.Iterable[str]) -> None:
        """Remember services before what they read is written."""
        if set(units) - self.units:
            self.units |= set(units)
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            file_state.put(self._path, FileState(json.dumps(sorted(self.units)).encode(), mode=0o600))

    def forget(self, units: t.Iterable[str]) -> None:
        """Forget services that took up what was written."""
        left = self.units - set(units)
        self.units = set()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)
        self.add(left)

    def _read(self) -> set[str]:
        try:
            with open(self._path, encoding="utf-8") as file:
                return set(json.load(file))
        except FileNotFoundError:
            return set()
