# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import mount_options

LINE = "25 24 0:22 / {path} {options} shared:4 - tmpfs tmp\\040fs rw,size=1k\n"


@pytest.fixture(name="mounted", autouse=True)
def fixture_mounted(tmp_path, monkeypatch):
    monkeypatch.setattr(mount_options, "MOUNTINFO", str(tmp_path / "mountinfo"))
    (tmp_path / "mountinfo").write_text(LINE.format(path="/a\\040b", options="rw,nosuid,relatime"))
    return tmp_path / "mountinfo"


@pytest.fixture(name="asked")
def fixture_asked(tmp_path, monkeypatch):
    """What mount(8) was asked; in its place a program that notes it."""
    program = tmp_path / "mount"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>{tmp_path}/asked\n')
    program.chmod(0o755)
    monkeypatch.setitem(programs.ENVIRONMENT, "PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(programs, "_PATH", f"{tmp_path}:/usr/bin:/bin")
    return lambda: (tmp_path / "asked").read_text().split("\n")[:-1] if (tmp_path / "asked").exists() else []


def test_the_options_of_a_mount_point_are_captured_without_those_of_its_file_system():
    assert mount_options.capture("/a b") == "rw,nosuid,relatime"
    assert mount_options.capture("/a") is None


def test_only_the_mount_point_is_remounted_and_every_flag_is_named(asked):
    mount_options.put("/a b", "rw,nosuid,relatime")
    assert asked() == ["-o", "remount,bind,rw,nosuid,relatime,exec,dev", "tmp fs", "/a b"]


def test_a_remount_that_does_not_help_is_an_error(asked):
    with pytest.raises(OSError, match="it was remounted with rw,noexec, but has rw,nosuid,relatime"):
        mount_options.put("/a b", "rw,noexec")


def test_what_is_not_mounted_any_more_stays_so(asked):
    mount_options.put("/gone", "rw")
    assert asked() == []


def test_a_mount_point_is_not_taken_away():
    with pytest.raises(OSError, match="not taken away"):
        mount_options.put("/a b", None)
