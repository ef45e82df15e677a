# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import option
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer


def a_row(tmp_path, **fields):
    return {
        "id": "LNX-A",
        "path": str(tmp_path / "a.sh"),
        "grammar": "shell_readonly",
        "key": "A",
        "desired": 1,
        **fields,
    }


@pytest.fixture(name="apply")
def fixture_apply(tmp_path_factory):
    journal = Journal("run", folder=str(tmp_path_factory.mktemp("journal")))
    return lambda rows, *, check_mode: option.apply(rows, option.observe(rows), Writer(journal, check_mode=check_mode))


def read(tmp_path, **fields):
    reading = option.observe([a_row(tmp_path, **fields)])["LNX-A"]
    return reading.value, reading.where and reading.where.removeprefix(f"{tmp_path}/")


def test_a_row_that_names_no_files_reads_the_one_it_writes(tmp_path):
    (tmp_path / "a.sh").write_text("A=5\n")
    (tmp_path / "b.sh").write_text("A=6\n")
    assert read(tmp_path) == ("5", "a.sh:1")


def test_a_file_that_is_not_there_sets_nothing(tmp_path):
    assert read(tmp_path) == (None, None)


def test_a_link_to_nowhere_sets_nothing(tmp_path):
    (tmp_path / "a.sh").write_text("A=5\n")
    (tmp_path / "b.sh").symlink_to(tmp_path / "nowhere")
    assert read(tmp_path, read=[str(tmp_path / "*.sh")]) == ("5", "a.sh:1")


def test_files_of_a_pattern_are_read_in_the_order_of_their_names(tmp_path):
    for name in ("m", "z", "a", "k", "c"):
        (tmp_path / f"{name}.sh").write_text(f"A={name}\n")
    assert read(tmp_path, read=[str(tmp_path / "*.sh")]) == ("z", "z.sh:1")


def test_patterns_are_read_in_the_order_of_the_row(tmp_path):
    for name in ("a", "z"):
        (tmp_path / f"{name}.sh").write_text(f"A={name}\n")
    assert read(tmp_path, read=[str(tmp_path / "z.sh"), str(tmp_path / "a.sh")]) == ("a", "a.sh:1")


def test_a_file_that_two_patterns_name_is_read_where_it_comes_first(tmp_path):
    for name in ("a", "z"):
        (tmp_path / f"{name}.sh").write_text(f"A={name}\n")
    assert read(tmp_path, read=[str(tmp_path / "a.sh"), str(tmp_path / "*.sh")]) == ("z", "z.sh:1")


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_is_written_is_what_check_mode_promises(apply, tmp_path, check_mode):
    rows = [a_row(tmp_path), a_row(tmp_path, id="LNX-B", path=str(tmp_path / "b.sh"))]
    writes = apply(rows, check_mode=check_mode)
    assert writes == {"LNX-A": Write(changes=True), "LNX-B": Write(changes=True)}
    assert [(tmp_path / name).exists() for name in ("a.sh", "b.sh")] == [not check_mode] * 2


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_stands_there_already_is_not_written_again(apply, tmp_path, check_mode):
    apply([a_row(tmp_path)], check_mode=False)
    before = (tmp_path / "a.sh").stat().st_ino, (tmp_path / "a.sh").stat().st_mtime_ns
    assert apply([a_row(tmp_path)], check_mode=check_mode) == {"LNX-A": Write(changes=False)}
    assert ((tmp_path / "a.sh").stat().st_ino, (tmp_path / "a.sh").stat().st_mtime_ns) == before
