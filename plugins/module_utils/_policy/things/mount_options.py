# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The options of a mount point at run time: those that the mount point has, not those of its file system.

A remount of the mount point alone (``remount,bind``, mount(8)) changes nothing else, such as the size of a tmpfs.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs

SHARED = True
MOUNTINFO = "/proc/self/mountinfo"
_OPPOSITES = {"noexec": "exec", "nosuid": "suid", "nodev": "dev", "ro": "rw"}


class Mount(t.NamedTuple):
    """One line of proc_pid_mountinfo(5), of which the parts that matter here."""

    options: tuple[str, ...]
    type: str
    source: str
    file_system_options: tuple[str, ...]


def mounts() -> dict[str, Mount]:
    """Return what is mounted, by mount point; of several on one mount point, the one on top. Raises OSError."""
    found = {}
    with open(MOUNTINFO, encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            own, system = line.rstrip("\n").split(" - ", 1)
            fields, (type_, source, options) = own.split(" "), system.split(" ", 2)
            found[unescaped(fields[4])] = Mount(
                tuple(fields[5].split(",")), type_, unescaped(source), tuple(options.split(","))
            )
    return found


def unescaped(text: str) -> str:
    """Return a path without the octal escapes of fstab(5) and /proc."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def capture(mount_point: str) -> str | None:
    """Return the options of a mount point, None if nothing is mounted there."""
    mount = mounts().get(mount_point)
    return ",".join(mount.options) if mount else None


def put(mount_point: str, state: str | None) -> None:
    """Give a mount point exactly these options; raises OSError. What is no longer mounted stays so."""
    mount = mounts().get(mount_point)
    if mount is None:
        return
    if state is None:
        raise OSError(0, "a mount point is not taken away", mount_point)
    wanted = state.split(",")
    unset = [opposite for option, opposite in _OPPOSITES.items() if option not in wanted and opposite not in wanted]
    # With a source, mount(8) adds nothing that fstab says.
    options = ",".join(["remount", "bind", *wanted, *unset])
    programs.run("mount", "-o", options, mount.source, mount_point)
    now = capture(mount_point)
    if set((now or "").split(",")) != set(wanted):
        raise OSError(0, f"it was remounted with {state}, but has {now}", mount_point)
