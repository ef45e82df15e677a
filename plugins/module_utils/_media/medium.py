# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""A medium: what it is and by what it is told apart from all others."""

from __future__ import annotations

import fcntl
import os
import re
import stat
import struct
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._media import sysfs

HDD, SSD, NVME, SAS_HDD, SAS_SSD, EMMC, SD, USB, OPTICAL, LOOP, VIRTUAL = KINDS = (
    *("hdd", "ssd", "nvme", "sas_hdd", "sas_ssd", "emmc", "sd", "usb", "optical", "loop", "virtual"),
)
# They hold nothing of their own: memory, and what is built upon other media.
_NO_MEDIA = re.compile(r"(ram|zram|dm-|md|nbd|bcache|drbd|fd)\d+")
_VIRTUAL_VENDORS = ("QEMU", "VMware", "Msft", "VBOX", "Virtual")
_LOOP_GET_STATUS64 = 0x4C05  # linux/loop.h


class Identity(t.NamedTuple):
    """What an order names a medium by. ``size`` in bytes; ``wwn`` is empty where the medium has none."""

    serial: str
    model: str
    size: int
    wwn: str


class Medium(t.NamedTuple):
    """One medium as the kernel shows it now. ``number`` and ``sequence`` tell whether it is still the same later.

    ``sequence`` is the kernel's count of disks that came (diskseq, Linux 5.15), empty before.
    """

    name: str
    number: str
    sequence: str
    kind: str
    identity: Identity
    sector: int
    is_read_only: bool

    @property
    def path(self) -> str:
        return path_of(self.name)


def media() -> list[Medium]:
    """Return all media of this machine, by name."""
    return [read(name) for name in sysfs.disks() if is_medium(name)]


def is_medium(name: str) -> bool:
    if _NO_MEDIA.fullmatch(name) or re.fullmatch(r"mmcblk\d+(boot\d|rpmb)", name):
        return False
    return not name.startswith("loop") or _is_over_a_file(sysfs.attribute(name, "loop/backing_file"))


def _is_over_a_file(backing: str) -> bool:
    """Tell whether a loop device holds data of its own: over a block device it is that one by another name."""
    try:
        return bool(backing) and not stat.S_ISBLK(os.stat(backing).st_mode)
    except OSError:  # the kernel adds a word to the path of a file that was deleted since
        return True


def read(name: str) -> Medium:
    """Return what the kernel shows of a medium at this moment."""
    return Medium(
        name=name,
        number=sysfs.number(name),
        sequence=sysfs.attribute(name, "diskseq"),
        kind=_kind(name),
        identity=Identity(_serial(name), _model(name), sysfs.bytes_of(name), _wwn(name)),
        sector=int(sysfs.attribute(name, "queue/logical_block_size") or 512),
        is_read_only=sysfs.attribute(name, "ro") == "1",
    )


def path_of(name: str) -> str:
    """Return the device file; where its name has a slash, the kernel's has an exclamation mark."""
    return "/dev/" + name.replace("!", "/")


def plain(text: str) -> str:
    """Return a text of a drive as it can be compared and shown: no blanks around it, one blank within, printable."""
    printable = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(printable.split())


def _kind(name: str) -> str:
    if name.startswith("loop"):
        return LOOP
    if name.startswith("nvme"):
        return NVME
    if name.startswith("mmcblk"):
        return SD if sysfs.attribute(name, "device/type") == "SD" else EMMC
    if name.startswith("sr"):
        return OPTICAL
    if not name.startswith("sd"):
        return VIRTUAL
    return _kind_of_scsi(name)


def _kind_of_scsi(name: str) -> str:
    # Behind USB, neither the rotation that a bridge tells nor its firmware commands can be relied on.
    if "/usb" in sysfs.place(name):
        return USB
    vendor = sysfs.attribute(name, "device/vendor")
    if vendor.startswith(_VIRTUAL_VENDORS):
        return VIRTUAL
    rotates = sysfs.attribute(name, "queue/rotational") != "0"
    if vendor == "ATA":
        return HDD if rotates else SSD
    return SAS_HDD if rotates else SAS_SSD


def _model(name: str) -> str:
    if name.startswith("loop"):
        return "loop"
    return plain(sysfs.attribute(name, "device/model") or sysfs.attribute(name, "device/name"))


def _wwn(name: str) -> str:
    return plain(sysfs.attribute(name, "device/wwid") or sysfs.attribute(name, "wwid"))


def _serial(name: str) -> str:
    if name.startswith("loop"):
        return _serial_of_loop(name)
    # Unit Serial Number VPD page (SPC-5 7.7.18): four bytes, then the number.
    vpd = sysfs.raw_attribute(name, "device/vpd_pg80")[4:].decode("ascii", "replace")
    told = vpd or sysfs.attribute(name, "device/serial") or sysfs.attribute(name, "serial")
    return plain(told) or _serial_of_usb(name)


def _serial_of_usb(name: str) -> str:
    """Return the serial number of the USB device that the medium is part of; many sticks have none."""
    path = sysfs.place(name)
    while "/usb" in path:
        path = os.path.dirname(path)
        if os.path.exists(os.path.join(path, "idVendor")):
            return plain(sysfs.attribute(name, os.path.join(path, "serial")))
    return ""


def _serial_of_loop(name: str) -> str:
    """Return the device and inode of the file behind it: two loop devices over one file are one medium."""
    status = bytearray(512)
    try:
        handle = os.open(path_of(name), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        fcntl.ioctl(handle, _LOOP_GET_STATUS64, status)
    except OSError:
        return ""
    finally:
        os.close(handle)
    device, inode = struct.unpack_from("QQ", status)
    return f"{device:x}-{inode}"
