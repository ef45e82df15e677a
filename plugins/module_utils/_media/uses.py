# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""By what a medium is in use at this moment, and what it is marked as a part of.

A use is never overridden. A mark, a signature of LVM, RAID, ZFS, LUKS or BitLocker, may be, if the order names it.
"""

from __future__ import annotations

import errno
import glob
import json
import os
import stat
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._media import sysfs
from ansible_collections.commune.baseline.plugins.module_utils._media.medium import Medium, path_of
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs

PROC = "/proc"
# The names of libblkid for what makes a medium or a partition part of something larger, or locks it.
MEMBERS = {
    "LVM2_member": "lvm",
    "LVM1_member": "lvm",
    "zfs_member": "zfs",
    "crypto_LUKS": "luks",
    "BitLocker": "bitlocker",
    "bcache": "bcache",
    "drbd": "drbd",
    "ceph_bluestore": "ceph",
}
_RAID = "raid"
_RAID_MEMBER = "_raid_member"  # of Linux, of DDF, and of each maker of mainboards and controllers
MARKS = tuple(sorted({*MEMBERS.values(), _RAID}))


class Use(t.NamedTuple):
    """``how`` is mount, swap, holder, open, backing or claimed; ``by`` tells where or by whom."""

    device: str
    how: str
    by: str


def uses_of(medium: Medium) -> list[Use]:
    """Return all that uses the medium or one of its partitions; raises OSError if that cannot be told."""
    names = [medium.name, *sysfs.partitions(medium.name)]
    numbers = {sysfs.number(name): name for name in names}
    found = [*_mounts(numbers), *_swaps(numbers), *_open_files(numbers), *_loops(numbers)]
    found += [Use(medium.name, "holder", _told(holder)) for holder in sysfs.holders(medium.name)]
    # Whatever else holds it, a pool of ZFS for one, claimed it from the kernel.
    return found or ([Use(medium.name, "claimed", "the kernel")] if is_claimed(medium) else [])


def is_claimed(medium: Medium) -> bool:
    """Tell whether the kernel refuses an exclusive claim of the medium, as it does while anything holds a part."""
    try:
        os.close(os.open(medium.path, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC | os.O_NONBLOCK))
    except OSError as error:
        if error.errno == errno.EBUSY:
            return True
        if error.errno not in (errno.ENOMEDIUM, errno.ENXIO):
            raise
    return False


def marks_of(medium: Medium) -> list[str]:
    """Return what the medium and its partitions are marked as a part of; raises OSError if that cannot be told."""
    found = set()
    for name in (medium.name, *sysfs.partitions(medium.name)):
        # It only reads: nothing is erased unless --all or --offset is given.
        told = programs.run("wipefs", "--no-act", "--json", "--output", "TYPE", path_of(name))
        signatures = json.loads(told)["signatures"] if told.strip() else []
        found |= {_mark_of(one["type"]) for one in signatures}
    return sorted(found - {""})


def _mark_of(signature: str) -> str:
    """Return the mark that a signature stands for, in the name of libblkid; empty if it is none."""
    return _RAID if signature.endswith(_RAID_MEMBER) else MEMBERS.get(signature, "")


def _mounts(numbers: t.Mapping[str, str]) -> t.Iterator[Use]:
    """Yield the mounts in every namespace of this machine. Source: proc_pid_mountinfo(5)."""
    seen = set()
    for process in glob.glob(os.path.join(PROC, "[0-9]*")):
        space = _link(os.path.join(process, "ns/mnt"))
        if space in seen:
            continue
        seen.add(space)
        for line in _lines(os.path.join(process, "mountinfo")):
            before, _separator, after = line.partition(" - ")
            number, where = before.split()[2], before.split()[4]
            # btrfs shows a number of its own, but the device as its source.
            for one in (number, _number_of(after.split()[1])):
                if one in numbers:
                    yield Use(numbers[one], "mount", _unescaped(where))
                    break


def _swaps(numbers: t.Mapping[str, str]) -> t.Iterator[Use]:
    for line in _lines(os.path.join(PROC, "swaps"))[1:]:
        number = _number_of(_unescaped(line.split()[0]))
        if number in numbers:
            yield Use(numbers[number], "swap", "swap")


def _open_files(numbers: t.Mapping[str, str]) -> t.Iterator[Use]:
    for path in glob.glob(os.path.join(PROC, "[0-9]*/fd/*")):
        number = _number_of(path)
        process = path.split("/")[-3]
        if number in numbers and process != str(os.getpid()):
            name = "".join(_lines(os.path.join(PROC, process, "comm"))[:1])
            yield Use(numbers[number], "open", f"process {process} ({name})")


def _loops(numbers: t.Mapping[str, str]) -> t.Iterator[Use]:
    """Yield loop devices over this medium itself; one over a file on it shows as a mount."""
    for name in sysfs.disks():
        backing = sysfs.attribute(name, "loop/backing_file")
        number = _number_of(backing) if backing else ""
        if number in numbers:
            yield Use(numbers[number], "backing", name)


def _told(holder: str) -> str:
    """Return a holder with the name that people gave it."""
    name = sysfs.attribute(holder, "dm/name")
    return f"{holder} ({name})" if name else holder


def _number_of(path: str) -> str:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return ""
    if not stat.S_ISBLK(status.st_mode):
        return ""
    return f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"


def _lines(path: str) -> list[str]:
    """Return the lines of a file of the kernel; none if its process has just ended."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read().splitlines()
    except OSError:
        return []


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return path


def _unescaped(text: str) -> str:
    r"""Return a path in which the kernel wrote a blank as ``\040``."""
    for code, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, letter)
    return text
