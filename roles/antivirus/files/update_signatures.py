# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Usage: sudo python3 update_signatures.py FOLDER

Takes ClamAV's signatures from a folder, such as a registered USB drive, for a machine without a network. The folder
holds main.cvd, daily.cvd and bytecode.cvd, or those of them that are newer than the machine's. Each is copied, its
digital signature is verified by sigtool(1), and all are loaded once by clamscan(1); only then they replace the old.
Whatever is wrong with one of them, the old ones stay in force. Files without ClamAV's signature are not taken.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import typing as t

DATABASE = "/var/lib/clamav"
SOCKET = "/run/clamav/clamd.ctl"
NAMES = ("main", "daily", "bytecode")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


class RefusedError(Exception):
    """The signatures are not taken; the message says which file, and why."""


def update(folder: str, database: str) -> list[str]:
    """Replace what the folder has newer; return one sentence for each file. Raises RefusedError or OSError."""
    there = [name for name in NAMES if os.path.lexists(os.path.join(folder, f"{name}.cvd"))]
    if not there:
        raise RefusedError(f"{folder} holds none of {', '.join(f'{name}.cvd' for name in NAMES)}")
    with tempfile.TemporaryDirectory(dir=database, prefix=".incoming-") as incoming:
        versions = {name: _taken(folder, name, incoming) for name in there}
        newer = {name: version for name, version in versions.items() if version > _installed(database, name)}
        if newer:
            _load(incoming)
        for name in newer:
            _replace(os.path.join(incoming, f"{name}.cvd"), database, name)
        _flush(database)
    return [
        f"{name} is version {version} now" if name in newer else f"{name} stays: the medium has nothing newer"
        for name, version in versions.items()
    ]


def _taken(folder: str, name: str, incoming: str) -> int:
    """Copy one file, so that nobody can exchange it after it was verified, and return its version."""
    path, copy = os.path.join(folder, f"{name}.cvd"), os.path.join(incoming, f"{name}.cvd")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise RefusedError(f"{path} cannot be read: {error.strerror}") from error
    with open(descriptor, "rb") as source, open(copy, "wb") as target:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise RefusedError(f"{path} is no file")
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    return _version(copy, path)


def _version(file: str, called: str) -> int:
    """Return the version of a database whose digital signature is ClamAV's."""
    code, said = _run("sigtool", "--info", file)
    version = re.search(r"^Version: (\d+)$", said, re.MULTILINE)
    if code != 0 or version is None or not re.search(r"^Verification:? OK", said, re.MULTILINE):
        raise RefusedError(f"{called} is damaged, incomplete or not ClamAV's own; copy it anew")
    return int(version[1])


def _installed(database: str, name: str) -> int:
    """Return the version that is in force, 0 if there is none that counts."""
    versions = [0]
    for ending in ("cvd", "cld"):
        file = os.path.join(database, f"{name}.{ending}")
        if os.path.exists(file):
            with contextlib.suppress(RefusedError):
                versions.append(_version(file, file))
    return max(versions)


def _load(folder: str) -> None:
    """Let the scanner load them all: what it cannot load would leave the machine without any."""
    code, said = _run("clamscan", f"--database={folder}", "--stdout", "-")
    known = re.search(r"^Known viruses: (\d+)$", said, re.MULTILINE)
    if code != 0 or known is None or int(known[1]) == 0:
        raise RefusedError("ClamAV cannot load these signatures; copy them anew")


def _replace(file: str, database: str, name: str) -> None:
    owner = os.stat(database)
    os.chown(file, owner.st_uid, owner.st_gid)
    os.chmod(file, 0o644)
    os.replace(file, os.path.join(database, f"{name}.cvd"))
    with contextlib.suppress(FileNotFoundError):  # its older form, which freshclam makes
        os.unlink(os.path.join(database, f"{name}.cld"))


def _flush(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _run(*words: str) -> tuple[int, str]:
    try:
        done = subprocess.run(  # noqa: S603 - a list of words, no shell
            words,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except FileNotFoundError:
        raise RefusedError(f"{words[0]} is not installed; install Debian's package clamav") from None
    return done.returncode, done.stdout.decode(errors="replace")


def _take_up() -> None:
    """Let clamd load them, or start it if it had none to start with."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            connection.connect(SOCKET)
            connection.sendall(b"zRELOAD\0")
            connection.recv(100)
    except OSError:
        _run("systemctl", "restart", "clamav-daemon.service")


def main(arguments: t.Sequence[str]) -> int:
    if len(arguments) != 1:
        print(__doc__.partition("\n")[0], file=sys.stderr)
        return 2
    try:
        sentences = update(arguments[0], DATABASE)
    except RefusedError as error:
        print(f"nothing was changed: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"nothing was changed: {error.filename or DATABASE}: {error.strerror}", file=sys.stderr)
        return 1
    _take_up()
    print("\n".join(sentences))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
