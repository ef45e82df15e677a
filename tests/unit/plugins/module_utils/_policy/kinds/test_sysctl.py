# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import rollback, sysctl_files
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import sysctl
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import kernel_parameter
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

REDIRECTS = "net.ipv4.conf.all.accept_redirects"


@pytest.fixture(name="host")
def fixture_host(tmp_path, monkeypatch):
    """A folder with a small /proc/sys and an empty /etc/sysctl.d."""
    values = {"kernel/a": "1", "kernel/printk": "4\t4\t1\t7", "net/ipv4/ip_forward": "0"}
    for name in ("all", "default", "eth0", "eth0.1"):
        values[f"net/ipv4/conf/{name}/accept_redirects"] = "0"
        values[f"net/ipv4/conf/{name}/accept_source_route"] = "0"
        values[f"net/ipv4/conf/{name}/forwarding"] = "0"
    for path, value in values.items():
        file = tmp_path / "proc" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{value}\n")
    (tmp_path / "etc").mkdir()
    monkeypatch.setattr(kernel_parameter, "FOLDER", str(tmp_path / "proc"))
    monkeypatch.setattr(sysctl_files, "FOLDERS", [str(tmp_path / "etc")])
    monkeypatch.setattr(sysctl, "FILE", str(tmp_path / "etc" / "zz-ours.conf"))
    return tmp_path


@pytest.fixture(name="journal")
def fixture_journal(tmp_path_factory):
    return Journal("run", folder=str(tmp_path_factory.mktemp("journal")))


def a_row(key="kernel.a", desired=1, **fields):
    return {"id": key, "kind": "sysctl", "key": key, "desired": desired, **fields}


def at_boot(host, *lines):
    (host / "etc" / "50.conf").write_text("".join(f"{line}\n" for line in lines))


def read(row):
    return sysctl.observe([row])[row["id"]]


def passes(row):
    reading = read(row)
    return reading.weakness is None and reading.unreadable is None and sysctl.compare(row, reading)


def apply(rows, journal, *, check_mode=False):
    return sysctl.apply(rows, sysctl.observe(rows), Writer(journal, check_mode=check_mode))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"desired": 1}, True),
        ({"desired": 2}, False),
        ({"desired": 2, "compare": "<="}, True),
        ({"desired": 0, "compare": "<="}, False),
        ({"desired": 0, "compare": ">="}, True),
        ({"desired": 2, "compare": ">="}, False),
        ({"desired": [0, 1], "compare": "in"}, True),
        ({"desired": [0, 2], "compare": "in"}, False),
    ],
)
def test_a_value_is_held_against_the_row(host, fields, expected):
    at_boot(host, "kernel.a = 1")
    assert passes(a_row(**fields)) is expected


def test_white_space_within_a_value_does_not_matter(host):
    at_boot(host, "kernel.printk = 4 4  1 7")
    assert passes(a_row("kernel.printk", "4 4 1 7"))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "it is 1 now, but no file sets it at the next boot"),
        ("kernel.a = 0", "it is 1 now, but {folder}/50.conf:1 sets 0 at the next boot"),
        ("kernel.* = 0", "it is 1 now, but {folder}/50.conf:1 sets 0 at the next boot"),
    ],
)
def test_a_value_that_the_next_boot_does_not_set_does_not_count(host, line, sentence):
    at_boot(host, line)
    assert read(a_row()).weakness == sentence.format(folder=host / "etc")


def test_another_value_at_the_next_boot_that_meets_the_row_as_well_is_no_weakness(host):
    at_boot(host, "kernel.a = 2")
    assert passes(a_row(desired=1, compare=">="))


def test_a_key_that_this_kernel_lacks_makes_the_row_meaningless(host):
    assert read(a_row("kernel.nosuch")).inapplicable == "this kernel has no kernel.nosuch"


def test_a_host_without_parameters_is_not_assessed(monkeypatch):
    monkeypatch.setattr(kernel_parameter, "FOLDER", "/nonexistent/sys")
    assert read(a_row()).unreadable == "there is no /nonexistent/sys"


def test_a_file_that_cannot_be_read_leaves_all_rows_unknown(host):
    (host / "etc" / "60.conf").mkdir()
    assert read(a_row()).unreadable == f"cannot read {host}/etc/60.conf: Is a directory"


@pytest.mark.parametrize(("name", "expected"), [("eth0", False), ("eth0.1", False), ("default", True)])
def test_a_row_on_all_means_every_interface_but_the_default(host, name, expected):
    at_boot(host, f"{REDIRECTS} = 0")
    assert passes(a_row(REDIRECTS, 0))
    (host / f"proc/net/ipv4/conf/{name}/accept_redirects").write_text("1\n")
    assert passes(a_row(REDIRECTS, 0)) is expected


def test_an_interface_does_not_matter_where_the_kernel_asks_both(host):
    key = "net.ipv4.conf.all.accept_source_route"
    at_boot(host, f"{key} = 0")
    (host / "proc/net/ipv4/conf/eth0/accept_source_route").write_text("1\n")
    assert passes(a_row(key, 0))


