# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import stat

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import option
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

HEADER = "# Managed by commune.baseline: a change made here is drift and will be corrected.\n"


@pytest.fixture(name="path")
def fixture_path(tmp_path):
    return tmp_path / "defs"


@pytest.fixture(name="writer")
def fixture_writer(tmp_path):
    return Writer(Journal("run", folder=str(tmp_path / "journals" / "journal")), check_mode=False)


def a_row(path, **fields):
    return {"id": "LNX-A", "path": str(path), "grammar": "login_defs", "key": "A", "desired": 5, **fields}


def observe(row):
    return option.observe([row])[row["id"]]


def passes(row):
    reading = observe(row)
    return reading.weakness is None and reading.unreadable is None and option.compare(row, reading)


def apply(writer, *rows):
    return option.apply(rows, option.observe(rows), writer)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "A\t5\n"),
        ({"desired": True}, "A\tyes\n"),
        ({"compare": "in", "desired": [7, 8]}, "A\t7\n"),
        ({"compare": "<=", "minimum": 1}, "A\t5\n"),
        ({"grammar": "equals", "desired": True}, "A\n"),
        ({"grammar": "ini", "section": "s", "desired": False}, "[s]\nA=false\n"),
        ({"grammar": "systemd", "section": "s", "desired": True, "read": ["/nowhere"]}, "[s]\nA=yes\n"),
        ({"grammar": "sudoers", "desired": False}, "Defaults\t!A\n"),
        ({"grammar": "sshd", "desired": "a b"}, "A a b\n"),
        ({"grammar": "assignment", "desired": "a b"}, "A='a b'\n"),
    ],
)
def test_a_new_file_says_whose_it_is_and_holds_the_key(path, writer, fields, text):
    row = a_row(path, **fields)
    assert apply(writer, row) == {"LNX-A": Write(changes=True)}
    assert path.read_text() == HEADER + text
    assert stat.S_IMODE(path.stat().st_mode) == (0o440 if row["grammar"] == "sudoers" else 0o644)
    if "read" not in row:
        assert passes(row)
        assert apply(writer, row) == {"LNX-A": Write()}


@pytest.mark.parametrize(
    ("grammar", "text", "desired", "met"),
    [
        ("login_defs", "A yes", True, True),
        ("login_defs", "A YES", True, True),
        ("login_defs", "A true", True, False),
        ("login_defs", "A no", False, True),
        ("login_defs", "", False, False),
        ("equals", "A", True, True),
        ("equals", "A = 1", True, False),
        ("sudoers", "Defaults !A", False, True),
        ("sudoers", "Defaults A", False, False),
        ("sudoers", "", False, False),
        ("sudoers", "Defaults A=yes", True, False),
        ("ini", "A=1", True, True),
        ("ini", "A=yes", True, False),
        ("systemd", "[s]\nA=on", True, True),
        ("systemd", "[s]\nA=0", False, True),
        ("assignment", "A=yes", True, False),
    ],
)
def test_true_and_false_are_the_words_of_the_grammar(path, grammar, text, desired, met):
    path.write_text(text)
    row = a_row(path, grammar=grammar, desired=desired, read=[str(path)])
    assert passes({**row, "section": "s"} if grammar == "systemd" else row) is met


def test_an_edited_file_keeps_all_but_the_key_with_owner_mode_and_attributes(path, writer):
    path.write_bytes(b"# \xff\r\nA 9\r\nB 6")
    path.chmod(0o600)
    try:
        os.setxattr(path, "user.note", b"kept")
    except OSError:
        pytest.skip("no extended attributes here")
    apply(writer, a_row(path))
    assert path.read_bytes() == b"# \xff\r\nA\t5\r\nB 6"
    assert (stat.S_IMODE(path.stat().st_mode), os.getxattr(path, "user.note")) == (0o600, b"kept")


