# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Disks that lie, break, vanish, or are somebody else's, under a real kernel; judged by what is in their files."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.media import guest, loops
from tests.integration.media.conftest import ORDER
from tests.integration.media.guest import Guest

pytestmark = pytest.mark.skipif(guest.missing() is not None, reason=guest.missing() or "")
SIZE = 96 * loops.MIB


class Disk:
    """A SCSI disk of the guest and the file behind it."""

    def __init__(self, machine: Guest, id_: str, file: Path) -> None:
        self._machine, self.id, self.file = machine, id_, file

    @property
    def path(self) -> str:
        return f"/dev/{self.entry['path'].rpartition('/')[2]}"

    @property
    def entry(self) -> dict[str, Any]:
        """Return what media_info tells of the disk with this serial number."""
        (found,) = [one for one in self._machine.module("info")["media"] if one["identity"]["serial"] == self.id]
        return dict(found)

    @property
    def order(self) -> dict[str, Any]:
        return order_of(self.entry)

    @property
    def is_blank(self) -> bool:
        command = ["cmp", "--quiet", f"--bytes={self.file.stat().st_size}", str(self.file), "/dev/zero"]
        return subprocess.run(command, check=False).returncode == 0

    @property
    def digest(self) -> str:
        return loops.output("sha256sum", str(self.file))


def order_of(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry["identity"], "typed_serial": entry["identity"]["serial"]}


@pytest.fixture(name="disk")
def fixture_disk(machine: Guest, tmp_path: Path) -> Iterator[Callable[..., Disk]]:
    """Plug in a disk full of letters; all are pulled out again at the end."""

    def plug(id_: str, *, serial: str | None = None, file: Path | None = None, **properties: Any) -> Disk:
        path = file or tmp_path / f"{id_}.img"
        if file is None:
            loops.full_of_letters(path, SIZE)
        before = len(machine.module("info")["media"])
        machine.attach(id_, path, serial=serial or id_, **{"product": properties.pop("model", "ST1000"), **properties})
        wait_until(lambda: len(machine.module("info")["media"]) > before)
        return Disk(machine, id_, path)

    yield plug
    for id_ in list(machine.plugged):
        machine.detach(id_)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture(name="wrapped")
def fixture_wrapped(machine: Guest) -> Iterator[Callable[[Disk, str], dict[str, Any]]]:
    """Put a target of device mapper between a disk and what is wiped, and a loop device that shows it as a medium."""
    loop_devices: list[str] = []

    def wrap(disk: Disk, table: str) -> dict[str, Any]:
        sectors = disk.file.stat().st_size // 512
        machine.program("dmsetup", "create", "faulty", text=table.format(disk=disk.path, sectors=sectors))
        # Where a loop device lies over another device, it counts as no medium; of a file that is gone nobody can tell.
        machine.shell("mknod /run/faulty b $(stat -Lc '0x%t 0x%T' /dev/mapper/faulty)")
        path = machine.program("losetup", "--find", "--show", "--direct-io=on", "/run/faulty").strip()
        machine.program("rm", "/run/faulty")
        loop_devices.append(path)
        (entry,) = [one for one in machine.module("info")["media"] if one["path"] == path]
        return order_of(entry)

    yield wrap
    for path in loop_devices:
        machine.program("losetup", "--detach", path)
    machine.program("dmsetup", "remove", "--retry", "--force", "faulty", accept=(0, 1))


def test_an_overwritten_disk_is_blank_and_verified(machine, disk):
    one = disk("SN-1")
    wiped = machine.module("sanitise", **ORDER, media=[one.order])
    assert wiped["media"][0]["state"] == "wiped", wiped
    assert machine.module("verify", media=[one.order])["failed"] is False
    assert one.is_blank


def test_a_disk_that_drops_writes_is_never_clean(machine, disk, wrapped):
    one = disk("SN-LIAR")
    dropping = (
        "0 131072 linear {disk} 0\n"
        "131072 2048 flakey {disk} 131072 0 60 1 drop_writes\n"
        "133120 63488 linear {disk} 133120\n"
    )
    medium = wrapped(one, dropping)
    # It confirms every write, and so the wipe cannot know.
    assert machine.module("sanitise", **ORDER, media=[medium])["media"][0]["state"] == "wiped"
    seen = machine.module("verify", media=[medium])
    assert seen["failed"] is True
    (finding, *_more) = seen["media"][0]["findings"]
    assert 131072 * 512 <= finding["first"] < 133120 * 512
    assert not one.is_blank


def test_bad_sectors_are_told_as_ranges_and_the_rest_is_wiped(machine, disk, wrapped):
    one = disk("SN-BAD")
    broken = "0 40960 linear {disk} 0\n40960 16 error\n40976 155632 linear {disk} 40976\n"
    medium = wrapped(one, broken)
    told = machine.module("sanitise", **ORDER, media=[medium])
    (outcome,) = told["media"]
    assert (told["failed"], outcome["state"], outcome["next"]) == (True, "failed", "destroy")
    assert outcome["bad"] == [[40960 * 512, 16 * 512]]
    seen = machine.module("verify", media=[medium])
    assert seen["media"][0]["unreadable"] == [[40960 * 512, 16 * 512]]
    content = one.file.read_bytes()
    assert not any(content[: 40960 * 512])
    assert any(content[40960 * 512 : 40976 * 512])
    assert not any(content[40976 * 512 :])


