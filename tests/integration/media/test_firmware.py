# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drives that erase themselves, and that fail at it in all the ways that real ones do, told by the real tools.

The firmware is simulated; kernel, hdparm, sg3-utils and nvme-cli are the real ones. What counts is what is left in the
file behind the drive: nothing is ever called clean in which a letter is left.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.integration.media import guest, loops
from tests.integration.media.conftest import ORDER
from tests.integration.media.guest import Guest

pytestmark = pytest.mark.skipif(guest.missing() is not None, reason=guest.missing() or "")
SIZE = 512 << 10
SANITIZE = ("block", "overwrite", "crypto")
Connect = Callable[..., "Drive"]


class Drive(NamedTuple):
    """A drive of the guest, as an order names it, and the file behind it."""

    file: Path
    path: str
    order: dict[str, Any]

    @property
    def has_letters(self) -> bool:
        """Ask grep, which knows nothing of us."""
        pattern = loops.LETTERS.decode().split(",")[0]
        return subprocess.run(["grep", "--quiet", "--text", pattern, self.file], check=False).returncode == 0


@pytest.fixture(name="connect")
def fixture_connect(machine: Guest, tmp_path: Path) -> Iterator[Connect]:
    """Plug in a drive; ``bus`` is iscsi or nvme, the words go to the double of its firmware."""
    with contextlib.ExitStack() as stack:

        def connect(bus: str, *words: str) -> Drive:
            file = tmp_path / "drive"
            loops.full_of_letters(file, SIZE)
            port = stack.enter_context(served(bus, file, *words))
            machine.shell(CONNECT[bus].format(port=port))
            entry = appeared(machine, {"iscsi": "DOUBLE", "nvme": "NVSN"}[bus])
            stack.callback(machine.shell, DISCONNECT[bus].format(name=entry["path"].rpartition("/")[2]))
            return Drive(file, entry["path"], {**entry["identity"], "typed_serial": entry["identity"]["serial"]})

        yield connect


CONNECT = {
    "iscsi": "iscsistart -i iqn.2026-11.test:guest -t iqn.2026-11.test:drive -g 1 -a 10.0.2.2 -p {port}",
    "nvme": "nvme connect -t tcp -a 10.0.2.2 -s {port} -n nqn.2026-11.test:drive -i 1"
    " --hostnqn=nqn.2014-08.org.nvmexpress:uuid:11111111-2222-3333-4444-555555555555"
    " --hostid=11111111-2222-3333-4444-555555555555",
}
DISCONNECT = {
    "iscsi": "echo 1 > /sys/block/{name}/device/delete",
    "nvme": "nvme disconnect -n nqn.2026-11.test:drive",
}


