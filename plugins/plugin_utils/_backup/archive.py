# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""One file that holds a whole site: its folder, its register as of one moment, and what else was named.

It is a tar archive within one encrypted stream (see ``sealing``); ``gpg --decrypt FILE | tar --extract`` opens it
anywhere. Its first member tells what it holds.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import tarfile
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._backup.sealing import (
    BackupError,
    decrypted,
    encrypted,
    plain_errors,
)

FORMAT = 1
MANIFEST, REGISTER, SITE, ALSO = "manifest.json", "register.db", "site", "also"
_MANIFEST_BYTES = 1 << 20


class Contents(t.NamedTuple):
    """What goes into a backup; ``without`` are files of the folder that stay out, as the register in use does."""

    folder: Path
    register: Path
    also: t.Sequence[Path] = ()
    without: t.Collection[Path] = ()


def write(contents: Contents, manifest: t.Mapping[str, t.Any], target: Path, passphrase: str) -> None:
    """Write a backup, whole or not at all, where nothing is yet; raise BackupError if that cannot be done."""
    temporary = target.with_name(f".{target.name}.part")
    with plain_errors(target), contextlib.ExitStack() as stack:
        if target.exists():
            raise BackupError(f"{target} exists already")
        file = os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
        stack.callback(temporary.unlink, missing_ok=True)
        with file, encrypted(file, passphrase) as stream:
            _pack(contents, manifest, stream)
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.replace(target)


def look_through(path: Path, passphrase: str) -> tuple[dict[str, t.Any], int]:
    """Read a backup to its end; return its manifest, and how many files it holds beside it."""
    with _opened(path, passphrase) as (manifest, archive):
        return manifest, sum(member.isfile() for member in archive) - 1


def extract(path: Path, passphrase: str, folder: Path) -> dict[str, t.Any]:
    """Lay a backup out in an empty folder; return its manifest. Only at the end it is known whether it was whole."""
    with _opened(path, passphrase) as (manifest, archive):
        archive.extractall(folder, iter(archive.next, None), filter="data")  # a stream does not go back
        return manifest


@contextlib.contextmanager
def _opened(path: Path, passphrase: str) -> t.Iterator[tuple[dict[str, t.Any], tarfile.TarFile]]:
    try:
        with (
            plain_errors(path),
            path.open("rb") as file,
            decrypted(file, passphrase) as stream,
            tarfile.open(fileobj=stream, mode="r|") as archive,
        ):
            yield _manifest_of(archive), archive
    except BackupError as error:
        raise BackupError(f"the backup {path}: {error}") from error
    except (tarfile.TarError, ValueError) as error:
        raise BackupError(f"the backup {path}: it is no backup of a site ({error})") from error


def _manifest_of(archive: tarfile.TarFile) -> dict[str, t.Any]:
    first = archive.next()
    content = archive.extractfile(first) if first and first.name == MANIFEST else None
    manifest = json.loads(content.read(_MANIFEST_BYTES)) if content else None
    if not isinstance(manifest, dict):
        raise BackupError(f"it is no backup of a site: it does not begin with {MANIFEST}")
    if manifest.get("format") != FORMAT:
        raise BackupError(
            f"its format is {manifest.get('format')!r:.20}, and this version knows {FORMAT}: upgrade first"
        )
    return manifest


def _pack(contents: Contents, manifest: t.Mapping[str, t.Any], stream: t.IO[bytes]) -> None:
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        told = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size, member.mode = len(told), 0o600
        archive.addfile(member, io.BytesIO(told))
        archive.add(contents.register, REGISTER)
        _pack_tree(archive, contents.folder, SITE, contents.without)
        for path in contents.also:
            _pack_tree(archive, path, f"{ALSO}/{path.name}", ())


def _pack_tree(archive: tarfile.TarFile, top: Path, name: str, without: t.Collection[Path]) -> None:
    def kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        below = os.path.relpath(member.name, name)
        path = top / below
        if path in without:
            return None
        try:
            # What could not be laid out again must show now, not on the day it is needed.
            tarfile.data_filter(member.replace(name=below, deep=False), str(top))
        except tarfile.FilterError as error:
            raise BackupError(f"{path} cannot be part of a backup: {error}") from error
        return member

    archive.add(top, name, filter=kept)
