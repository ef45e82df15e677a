# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import fstab
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import mount
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import mount_options
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

MOUNTINFO = """\
24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
25 24 0:22 / /dev/shm rw,nosuid,nodev,noexec shared:4 - tmpfs tmpfs rw,inode64
26 24 0:23 / /srv rw,relatime - tmpfs tmpfs rw,size=100k
27 24 0:24 / /srv rw,nosuid,noexec - tmpfs tmpfs rw
28 24 0:25 / /a\\040b rw,nodev,noexec shared:7 master:2 - ext4 /dev/sdb1 rw
29 24 0:26 / /run/lock rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=5120k
30 24 0:27 / /boot rw,noexec - ext4 /dev/sda2 rw
"""

SHM = "/dev/shm"  # noqa: S108 - a mount point


@pytest.fixture(name="host")
def fixture_host(tmp_path, monkeypatch):
    for folder in ("etc", "run", "usr"):
        (tmp_path / folder).mkdir()
    (tmp_path / "mountinfo").write_text(MOUNTINFO)
    (tmp_path / "fstab").write_text("# none\n")
    monkeypatch.setattr(mount_options, "MOUNTINFO", str(tmp_path / "mountinfo"))
    monkeypatch.setattr(fstab, "FSTAB", str(tmp_path / "fstab"))
    monkeypatch.setattr(fstab, "ADMINISTRATOR_UNITS", [str(tmp_path / "etc"), str(tmp_path / "run")])
    monkeypatch.setattr(fstab, "PACKAGE_UNITS", [str(tmp_path / "usr")])
    monkeypatch.setattr(mount, "DROP_IN", f"{tmp_path}/etc/{{unit}}.d/zz.conf")
    monkeypatch.setattr(mount, "PROCESSES", str(tmp_path / "no-processes"))
    return tmp_path


@pytest.fixture(name="journal")
def fixture_journal(tmp_path_factory):
    return Journal("run", folder=str(tmp_path_factory.mktemp("journal")))


def a_row(mount_point="/srv", option="noexec", **fields):
    row = {"id": f"{mount_point} {option}", "kind": "mount", "mount_point": mount_point, "option": option}
    return {**row, "desired": True, **fields}


def read(row):
    return mount.observe([row])[row["id"]]


def passes(row):
    reading = read(row)
    return reading.weakness is None and mount.compare(row, reading)


def apply(rows, journal, *, check_mode=False):
    return mount.apply(rows, mount.observe(rows), Writer(journal, check_mode=check_mode))


@pytest.mark.parametrize(
    ("mount_point", "option", "expected"),
    [
        ("/srv", "noexec", True),  # the one on top
        ("/srv", "nodev", False),
        ("/a b", "nodev", True),
        ("/a b", "nosuid", False),
    ],
)
def test_what_is_mounted_now_decides_the_value(host, mount_point, option, expected):
    reading = read(a_row(mount_point, option))
    assert reading.value is expected
    assert mount.compare(a_row(mount_point, option), reading) is expected


def test_a_folder_that_is_no_mount_point_makes_the_row_meaningless(host):
    assert read(a_row("/var")).inapplicable == "/var is no mount point of its own"


def test_mounts_that_cannot_be_read_leave_all_rows_unknown(host):
    (host / "mountinfo").unlink()
    assert read(a_row()).unreadable == f"cannot read {host}/mountinfo: No such file or directory"


def test_an_option_cannot_be_unwanted(host):
    assert read(a_row(desired=False)).unreadable


def test_nothing_that_sets_it_at_the_next_boot_is_a_weakness(host):
    assert read(a_row()).weakness == "noexec is set now, but neither fstab nor a mount unit sets it at the next boot"


def test_a_line_of_fstab_decides_the_next_boot(host):
    (host / "fstab").write_text("tmpfs /srv tmpfs rw,nosuid 0 0\n")
    assert read(a_row()).weakness == f"noexec is set now, but {host}/fstab mounts it without at the next boot"
    (host / "fstab").write_text("tmpfs /srv tmpfs rw,noexec 0 0\n")
    assert passes(a_row())
    assert read(a_row()).where == f"{host}/fstab"


def test_of_two_lines_about_a_mount_point_both_must_have_the_option(host, journal):
    (host / "fstab").write_text("a /srv tmpfs rw,noexec 0 0\nb /srv tmpfs rw 0 0\n")
    assert passes(a_row()) is False
    apply([a_row()], journal)
    assert (host / "fstab").read_text() == "a /srv tmpfs rw,noexec 0 0\nb /srv tmpfs rw,noexec 0 0\n"


@pytest.mark.parametrize(
    ("etc", "fstab_options", "usr", "expected"),
    [
        ("noexec", "rw", "rw", True),
        ("rw", "noexec", "noexec", False),
        (None, "noexec", "rw", True),
        (None, "rw", "noexec", False),
        (None, None, "noexec", True),
        (None, None, "rw", False),
    ],
)
def test_units_of_the_administrator_come_before_fstab_and_those_of_packages_after(
    host, etc, fstab_options, usr, expected
):
    if etc:
        (host / "etc/srv.mount").write_text(f"[Mount]\nOptions={etc}\n")
    if fstab_options:
        (host / "fstab").write_text(f"tmpfs /srv tmpfs {fstab_options} 0 0\n")
    (host / "usr/srv.mount").write_text(f"[Mount]\nOptions={usr}\n")
    assert passes(a_row()) is expected


