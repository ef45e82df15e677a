# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loop devices over files that the tests made themselves; no other device of the machine is ever named."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MIB = 1 << 20
LETTERS = b"Danh sach can bo xa, so dien thoai, tai khoan\n"


@dataclass(frozen=True)
class Loop:
    """One loop device and the file behind it."""

    path: str
    file: Path

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def size(self) -> int:
        return int(output("blockdev", "--getsize64", self.path))

    @property
    def medium(self) -> dict[str, Any]:
        """What an order names it by, found out without the collection: as a person reads a label."""
        status = self.file.stat()
        serial = f"{status.st_dev:x}-{status.st_ino}"
        return {"serial": serial, "model": "loop", "size": self.size, "typed_serial": serial}


@contextlib.contextmanager
def attached(file: Path, *, sector: int = 512) -> Iterator[Loop]:
    path = output("losetup", "--find", "--show", "--direct-io=on", f"--sector-size={sector}", str(file))
    try:
        yield Loop(path, file)
    finally:
        subprocess.run(["losetup", "--detach", path], check=True)


def full_of_letters(file: Path, size: int) -> None:
    """Fill a file with what people write, and the beginning of an office document here and there."""
    page = (b"PK\x03\x04\x14\0" + LETTERS * (MIB // len(LETTERS) + 1))[:MIB]
    with file.open("wb") as opened:
        for _page in range(size // MIB):
            opened.write(page)
        opened.write(page[: size % MIB])
        opened.flush()
        os.fsync(opened.fileno())


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def is_blank(loop: Loop) -> bool:
    """Ask cmp whether the file behind a device holds nothing but zeros; it knows nothing of us."""
    subprocess.run(["blockdev", "--flushbufs", loop.path], check=True)
    command = ["cmp", "--quiet", f"--bytes={loop.size}", str(loop.file), "/dev/zero"]
    return subprocess.run(command, check=False).returncode == 0


def digest(loop: Loop) -> str:
    return output("sha256sum", str(loop.file)).split()[0]


def signatures(loop: Loop) -> Any:
    return json.loads(output("lsblk", "--json", "--output", "NAME,FSTYPE", loop.path))
