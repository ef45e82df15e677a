# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shutil

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import kernel_module
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import kernel_module as thing
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer


@pytest.fixture(name="host")
def fixture_host(tmp_path, monkeypatch):
    """A folder with the files of modprobe.d and of the kernel; showing the configuration shows those files."""
    built_in = tmp_path / "modules" / os.uname().release / "modules.builtin"
    built_in.parent.mkdir(parents=True)
    built_in.write_text("kernel/fs/ext4/ext4.ko\nkernel/drivers/usb-core.ko.xz\n")
    for folder in ("modprobe.d", "sys"):
        (tmp_path / folder).mkdir()
    (tmp_path / "modprobe.d/10.conf").touch()
    (tmp_path / "proc").write_text("used 4096 2 other, Live 0x0\nidle_one 4096 0 - Live 0x0\n")
    monkeypatch.setattr(kernel_module, "FILE", str(tmp_path / "modprobe.d/zz.conf"))
    monkeypatch.setattr(kernel_module, "MODULES", str(tmp_path / "modules"))
    show = ("sh", "-c", f"cat {tmp_path}/modprobe.d/*.conf")
    monkeypatch.setattr(kernel_module, "SHOW_CONFIGURATION", show)
    monkeypatch.setattr(thing, "PROC_MODULES", str(tmp_path / "proc"))
    monkeypatch.setattr(thing, "SYS_MODULE", str(tmp_path / "sys"))
    return tmp_path


@pytest.fixture(name="journal")
def fixture_journal(tmp_path_factory):
    return Journal("run", folder=str(tmp_path_factory.mktemp("journal")))


def a_row(module="dccp", desired="blocked"):
    return {"id": module, "kind": "kernel_module", "module": module, "desired": desired}


def read(module="dccp"):
    return kernel_module.observe([a_row(module)])[module]


def apply(rows, journal, *, check_mode=False):
    return kernel_module.apply(rows, kernel_module.observe(rows), Writer(journal, check_mode=check_mode))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", "loadable"),
        ("install dccp /bin/false\nblacklist dccp\n", "blocked"),
        ("install dccp /usr/bin/true\nblacklist dccp\n", "blocked"),
        ("install dccp /bin/false\n", "loadable"),
        ("blacklist dccp\n", "loadable"),
        ("install dccp /sbin/modprobe --ignore-install dccp\nblacklist dccp\n", "loadable"),
        ("install dccp /sbin/x\ninstall dccp /bin/false\nblacklist dccp\n", "loadable"),
        ("install d* /bin/false\nblacklist dccp\n", "blocked"),
        ("#install dccp /bin/false\nblacklist dccp\n", "loadable"),
        ("install dccp2 /bin/false\nblacklist dccp\n", "loadable"),
    ],
)
def test_what_modprobe_was_told_decides(host, text, value):
    (host / "modprobe.d/10.conf").write_text(text)
    assert read().value == value
    assert kernel_module.compare(a_row(), read()) is (value == "blocked")


@pytest.mark.parametrize(("row", "file"), [("usb-storage", "usb_storage"), ("usb_storage", "usb-storage")])
def test_both_spellings_of_a_name_are_the_same(host, row, file):
    (host / "modprobe.d/10.conf").write_text(f"install {file} /bin/false\nblacklist {file}\n")
    assert read(row).value == "blocked"


@pytest.mark.parametrize("module", ["used", "idle_one", "idle-one"])
def test_a_module_that_is_loaded_is_not_blocked_whatever_the_files_say(host, module):
    (host / "modprobe.d/10.conf").write_text(f"install {module} /bin/false\nblacklist {module}\n")
    assert read(module).value == "loaded"


def test_a_module_that_only_sys_shows_is_loaded(host):
    (host / "proc").unlink()
    (host / "sys/dccp").mkdir()
    (host / "sys/dccp/initstate").write_text("live\n")
    assert read().value == "loaded"


@pytest.mark.parametrize("module", ["ext4", "usb-core", "usb_core"])
def test_what_is_built_in_cannot_be_blocked(host, journal, module):
    assert (read(module).value, read(module).weakness) == ("built in", "it is built into this kernel")
    assert apply([a_row(module)], journal) == {module: Write(error="it is built into this kernel")}
    assert not (host / "modprobe.d/zz.conf").exists()


def test_without_lists_of_the_kernel_what_sys_shows_without_a_state_is_built_in(host):
    shutil.rmtree(host / "modules")
    (host / "proc").unlink()
    (host / "sys/dccp").mkdir()
    assert read().value == "built in"
    assert read("sctp").value == "loadable"


def test_without_modprobe_a_row_has_no_meaning(host, monkeypatch):
    monkeypatch.setattr(kernel_module, "SHOW_CONFIGURATION", ("no-such-modprobe", "--showconfig"))
    assert read().inapplicable == "there is no modprobe that could load modules"


@pytest.mark.parametrize("text", ["", "install dccp /bin/false\nblacklist dccp\n"])
def test_a_module_that_the_site_allows_is_not_looked_at(host, text):
    (host / "modprobe.d/10.conf").write_text(text)
    assert kernel_module.observe([a_row(desired="allowed")])["dccp"].inapplicable == "the site allows it"


def test_a_modprobe_that_fails_leaves_the_rows_unknown(host, monkeypatch):
    monkeypatch.setattr(kernel_module, "SHOW_CONFIGURATION", ("sh", "-c", "echo broken >&2; exit 1"))
    assert read().unreadable.endswith("failed with code 1: broken")


def test_all_modules_are_blocked_in_one_file_as_check_mode_promised(host, journal):
    rows = [a_row("dccp"), a_row("usb-storage")]
    promised = apply(rows, journal, check_mode=True)
    assert not (host / "modprobe.d/zz.conf").exists()
    assert apply(rows, journal) == promised == dict.fromkeys(("dccp", "usb-storage"), Write(changes=True))
    assert len(journal.entries()) == 1
    assert [read(row["module"]).value for row in rows] == ["blocked", "blocked"]
    assert apply(rows, journal) == dict.fromkeys(promised, Write(changes=False))


def test_lines_about_other_modules_stay_and_those_about_ours_are_replaced(host, journal):
    file = host / "modprobe.d/zz.conf"
    file.write_text("install dccp /bin/echo\noptions dccp a=1\nblacklist sctp")
    apply([a_row()], journal)
    assert file.read_text() == "options dccp a=1\nblacklist sctp\ninstall dccp /bin/false\nblacklist dccp\n"


def test_an_earlier_file_that_wins_keeps_the_row_failing_and_a_second_run_changes_nothing(host, journal):
    (host / "modprobe.d/10.conf").write_text("install dccp /bin/echo\n")
    apply([a_row()], journal)
    assert read().value == "loadable"
    assert apply([a_row()], journal) == {"dccp": Write(changes=False)}


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_module_in_use_is_blocked_for_the_next_boot_and_told(host, journal, check_mode):
    write = apply([a_row("used")], journal, check_mode=check_mode)["used"]
    assert write == Write(
        changes=True, error="used cannot be unloaded, since something uses it; it is blocked from the next boot on"
    )


def test_a_module_that_is_idle_is_unloaded(host, journal):
    assert apply([a_row("idle-one")], journal, check_mode=True) == {"idle-one": Write(changes=True)}


def test_nothing_but_blocked_can_be_wanted(host, journal):
    assert apply([a_row(desired="loaded")], journal)["dccp"].error == "a module can be made blocked, not loaded"