def test_a_masked_unit_mounts_nothing(host):
    (host / "usr/srv.mount").write_text("[Mount]\nOptions=noexec\n")
    (host / "etc/srv.mount").symlink_to(os.devnull)
    assert "neither fstab nor a mount unit" in read(a_row()).weakness


def test_no_unit_changes_what_systemd_mounts_by_itself(host):
    (host / "etc/dev-shm.mount").write_text("[Mount]\nOptions=noexec\n")
    assert passes(a_row(SHM)) is False
    (host / "etc/dev-shm.mount").write_text("[Mount]\nOptions=exec\n")
    (host / "fstab").write_text(f"tmpfs {SHM} tmpfs rw,noexec 0 0\n")
    assert passes(a_row(SHM))


def test_what_systemd_mounts_by_itself_gets_one_line_for_all_rows(host, journal):
    rows = [a_row(SHM, option) for option in ("noexec", "nodev")]
    promised = apply(rows, journal, check_mode=True)
    assert (host / "fstab").read_text() == "# none\n"
    assert apply(rows, journal) == promised == {rows[0]["id"]: Write(changes=True), rows[1]["id"]: Write()}
    assert (host / "fstab").read_text() == "# none\ntmpfs /dev/shm tmpfs rw,nosuid,nodev,noexec 0 0\n"
    assert apply(rows, journal) == {row["id"]: Write() for row in rows}
    assert all(map(passes, rows))


def test_what_only_some_systemd_mounts_keeps_its_size(host, journal):
    apply([a_row("/run/lock")], journal)
    line = "tmpfs /run/lock tmpfs rw,nosuid,nodev,relatime,size=5120k,noexec 0 0"
    assert (host / "fstab").read_text() == f"# none\n{line}\n"


def test_a_unit_that_mounts_it_gets_a_drop_in_that_keeps_its_options(host, journal):
    (host / "usr/srv.mount").write_text("[Mount]\nOptions=mode=1777,size=50%%\n")
    assert apply([a_row()], journal, check_mode=True) == apply([a_row()], journal)
    text = (host / "etc/srv.mount.d/zz.conf").read_text()
    assert text.splitlines()[1:] == ["[Mount]", "Options=mode=1777,size=50%%,noexec"]
    assert passes(a_row())
    assert apply([a_row()], journal) == {"/srv noexec": Write()}


def test_a_drop_in_over_fstab_decides_and_fstab_stays(host, journal):
    (host / "fstab").write_text("tmpfs /srv tmpfs rw,noexec 0 0\n")
    (host / "etc/srv.mount.d").mkdir()
    (host / "etc/srv.mount.d/10.conf").write_text("[Mount]\nOptions=rw\n")
    assert passes(a_row()) is False
    apply([a_row()], journal)
    assert passes(a_row())
    assert (host / "fstab").read_text() == "tmpfs /srv tmpfs rw,noexec 0 0\n"


def test_a_mount_of_unknown_origin_keeps_its_weakness_and_nothing_is_written(host, journal):
    assert apply([a_row("/a b")], journal) == {"/a b noexec": Write()}
    assert (host / "fstab").read_text() == "# none\n"


def test_an_option_that_lacks_now_would_be_set_now(host, journal):
    (host / "fstab").write_text("tmpfs /srv tmpfs rw,nodev 0 0\n")
    assert apply([a_row(option="nodev")], journal, check_mode=True) == {"/srv nodev": Write(changes=True)}


@pytest.mark.parametrize("mount_point", ["/", "/boot", "/boot/efi", "/usr"])
def test_what_a_device_starts_from_is_left_to_a_person(host, journal, mount_point):
    (host / "fstab").write_text(f"/dev/x {mount_point} ext4 rw 0 0\n")
    (write,) = apply([a_row(mount_point, "nodev")], journal).values()
    assert write == Write(
        error=f"{mount_point} is left to a person, since a mistake there keeps the device from starting"
    )
    assert (host / "fstab").read_text() == f"/dev/x {mount_point} ext4 rw 0 0\n"


def test_a_mount_point_from_which_a_program_runs_keeps_it_running(host, journal, monkeypatch):
    (host / "data").mkdir()
    program = host / "data/program"
    program.touch()
    (host / "exe").symlink_to(program)
    monkeypatch.setattr(mount, "PROCESSES", str(host / "ex?"))
    line = f"30 24 0:27 / {host}/data rw - ext4 /dev/sdc1 rw\n"
    (host / "mountinfo").write_text(line)
    (host / "fstab").write_text(f"/dev/sdc1 {host}/data ext4 rw 0 0\n")
    (write,) = apply([a_row(f"{host}/data")], journal, check_mode=True).values()
    assert write == Write(error=f"{program} runs from {host}/data; noexec would keep it from starting again")
    (write,) = apply([a_row(f"{host}/data", "nodev")], journal, check_mode=True).values()
    assert write == Write(changes=True)
