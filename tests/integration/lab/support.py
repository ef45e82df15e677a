# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lab's tests share: its command line, and looking at the machine around it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from tests.lab import cgroup, image
from tests.lab.lab import STATE

REPOSITORY = STATE.parents[1]
# Names belong to the machine: with the process in them, two checkouts can be tested side by side.
NAME = f"lab{os.getpid()}"
HOSTS = {"debian12": "bookworm", "debian13": "trixie"}


def lab_command(*words: str) -> list[str]:
    return [sys.executable, "-m", "tests.lab", *words]


def run_lab(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        lab_command(*words),
        cwd=REPOSITORY,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def machine_state() -> dict[str, str]:
    """Return what no guest may change: kernel settings, accounts, packet filter."""
    settings = (
        "kernel/panic",
        "vm/swappiness",
        "fs/suid_dumpable",
        "net/ipv4/ip_forward",
        "net/ipv4/conf/all/rp_filter",
    )
    accounts = ("/etc/passwd", "/etc/shadow", "/etc/group")
    # The machine need not have nft: the image has it, and a change of root does not change the network.
    rules = subprocess.run(
        ["chroot", image.ensure("bookworm"), "nft", "list", "ruleset"], capture_output=True, text=True, check=True
    )
    return {
        **{key: Path("/proc/sys", key).read_text(encoding="ascii").strip() for key in settings},
        **{file: hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in accounts},
        "packet filter": rules.stdout,
    }


def remains(name: str) -> list[str]:
    """Return everything on this machine that belongs to a lab."""
    folders = (STATE / name, cgroup.top() / name, Path("/run/commune-baseline-lab") / name)
    found = [str(folder) for folder in folders if folder.exists()]
    found += [str(path) for place in ("/run/netns", "/run/systemd/nspawn") for path in Path(place).rglob(f"cb-{name}*")]
    found += [
        line for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines() if f"/{name}/" in line
    ]
    loops = subprocess.run(["losetup", "--list", "--noheadings"], check=True, capture_output=True, text=True).stdout
    found += [line for line in loops.splitlines() if f"/{name}/" in line]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if f"cb-{name}" in command or f"lab/{name}/" in command:
            found.append(command)
    return found
