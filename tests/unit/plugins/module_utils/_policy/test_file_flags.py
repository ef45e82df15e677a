# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import file_flags


@pytest.fixture(name="flag")
def fixture_flag():
    """Set a flag as a person would, and take it off again."""
    flagged = []

    def flag(path, letter):
        if shutil.which("chattr") is None:
            pytest.skip("no chattr here")
        if subprocess.run(["chattr", f"+{letter}", path], capture_output=True, check=False).returncode:
            pytest.skip("this file system, or this user, has no flags")
        flagged.append((path, letter))

    yield flag
    for path, letter in flagged:
        subprocess.run(["chattr", f"-{letter}", path], check=True)


def test_nothing_speaks_against_a_plain_file_or_one_to_come(tmp_path):
    (tmp_path / "a").touch()
    assert file_flags.why_unwritable(str(tmp_path / "a")) is None
    assert file_flags.why_unwritable(str(tmp_path / "b" / "c" / "d")) is None


@pytest.mark.parametrize(("letter", "name"), [("i", "immutable"), ("a", "append-only")])
def test_a_flag_is_named_with_what_takes_it_off_also_behind_a_link(tmp_path, flag, letter, name):
    (tmp_path / "a").touch()
    (tmp_path / "link").symlink_to("a")
    flag(tmp_path / "a", letter)
    reason = f"it has the {name} flag, which chattr -{letter} takes off"
    assert file_flags.why_unwritable(str(tmp_path / "link")) == reason


def test_a_flag_of_the_folder_counts_too(tmp_path, flag):
    (tmp_path / "d").mkdir()
    flag(tmp_path / "d", "i")
    reason = f"its folder {tmp_path}/d has the immutable flag, which chattr -i takes off"
    assert file_flags.why_unwritable(str(tmp_path / "d" / "new" / "file")) == reason


def test_a_read_only_file_system_is_named():
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        folders = [line.split()[1] for line in mounts]
    read_only = [folder for folder in folders if os.path.isdir(folder) and os.statvfs(folder).f_flag & os.ST_RDONLY]
    if not read_only:
        pytest.skip("nothing is mounted read-only here")
    assert file_flags.why_unwritable(f"{read_only[0]}/file") == "its file system is mounted read-only"
