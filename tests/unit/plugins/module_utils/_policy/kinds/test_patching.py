# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy import apt_lists, dpkg
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import patching
from tests.unit.plugins.module_utils._policy.kinds.test_package import a_package

DAY = 86400
UNNAMED = "Package: {}\nVersion: {}\nArchitecture: {}\nDescription: x\n\n"


@pytest.fixture(name="system")
def fixture_system(tmp_path, monkeypatch):
    """Let all that is read be the test's, with one package and one security suite."""
    for name in ("lists", "updates", "proc"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(apt_lists, "LISTS", str(tmp_path / "lists"))
    monkeypatch.setattr(dpkg, "STATUS", str(tmp_path / "status"))
    monkeypatch.setattr(dpkg, "LOCK", str(tmp_path / "lock"))
    for constant in ("STAMP", "UPDATES", "REBOOT", "PROC"):
        monkeypatch.setattr(patching, constant, str(tmp_path / constant.lower()))
    monkeypatch.setattr(patching, "KERNEL", (str(tmp_path / "vmlinuz"),))
    (tmp_path / "status").write_text(a_package("tool", version="1.0-1"))
    return tmp_path


def fetch(system, *versions, days=0, label="Debian-Security", suite="stable-security", name="sec", signed="InRelease"):
    date = time.strftime("%a, %d %b %Y %H:%M:%S UTC", time.gmtime(time.time() - days * DAY))
    (system / f"lists/{name}_dists_x_{signed}").write_text(
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\n"
        f"Label: {label}\nSuite: {suite}\nDate: {date}\n"
        "Label: Debian-Security\n"
    )
    text = "".join(UNNAMED.format(*fields) for fields in versions)
    (system / f"lists/{name}_dists_x_main_binary-amd64_Packages").write_text(text)


def read(attribute, **fields):
    row = {"id": "R", "attribute": attribute, "desired": fields.pop("desired", ""), **fields}
    reading = patching.observe([row])["R"]
    met = reading.unreadable is None and reading.weakness is None and patching.compare(row, reading)
    return reading, met


@pytest.mark.parametrize(
    ("version", "architecture", "pending"),
    [
        ("1.0-1+deb12u1", "amd64", "tool:amd64 1.0-1+deb12u1"),
        ("1:0.1", "amd64", "tool:amd64 1:0.1"),
        ("1.0-1", "amd64", ""),
        ("1.0-1~deb12u1", "amd64", ""),
        ("2.0", "i386", ""),
    ],
)
def test_a_newer_version_in_the_security_suite_is_pending(system, version, architecture, pending):
    fetch(system, ("other", "9", "amd64"), ("tool", version, architecture))
    assert (read("pending")[0].value, read("pending")[1]) == (pending, not pending)


def test_of_several_fixes_the_newest_is_told(system):
    fetch(system, ("tool", "1.0-9", "amd64"), ("tool", "1.0-10", "amd64"), ("tool", "1.0-2", "amd64"))
    assert read("pending")[0].value == "tool:amd64 1.0-10"


def test_a_newer_version_elsewhere_is_no_security_fix(system):
    fetch(system)
    fetch(system, ("tool", "2.0", "amd64"), label="Debian", suite="stable", name="main")
    assert read("pending")[1] is True


def test_the_suite_of_ubuntu_is_known_by_its_name(system):
    fetch(system, ("tool", "2.0", "amd64"), label="Ubuntu", suite="noble-security", name="noble")
    assert read("pending")[0].value == "tool:amd64 2.0"


def test_a_list_that_apt_keeps_compressed_is_unpacked_by_apt(system, monkeypatch):
    fetch(system)
    (path,) = (system / "lists").glob("*_Packages")
    path.unlink()
    with gzip.open(f"{path}.gz", "wt") as file:
        file.write(UNNAMED.format("tool", "2.0", "amd64"))
    monkeypatch.setattr(
        apt_lists.programs, "run", lambda *words: gzip.decompress(Path(words[-1]).read_bytes()).decode()
    )
    assert read("pending")[0].value == "tool:amd64 2.0"


def test_without_lists_of_security_fixes_nothing_passes(system):
    fetch(system, label="Debian", suite="stable")
    for attribute in ("pending", "overdue_days", "lists_age_days"):
        reading, met = read(attribute, desired=99, compare="<=")
        assert (met, reading.weakness.split(":")[0]) == (False, "apt has fetched no lists of security fixes")


def test_old_lists_prove_nothing(system):
    fetch(system, days=8)
    assert read("pending", most_days=8)[1] is True
    reading, met = read("pending", most_days=7)
    assert (met, reading.weakness) == (False, "the lists of security fixes are 8 days old, and 7 are allowed")


def test_the_oldest_of_the_lists_gives_their_age(system):
    fetch(system, days=3)
    fetch(system, days=5, name="other", signed="Release")
    reading, met = read("lists_age_days", desired=4, compare="<=")
    assert (reading.value, met, reading.where) == (5, False, f"{system}/lists/other_dists_x_Release")


def test_a_date_to_come_means_that_the_clock_is_wrong(system):
    fetch(system, days=-30)
    assert read("lists_age_days", desired=7, compare="<=")[0].weakness.startswith("the clock of this device")


def test_a_list_without_a_date_is_not_assessed(system):
    fetch(system)
    (path,) = (system / "lists").glob("*InRelease")
    path.write_text("Label: Debian-Security\nDate: today\n")
    assert read("lists_age_days")[0].unreadable.startswith("a list of packages has no date")


def test_fixes_are_overdue_by_the_day_on_which_they_were_last_installed(system):
    fetch(system)
    assert read("overdue_days", desired=7, compare="<=") == (Reading(0), True)
    fetch(system, ("tool", "2.0", "amd64"))
    reading, met = read("overdue_days", desired=7, compare="<=")
    assert (met, reading.weakness) == (False, "security fixes wait, and unattended-upgrades has never installed any")
    (system / "stamp").touch()
    os.utime(system / "stamp", (time.time() - 8 * DAY - 9,) * 2)
    assert read("overdue_days", desired=7, compare="<=")[0].value == 8
    assert read("overdue_days", desired=8, compare="<=")[1] is True


def test_what_is_held_is_named_and_what_was_removed_is_not(system):
    (system / "status").write_text(
        a_package("a") + a_package("b", "hold ok installed") + a_package("c", "hold ok config-files")
    )
    assert read("held")[0].value == "b:amd64"


@pytest.mark.parametrize(
    ("status", "value"),
    [
        ("install ok installed", ""),
        ("deinstall ok config-files", ""),
        ("install ok half-configured", "tool:amd64 (half-configured)"),
        ("install reinstreq half-installed", "tool:amd64 (half-installed)"),
        ("install ok triggers-pending", "tool:amd64 (triggers-pending)"),
    ],
)
def test_a_package_in_the_middle_of_its_installation_is_named(system, status, value):
    (system / "status").write_text(a_package("tool", status))
    assert (read("broken")[0].value, read("broken")[1]) == (value, not value)


def test_what_is_being_installed_at_this_moment_is_not_broken(system):
    (system / "status").write_text(a_package("tool", "install ok unpacked"))
    (system / "lock").touch()
    assert read("broken")[0].unreadable is None
    hold = "import fcntl, time; fcntl.lockf(open(0, 'rb+', closefd=False), 2); print(flush=True); time.sleep(60)"
    with (
        (system / "lock").open("rb+") as lock,
        subprocess.Popen([sys.executable, "-c", hold], stdin=lock, stdout=subprocess.PIPE) as other,
    ):
        other.stdout.readline()
        assert "changing packages at this moment" in read("broken")[0].unreadable
        other.kill()


def test_an_interrupted_dpkg_is_seen_before_any_package_shows_it(system):
    (system / "updates/0001").touch()
    assert read("broken")[0].value == "dpkg was interrupted"


def test_what_runs_as_it_is_installed_needs_no_restart(system):
    (system / "proc/self").mkdir()
    (system / "proc/self/cgroup").write_text("0::/\n")
    assert read("restart")[1] is True


def test_what_still_runs_as_it_was_is_named(system):
    for number, (mapped, group) in enumerate(
        [
            (
                "7f-7f r-xp 0 00:1 9 /usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)",
                "1:cpu:/\n0::/system.slice/web.service\n",
            ),
            (
                "7f-7f r-xp 0 00:1 9 /usr/lib/systemd/systemd (deleted)",
                "0::/user.slice/user-7.slice/user@7.service/init.scope\n",
            ),
            ("7f-7f r-xp 0 00:1 9 /usr/bin/sudo (deleted)", "0::/user.slice/user-8.slice/session-1.scope\n"),
            ("7f-7f r-xp 0 00:1 9 /usr/sbin/lone (deleted)", "0::/\n"),
            ("7f-7f r--p 0 00:1 9 /usr/lib/locale/x (deleted)", "0::/system.slice/data.service\n"),
            ("7f-7f rwxp 0 00:1 9 /memfd:jit (deleted)", "0::/system.slice/jit.service\n"),
            ("7f-7f r-xp 0 00:1 9 /usr/lib/x86_64-linux-gnu/libssl.so.3", "0::/system.slice/new.service\n"),
        ]
    ):
        folder = system / f"proc/{number + 1}"
        folder.mkdir()
        for name, text in {"maps": f"{mapped}\n", "cgroup": group, "comm": "lone\n"}.items():
            (folder / name).write_text(text)
    (system / "proc/self").mkdir()
    (system / "proc/self/cgroup").write_text("1:cpu:/\n0::/user.slice/user-8.slice/session-2.scope\n")
    (system / "reboot").touch()
    (system / "vmlinuz").symlink_to("boot/vmlinuz-99.9-amd64")
    assert read("restart")[0].value.splitlines() == [
        "lone",
        "the device",
        "the kernel",
        "user@7.service",
        "web.service",
    ]
    (system / "vmlinuz").unlink()
    (system / "vmlinuz").symlink_to(f"boot/vmlinuz-{os.uname().release}")
    assert "the kernel" not in read("restart")[0].value


def test_without_dpkg_nothing_is_assessed(system):
    (system / "status").unlink()
    fetch(system)
    assert all(read(one)[0].unreadable for one in ("pending", "held", "broken"))