def test_a_value_that_stands_there_in_other_words_is_not_written_again(path, writer):
    path.write_text("A   5\n")
    (path.parent / "later").write_text("A 7\n")
    row = a_row(path, read=[str(path), str(path.parent / "later")])
    assert observe(row).weakness == f"it is written, but {path.parent}/later:1 decides the value"
    assert apply(writer, row) == {"LNX-A": Write()}
    assert path.read_text() == "A   5\n"


def test_a_value_that_meets_the_row_stays_as_strict_as_it_is(path, writer):
    path.write_text("a = 3\n")
    row = a_row(path, grammar="equals", compare="<=")
    assert observe(row).weakness
    apply(writer, row)
    assert path.read_text() == "A = 3\n"


def test_what_cannot_be_written_stops_only_its_own_row(path, writer):
    rows = [a_row(path), a_row(path, id="LNX-B", key="B", desired='"'), a_row(path, id="LNX-C", key="C")]
    writes = apply(writer, *rows)
    assert writes["LNX-B"] == Write(error=f"cannot write {path}: B: a value cannot hold '\"'")
    assert path.read_text() == f"{HEADER}A\t5\nC\t5\n"


def test_a_line_that_decides_whatever_is_written_is_an_error(path, writer):
    path.write_text("readonly A=1\nx=1; A=2\n")
    writes = apply(writer, a_row(path, grammar="assignment"))
    assert writes["LNX-A"].error == f"cannot write {path}: another line in it decides over A whatever is written"
    assert path.read_text() == "readonly A=1\nx=1; A=2\n"


def test_an_absent_key_is_removed_everywhere_in_its_file(path, writer):
    path.write_text("A 1\nB 2\nA 3\n")
    row = a_row(path, compare="absent", desired=None)
    assert not passes(row)
    assert apply(writer, row) == {"LNX-A": Write(changes=True)}
    assert passes(row)
    assert path.read_text() == "B 2\n"


@pytest.mark.parametrize("grammar", ["login_defs", "shell_readonly"])
def test_an_absent_key_needs_no_file(path, writer, grammar):
    row = a_row(path, grammar=grammar, compare="absent", desired=None)
    other = path.parent / "other"
    other.write_text("A 1\nA=1\n")
    assert passes(row)
    assert apply(writer, {**row, "read": [str(other)]}) == {"LNX-A": Write()}
    assert not path.exists()


def test_an_absent_variable_is_removed_from_a_file_of_our_own(path, writer):
    rows = [a_row(path, grammar="shell_readonly"), a_row(path, id="LNX-B", key="B", grammar="shell_readonly")]
    apply(writer, *rows)
    apply(writer, {**rows[0], "compare": "absent", "desired": None})
    assert "A=" not in path.read_text()
    assert "B=5" in path.read_text()


def test_another_file_that_sets_an_absent_key_is_named(path):
    other = path.parent / "other"
    other.write_text("A 1\n")
    row = a_row(path, compare="absent", desired=None, read=[str(path), str(other)])
    assert observe(row).weakness == f"{other}:1 sets it"


def test_an_exception_that_loosens_a_row_is_a_weakness_and_none_that_tightens_it(path, writer):
    row = a_row(path, grammar="sshd", compare="<=")
    path.write_text("A 5\nMatch user x\nA 4\n")
    assert passes(row)
    path.write_text("A 5\nMatch user x\nA 4\nA 6\n")
    assert observe(row).weakness == f"{path}:4 makes an exception: A is 6"
    drop_in = {**row, "path": str(path.parent / "drop-in"), "read": [str(path)]}
    assert apply(writer, row, {**drop_in, "id": "LNX-B"}) == {"LNX-A": Write(), "LNX-B": Write()}


