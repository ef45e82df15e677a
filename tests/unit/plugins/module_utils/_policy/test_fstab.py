# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import fstab

TEXT = (
    "# /srv\nUUID=1 / ext4 defaults 0 1\r\n\n tmpfs\t/srv  tmpfs   size=1G,exec\nb /a\\040b ext4 ro\n"
    "none none swap sw 0 0"
)

SHM = "/dev/shm"  # noqa: S108 - a mount point


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("defaults", False),
        ("noexec", True),
        ("noexec,exec", False),
        ("exec,noexec", True),
        ("noexecutive", False),
        ("x-noexec=noexec", False),
    ],
)
def test_of_an_option_and_its_opposite_the_last_one_counts(options, expected):
    assert fstab.has(options.split(","), "noexec") is expected


@pytest.mark.parametrize(
    ("mount_point", "expected"),
    [("/srv", [["size=1G", "exec"]]), ("/a b", [["ro"]]), ("/", [["defaults"]]), ("/var", []), ("/srv/x", [])],
)
def test_lines_of_a_mount_point_are_found(mount_point, expected):
    assert fstab.entries(TEXT, mount_point) == expected


@pytest.mark.parametrize(
    ("mount_point", "old", "new"),
    [
        ("/srv", "size=1G,exec", "size=1G,noexec"),
        ("/a b", "ext4 ro\n", "ext4 ro,noexec\n"),
        ("/", "ext4 defaults 0 1\r", "ext4 defaults,noexec 0 1\r"),
        ("/var", "", ""),
    ],
)
def test_an_option_is_added_and_all_else_stays_to_the_byte(mount_point, old, new):
    assert fstab.with_option(TEXT, mount_point, "noexec") == TEXT.replace(old, new)


def test_an_option_that_is_there_is_not_added_again():
    once = fstab.with_option(TEXT, "/srv", "noexec")
    assert fstab.with_option(once, "/srv", "noexec") == once


def test_every_line_of_a_mount_point_gets_the_option():
    text = "a /x ext4 defaults\nb /x/ ext4 defaults\n"
    assert fstab.with_option(text, "/x", "nodev") == text.replace("defaults", "defaults,nodev")


@pytest.mark.parametrize(("text", "expected"), [("", "new\n"), ("a", "a\nnew\n"), ("a\n", "a\nnew\n")])
def test_a_line_is_added_at_the_end(text, expected):
    assert fstab.with_line(text, "new") == expected


@pytest.mark.parametrize(
    "path", ["/srv", SHM, "/", "/var/lib/a-b", "/.hidden", "/a b", "/srv/tiếng", "/srv/.x", "/a//b/", "/a_b:c"]
)
def test_units_are_named_as_systemd_names_them(path):
    if shutil.which("systemd-escape") is None:
        pytest.skip("there is no systemd-escape")
    command = ["systemd-escape", "--path", "--suffix=mount", path]
    expected = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    assert fstab.unit_name(os.path.normpath(path)) == expected


@pytest.fixture(name="units")
def fixture_units(tmp_path, monkeypatch):
    for name in ("etc", "usr"):
        (tmp_path / name / "srv.mount.d").mkdir(parents=True)
    monkeypatch.setattr(fstab, "ADMINISTRATOR_UNITS", [str(tmp_path / "etc")])
    monkeypatch.setattr(fstab, "PACKAGE_UNITS", [str(tmp_path / "usr")])
    return tmp_path


def test_the_last_drop_in_that_names_options_decides(units):
    (units / "usr/srv.mount").write_text("[Mount]\nWhat=tmpfs\nOptions=mode=1777,nosuid\n#Options=x\n")
    path = str(units / "usr/srv.mount")
    assert fstab.unit_options("srv.mount", path) == ["mode=1777", "nosuid"]
    (units / "usr/srv.mount.d/50.conf").write_text("[Mount]\nOptions = nodev \n")
    (units / "etc/srv.mount.d/60.conf").write_text("[Mount]\nType=tmpfs\n")
    assert fstab.unit_options("srv.mount", path) == ["nodev"]
    (units / "etc/srv.mount.d/50.conf").write_text("[Mount]\nOptions=noexec\n")
    assert fstab.unit_options("srv.mount", path) == ["noexec"]
    (units / "etc/srv.mount.d/50.conf").unlink()
    (units / "etc/srv.mount.d/50.conf").symlink_to(os.devnull)
    assert fstab.unit_options("srv.mount", path) == ["mode=1777", "nosuid"]


def test_a_unit_without_options_has_none(units):
    (units / "usr/srv.mount").write_text("[Mount]\nWhat=tmpfs\n")
    assert fstab.unit_options("srv.mount", str(units / "usr/srv.mount")) is None
