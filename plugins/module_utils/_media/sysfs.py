# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What the kernel tells about block devices under /sys; see sysfs-block and sysfs-class-block of the kernel's ABI."""

from __future__ import annotations

import os

SYS = "/sys"


def disks() -> list[str]:
    """Return the names of whole block devices, such as ``sda``, without partitions."""
    return sorted(os.listdir(os.path.join(SYS, "block")))


def folder(name: str) -> str:
    return os.path.join(SYS, "class", "block", name)


def attribute(name: str, path: str) -> str:
    """Return an attribute of a device without the blanks around it; empty if the device has none such."""
    return raw_attribute(name, path).decode("utf-8", "replace").strip(" \0\t\n")


def raw_attribute(name: str, path: str) -> bytes:
    try:
        with open(os.path.join(folder(name), path), "rb") as file:
            return file.read()
    except OSError:
        return b""


def number(name: str) -> str:
    """Return the device number, such as ``8:16``."""
    return attribute(name, "dev")


def bytes_of(name: str) -> int:
    """Return the size in bytes; the kernel counts in units of 512, whatever a sector is."""
    return int(attribute(name, "size") or 0) * 512


def rescan(name: str) -> None:
    """Let the kernel ask the drive for its size again."""
    with open(os.path.join(folder(name), "device/rescan"), "w", encoding="ascii") as file:
        file.write("1")


def partitions(name: str) -> list[str]:
    base = folder(name)
    return sorted(one for one in _entries(base) if os.path.exists(os.path.join(base, one, "partition")))


def holders(name: str) -> list[str]:
    """Return the devices that the kernel builds upon this one or its partitions: device mapper, RAID, bcache."""
    return sorted(
        {one for part in (name, *partitions(name)) for one in _entries(os.path.join(folder(part), "holders"))}
    )


def place(name: str) -> str:
    """Return the path of the hardware that the device hangs on, resolved."""
    return os.path.realpath(folder(name))


def _entries(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []
