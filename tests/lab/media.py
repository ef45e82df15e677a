# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Storage media of a host: loop devices over files of the lab's own; no other device of the machine reaches a guest."""

from __future__ import annotations

import json
import shutil
import typing as t

from tests.lab.commands import run
from tests.lab.errors import UsageError

if t.TYPE_CHECKING:
    from pathlib import Path


def attach(folder: Path, file: Path, *, guest: int) -> str:
    """Copy a file into the folder and show it to a guest as a block device; return its path there.

    ``guest`` is the process of the guest's init. A guest may not make device nodes, so it is made for it; the next boot
    does without.
    """
    if not file.is_file():
        raise UsageError(f"{file} is no file that could be a medium")
    folder.mkdir(exist_ok=True)
    medium = folder / file.name
    if medium.exists():
        raise UsageError(f"the host has a medium {file.name} already")
    shutil.copyfile(file, medium)
    # Without direct I/O, the page cache of the file would stand between what is wiped and what is read.
    device = run(["losetup", "--find", "--show", "--direct-io=on", medium]).strip()
    major, minor = run(["stat", "--format=%Hr %Lr", device]).split()
    run(["nsenter", "--target", str(guest), "--mount", "mknod", device, "b", major, minor])
    return device


def detach_below(folder: Path) -> None:
    """Free the loop devices over all files below a folder, deleted ones too."""
    shown = json.loads(run(["losetup", "--list", "--json", "--output=NAME,BACK-FILE"]) or "{}")
    for loop in shown.get("loopdevices", []):
        if loop["back-file"].startswith(f"{folder}/"):
            run(["losetup", "--detach", loop["name"]])
