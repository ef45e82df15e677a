# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import command


def a_row(program, **fields):
    return {"id": "LNX-A", "command": [sys.executable, "-c", program], "desired": "5", **fields}


def read(program, **fields):
    return command.observe([a_row(program, **fields)])["LNX-A"]


def test_the_value_is_what_the_program_prints_without_white_space_around_it():
    assert read("print(' five\\n  six \\n')").value == "five\n  six"


def test_a_program_answers_in_the_c_locale():
    assert read("import os; print(os.environ['LC_ALL'])").value == "C"


def test_no_shell_reads_the_words():
    row = a_row("import sys; print(sys.argv[1])")
    row["command"].append("$HOME; echo *")
    assert command.observe([row])["LNX-A"].value == "$HOME; echo *"


def test_bytes_that_are_no_text_can_still_be_told():
    assert read("import sys; sys.stdout.buffer.write(b'caf\\xe9')").value == "caf\ufffd"


@pytest.mark.parametrize(("code", "accept"), [(0, None), (0, [0]), (3, [3]), (3, [0, 3])])
def test_an_accepted_exit_code_is_an_answer(code, accept):
    fields = {} if accept is None else {"accept": accept}
    assert read(f"print(5); raise SystemExit({code})", **fields).value == "5"


@pytest.mark.parametrize(("code", "accept"), [(1, None), (0, [3]), (2, [0, 3])])
def test_any_other_exit_code_cannot_be_read(code, accept):
    fields = {} if accept is None else {"accept": accept}
    reading = read(f"print(5); raise SystemExit({code})", **fields)
    assert reading.value is None
    assert f"failed with code {code}: 5" in reading.unreadable


def test_a_missing_program_cannot_be_read():
    row = {**a_row(""), "command": ["no-such-program"]}
    assert command.observe([row])["LNX-A"].unreadable == "no-such-program is not installed"


def test_a_program_that_does_not_end_cannot_be_read(monkeypatch):
    monkeypatch.setattr(command, "_SECONDS", 0.2)
    assert "did not end within" in read("import time; time.sleep(60)").unreadable


def test_rows_that_ask_the_same_share_one_answer(tmp_path):
    counting = f"file = open({str(tmp_path / 'asked')!r}, 'a+'); file.write('x'); file.seek(0); print(len(file.read()))"
    rows = [a_row(counting), a_row(counting, id="LNX-B"), a_row(counting, id="LNX-C", accept=[0, 1])]
    values = {id_: reading.value for id_, reading in command.observe(rows).items()}
    assert values == {"LNX-A": "1", "LNX-B": "1", "LNX-C": "2"}


@pytest.mark.parametrize(
    ("find", "value"),
    [("^NTP=(.*)", "yes"), ("^.*T.*$", "CanNTP=no\nNTP=yes\nTimezone=Etc/UTC"), ("^Nothing=(.*)", ""), ("a\nN", "")],
)
def test_a_row_can_look_at_a_part_of_the_answer(find, value):
    reading = read("print('CanNTP=no', 'NTP=yes', 'Timezone=Etc/UTC', sep=chr(10))", find=find)
    assert reading.value == value


def test_rows_that_look_at_parts_of_one_answer_ask_once(tmp_path):
    counting = f"file = open({str(tmp_path / 'asked')!r}, 'a+'); file.write('x'); print('A=1', 'B=2', sep=chr(10))"
    rows = [a_row(counting, id=name, find=f"^{name}=(.*)") for name in ("A", "B")]
    assert [reading.value for reading in command.observe(rows).values()] == ["1", "2"]
    assert (tmp_path / "asked").read_text() == "x"


def test_what_cannot_be_asked_cannot_be_read_in_parts_either():
    reading = read("raise SystemExit(1)", find="x*")
    assert (reading.value, "failed with code 1" in reading.unreadable) == (None, True)


@pytest.mark.parametrize(("compare", "desired", "holds"), [("==", "5", True), ("==", 6, False), ("<=", 4, False)])
def test_the_answer_is_held_against_the_row(compare, desired, holds):
    row = a_row("print(5)", compare=compare, desired=desired)
    assert command.compare(row, command.observe([row])["LNX-A"]) is holds


def test_nothing_is_ever_written():
    assert command.apply([a_row("print(6)")], {}, None) == {"LNX-A": Write()}
