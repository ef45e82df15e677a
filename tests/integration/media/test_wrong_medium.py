# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attempts at the wrong medium: each is refused with its reason, and no byte of any medium is touched."""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._media import interlock, journal, sanitise
from ansible_collections.commune.baseline.plugins.module_utils._media import medium as reader
from ansible_collections.commune.baseline.plugins.module_utils._media.capabilities import Capabilities
from ansible_collections.commune.baseline.plugins.module_utils._media.errors import RefusedError
from tests.integration.media import loops
from tests.integration.media.loops import Loop

Change = Callable[[dict[str, Any], Loop], dict[str, Any]]


def with_(**fields: Any) -> Change:
    return lambda right, _other: {**right, **fields}


# What is changed in an order that is right, and what the refusal has to say.
WRONG_ORDERS: dict[str, tuple[Change, str]] = {
    "another serial number": (with_(serial="fe00-1"), "no medium here has the serial number fe00-1"),
    "a shortened serial number": (
        lambda right, _other: {**right, "serial": right["serial"][:-1], "typed_serial": right["serial"][:-1]},
        "no medium here has the serial number",
    ),
    "a serial number with more behind it": (
        lambda right, _other: {**right, "serial": right["serial"] + "0", "typed_serial": right["serial"] + "0"},
        "no medium here has the serial number",
    ),
    "a serial number in other letters": (
        lambda right, _other: {**right, "serial": right["serial"].replace("-", "_")},
        "no medium here has the serial number",
    ),
    "no serial number": (with_(serial=""), "without its serial number"),
    "blanks for a serial number": (with_(serial="   "), "without its serial number"),
    "a pattern for a serial number": (with_(serial="*", typed_serial="*"), "no medium here has the serial number *"),
    "a device file for a serial number": (
        lambda right, other: {**right, "serial": other.path, "typed_serial": other.path},
        "no medium here has the serial number /dev/loop",
    ),
    "nothing typed": (with_(typed_serial=""), "the serial number typed is ''"),
    "something else typed": (with_(typed_serial="yes"), "the serial number typed is 'yes'"),
    "the serial number of another medium typed": (
        lambda right, other: {**right, "typed_serial": other.medium["serial"]},
        "the serial number typed is",
    ),
    "two digits of the serial number exchanged": (
        lambda right, _other: {**right, "typed_serial": right["serial"][1::-1] + right["serial"][2:] + "x"},
        "the serial number typed is",
    ),
    "another medium named, this one typed": (
        lambda right, other: {**other.medium, "typed_serial": right["serial"]},
        "the serial number typed is",
    ),
    "another model": (with_(model="ST1000"), "has the model loop, and the order says ST1000"),
    "no model": (with_(model=""), "has the model loop, and the order says none"),
    "a WWN where there is none": (with_(wwn="naa.5000c500a1b2c3d4"), "has the WWN none, and the order says naa."),
    "one sector more": (lambda right, _other: {**right, "size": right["size"] + 512}, "has the size in bytes"),
    "one byte less": (lambda right, _other: {**right, "size": right["size"] - 1}, "has the size in bytes"),
    "a size of 0": (with_(size=0), "and the order says none"),
    "a negative size": (with_(size=-1), "has the size in bytes"),
}
WRONG_CIRCUMSTANCES: dict[str, tuple[dict[str, Any], str]] = {
    "an expired order": ({"expires_on": "2020-12-31"}, "the order expired on 2020-12-31"),
    "an order of tomorrow": ({"dated_on": "2099-01-01"}, "set the clock of this device right"),
    "no date": ({"expires_on": ""}, "expires_on is '', and a date looks like"),
    "a date that is none": ({"expires_on": "2026-02-30"}, "expires_on is '2026-02-30'"),
    "a date in another form": ({"dated_on": "28/11/2026"}, "dated_on is '28/11/2026'"),
    "a clock that is behind": (
        {"pending_since": "2099-01-01T00:00:00Z"},
        "before the device began to await its disposal at 2099-01-01T00:00:00Z",
    ),
    "a clock that is ahead": (
        {"asked_at": "2020-01-01T00:00:00Z"},
        "and the register was asked at 2020-01-01T00:00:00Z: set the clock",
    ),
    "a moment that is none": (
        {"pending_since": "2026-11-28"},
        "and a moment looks like 2026-",
    ),
}


@pytest.fixture(name="media")
def fixture_media(loop: Callable[..., Loop]) -> list[Loop]:
    """Two media alike, of which the first is the one that somebody wants to wipe."""
    return [loop(4 * loops.MIB), loop(4 * loops.MIB)]


@contextlib.contextmanager
def untouched(*media: Loop) -> Iterator[None]:
    before = [loops.digest(one) for one in media]
    yield
    assert [loops.digest(one) for one in media] == before