@pytest.mark.parametrize("folder", ["sshd_config.d", "sudoers.d"])
def test_a_drop_in_counts_only_if_the_main_file_includes_it(tmp_path, writer, folder):
    main, drop_in = tmp_path / folder[:-2], tmp_path / folder / "00.conf"
    drop_in.parent.mkdir()
    grammar, include, value = (
        ("sshd", "Include", "A 5") if folder[:2] == "ss" else ("sudoers", "@include", "Defaults A=5")
    )
    drop_in.write_text(f"{value}\n")
    main.write_text("# nothing\n")
    row = a_row(drop_in, grammar=grammar)
    assert not passes(row)
    main.write_text(f"{include} {tmp_path}/{folder}/00.conf\n")
    assert passes(row)
    assert observe(row).where == f"{drop_in}:1"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: path.symlink_to("/dev/null"), "it is no regular file"),
        (os.mkfifo, "it is no regular file"),
        (lambda path: path.write_bytes(b"A 5\n\0"), "it holds NUL bytes, so it is no text"),
    ],
)
@pytest.mark.parametrize("grammar", ["login_defs", "sshd"])
def test_what_is_no_text_file_is_not_assessed(path, writer, make, reason, grammar):
    make(path)
    row = a_row(path, grammar=grammar)
    assert observe(row).unreadable == f"cannot read {path}: {reason}"


def test_a_file_and_a_pattern_are_read_once_for_all_rows(path, monkeypatch):
    opened, expanded = [], []
    path.write_text("A 1\nB 2\n")
    capture, find = option.capture, option.finding.find
    monkeypatch.setattr(option, "capture", lambda name: opened.append(name) or capture(name))
    monkeypatch.setattr(option.finding, "find", lambda pattern: expanded.append(pattern) or find(pattern))
    pattern = str(path.parent / "de*")
    rows = [a_row(path, read=[pattern]), a_row(path, id="LNX-B", key="B", read=[pattern])]
    rows += [a_row(path, id="LNX-C"), a_row(path, id="LNX-D", read=[pattern, pattern])]
    readings = option.observe(rows)
    assert [readings[id_].value for id_ in ("LNX-A", "LNX-B", "LNX-C")] == ["1", "2", "1"]
    assert (opened, expanded) == ([str(path)], [pattern])


OWN = {"grammar": "shell_readonly", "desired": 5}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("fields", [OWN, {"grammar": "equals"}, {"grammar": "ini", "section": "s"}, {}])
def test_what_an_ordinary_user_could_change_is_not_relied_on_and_not_written(tmp_path, fields, check_mode):
    (tmp_path / "home").mkdir()
    path = tmp_path / "home" / "defs"
    row = a_row(tmp_path / "link", **fields)
    apply(Writer(Journal("run", folder=str(tmp_path / "journal")), check_mode=False), row)
    (tmp_path / "link").rename(path)
    (tmp_path / "link").symlink_to("home/defs")
    assert passes(row)
    for owned in (path, tmp_path / "home"):
        os.chown(owned, 4711, 4711)
    before = path.read_text(), path.stat().st_uid
    reason = f"its folder {tmp_path}/home (4711:4711 0755) can be changed by others than root, who could lead elsewhere"
    assert reason in observe(row).weakness
    writer = Writer(Journal("second", folder=str(tmp_path / "journal")), check_mode=check_mode)
    assert apply(writer, row)["LNX-A"].changes is False
    wrong = {**row, "desired": 6}
    assert f"cannot write {tmp_path}/link: {reason}" in apply(writer, wrong)["LNX-A"].error
    assert (path.read_text(), path.stat().st_uid) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_a_file_of_our_own_is_taken_out_of_the_hands_of_others(path, writer):
    row = a_row(path, **OWN)
    apply(writer, row)
    path.chmod(0o666)
    os.chown(path, 4711, 4711)
    assert "can be changed by others than root" in observe(row).weakness
    assert apply(writer, row) == {"LNX-A": Write(changes=True)}
    assert (passes(row), path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) == (True, 0, 0o644)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_a_file_that_is_not_ours_keeps_its_owner_and_is_told(path, writer):
    apply(writer, a_row(path))
    os.chown(path, 4711, 4711)
    assert "(4711:4711 0644) says does not count" in observe(a_row(path)).weakness
    assert apply(writer, a_row(path)) == {"LNX-A": Write(changes=False)}
    assert path.stat().st_uid == 4711
