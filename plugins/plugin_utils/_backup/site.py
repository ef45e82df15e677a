# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A whole site into a backup, and out of it on another controller."""

from __future__ import annotations

import contextlib
import datetime
import shutil
import tempfile
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._backup import archive
from ansible_collections.commune.baseline.plugins.plugin_utils._backup.sealing import (
    BackupError,
    check_passphrase,
    plain_errors,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register import copying, verification
from ansible_collections.commune.baseline.plugins.plugin_utils._register.events import Head
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Register

_SQLITE_FILES = ("", "-wal", "-shm", "-journal")


class Request(t.NamedTuple):
    """What to back up, by whom and when (UTC), into which folder; ``place`` is that of the register in use."""

    folder: Path
    place: str
    also: t.Sequence[Path]
    to: Path
    who: str
    at: datetime.datetime


class Backup(t.NamedTuple):
    """A backup that was read again to its end, and what is wrong with the register that it holds."""

    path: Path
    files: int
    head: Head
    faults: t.Sequence[str]


class Restored(t.NamedTuple):
    """A site in its new place; ``also`` maps where something stood to where it lies now."""

    site: str
    made_at: str
    folder: Path
    also: t.Mapping[str, Path]
    head: Head
    faults: t.Sequence[str]


def check(request: Request, passphrase: str) -> Path:
    """Return the path of the backup to be; raise BackupError for the first reason why it cannot be made."""
    check_passphrase(passphrase)
    for path in (request.folder, request.to):
        if not path.is_dir():
            raise BackupError(f"{path} is no folder")
    if request.to.is_relative_to(request.folder):
        raise BackupError(f"{request.to} lies within {request.folder}: a backup must lie outside of what it holds")
    names = [path.name for path in request.also]
    for path in request.also:
        if not path.exists():
            raise BackupError(f"{path} does not exist")
        if names.count(path.name) > 1:
            raise BackupError(f"{path}: two of what goes along are named {path.name}")
    return request.to / f"{request.folder.name}-{request.at:%Y%m%dT%H%M%SZ}.tar.gpg"


def make(reader: Reader, request: Request, passphrase: str) -> Backup:
    """Back up a site whose register the reader sees; raise BackupError or RegisterError, and nothing is left then."""
    target = check(request, passphrase)
    inside = _place_inside(request)
    with plain_errors(target), tempfile.TemporaryDirectory(prefix="backup-") as scratch:
        copied = Path(scratch) / archive.REGISTER
        head = copying.copy(reader, str(copied))
        manifest = {
            "format": archive.FORMAT,
            "site": request.folder.name,
            "made_at": f"{request.at:%Y-%m-%dT%H:%M:%SZ}",
            "made_by": request.who,
            "register": inside,
            "head": head._asdict(),
            "also": {path.name: str(path) for path in request.also},
        }
        without = {Path(f"{request.place}{ending}") for ending in _SQLITE_FILES}
        archive.write(archive.Contents(request.folder, copied, request.also, without), manifest, target, passphrase)
    found, files = archive.look_through(target, passphrase)
    if found != manifest:
        raise BackupError(f"the backup {target} does not read as it was written: the medium is faulty")
    return Backup(target, files, head, verification.verify(reader).faults)


def look_at(path: Path, folder: Path, passphrase: str) -> tuple[str, str]:
    """Return which site of when could be restored there; raise BackupError if it cannot be."""
    _check_free(folder)
    manifest, _files = archive.look_through(path, passphrase)
    return manifest["site"], manifest["made_at"]


def restore(path: Path, folder: Path, passphrase: str, place: str | None = None) -> Restored:
    """Lay a site out in a folder that is not there yet, or is empty; raise BackupError or RegisterError.

    Its register goes to ``place``, or to where it lay in the folder; one of an older schema is upgraded.
    """
    beside = _check_free(folder)
    with plain_errors(folder), contextlib.ExitStack() as stack:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent)
        scratch = Path(stack.enter_context(made))
        manifest = archive.extract(path, passphrase, scratch)
        verdict = _settle_register(scratch, manifest, place)
        (scratch / archive.SITE).chmod(0o700)
        (scratch / archive.SITE).rename(folder)
        if manifest["also"]:
            (scratch / archive.ALSO).rename(beside)
    also = {origin: beside / name for name, origin in manifest["also"].items()}
    return Restored(manifest["site"], manifest["made_at"], folder, also, verdict.head, verdict.faults)


def _check_free(folder: Path) -> Path:
    """Return the place for what went along, beside the folder; raise BackupError if anything is at one of them."""
    beside = folder.with_name(f"{folder.name}.{archive.ALSO}")
    for target in (folder, beside):
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise BackupError(f"{target} is not empty: a backup is restored where nothing is")
    return beside


def _place_inside(request: Request) -> str | None:
    """Return the register's path within the folder, or None if it lies elsewhere."""
    with contextlib.suppress(ValueError):
        if "://" not in request.place:
            return str(Path(request.place).relative_to(request.folder))
    return None


def _settle_register(scratch: Path, manifest: t.Mapping[str, t.Any], place: str | None) -> verification.Verdict:
    if not place and not manifest["register"]:
        raise BackupError("the register of that site lay outside of its folder: say where it goes now")
    register = Register.open(str(scratch / archive.REGISTER))
    try:
        with register.read() as reader:
            verdict = verification.verify(reader, [Head(**manifest["head"])])
            if place:
                copying.copy(reader, place)
    finally:
        register.close()
    if not place:
        target = scratch / archive.SITE / manifest["register"]
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.move(scratch / archive.REGISTER, target)
    return verdict