def test_an_interface_that_a_file_sets_otherwise_at_the_next_boot_is_told_and_corrected(host, journal):
    at_boot(host, f"{REDIRECTS} = 0", "net.ipv4.conf.eth0/1.accept_redirects = 1")
    row = a_row(REDIRECTS, 0)
    assert read(row).weakness == f"{host}/etc/50.conf:2 sets 1 for the interface eth0.1 at the next boot"
    assert apply([row], journal) == {REDIRECTS: Write(changes=True)}
    assert passes(row)
    assert "net.ipv4.conf.eth0/1.accept_redirects = 0" in (host / "etc/zz-ours.conf").read_text()


def test_all_rows_are_set_now_and_written_into_one_file(host, journal):
    rows = [a_row(desired=5), a_row("kernel.printk", "3 4 1 7")]
    assert apply(rows, journal) == {"kernel.a": Write(changes=True), "kernel.printk": Write(changes=True)}
    assert (host / "proc/kernel/a").read_text() == "5\n"
    assert (host / "etc/zz-ours.conf").read_text().splitlines()[1:] == ["kernel.a = 5", "kernel.printk = 3 4 1 7"]
    assert [entry.thing for entry in journal.entries()] == ["kernel_parameter", "kernel_parameter", "file"]
    assert all(map(passes, rows))


def test_check_mode_promises_the_same_and_writes_nothing(host, journal):
    rows = [a_row(desired=5), a_row("kernel.printk", "4 4 1 7"), a_row(REDIRECTS, 1)]
    promised = apply(rows, journal, check_mode=True)
    assert not (host / "etc/zz-ours.conf").exists()
    assert promised == apply(rows, journal)
    assert apply(rows, journal) == dict.fromkeys(promised, Write(changes=False))


def test_our_file_keeps_other_lines_and_its_order_and_loses_doubles(host, journal):
    file = host / "etc/zz-ours.conf"
    file.write_text("# note\nkernel.a = 7\nkernel.z = 1\nkernel/a=8")
    apply([a_row(desired=1)], journal)
    assert file.read_text() == "# note\nkernel.a = 1\nkernel.z = 1\n"


def test_a_stricter_value_is_kept_and_only_made_to_last(host, journal):
    row = a_row(desired=0, compare=">=")
    apply([row], journal)
    assert (host / "proc/kernel/a").read_text() == "1\n"
    assert "kernel.a = 1\n" in (host / "etc/zz-ours.conf").read_text()


def test_of_a_list_the_first_is_written(host, journal):
    apply([a_row(desired=[4, 5], compare="in")], journal)
    assert (host / "proc/kernel/a").read_text() == "4\n"


def test_forwarding_is_set_before_what_it_resets(host, journal):
    apply([a_row(REDIRECTS, 1), a_row("net.ipv4.ip_forward", 1)], journal)
    assert journal.entries()[0].name == "net.ipv4.ip_forward"


@pytest.mark.parametrize("exists", [True, False])
def test_a_later_file_that_wins_is_named_and_a_second_run_changes_nothing(host, journal, exists):
    (host / "etc/zzz.conf").write_text("kernel.a = 9\n")
    row = a_row(desired=5)
    if exists:
        (host / "etc/zz-ours.conf").write_text("kernel.b = 1\n")
    apply([row], journal)
    assert read(row).weakness == f"it is 5 now, but {host}/etc/zzz.conf:1 sets 9 at the next boot"
    assert apply([row], journal) == {"kernel.a": Write(changes=False)}


def test_what_could_not_be_taken_back_waits_for_the_next_boot(host, journal):
    (host / "proc/kernel/kexec_load_disabled").write_text("0\n")
    row = a_row("kernel.kexec_load_disabled", 1)
    assert apply([row], journal) == {row["id"]: Write(changes=True)}
    assert (host / "proc/kernel/kexec_load_disabled").read_text() == "0\n"
    assert read(row).weakness == "it is 0 until the next boot: set now, it could not be taken back"
    assert sysctl.compare(row, read(row)) is False


def test_a_system_that_lets_nothing_be_changed_is_told_and_its_files_stay(host, journal, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    write = next(iter(apply([a_row(desired=5)], journal).values()))
    assert write.error == "cannot set kernel.a: this system does not let its kernel parameters be changed (read-only)"
    assert not (host / "etc/zz-ours.conf").exists()


def test_a_file_that_cannot_be_written_is_told(host, journal, monkeypatch):
    (host / "blocked").touch()
    monkeypatch.setattr(sysctl, "FILE", str(host / "blocked/zz.conf"))
    assert apply([a_row()], journal)["kernel.a"].error == f"cannot write {host}/blocked/zz.conf: Not a directory"


def test_a_run_is_taken_back_exactly(host, journal):
    before = {file: file.read_text() for file in (host / "proc").rglob("*") if file.is_file()}
    apply([a_row("net.ipv4.ip_forward", 1), a_row(REDIRECTS, 1), a_row(desired=3)], journal)
    rollback.roll_back(journal, check_mode=False)
    assert {file: file.read_text() for file in before} == before
    assert os.listdir(host / "etc") == []
