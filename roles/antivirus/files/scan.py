# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Usage: python3 scan.py quick|full FOLDER   (by commune-baseline-scan@.service)

Hands every regular file on this machine's own file systems to clamd, quick only where people put files. What came of it
is kept in FOLDER/quick.json or full.json, once the scan has ended: ``started`` and ``ended`` (seconds since 1970),
``files``, ``unread`` (how many could not be opened or scanned) and ``detections`` (pairs of path and name).

Runs as the user clamav with the right to read everything: on-access scanning leaves that user alone, and would keep
anybody else from opening the very files that are to be reported. Exit code 1: something was found.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
import tempfile
import time
import typing as t

SOCKET = "/run/clamav/clamd.ctl"
WHERE_PEOPLE_WRITE = (
    *("/etc", "/home", "/media", "/mnt", "/opt", "/root", "/srv", "/usr/local", "/var/www"),
    *("/tmp", "/var/tmp"),  # noqa: S108 - to be scanned, not written to
)
PLACES = {"full": ("/",), "quick": WHERE_PEOPLE_WRITE}
# What lies on this machine; a share of another one is that one's to scan, and a pseudo file system holds no files.
LOCAL = frozenset(
    {"bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuseblk", "jfs", "msdos", "ntfs", "ntfs3"}
    | {"overlay", "ramfs", "reiserfs", "tmpfs", "vfat", "xfs", "zfs"}
)
SKIPPED = ("/dev", "/proc", "/run", "/sys", "/var/lib/clamav")
ANSWER_WITHIN = 600


def foreign_mounts() -> set[str]:
    """Return where something else than a file system of this machine is mounted."""
    with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as file:
        mounts = [line.split() for line in file]
    return {_unescaped(words[1]) for words in mounts if words[2] not in LOCAL}


def _unescaped(path: str) -> str:
    return path.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")


def files_below(places: t.Iterable[str], skipped: t.Container[str]) -> t.Iterator[str]:
    """Yield every regular file, each folder once even if it is mounted twice; links are not followed."""
    seen: set[tuple[int, int]] = set()
    waiting = [place for place in places if os.path.isdir(place)]
    while waiting:
        folder = waiting.pop()
        try:
            status = os.stat(folder, follow_symlinks=False)
            entries = [] if (status.st_dev, status.st_ino) in seen else list(os.scandir(folder))
        except OSError:  # it went away just now
            continue
        seen.add((status.st_dev, status.st_ino))
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and entry.path not in skipped:
                waiting.append(entry.path)
            elif entry.is_file(follow_symlinks=False):
                yield entry.path


def verdict(path: str) -> str:
    """Return what clamd says of a file, such as ``OK`` or ``Name FOUND``; raises OSError if the file cannot be read.

    clamd gets the open file: a name needs no quoting, and what lies behind it cannot be exchanged on the way.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return "OK"
        return _asked(descriptor)
    finally:
        os.close(descriptor)


def _asked(descriptor: int) -> str:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_WITHIN)
            connection.connect(SOCKET)
            connection.sendall(b"zFILDES\0")
            socket.send_fds(connection, [b"\0"], [descriptor])
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
    except OSError as error:
        raise SystemExit(f"<3>clamd does not answer, so nothing is told of this scan: {error}") from None
    if not answer:
        raise SystemExit("<3>clamd broke off, so nothing is told of this scan")
    return answer.rstrip(b"\0").decode(errors="replace").partition(": ")[2]


def scanned(places: t.Iterable[str], skipped: t.Container[str]) -> dict[str, t.Any]:
    result: dict[str, t.Any] = {"started": time.time(), "files": 0, "unread": 0, "detections": []}
    for path in files_below(places, skipped):
        try:
            said = verdict(path)
        except OSError:
            said = "ERROR"
        result["files"] += 1
        result["unread"] += said.endswith("ERROR")
        if said.endswith(" FOUND"):
            result["detections"].append((path, said[: -len(" FOUND")]))
            print(f"<1>malware found: {path!r}: {said}", flush=True)
    return {**result, "ended": time.time()}


def keep(file: str, result: t.Mapping[str, t.Any]) -> None:
    """Replace the result as a whole; on a full disk the old one stays, and grows old."""
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(file), prefix=".")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as output:
            json.dump(result, output)
            output.flush()
            os.fsync(output.fileno())
        os.chmod(temporary, 0o640)
        os.replace(temporary, file)
    except OSError:
        os.unlink(temporary)
        raise


def main(scan: str, folder: str) -> int:
    result = scanned(PLACES[scan], {*SKIPPED, *foreign_mounts()})
    keep(os.path.join(folder, f"{scan}.json"), result)
    count = len(result["detections"])
    print(f"{scan} scan: {result['files']} files, {result['unread']} unread, {count} infected")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
