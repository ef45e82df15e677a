# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""USB drives that are plugged in under a real kernel: scanned by the real ClamAV before anybody can read them.

What the device manager does when a drive comes is done by hand here; tests/rows shows that it would start the program.
"""

from __future__ import annotations

import base64
import functools
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.media import guest
from tests.integration.media.guest import Guest
from tests.lab import signatures

_MISSING = guest.missing() or (None if shutil.which("clamd") else "needs clamd")
pytestmark = pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "")

ROLES = Path(__file__).parents[3] / "roles"
EICAR = base64.b64decode("WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo=")
OURS = "46f4:0001 COMMUNE-1"  # the ids are those of QEMU's drives
CLAMD = "LocalSocket /run/clamav/clamd.ctl\nDatabaseDirectory /run/signatures\nUser clamav\nForeground yes\n"
ADMIT = f"""
import sys
sys.path.insert(0, {str(ROLES / "removable_media/files")!r})
import admit
admit.SCANNER = {str(ROLES / "antivirus/files")!r}
admit.REGISTER, admit.RECORDS, admit.OPEN = "/run/registered", "/run/records", "/mnt/media"
sys.exit(admit.decide(sys.argv[1]))
"""
Plug = Callable[..., str]


@pytest.fixture(name="machine", scope="module")
def fixture_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    with guest.running(tmp_path_factory.mktemp("guest"), usb=True) as machine:
        database = base64.b64encode(signatures.database()).decode()
        machine.shell("mkdir -p /run/signatures /run/clamav /mnt/media; chown clamav /run/clamav")
        machine.program("sh", "-c", "base64 -d > /run/signatures/daily.cud", text=database)
        machine.program("sh", "-c", "cat > /run/clamd.conf", text=CLAMD)
        machine.monitor("device_add", driver="usb-kbd", id="keyboard", bus="usb.0")
        yield machine


@pytest.fixture(name="scanner", autouse=True)
def fixture_scanner(machine: Guest) -> Iterator[None]:
    machine.shell("clamd --config-file=/run/clamd.conf > /run/clamd.log 2>&1 & echo $! > /run/clamd.pid")
    until(lambda: machine.shell("test -S /run/clamav/clamd.ctl && echo yes || true"), "yes")
    machine.shell(f"echo {OURS} > /run/registered; rm -f /run/records")
    yield
    machine.shell(
        "kill -CONT $(cat /run/clamd.pid); kill $(cat /run/clamd.pid) || true; rm -f /run/clamav/clamd.ctl; sleep 1"
    )


@pytest.fixture(name="plug")
def fixture_plug(machine: Guest, tmp_path: Path) -> Iterator[Plug]:
    """Plug a drive in that holds some files, and return its name; it is pulled out after the test."""
    plugged: list[str] = []

    def plug(files: dict[str, bytes], *, serial: str = "COMMUNE-1", image: bytes | None = None) -> str:
        number = len(plugged)
        folder, file = tmp_path / f"files-{number}", tmp_path / f"image-{number}"
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
            (folder / name).chmod(0o4755)
        folder.mkdir(exist_ok=True)
        file.write_bytes(image or bytes(16 * 1024 * 1024))
        if image is None:
            subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", folder, file], check=True, capture_output=True)
        before = drives(machine)
        node = {"driver": "raw", "file": {"driver": "file", "filename": str(file)}, "node-name": f"node-{number}"}
        machine.monitor("blockdev-add", **node)
        shown = {"serial": serial} if serial else {}
        drive = {"driver": "usb-storage", "id": f"stick-{number}", "bus": "usb.0", "drive": f"node-{number}"}
        machine.monitor("device_add", **drive, **shown)
        plugged.append(f"stick-{number}")
        until(lambda: len(drives(machine) - before), 1)
        (name,) = drives(machine) - before
        return name

    yield plug
    machine.shell("umount --lazy /mnt/media/* 2> /dev/null || true; rmdir /mnt/media/* 2> /dev/null || true")
    for number, name in enumerate(plugged):
        machine.monitor("device_del", id=name)
        until(functools.partial(removed, machine, number), True)


def removed(machine: Guest, number: int) -> bool:
    try:
        machine.monitor("blockdev-del", **{"node-name": f"node-{number}"})
    except RuntimeError:
        return False
    return True


def until(look: Callable[[], Any], wanted: Any) -> None:
    deadline = time.monotonic() + 60
    while (seen := look()) != wanted and (not isinstance(seen, str) or seen.strip() != wanted):
        assert time.monotonic() < deadline, f"{seen!r} is not {wanted!r}"
        time.sleep(0.2)


def drives(machine: Guest) -> set[str]:
    return {name for name in machine.shell("ls /sys/class/block").split() if name.startswith("sd")}


def decide(machine: Guest, name: str) -> tuple[int, dict[str, Any]]:
    """Do what the service does; return the exit code and the record."""
    code = machine.program("sh", "-c", 'python3 -c "$0" "$1"; echo "code=$?"', ADMIT, name).rpartition("code=")[2]
    return int(code), json.loads(machine.shell("tail -n 1 /run/records"))


def as_user(machine: Guest, script: str) -> str:
    words = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", f"{script} 2>&1; echo code=$?")
    return machine.program(*words)


def mounts(machine: Guest) -> str:
    return machine.shell("grep ^/dev/sd /proc/self/mounts || true")


def test_a_clean_registered_drive_is_for_use_and_no_program_runs_from_it(machine: Guest, plug: Plug) -> None:
    name = plug({"kế hoạch.txt": "việc\n".encode(), "run": b"#!/bin/sh\necho ran\n"})
    code, record = decide(machine, name)
    assert (code, record["verdict"], record["device"]) == (0, f"admitted at /mnt/media/usb-{name}", OURS)
    place = f"/mnt/media/usb-{name}"
    assert as_user(machine, f"cat {place}/*.txt") == "việc\ncode=0\n"
    assert "ermission denied" in as_user(machine, f"{place}/run")
    options = mounts(machine).split()[3].split(",")
    assert {"noexec", "nosuid", "nodev"} <= set(options)


def test_an_infected_drive_is_never_readable(machine: Guest, plug: Plug) -> None:
    name = plug({"clean": b"x", "a/b c.com": EICAR})
    code, record = decide(machine, name)
    assert (code, record["verdict"]) == (1, "refused: infected: 'a/b c.com': Lab.Eicar.UNOFFICIAL")
    assert mounts(machine) == ""
    assert as_user(machine, f"ls /mnt/media/usb-{name}").endswith("code=2\n")


def test_nobody_can_read_a_drive_while_it_is_scanned(machine: Guest, plug: Plug) -> None:
    name = plug({"clean": b"x"})
    machine.shell("kill -STOP $(cat /run/clamd.pid)")
    machine.program("sh", "-c", 'python3 -c "$0" "$1" > /dev/null 2>&1 &', ADMIT, name)
    until(lambda: mounts(machine) != "", True)
    assert (f"/run/commune-baseline-media/{name} ext4 ro," in mounts(machine), "noexec" in mounts(machine)) == (
        True,
        True,
    )
    assert "ermission denied" in as_user(machine, f"cat /run/commune-baseline-media/{name}/clean")
    assert "ermission denied" in as_user(machine, f"cat /dev/{name}")
    machine.shell("kill -CONT $(cat /run/clamd.pid)")
    until(lambda: f"/mnt/media/usb-{name}" in mounts(machine), True)
    assert as_user(machine, f"cat /mnt/media/usb-{name}/clean") == "xcode=0\n"


@pytest.mark.parametrize("serial", ["COMMUNE-2", "commune-1", ""])
def test_a_drive_that_is_not_registered_is_switched_off_and_recorded(machine: Guest, plug: Plug, serial: str) -> None:
    name = plug({"clean": b"x"}, serial=serial)
    code, record = decide(machine, name)
    assert (code, record["verdict"]) == (1, "refused: not registered, switched off")
    assert record["device"].startswith("46f4:0001")
    until(lambda: name in drives(machine), False)
    off = machine.shell("grep -lx 0 /sys/bus/usb/devices/*/authorized").split()
    assert len(off) == 1
    keyboards = machine.shell("cat /sys/bus/usb/devices/*/bInterfaceProtocol | grep -c 01")
    assert int(keyboards) >= 1


def test_without_a_list_every_drive_is_scanned_and_used(machine: Guest, plug: Plug) -> None:
    machine.shell("rm /run/registered")
    name = plug({"clean": b"x"}, serial="ANY")
    assert decide(machine, name)[0] == 0


def test_with_an_empty_list_no_drive_is_used(machine: Guest, plug: Plug) -> None:
    machine.shell(": > /run/registered")
    assert decide(machine, plug({"clean": b"x"}))[1]["verdict"] == "refused: not registered, switched off"


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (bytes(1024 * 1024), "its file system is unknown"),
        (bytes(1080) + b"\x53\xef" + b"\xff" * (1024 * 1024), "its file system is "),
    ],
)
def test_a_drive_without_a_file_system_that_holds_is_refused(
    machine: Guest, plug: Plug, image: bytes, said: str
) -> None:
    code, record = decide(machine, plug({}, image=image))
    assert (code, said in record["verdict"]) == (1, True), record
    assert mounts(machine) == ""


def test_without_a_scanner_nothing_is_used(machine: Guest, plug: Plug) -> None:
    name = plug({"clean": b"x"})
    machine.shell("kill $(cat /run/clamd.pid); sleep 1; rm -f /run/clamav/clamd.ctl")
    code, record = decide(machine, name)
    assert (code, "clamd does not answer" in record["verdict"], mounts(machine)) == (1, True, "")