def test_a_disk_that_vanishes_during_the_wipe_is_failed(machine, disk):
    one = disk("SN-GONE", bytes_per_second=8 << 20)
    order = one.order
    machine.start_module("sanitise", **ORDER, media=[order])
    wait_until(lambda: not any(one.file.read_bytes()[: loops.MIB]))
    machine.detach("SN-GONE")
    told = machine.finished_module()
    assert told["failed"] is True
    assert told["media"][0]["state"] == "failed"
    assert "vanished" in told["msg"] or "another medium" in told["msg"], told["msg"]
    assert "no medium here has the serial number SN-GONE" in machine.module("verify", media=[order])["msg"]


def test_of_two_disks_alike_only_the_ordered_one_is_wiped_whatever_they_are_called(machine, disk):
    """Pulled out and plugged in the other way round, the names of both are exchanged."""
    first, second = disk("SN-A"), disk("SN-B")
    order, name = first.order, first.path
    for one in (first, second):
        machine.detach(one.id)
    second = disk("SN-B", file=second.file)
    first = disk("SN-A", file=first.file)
    assert second.path == name
    before = second.digest
    assert machine.module("sanitise", **ORDER, media=[order])["media"][0]["state"] == "wiped"
    assert first.is_blank
    assert second.digest == before


def test_a_clone_with_the_same_serial_number_saves_both(machine, disk):
    one = disk("SN-TWIN")
    order, before = one.order, one.digest
    disk("SN-TWIN-2", serial="SN-TWIN ")
    for check in (True, False):
        told = machine.module("sanitise", **ORDER, media=[order], _ansible_check_mode=check)
        assert "2 media have the serial number SN-TWIN" in told["msg"]
    assert one.digest == before


def test_the_same_serial_number_with_another_wwn_is_refused(machine, disk):
    one = disk("SN-WWN", wwn=0x5000C500A1B2C3D4)
    before = one.digest
    for wrong in ("", "naa.5000c500a1b2c3d5"):
        told = machine.module("sanitise", **ORDER, media=[{**one.order, "wwn": wrong}])
        assert "has the WWN naa.5000c500a1b2c3d4, and the order says" in told["msg"]
    assert one.digest == before


def test_a_disk_without_a_serial_number_cannot_be_ordered(machine, disk):
    blank = disk("SN-NONE", serial=" ", model="")
    (entry,) = [one for one in machine.module("info")["media"] if not one["identity"]["serial"]]
    before = blank.digest
    told = machine.module("sanitise", **ORDER, media=[order_of(entry)])
    assert "without its serial number" in told["msg"]
    assert blank.digest == before


# How a part of the disk is taken into use, and how that ends.
MEMBERS = {
    "lvm": (
        "pvcreate -q --yes {0}; vgcreate -q -An data {0}; lvcreate -q --yes -An -Zn -Wn -n files -L 8M data",
        "vgchange -an data",
    ),
    "raid": (
        "mdadm --create /dev/md7 --run --level=1 --force --raid-devices=1 {0}",
        "mdadm --stop /dev/md7",
    ),
    "luks": (
        "printf x | cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 {0} -\n"
        "printf x | cryptsetup open {0} secret",
        "cryptsetup close secret",
    ),
}


@pytest.mark.parametrize("mark", MEMBERS)
def test_a_member_in_use_is_never_wiped_and_another_only_if_the_order_names_it(machine, disk, mark):
    begin, end = MEMBERS[mark]
    one = disk(f"SN-{mark}")
    machine.shell(begin.format(one.path))
    named = {**one.order, "marks": [mark]}
    in_use = machine.module("sanitise", **ORDER, media=[named])
    assert "is in use" in in_use["msg"]
    assert "holder" in in_use["msg"]
    machine.shell(end)
    assert f"marked as part of {mark}" in machine.module("sanitise", **ORDER, media=[one.order])["msg"]
    assert not one.is_blank
    assert machine.module("sanitise", **ORDER, media=[named])["media"][0]["state"] == "wiped"
    assert one.is_blank


def test_a_saved_header_opens_nothing_any_more(machine, disk):
    """A wipe of the header alone is undone by a copy of it; the data has to be gone."""
    one = disk("SN-HEADER")
    setup = MEMBERS["luks"][0].format(one.path)
    machine.shell(
        f"{setup}\nprintf %s SECRET-OF-THE-OFFICE | dd of=/dev/mapper/secret bs=1M seek=8 conv=fsync status=none"
    )
    machine.shell(f"cryptsetup close secret; cryptsetup luksHeaderBackup {one.path} --header-backup-file /tmp/header")
    order = {**one.order, "marks": ["luks"]}
    assert machine.module("sanitise", **ORDER, media=[order])["media"][0]["state"] == "wiped"
    assert machine.module("verify", media=[order])["failed"] is False
    machine.shell(f"cryptsetup luksHeaderRestore -q {one.path} --header-backup-file /tmp/header; rm /tmp/header")
    machine.shell(f"printf x | cryptsetup open {one.path} secret")
    read = machine.shell("dd if=/dev/mapper/secret bs=1M skip=8 count=1 status=none | grep -c SECRET-OF || true")
    machine.shell("cryptsetup close secret")
    assert read.strip() == "0"
    # The header is data again.
    assert "a LUKS header" in machine.module("verify", media=[one.order])["msg"]
