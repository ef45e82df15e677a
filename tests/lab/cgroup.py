# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Control groups: what a lab starts lives in one, so that all of it can be found and ended.

Only the cgroup2 tree is used. It exists on machines with the unified hierarchy and on hybrid ones, where it holds no
controllers but still knows every process.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
from pathlib import Path

from tests.lab import waiting
from tests.lab.errors import LabError

_TOP = "commune-baseline-lab"


@functools.cache
def top() -> Path:
    """Return the group above all labs."""
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, target, filesystem, *_ = line.split(" ")
        if filesystem == "cgroup2":
            return Path(target) / _TOP
    raise LabError("no cgroup2 file system is mounted: the lab needs systemd's unified or hybrid control groups")


def is_populated(group: Path) -> bool:
    """Tell whether any process lives in a group or below it."""
    try:
        return "populated 1" in (group / "cgroup.events").read_text(encoding="ascii")
    except OSError:  # the group is gone, perhaps since just now
        return False


def cpu_seconds(group: Path) -> float:
    """Return the processor time that all processes ever in a group and below it took, in seconds."""
    stat = dict(line.split() for line in (group / "cpu.stat").read_text(encoding="ascii").splitlines())
    return int(stat["usage_usec"]) / 1_000_000


def kill(group: Path) -> None:
    """Kill every process in a group and below it."""
    with contextlib.suppress(OSError):
        (group / "cgroup.kill").write_text("1", encoding="ascii")


def kill_direct_members(group: Path) -> None:
    """Kill the processes of a group itself, not those in the groups below it."""
    with contextlib.suppress(FileNotFoundError):
        for pid in (group / "cgroup.procs").read_text(encoding="ascii").split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


def remove(group: Path) -> None:
    """Kill what lives in a group and remove the group with all below it."""
    kill(group)
    if not waiting.holds(lambda: not is_populated(group), within=10):
        raise LabError(f"processes in {group} cannot be killed")
    for folder, _, _ in os.walk(group, topdown=False):
        # A guest that is just ending may remove its own groups.
        with contextlib.suppress(FileNotFoundError):
            Path(folder).rmdir()


def remove_top_if_empty() -> None:
    """Remove the group above all labs when no lab is left in it."""
    with contextlib.suppress(OSError):
        top().rmdir()
