# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Streams that GnuPG encrypts with a passphrase: whoever has the passphrase needs only gpg to open them.

The key is drawn from the passphrase slowly (RFC 4880, 3.7.1.3, the largest count), and what was changed on the way does
not decrypt (section 5.13). The passphrase goes through a pipe: it never stands in a list of processes or in a file.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError

_PROGRAM = "gpg"
_QUIET = ("--batch", "--no-options", "--no-autostart", "--quiet", "--pinentry-mode", "loopback")
_SLOW = ("--s2k-mode", "3", "--s2k-digest-algo", "SHA512", "--s2k-count", "65011712")
_ENCRYPT = ("--symmetric", "--cipher-algo", "AES256", *_SLOW, "--output", "-")
_DECRYPT = ("--decrypt", "--output", "-")
_PIECE = 1 << 16
SHORTEST = 12


class BackupError(RegisterError):
    """A backup cannot be made or read."""


@contextlib.contextmanager
def plain_errors(path: Path) -> t.Iterator[None]:
    """Turn the system's errors into one sentence each; ``path`` is what they are about if they do not say."""
    try:
        yield
    except OSError as error:
        raise BackupError(f"{error.filename or path}: {error.strerror}") from error


def check_passphrase(passphrase: str) -> None:
    """Raise BackupError if a passphrase is too short or cannot be given to gpg."""
    if len(passphrase) < SHORTEST:
        raise BackupError(f"the passphrase has {len(passphrase)} characters: it must have {SHORTEST} or more")
    if any(sign in passphrase for sign in "\0\n\r"):
        raise BackupError("the passphrase holds a line end: it must be one line")


@contextlib.contextmanager
def encrypted(target: t.IO[bytes], passphrase: str) -> t.Iterator[t.IO[bytes]]:
    """Give a stream to write to, which arrives encrypted at the target; raise BackupError if it does not."""
    with _running(_ENCRYPT, passphrase, stdin=subprocess.PIPE, stdout=target) as (process, said):
        stream = t.cast("t.IO[bytes]", process.stdin)
        with contextlib.suppress(BrokenPipeError):  # gpg ended first, for a reason that its status tells
            yield stream
            stream.close()
        if process.wait() or "END_ENCRYPTION" not in said():
            raise BackupError("gpg could not write the backup: the disk is full or faulty")


@contextlib.contextmanager
def decrypted(source: t.IO[bytes], passphrase: str) -> t.Iterator[t.IO[bytes]]:
    """Give a stream to read to its end; only then it is known whether it was whole. Raise BackupError if not."""
    with _running(_DECRYPT, passphrase, stdin=source, stdout=subprocess.PIPE) as (process, said):
        stream = t.cast("t.IO[bytes]", process.stdout)
        try:
            yield stream
        except OSError:
            raise  # the reader's own trouble, such as a full disk
        except Exception:
            _check_whole(process, stream, said)  # most often it stumbled over what gpg knows better
            raise
        _check_whole(process, stream, said)


def _check_whole(process: subprocess.Popen[bytes], stream: t.IO[bytes], said: t.Callable[[], set[str]]) -> None:
    while stream.read(_PIECE):
        pass
    process.wait()
    if "PLAINTEXT" not in said():
        raise BackupError("it does not open: the passphrase is another one, or it is no backup")
    if not said() >= {"DECRYPTION_OKAY", "GOODMDC"}:
        raise BackupError("it is damaged: it is not what was once written")


@contextlib.contextmanager
def _running(
    arguments: t.Sequence[str], passphrase: str, **streams: t.Any
) -> t.Iterator[tuple[subprocess.Popen[bytes], t.Callable[[], set[str]]]]:
    """Start gpg with an empty home of its own; give the process and a function that returns its status words."""
    check_passphrase(passphrase)
    with tempfile.TemporaryDirectory(prefix="gnupg-") as home, (Path(home) / "status").open("w+b") as status:
        reading, writing = os.pipe()
        try:
            os.write(writing, passphrase.encode())  # shorter than what a pipe holds
            os.close(writing)
            process = _start(arguments, home, reading, status.fileno(), streams)
        finally:
            os.close(reading)
        try:
            yield process, lambda: _words(Path(status.name))
        finally:
            process.kill()
            process.wait()


def _start(
    arguments: t.Sequence[str], home: str, passphrase: int, status: int, streams: t.Mapping[str, t.Any]
) -> subprocess.Popen[bytes]:
    places = ("--homedir", home, "--passphrase-fd", str(passphrase), "--status-fd", str(status))
    command = [_PROGRAM, *_QUIET, *places, *arguments]
    try:
        return subprocess.Popen(  # noqa: S603 - a list of words, no shell
            command, pass_fds=(passphrase, status), stderr=subprocess.DEVNULL, **streams
        )
    except FileNotFoundError:
        raise BackupError(f"{_PROGRAM} is not installed here: install Debian's package gnupg") from None


def _words(status: Path) -> set[str]:
    """Return the keywords of gpg's status lines, which no language changes (GnuPG, doc/DETAILS)."""
    lines = status.read_text("utf-8", "replace").splitlines()
    return {line.split()[1] for line in lines if line.startswith("[GNUPG:] ")}
