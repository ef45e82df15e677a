# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole file tree of a lab host, seen from outside, so that nothing that runs on it can hide a change."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from tests.lab.host import Host

# Left out, each because something else than a row writes there all the time.
EXCLUSIONS = frozenset(
    {
        "proc", "sys", "dev", "run", "tmp",  # the kernel's, or gone at the next boot
        "var/log", "var/cache", "var/lib/systemd", "var/tmp",  # logs, caches and clocks
        "var/lib/apt", "var/lib/dpkg", "var/lib/ucf",  # what apt knows; packages are rows themselves
        "var/lib/commune-baseline",  # the journal itself
        "home/ops/.ansible", "root/.ansible", "home/ops/.cache",  # temporary files of Ansible
        "etc/passwd-", "etc/shadow-", "etc/group-", "etc/gshadow-",  # copies that the tools keep
        "etc/cups/subscriptions.conf", "etc/cups/subscriptions.conf.O",  # cups writes them whenever it stops
        "etc/ld.so.cache",  # made anew by every package that brings a library
    }
)  # fmt: skip


def manifest(host: Host) -> dict[str, str]:
    """Return what every file is: type, mode, owner, extended attributes, and content or target."""
    root = os.fspath(host.root)
    found: dict[str, str] = {}
    for folder, folders, files in os.walk(root):
        inside = os.path.relpath(folder, root)
        folders[:] = [name for name in folders if _name(inside, name) not in EXCLUSIONS]
        for name in (*folders, *files):
            relative = _name(inside, name)
            if relative not in EXCLUSIONS:
                found[relative] = _facts(Path(folder, name))
    return found


def changes(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """Return what differs, with what it was and is."""
    names = sorted(before.keys() | after.keys())
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}


def _name(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


def _facts(path: Path) -> str:
    status = path.lstat()
    facts = f"{stat.filemode(status.st_mode)} {status.st_uid}:{status.st_gid}"
    if stat.S_ISLNK(status.st_mode):
        return f"{facts} -> {os.readlink(path)}"
    attributes = {name: os.getxattr(path, name) for name in os.listxattr(path)}
    facts += f" {attributes}" if attributes else ""
    return f"{facts} {hashlib.sha256(path.read_bytes()).hexdigest()}" if stat.S_ISREG(status.st_mode) else facts
