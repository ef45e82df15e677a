# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The folder of evidence: only its owner may look into it, and no file in it is ever half written (DT-02)."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.alone import BusyError, hold
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.login import login_of

_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_KINDS = ("runs", "reports", "bundles", "keys")


class EvidenceError(Exception):
    """Evidence cannot be stored; the message names the folder or file, and what to do."""


class Store:
    """A folder with one file for each run, one report and one bundle for each, and the keys that sign them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Make the folders for this run alone, which nobody else can read; raise EvidenceError."""
        for folder in (self.folder, *(self.folder / kind for kind in _KINDS)):
            try:
                _prepare(folder)
            except OSError as error:
                raise EvidenceError(f"evidence cannot be stored in {folder}: {error.strerror}") from error
        try:
            hold(self.folder)
        except BusyError as error:
            raise EvidenceError(str(error)) from None
        _written_file(self.folder / "runs" / "writable", b"", lasting=False).unlink()

    def write(self, kind: str, name: str, content: bytes) -> Path:
        """Put a file in its place, whole or not at all; raise EvidenceError if that fails."""
        path = self.folder / kind / name
        temporary = _written_file(path, content)
        try:
            temporary.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise EvidenceError(f"evidence cannot be stored in {path}: {error.strerror}") from error
        return path

    def rename(self, kind: str, name: str, new_name: str) -> None:
        """Put one file in the place of another; raise EvidenceError if that fails."""
        path = self.folder / kind / new_name
        try:
            (self.folder / kind / name).replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise EvidenceError(f"evidence cannot be stored in {path}: {error.strerror}") from error


def check_is_evidence(folder: Path) -> None:
    """Raise EvidenceError for a folder that no run has signed anything in: it was mistyped."""
    for kind in ("bundles", "runs"):
        if not (folder / kind).is_dir():
            raise EvidenceError(f"{folder} is no folder of evidence: it has no folder {kind}")


def _prepare(folder: Path) -> None:
    """Make a folder for its owner alone. One that exists and is open to others may serve them: it is not closed."""
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True)
        folder.chmod(_FOLDER_MODE)  # whatever the umask took away
    except FileExistsError:
        status = folder.stat()
        if not stat.S_ISDIR(status.st_mode):
            raise EvidenceError(f"evidence cannot be stored in {folder}: it is no folder") from None
        # Not even for root: what root wrote there, the owner could not read, and a link of the owner's would lead root.
        if status.st_uid != os.geteuid():
            raise EvidenceError(
                f"evidence cannot be stored in {folder}: it belongs to {login_of(status.st_uid)}; "
                "run as that login, or choose another folder"
            ) from None
        if stat.S_IMODE(status.st_mode) & 0o077:
            raise EvidenceError(
                f"evidence cannot be stored in {folder}: others may read it (mode {stat.S_IMODE(status.st_mode):04o}); "
                f"chmod 0700 {folder}, or choose another folder"
            ) from None


def _written_file(path: Path, content: bytes, *, lasting: bool = True) -> Path:
    """Return a file beside the path that holds the content, if it is to last on the disk and not only in memory."""
    name = None
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, _FILE_MODE)
            file.write(content)
            file.flush()
            if lasting:
                os.fsync(descriptor)
    except OSError as error:
        if name is not None:
            Path(name).unlink(missing_ok=True)
        raise EvidenceError(f"evidence cannot be stored in {path}: {error.strerror}") from error
    return Path(name)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
