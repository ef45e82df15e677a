# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import grp
import os
import pwd
import stat

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import rollback
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import file
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

ME = pwd.getpwuid(os.geteuid()).pw_name
MY_GROUP = grp.getgrgid(os.getegid()).gr_name


@pytest.fixture(name="journal")
def fixture_journal(tmp_path_factory):
    return Journal("run", folder=str(tmp_path_factory.mktemp("journal")))


def a_row(path, attribute="mode", desired="0640", **fields):
    row = {"id": "LNX-F", "kind": "file", "path": str(path), "attribute": attribute, "desired": desired, **fields}
    return {name: value for name, value in row.items() if value is not None}


def absent(path):
    return a_row(path, attribute=None, desired=None, compare="absent")


def a_file(path, mode=0o644, text="old\n"):
    path.write_text(text)
    path.chmod(mode)
    return path


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def read(row):
    return file.observe([row])["LNX-F"]


def passes(row):
    reading = read(row)
    return reading.unreadable is None and reading.inapplicable is None and file.compare(row, reading)


def apply(row, journal, *, check_mode=False, account=None):
    return file.apply([row], file.observe([row]), Writer(journal, check_mode=check_mode, account=account))["LNX-F"]


@pytest.mark.parametrize(
    ("mode", "desired", "compare", "expected"),
    [
        (0o640, "0640", "==", True),
        (0o640, "640", "==", True),
        (0o600, "0640", "==", False),
        (0o640, "0640", "<=", True),
        (0o600, "0640", "<=", True),
        (0o604, "0640", "<=", False),  # less as a number, more as a right
        (0o4640, "0640", "<=", False),
        (0o000, "0640", "<=", True),
        (0o600, ["0640", "0600"], "in", True),
        (0o400, ["0640", "0600"], "in", False),
    ],
)
def test_a_mode_is_held_against_the_row_bit_by_bit(tmp_path, mode, desired, compare, expected):
    a_file(tmp_path / "f", mode)
    assert passes(a_row(tmp_path / "f", desired=desired, compare=compare)) is expected


@pytest.mark.parametrize(("compare", "expected"), [("<=", 0o600), ("==", 0o640)])
def test_no_bit_is_given_that_only_may_not_be_exceeded(tmp_path, journal, compare, expected):
    a_file(tmp_path / "f", 0o606 if compare == "<=" else 0o600)
    assert apply(a_row(tmp_path / "f", compare=compare), journal) == Write(changes=True)
    assert mode_of(tmp_path / "f") == expected


@pytest.mark.parametrize("desired", [640, 0o640, "0888", "rw-r-----", "", True, "²"])
def test_a_value_that_is_no_mode_is_told(tmp_path, desired):
    a_file(tmp_path / "f")
    assert read(a_row(tmp_path / "f", desired=desired)).unreadable == f"{desired!r} is no mode; one looks like '0640'"


@pytest.mark.parametrize("attribute", ["mode", "owner", "group"])
def test_a_file_that_is_not_there_has_no_such_attribute(tmp_path, attribute):
    desired = {"mode": "0640", "owner": ME, "group": MY_GROUP}[attribute]
    assert read(a_row(tmp_path / "f", attribute, desired)).inapplicable == f"there is no {tmp_path}/f"


def test_of_a_pattern_the_first_offender_is_shown_and_all_are_corrected(tmp_path, journal):
    for name, mode in {"a": 0o600, "b": 0o666, "c": 0o640, "d": 0o777}.items():
        a_file(tmp_path / name, mode)
    row = a_row(tmp_path / "*", compare="<=")
    reading = read(row)
    assert (reading.value, reading.where) == ("0666", f"{tmp_path}/b")
    assert apply(row, journal) == Write(changes=True)
    assert [mode_of(tmp_path / name) for name in "abcd"] == [0o600, 0o640, 0o640, 0o640]
    assert passes(row)
    rollback.roll_back(journal, check_mode=False)
    assert [mode_of(tmp_path / name) for name in "abcd"] == [0o600, 0o666, 0o640, 0o777]


def test_a_name_with_a_bracket_is_taken_literally_if_it_is_there(tmp_path):
    a_file(tmp_path / "a[b]", 0o666)
    assert read(a_row(tmp_path / "a[b]")).value == "0666"


@pytest.mark.parametrize(("attribute", "name"), [("owner", ME), ("group", MY_GROUP)])
def test_an_owner_is_known_by_name(tmp_path, attribute, name):
    a_file(tmp_path / "f")
    assert read(a_row(tmp_path / "f", attribute, name)).value == name
    assert passes(a_row(tmp_path / "f", attribute, name))
    assert passes(a_row(tmp_path / "f", attribute, ["no-such", name], compare="in"))


