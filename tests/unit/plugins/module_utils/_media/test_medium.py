# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._media import interlock, medium, sysfs
from ansible_collections.commune.baseline.plugins.module_utils._media.errors import RefusedError

ATA = {"device/vendor": "ATA     ", "device/model": "ST1000DM010-2EP1", "device/wwid": "naa.5000c500a1b2c3d4"}


@pytest.fixture(name="sys")
def fixture_sys(monkeypatch, tmp_path):
    """A /sys with the devices that a test puts there."""
    monkeypatch.setattr(sysfs, "SYS", str(tmp_path))
    (tmp_path / "block").mkdir()

    def put(name, bus="pci0/ata1/host0", **attributes):
        real = tmp_path / "devices" / bus / name
        for path, content in {"size": "2048", "dev": "8:0", **attributes}.items():
            file = real / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        for folder in ("block", "class/block"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / name).symlink_to(real)
        return real

    return put


@pytest.mark.parametrize(
    ("name", "bus", "attributes", "kind"),
    [
        ("sda", "pci0/ata1", {**ATA, "queue/rotational": "1"}, "hdd"),
        ("sda", "pci0/ata1", {**ATA, "queue/rotational": "0"}, "ssd"),
        ("sda", "pci0/usb1/1-1", {**ATA, "queue/rotational": "0"}, "usb"),
        ("sda", "pci0/host1", {"device/vendor": "SEAGATE", "queue/rotational": "1"}, "sas_hdd"),
        ("sda", "pci0/host1", {"device/vendor": "SEAGATE", "queue/rotational": "0"}, "sas_ssd"),
        ("sda", "pci0/host1", {"device/vendor": "QEMU", "queue/rotational": "1"}, "virtual"),
        ("nvme0n1", "pci0/nvme/nvme0", {}, "nvme"),
        ("mmcblk0", "soc/mmc0", {"device/type": "MMC"}, "emmc"),
        ("mmcblk1", "soc/mmc1", {"device/type": "SD"}, "sd"),
        ("sr0", "pci0/ata2", {"device/vendor": "HL-DT-ST"}, "optical"),
        ("vda", "pci0/virtio0", {}, "virtual"),
    ],
)
def test_a_medium_is_of_the_kind_that_the_kernel_shows(sys, name, bus, attributes, kind):
    sys(name, bus, **attributes)
    (found,) = medium.media()
    assert (found.kind, found.identity.size) == (kind, 2048 * 512)


def test_what_holds_nothing_of_its_own_is_no_medium(sys):
    for name in ("ram0", "zram0", "dm-0", "md127", "nbd0", "bcache0", "mmcblk0boot0", "mmcblk0rpmb", "loop3"):
        sys(name)
    assert medium.media() == []


def test_a_serial_number_comes_without_what_surrounds_it(sys):
    sys("sda", **ATA, **{"device/vpd_pg80": b"\0\x80\0\x14        Z9A0  12\0"})
    sys("vda", serial="VIRT-1\n")
    sys("nvme0n1", **{"device/serial": "S4EV NX0R  \n", "wwid": "eui.0025385b71b00001\n"})
    found = {one.name: one.identity for one in medium.media()}
    assert found["sda"].serial == "Z9A0 12"
    assert (found["vda"].serial, found["vda"].wwn) == ("VIRT-1", "")
    assert (found["nvme0n1"].serial, found["nvme0n1"].wwn) == ("S4EV NX0R", "eui.0025385b71b00001")


def test_a_stick_has_the_serial_number_of_its_usb_device(sys, tmp_path):
    sys("sdb", "pci0/usb1/1-1/1-1:1.0/host6", **{"device/vendor": "SanDisk"})
    device = tmp_path / "devices/pci0/usb1/1-1"
    (device / "idVendor").write_text("0781\n")
    (device / "serial").write_text("4C530001\n")
    (found,) = medium.media()
    assert (found.kind, found.identity.serial) == ("usb", "4C530001")


def test_what_a_drive_writes_into_its_name_cannot_break_a_line(sys):
    sys("sda", **{**ATA, "device/model": "ST\x1b[31m\nx"})
    assert medium.media()[0].identity.model == "ST [31m x"


@pytest.mark.parametrize(
    ("today", "reason"),
    [
        ("2026-11-19", "set the clock"),
        ("2026-11-20", None),
        ("2026-12-31", None),
        ("2027-01-01", "expired on 2026-12-31"),
    ],
)
def test_an_order_is_in_force_from_its_date_to_its_last_day(today, reason):
    dates = [datetime.date.fromisoformat(one) for one in ("2026-11-20", "2026-12-31", today)]
    if reason is None:
        interlock.check_dates(*dates)
    else:
        with pytest.raises(RefusedError, match=reason):
            interlock.check_dates(*dates)
