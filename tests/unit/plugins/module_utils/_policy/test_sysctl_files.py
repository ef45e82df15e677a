# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import sysctl_files


@pytest.fixture(name="folders")
def fixture_folders(tmp_path, monkeypatch):
    folders = [tmp_path / name for name in ("etc", "run", "local", "usr")]
    for folder in folders[:3]:
        folder.mkdir()
    monkeypatch.setattr(sysctl_files, "FOLDERS", [str(folder) for folder in folders])
    folders[3].mkdir()
    return dict(zip(("etc", "run", "local", "usr"), folders, strict=True))


def of(path):
    setting = sysctl_files.read().of(path)
    return setting and setting.value


def test_the_file_with_the_last_name_wins_whatever_its_folder(folders):
    (folders["etc"] / "10.conf").write_text("kernel.a = 1\n")
    (folders["usr"] / "20.conf").write_text("kernel.a = 2\n")
    setting = sysctl_files.read().of("kernel/a")
    assert (setting.value, setting.where) == ("2", f"{folders['usr']}/20.conf:1")


@pytest.mark.parametrize(("higher", "lower"), [("etc", "run"), ("run", "local"), ("local", "usr")])
def test_a_file_hides_those_of_its_name_in_later_folders(folders, higher, lower):
    (folders[higher] / "10.conf").write_text("kernel.b = 1\n")
    (folders[lower] / "10.conf").write_text("kernel.a = 2\n")
    assert (of("kernel/a"), of("kernel/b")) == (None, "1")


def test_a_link_to_nothing_at_all_switches_a_file_off(folders):
    (folders["usr"] / "10.conf").write_text("kernel.a = 2\n")
    (folders["etc"] / "10.conf").symlink_to(os.devnull)
    assert of("kernel/a") is None


def test_a_broken_link_hides_nothing(folders):
    (folders["usr"] / "10.conf").write_text("kernel.a = 2\n")
    (folders["etc"] / "10.conf").symlink_to(folders["etc"] / "nowhere")
    assert of("kernel/a") == "2"


def test_only_files_called_conf_count(folders):
    (folders["etc"] / "README.sysctl").write_text("kernel.a = 2\n")
    assert of("kernel/a") is None


def test_folders_need_not_be_there(folders):
    folders["usr"].rmdir()
    assert of("kernel/a") is None


@pytest.mark.parametrize(
    ("line", "path", "value"),
    [
        ("kernel.a=1", "kernel/a", "1"),
        ("  kernel.a =\t1 \r", "kernel/a", "1"),
        ("kernel/a = 1", "kernel/a", "1"),
        ("/kernel/a = 1", "kernel/a", "1"),
        ("-kernel.a = 1", "kernel/a", "1"),
        ("net.ipv4.conf.eth0/1.rp_filter = 2", "net/ipv4/conf/eth0.1/rp_filter", "2"),
        ("net/ipv4/conf/eth0.1/rp_filter = 2", "net/ipv4/conf/eth0.1/rp_filter", "2"),
        ("kernel.core_pattern = |/usr/bin/x=y %p", "kernel/core_pattern", "|/usr/bin/x=y %p"),
        ("# kernel.a = 1", "kernel/a", None),
        ("; kernel.a = 1", "kernel/a", None),
        ("kernel.a 1", "kernel/a", None),
        ("kernel.caf\udce9 = 1", "kernel/caf\udce9", "1"),
    ],
)
def test_lines_are_read_as_systemd_does(folders, line, path, value):
    (folders["etc"] / "10.conf").write_bytes(line.encode(errors="surrogateescape"))
    assert of(path) == value


CONF = "net/ipv4/conf"


def test_the_example_of_the_manual_page_is_understood(folders):
    (folders["etc"] / "20-rp_filter.conf").write_text(
        "net.ipv4.conf.default.rp_filter = 2\n"
        "net.ipv4.conf.*.rp_filter = 2\n"
        "-net.ipv4.conf.all.rp_filter\n"
        "net.ipv4.conf.hub0.rp_filter = 1\n"
    )
    values = {name: of(f"{CONF}/{name}/rp_filter") for name in ("default", "eth0", "all", "hub0")}
    assert values == {"default": "2", "eth0": "2", "all": None, "hub0": "1"}


def test_of_several_patterns_the_last_one_wins_and_a_star_stays_within_its_part(folders):
    (folders["etc"] / "10.conf").write_text("net.ipv4.conf.*.x = 1\nnet.ipv4.conf.eth?.x = 2\nnet.*.x = 3\nnet.* = 4\n")
    assert (of(f"{CONF}/eth0/x"), of(f"{CONF}/lo/x")) == ("2", "1")


def test_a_pattern_that_is_assigned_again_counts_from_there(folders):
    (folders["etc"] / "10.conf").write_text("net.a.*.x = 1\nnet.a.b?.x = 2\nnet.a.*.x = 3\n")
    assert of("net/a/b1/x") == "3"


def test_an_exclusion_takes_an_earlier_assignment_away(folders):
    (folders["etc"] / "10.conf").write_text("kernel.a = 1\n")
    (folders["etc"] / "20.conf").write_text("-kernel.a\n")
    assert of("kernel/a") is None