@contextlib.contextmanager
def served(bus: str, file: Path, *words: str) -> Iterator[str]:
    command = [sys.executable, "-m", f"tests.doubles.drives.{bus}", str(file), *words]
    with subprocess.Popen(command, cwd=guest.ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def appeared(machine: Guest, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for entry in machine.module("info")["media"]:
            if name in entry["identity"]["model"] + entry["identity"]["serial"] and entry["identity"]["size"]:
                return dict(entry)
        time.sleep(0.3)
    raise TimeoutError(f"no {name} appears")


class Case(NamedTuple):
    """A drive, what is wanted, and what has to come of it: the technique that wiped it, or None and a reason."""

    bus: str
    words: str
    level: str
    technique: str | None
    reason: str = ""
    allow_format: bool = False


CASES = {
    "ATA, sanitize": Case("iscsi", "", "purge", "ata-sanitize-block"),
    "ATA, sanitize erases nothing": Case("iscsi", "--fault nothing", "purge", None, "canaries are still there"),
    "ATA, sanitize erases a half": Case("iscsi", "--fault half", "purge", None, "canaries are still there"),
    "ATA, sanitize fails": Case("iscsi", "--fault fails", "purge", None, "SD3 Sanitize Operation Failed"),
    "ATA, sanitize refused": Case("iscsi", "--fault refuses", "purge", None, "did not sanitise itself"),
    "ATA, sanitize erases nothing, security erase does": Case(
        "iscsi", "--fault nothing --security=", "purge", "ata-security-erase-enhanced"
    ),
    "ATA, security erase": Case("iscsi", "--fault missing --security=", "purge", "ata-security-erase-enhanced"),
    "ATA, security erase erases nothing": Case(
        "iscsi", "--fault missing --security nothing", "purge", None, "canaries are still there"
    ),
    "ATA, security erase erases a half": Case(
        "iscsi", "--fault missing --security half", "purge", None, "canaries are still there"
    ),
    "ATA, security erase refused": Case(
        "iscsi", "--fault missing --security refuses", "purge", None, "its password is still set"
    ),
    "ATA, frozen": Case("iscsi", "--fault missing --security frozen", "purge", None, "the drive is frozen"),
    "ATA, nothing of its own": Case("iscsi", "--fault missing", "purge", None, "nothing reaches the level purge"),
    "ATA, nothing of its own, cleared": Case("iscsi", "--fault missing", "clear", "overwrite"),
    "ATA, hidden end, cleared": Case("iscsi", "--fault missing --visible 768", "clear", "overwrite"),
    "SSD, security erase is no purge": Case(
        "iscsi", "--ssd --fault missing --security=", "purge", None, "nothing reaches the level purge"
    ),
    "SSD, security erase clears": Case(
        "iscsi", "--ssd --fault missing --security=", "clear", "ata-security-erase-enhanced"
    ),
    "SSD, an overwrite does not do": Case("iscsi", "--ssd --fault missing", "clear", None, "does not reach all"),
    "SAS, sanitize": Case("iscsi", "--sas", "purge", "scsi-sanitize-block"),
    "SAS, sanitize erases nothing": Case("iscsi", "--sas --fault nothing", "purge", None, "canaries are still there"),
    "SAS, sanitize erases a half": Case("iscsi", "--sas --fault half", "purge", None, "canaries are still there"),
    "SAS, sanitize fails": Case("iscsi", "--sas --fault fails", "purge", None, "the sanitize command failed"),
    "SAS, sanitize refused": Case("iscsi", "--sas --fault refuses", "purge", None, "does not begin to sanitise"),
    "SAS, nothing of its own, cleared": Case("iscsi", "--sas --fault missing", "clear", "overwrite"),
    "NVMe, sanitize": Case("nvme", "", "purge", "nvme-sanitize-block"),
    "NVMe, sanitize erases nothing": Case("nvme", "nothing", "purge", None, "canaries are still there"),
    "NVMe, sanitize erases a half": Case("nvme", "half", "purge", None, "canaries are still there"),
    "NVMe, sanitize fails": Case("nvme", "fails", "purge", None, "its log says: failed"),
    "NVMe, sanitize refused": Case("nvme", "refuses", "purge", None, "does not begin to sanitise"),
    "NVMe, format is no purge": Case("nvme", "missing", "purge", None, "nothing reaches the level", True),
    "NVMe, format not allowed": Case("nvme", "missing", "clear", None, "nothing reaches the level"),
    "NVMe, format clears": Case("nvme", "missing", "clear", "nvme-format-crypto", allow_format=True),
    "NVMe, format erases nothing": Case("nvme", "missing nothing", "clear", None, "canaries are still there", True),
    "NVMe, format erases a half": Case("nvme", "missing half", "clear", None, "canaries are still there", True),
    "NVMe, format refused": Case("nvme", "missing refuses", "clear", None, "did not format itself", True),
}


@pytest.mark.parametrize("name", CASES)
def test_only_what_is_gone_is_wiped_and_clean(machine, connect, name):
    case = CASES[name]
    drive = connect(case.bus, *case.words.split())
    assert drive.has_letters
    how = {**ORDER, "order": name, "level": case.level, "allow_format": case.allow_format}
    told = machine.module("sanitise", **how, media=[drive.order])
    (outcome,) = told["media"]
    seen = machine.module("verify", media=[drive.order])
    if case.technique is None:
        assert (outcome["state"], outcome.get("next"), told["failed"]) == ("failed", "destroy", True), outcome
        assert case.reason in outcome["reason"]
        assert seen["failed"] is True
        assert drive.has_letters
    else:
        assert (outcome["state"], outcome["technique"]) == ("wiped", case.technique), outcome
        assert seen["failed"] is False, seen
        assert not drive.has_letters


def test_a_refused_security_erase_leaves_no_password_behind(machine, connect):
    drive = connect("iscsi", "--fault", "missing", "--security", "refuses")
    machine.module("sanitise", **{**ORDER, "order": "of its own 1", "level": "purge"}, media=[drive.order])
    told = machine.shell(f"hdparm -I {drive.path}")
    assert "not\tenabled" in told


def test_an_order_still_fits_after_a_hidden_end_was_laid_open(machine, connect):
    drive = connect("iscsi", "--fault", "missing", "--visible", "768")
    how = {**ORDER, "order": "of a hidden end"}
    assert drive.order["size"] == 768 * 512
    for _run in range(2):
        told = machine.module("sanitise", **how, media=[drive.order])
        assert told["media"][0]["state"] == "wiped", told
        loops.full_of_letters(drive.file, SIZE)
        seen = machine.module("verify", media=[drive.order])
        assert (seen["failed"], seen["media"][0]["size"]) == (True, SIZE)


def test_of_a_drive_with_two_namespaces_none_is_wiped_alone(machine, connect):
    """They have one serial number, and what sanitises the drive erases both."""
    drive = connect("nvme", "", "", "2")
    before = loops.output("sha256sum", str(drive.file))
    seen = [one for one in machine.module("info")["media"] if one["kind"] == "nvme"]
    assert [one["identity"]["size"] for one in seen] == [SIZE // 2] * 2
    first, second = (one["path"].rpartition("/")[2] for one in seen)
    assert seen[0]["capabilities"]["unusable"] == [f"NVMe sanitize: it would erase {second} too"]
    assert seen[1]["capabilities"]["unusable"] == [f"NVMe sanitize: it would erase {first} too"]
    for level in ("purge", "clear"):
        how = {**ORDER, "order": "of one of two", "level": level, "allow_format": True}
        assert (
            "2 media have the serial number NVSN-0001" in machine.module("sanitise", **how, media=[drive.order])["msg"]
        )
    assert loops.output("sha256sum", str(drive.file)) == before


def test_a_format_does_not_do_where_a_namespace_is_attached_to_nothing(machine, connect):
    """Nobody sees it, and it keeps its data."""
    drive = connect("nvme", "missing", "", "1+1")
    assert drive.order["size"] == SIZE // 2
    how = {**ORDER, "order": "of what is not attached", "level": "clear", "allow_format": True}
    (outcome,) = machine.module("sanitise", **how, media=[drive.order])["media"]
    assert (outcome["state"], outcome["next"]) == ("failed", "destroy")
    assert "NVMe format: it leaves 1 namespaces that are attached to nothing" in outcome["reason"]


def test_a_sanitize_reaches_a_namespace_that_is_attached_to_nothing(machine, connect):
    drive = connect("nvme", "", "", "1+1")
    how = {**ORDER, "order": "of all of it", "level": "purge"}
    assert machine.module("sanitise", **how, media=[drive.order])["media"][0]["technique"] == "nvme-sanitize-block"
    assert not drive.has_letters


def test_check_mode_touches_no_drive(machine, connect):
    drive = connect("iscsi", "--security=")
    before = loops.output("sha256sum", str(drive.file))
    told = machine.module(
        "sanitise", **{**ORDER, "order": "of its own", "level": "purge"}, media=[drive.order], _ansible_check_mode=True
    )
    assert told["plan"][0]["technique"] == "ata-sanitize-block"
    assert told["plan"][0]["then"] == [
        *(f"ata-sanitize-{method}" for method in SANITIZE[1:]),
        "ata-security-erase-enhanced",
    ]
    assert told["plan"][0]["seconds"] == 120
    assert loops.output("sha256sum", str(drive.file)) == before