@pytest.mark.parametrize(("attribute", "noun"), [("owner", "account"), ("group", "group")])
def test_a_name_that_nobody_has_is_told(tmp_path, attribute, noun):
    a_file(tmp_path / "f")
    assert read(a_row(tmp_path / "f", attribute, "no-such")).unreadable == f"there is no {noun} no-such"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
@pytest.mark.parametrize(("attribute", "number"), [("owner", "st_uid"), ("group", "st_gid")])
def test_an_owner_is_corrected_and_the_rest_stays(tmp_path, journal, attribute, number):
    path = a_file(tmp_path / "f", 0o4755)
    os.chown(path, 4711, 4712)
    path.chmod(0o4755)
    row = a_row(path, attribute, "root")
    assert (read(row).value, passes(row)) == (str(getattr(path.stat(), number)), False)
    assert apply(row, journal) == Write(changes=True)
    wanted = {"st_uid": 4711, "st_gid": 4712, number: 0}
    assert {name: getattr(path.stat(), name) for name in wanted} == wanted
    assert mode_of(path) == 0o4755
    rollback.roll_back(journal, check_mode=False)
    assert (path.stat().st_uid, path.stat().st_gid, mode_of(path)) == (4711, 4712, 0o4755)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a link of somebody else")
@pytest.mark.parametrize("attribute", ["mode", "content"])
def test_what_somebody_linked_to_the_file_of_another_is_left_alone(tmp_path, journal, attribute):
    a_file(tmp_path / "secret", 0o644)
    (tmp_path / "link").symlink_to("secret")
    os.chown(tmp_path / "link", 4711, 4711, follow_symlinks=False)
    row = a_row(tmp_path / "link", attribute, "0600")
    assert "it is a link that 4711 made to what is somebody else's" in read(row).unreadable
    assert apply(row, journal).changes is False
    assert mode_of(tmp_path / "secret") == 0o644


def test_a_content_is_never_written_through_a_link(tmp_path, journal):
    a_file(tmp_path / "secret", 0o600)
    before = (tmp_path / "secret").read_bytes()
    (tmp_path / "link").symlink_to("secret")
    row = a_row(tmp_path / "link", "content", "for everybody")
    assert "so that another file would be read and overwritten" in read(row).unreadable
    assert read(row).value is None
    assert apply(row, journal).changes is False
    assert (tmp_path / "secret").read_bytes() == before


def test_a_link_stands_for_what_it_leads_to(tmp_path, journal):
    a_file(tmp_path / "f", 0o666)
    (tmp_path / "link").symlink_to("f")
    apply(a_row(tmp_path / "link"), journal)
    assert ((tmp_path / "link").is_symlink(), mode_of(tmp_path / "f")) == (True, 0o640)


@pytest.mark.parametrize("text", ["new\n", "new"])
def test_content_is_written_with_a_line_end_and_owner_and_mode_stay(tmp_path, journal, text):
    path = a_file(tmp_path / "f", 0o600)
    row = a_row(path, "content", text)
    assert (read(row).value, passes(row)) == ("old\n", False)
    assert apply(row, journal, check_mode=True) == Write(changes=True)
    assert path.read_text() == "old\n"
    assert apply(row, journal) == Write(changes=True)
    assert (path.read_text(), mode_of(path), passes(row)) == ("new\n", 0o600, True)
    assert apply(row, journal) == Write(changes=False)


def test_content_makes_a_file_and_a_rollback_removes_it(tmp_path, journal):
    row = a_row(tmp_path / "folder/f", "content", "new\n")
    assert read(row).value is None
    apply(row, journal)
    assert (passes(row), mode_of(tmp_path / "folder/f")) == (True, 0o644)
    rollback.roll_back(journal, check_mode=False)
    assert os.listdir(tmp_path) == []


def test_bytes_that_are_no_text_are_shown_without_harm_and_are_not_what_is_wanted(tmp_path):
    (tmp_path / "f").write_bytes(b"caf\xe9\n")
    row = a_row(tmp_path / "f", "content", "café\n")
    assert (read(row).value, passes(row)) == ("caf\ufffd\n", False)


def test_content_of_a_folder_cannot_be_read(tmp_path):
    assert read(a_row(tmp_path, "content", "x")).unreadable.startswith(f"cannot read {tmp_path}: ")