def refused(run, *media: dict[str, Any], **special: Any) -> str:
    """Run the wipe, and its check mode, which has to refuse the same."""
    told = run("sanitise", *media, **special)
    predicted = run("sanitise", *media, **special, _ansible_check_mode=True)
    assert told["failed"] is True
    assert told["msg"].startswith("nothing was wiped: ")
    assert predicted["msg"] == told["msg"]
    return str(told["msg"])


@pytest.mark.parametrize("name", WRONG_ORDERS)
def test_an_order_that_does_not_fit_wipes_nothing(run, media, name):
    change, reason = WRONG_ORDERS[name]
    with untouched(*media):
        assert reason in refused(run, change(media[0].medium, media[1]))


@pytest.mark.parametrize("name", WRONG_CIRCUMSTANCES)
def test_an_order_that_is_not_in_force_wipes_nothing(run, media, name):
    special, reason = WRONG_CIRCUMSTANCES[name]
    with untouched(*media):
        assert reason in refused(run, media[0].medium, **special)


def test_one_wrong_medium_in_an_order_saves_all(run, media):
    with untouched(*media):
        assert "no medium here" in refused(run, media[0].medium, {**media[1].medium, "serial": "fe00-1"})


def test_a_medium_that_is_named_twice_is_refused(run, media):
    with untouched(*media):
        assert "twice" in refused(run, media[0].medium, media[0].medium)


def test_an_order_without_media_wipes_nothing(run, media):
    with untouched(*media):
        assert "names no medium" in refused(run, media=[])


@pytest.mark.parametrize("blanks", ["{}   ", "  {}", "{}\t"])
def test_blanks_around_a_serial_number_do_not_count(run, media, blanks):
    serial = media[0].medium["serial"]
    with untouched(media[1]):
        wiped = run("sanitise", {**media[0].medium, "serial": blanks.format(serial), "typed_serial": f"{serial} "})
    assert wiped["media"][0]["state"] == "wiped"


def test_the_controller_is_never_wiped(run, media, tmp_path, monkeypatch):
    own = tmp_path / "machine-id"
    own.write_text("4f1e0c5a9d3b4e21a6c7d8e9f0a1b2c3\n")
    monkeypatch.setattr(interlock, "MACHINE_ID", str(own))
    with untouched(*media):
        assert "this is the controller" in refused(run, media[0].medium, controller=own.read_text())
    own.write_text("")
    with untouched(*media):
        assert "this could be the controller" in refused(run, media[0].medium)


def test_a_clone_with_the_same_serial_number_saves_both(run, media):
    with loops.attached(media[0].file), untouched(*media):
        assert "2 media have the serial number" in refused(run, media[0].medium)


@pytest.mark.parametrize("where", ["here", "in another namespace"])
def test_a_mounted_medium_is_never_wiped(run, media, tmp_path, where):
    subprocess.run(["mke2fs", "-q", "-t", "ext4", media[0].path], check=True)
    (tmp_path / "mnt").mkdir()
    with mounted(media[0], tmp_path / "mnt", private=where != "here"), untouched(media[1]):
        assert f"mount {tmp_path}/mnt" in refused(run, media[0].medium)
        (seen,) = [one for one in run("info")["media"] if one["path"] == media[0].path]
        assert f"{media[0].name} mount {tmp_path}/mnt" in seen["uses"]


@contextlib.contextmanager
def mounted(medium: Loop, folder: Any, *, private: bool) -> Iterator[None]:
    """Mount it here, or where only a process of its own sees it."""
    if not private:
        subprocess.run(["mount", medium.path, folder], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", folder], check=True)
        return
    script = f"mount {medium.path} {folder}; echo mounted; exec sleep 600"
    with subprocess.Popen(["unshare", "--mount", "sh", "-ec", script], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"mounted\n"
        try:
            yield
        finally:
            process.kill()


def test_swap_in_use_is_never_wiped(run, media):
    subprocess.run(["mkswap", media[0].path], check=True, capture_output=True)
    subprocess.run(["swapon", media[0].path], check=True)
    try:
        assert "swap" in refused(run, media[0].medium)
    finally:
        subprocess.run(["swapoff", media[0].path], check=True)


def test_a_medium_that_a_process_has_open_is_never_wiped(run, media):
    with subprocess.Popen(["sleep", "600"], stdin=open(media[0].path, "rb")) as process, untouched(*media):
        try:
            assert f"process {process.pid} (sleep)" in refused(run, media[0].medium)
        finally:
            process.kill()


def test_a_medium_under_a_loop_device_is_never_wiped(run, media):
    over = loops.output("losetup", "--find", "--show", media[0].path)
    try:
        with untouched(*media):
            assert f"backing {over.rpartition('/')[2]}" in refused(run, media[0].medium)
    finally:
        subprocess.run(["losetup", "--detach", over], check=True)


def test_what_leads_to_a_mounted_device_is_never_wiped(run, media, tmp_path):
    """A loop device over a block device is no medium: what uses the device beneath does not show on it."""
    subprocess.run(["mke2fs", "-q", "-t", "ext4", media[0].path], check=True)
    (tmp_path / "mnt").mkdir()
    over = loops.output("losetup", "--find", "--show", "--direct-io=on", media[0].path)
    try:
        status = os.stat(media[0].path)
        serial = f"{status.st_dev:x}-{status.st_ino}"
        order = {**media[0].medium, "serial": serial, "typed_serial": serial}
        with mounted(media[0], tmp_path / "mnt", private=False), untouched(media[1]):
            assert f"no medium here has the serial number {serial}" in refused(run, order)
        subprocess.run(["fsck.ext4", "-fn", media[0].path], check=True, capture_output=True)
    finally:
        subprocess.run(["losetup", "--detach", over], check=True)


def test_a_read_only_medium_is_not_touched(run, media):
    subprocess.run(["blockdev", "--setro", media[0].path], check=True)
    try:
        with untouched(*media):
            assert "is read-only" in refused(run, media[0].medium)
    finally:
        subprocess.run(["blockdev", "--setrw", media[0].path], check=True)


def test_a_medium_that_shows_no_size_is_not_touched(run, media):
    media[0].file.open("r+b").truncate(0)
    subprocess.run(["losetup", "--set-capacity", media[0].path], check=True)
    with untouched(media[1]):
        assert "size of 0" in refused(run, {**media[0].medium, "size": 0})
    assert "nothing can be verified" in run("verify", {**media[0].medium, "size": 0})["msg"]


def test_a_member_of_something_larger_is_wiped_only_if_the_order_names_it(run, media):
    if shutil.which("pvcreate") is None:
        pytest.skip("needs Debian's lvm2")
    subprocess.run(["pvcreate", "--yes", "--force", "--devices", media[0].path, media[0].path], check=True)
    with untouched(*media):
        assert "marked as part of lvm, which the order does not name" in refused(run, media[0].medium)
        assert "marked as part of lvm" in refused(run, {**media[0].medium, "marks": ["raid", "luks"]})
    with untouched(media[1]):
        assert run("sanitise", {**media[0].medium, "marks": ["lvm"]})["media"][0]["state"] == "wiped"


def zfs_labels(medium: Loop) -> None:
    """Write the uberblocks of a pool into its four labels, two at each end (OpenZFS on-disk format, 1.2 and 1.3)."""
    label = 256 << 10
    block = struct.pack("<QQQQQ", 0x00BAB10C, 5000, 4, 0, 1764288000)
    with medium.file.open("r+b") as file:
        for place in (0, label, medium.size - 2 * label, medium.size - label):
            for number in range(8):
                file.seek(place + (128 << 10) + number * 1024)
                file.write(block)
        os.fsync(file.fileno())


def test_a_member_of_a_raid_of_the_mainboard_is_wiped_only_if_the_order_names_it(run, media):
    """Its makers mark the last sector each in a way of their own; this is the one of LSI MegaRAID."""
    with open(media[0].path, "r+b") as opened:
        opened.seek(media[0].size - 512)
        opened.write(b"$XIDE$")
    with untouched(*media):
        assert "is marked as part of raid, which the order does not name" in refused(run, media[0].medium)
    assert run("sanitise", {**media[0].medium, "marks": ["raid"]})["failed"] is False


def test_a_member_of_a_pool_of_zfs_is_wiped_only_if_the_order_names_it(run, loop):
    media = [loop(64 * loops.MIB), loop(4 * loops.MIB)]  # no pool has a smaller one
    zfs_labels(media[0])
    told = loops.output("blkid", "--probe", "--output", "value", "--match-tag", "TYPE", media[0].path)
    assert told == "zfs_member"
    with untouched(*media):
        assert "marked as part of zfs, which the order does not name" in refused(run, media[0].medium)
    named = {**media[0].medium, "marks": ["zfs"]}
    # ZFS claims the devices of a pool that is imported like this, and the kernel shows neither holder nor mount.
    handle = os.open(media[0].path, os.O_RDONLY | os.O_EXCL)
    try:
        with untouched(*media):
            assert f"{media[0].name} claimed the kernel" in refused(run, named)
    finally:
        os.close(handle)
    with untouched(media[1]):
        assert run("sanitise", named)["media"][0]["state"] == "wiped"
    assert loops.is_blank(media[0])


def job_of(medium: Loop) -> sanitise.Job:
    order = sanitise.Order("12/QĐ-UBND", "clear", False)
    fields = medium.medium
    identity = reader.Identity(fields["serial"], fields["model"], fields["size"], "")
    (job,) = sanitise.jobs(order, [interlock.Wanted(identity, fields["typed_serial"])])
    return job


def test_a_name_that_passed_on_to_another_medium_after_the_check_is_refused(media):
    """As when sda is pulled out and another disk becomes sda, between the check and the first write."""
    job = job_of(media[0])
    subprocess.run(["losetup", "--detach", media[0].path], check=True)
    subprocess.run(["losetup", media[0].path, media[1].file], check=True)
    with untouched(*media):
        (told,) = sanitise.carry_out(sanitise.Order("12/QĐ-UBND", "clear", False), [job])
    assert told["state"] == "failed"
    assert "is another medium now" in told["reason"]


def test_a_name_that_passed_on_before_a_hidden_end_is_laid_open_is_refused(media):
    """The size may be another after that, and nothing else: serial number and the kernel's count are still those."""
    job = job_of(media[0])._replace(able=Capabilities(openable=512))
    subprocess.run(["losetup", "--detach", media[0].path], check=True)
    subprocess.run(["losetup", media[0].path, media[1].file], check=True)
    with untouched(*media):
        (told,) = sanitise.carry_out(sanitise.Order("12/QĐ-UBND", "clear", False), [job])
    assert "is another medium now" in told["reason"]


def test_the_same_medium_plugged_in_again_after_the_check_is_refused(media):
    """Nobody looked at what happened in between: the kernel's count of disks differs."""
    job = job_of(media[0])
    subprocess.run(["losetup", "--detach", media[0].path], check=True)
    subprocess.run(["losetup", "--direct-io=on", media[0].path, media[0].file], check=True)
    with untouched(*media):
        (told,) = sanitise.carry_out(sanitise.Order("12/QĐ-UBND", "clear", False), [job])
    assert "is another medium now" in told["reason"]


def test_a_medium_that_is_mounted_after_the_check_is_refused_by_the_kernel(media, tmp_path):
    subprocess.run(["mke2fs", "-q", "-t", "ext4", media[0].path], check=True)
    job = job_of(media[0])
    (tmp_path / "mnt").mkdir()
    with mounted(media[0], tmp_path / "mnt", private=True), untouched(media[1]):
        (told,) = sanitise.carry_out(sanitise.Order("12/QĐ-UBND", "clear", False), [job])
    assert "the kernel refuses to give it to us alone" in told["reason"]
    subprocess.run(["fsck.ext4", "-fn", media[0].path], check=True, capture_output=True)


def test_what_is_being_wiped_cannot_be_mounted_nor_wiped_twice(run, media, tmp_path):
    (tmp_path / "mnt").mkdir()
    found = reader.read(media[0].name)
    with interlock.claimed(found, writing=True):
        tried = subprocess.run(["mount", media[0].path, tmp_path / "mnt"], capture_output=True, check=False)
        assert tried.returncode != 0
        with untouched(*media):
            assert "in use" in refused(run, media[0].medium)


def test_a_journal_of_another_process_at_work_is_respected(media):
    job = job_of(media[0])
    with journal.Journal(job.medium.identity).held(), untouched(*media):
        (told,) = sanitise.carry_out(sanitise.Order("12/QĐ-UBND", "clear", False), [job])
    assert "another process is at work on this medium" in told["reason"]
    assert (told["state"], told["identity"]["serial"]) == ("failed", media[0].medium["serial"])


def test_a_journal_that_tells_of_another_medium_stops_everything(run, media, journals):
    run("sanitise", media[0].medium)
    (path,) = journals.glob("*.json")
    path.write_text(path.read_text().replace(media[0].medium["serial"], "fe00-1"))
    with untouched(*media):
        assert "cannot be read: look into it" in refused(run, media[0].medium)


def test_a_file_in_the_place_of_a_device_is_refused(media, tmp_path, monkeypatch):
    file = tmp_path / "precious"
    loops.full_of_letters(file, media[0].size)
    found = reader.read(media[0].name)
    monkeypatch.setattr(reader, "path_of", lambda _name: str(file))
    with pytest.raises(RefusedError, match="another device"), interlock.claimed(found, writing=True):
        pass


def test_a_fault_of_our_own_fails_one_medium_and_not_the_others(run, media, monkeypatch):
    write = sanitise.overwrite.overwrite

    def faulty(handle, pattern, progress, save, *, sector):
        if os.readlink(f"/proc/self/fd/{handle}") == media[0].path:
            raise ZeroDivisionError("a fault")
        write(handle, pattern, progress, save, sector=sector)

    monkeypatch.setattr(sanitise.overwrite, "overwrite", faulty)
    told = run("sanitise", *(one.medium for one in media))
    assert [one["state"] for one in told["media"]] == ["failed", "wiped"]
    assert (told["failed"], told["msg"]) == (True, f"{media[0].medium['serial']}: a fault")
    assert loops.is_blank(media[1])