def test_what_is_to_be_absent_is_removed_and_comes_back_with_all_it_was(tmp_path, journal):
    path = a_file(tmp_path / "f", 0o604)
    row = absent(path)
    assert (read(row).value, passes(row)) == ("file", False)
    assert apply(row, journal, check_mode=True) == Write(changes=True)
    assert path.exists()
    assert apply(row, journal) == Write(changes=True)
    assert (path.exists(), passes(row), apply(row, journal)) == (False, True, Write(changes=False))
    rollback.roll_back(journal, check_mode=False)
    assert (path.read_text(), mode_of(path)) == ("old\n", 0o604)


@pytest.mark.parametrize("make", ["folder", "link", "broken link"])
def test_what_is_no_file_is_not_removed(tmp_path, journal, make):
    path = tmp_path / "f"
    if make == "folder":
        path.mkdir()
    else:
        path.symlink_to(a_file(tmp_path / "target") if make == "link" else tmp_path / "nowhere")
    assert passes(absent(path)) is False
    assert "which is left to a person to remove" in apply(absent(path), journal).error
    assert os.path.lexists(path)
    assert (tmp_path / "target").exists() is (make == "link")


def test_one_file_that_cannot_be_corrected_does_not_keep_the_others_from_it(tmp_path, journal):
    (tmp_path / "a").mkdir()
    a_file(tmp_path / "b")
    write = apply(absent(tmp_path / "*"), journal)
    assert (write.changes, write.error.startswith(f"cannot correct {tmp_path}/a: ")) == (True, True)
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("fields", [{"attribute": None}, {"attribute": "owner", "desired": ME, "compare": "<="}])
def test_a_row_that_makes_no_sense_is_told(tmp_path, fields):
    assert read(a_row(a_file(tmp_path / "f"), **fields)).unreadable


@pytest.fixture(name="home")
def fixture_home(tmp_path, monkeypatch):
    entry = pwd.struct_passwd(("ops", "x", os.geteuid(), os.getegid(), "", str(tmp_path), "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwnam", lambda name: entry)
    (tmp_path / ".ssh").mkdir()
    a_file(tmp_path / ".ssh/authorized_keys")
    return tmp_path


def test_the_keys_of_the_account_of_the_connection_are_not_removed(home, journal):
    keys = home / ".ssh/authorized_keys"
    write = apply(absent(home / ".ssh/*"), journal, account="ops")
    assert "the account ops, which this run needs, could lose its access" in write.error
    assert keys.exists()
    assert apply(a_row(keys, "content", "x"), journal, account="ops").error
    assert apply(a_row(keys, desired="0600"), journal, account="ops") == Write(changes=True)
    assert apply(absent(keys), journal, account=None) == Write(changes=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("text", ["ours\n", "wrong\n", None])
def test_a_content_is_neither_read_nor_written_behind_a_folder_of_somebody_else(tmp_path, journal, check_mode, text):
    (tmp_path / "home").mkdir()
    (tmp_path / "d").symlink_to("home")
    if text:
        a_file(tmp_path / "home" / "f", text=text)
    os.chown(tmp_path / "home", 4711, 4711)
    row = a_row(tmp_path / "d" / "f", "content", "ours\n")
    reason = f"its folder {tmp_path}/home (4711:4711 0755) can be changed by others than root, who could lead elsewhere"
    assert (read(row).value, reason in read(row).weakness) == (None, True)
    write = apply(row, journal, check_mode=check_mode)
    assert (write.changes, text == "ours\n" or reason in write.error) == (False, True)
    assert (tmp_path / "home" / "f").exists() is (text is not None)
    assert text is None or (tmp_path / "home" / "f").read_text() == text


def test_a_content_behind_a_folder_that_root_linked_is_read_and_written(tmp_path, journal):
    (tmp_path / "usr" / "lib").mkdir(parents=True)
    (tmp_path / "lib").symlink_to("usr/lib")
    row = a_row(tmp_path / "lib" / "f", "content", "ours\n")
    assert apply(row, journal) == Write(changes=True)
    assert (passes(row), (tmp_path / "usr/lib/f").read_text()) == (True, "ours\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_a_content_that_others_can_change_does_not_count(tmp_path):
    path = a_file(tmp_path / "f", 0o646)
    row = a_row(path, "content", "old\n")
    assert (read(row).value, read(row).weakness) == (
        "old\n",
        f"what {path} (root:root 0646) says does not count, for it can be changed by others than root: "
        "give it to root alone (chown root, chmod go-w)",
    )
