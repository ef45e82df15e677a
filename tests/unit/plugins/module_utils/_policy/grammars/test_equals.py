# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import equals


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("key = 5", "5"),
        ("key=5", "5"),
        ("key 5", "5"),
        ("key =5 # five", "5"),
        (" key = 5\r\n", "5"),
        ("key = a b", "a b"),
        ("key", True),
        ("key # on", True),
        ("key =", ""),
        ("key = 5\nkey", True),
        ("#key = 5", None),
        ("= 5", None),
        ("keys = 5", None),
    ],
)
def test_the_last_line_decides_and_a_bare_key_is_true(text, value):
    assert equals.read([("/f", text)], "key").value == value


@pytest.mark.parametrize("text", ["key=5", "Key = 5", "key= 5", "key=4\nkey = 5"])
def test_a_line_that_not_every_program_reads_is_a_weakness(text):
    assert equals.read([("/f", text)], "key").weakness == "not every program reads /f:1 as it is spelt"


@pytest.mark.parametrize("text", ["key = 5", "key", "key 5", "other=5", "key#", "key\t= 5"])
def test_a_line_that_every_program_reads_is_none(text):
    assert equals.read([("/f", text)], "key").weakness is None


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("", 5, "key = 5\n"),
        ("# key = 4\n", True, "# key = 4\nkey\n"),
        ("key = 4\nother\nkey = 6 # six\n", 5, "key = 4\nother\nkey = 5\n"),
        ("key=4\nother\nkey = 6\n", 5, "other\nkey = 5\n"),
        ("KEY=4\r\nother\r\n", 5, "key = 5\r\nother\r\n"),
        ("key\nother\nKey=4", None, "other"),
    ],
)
def test_writing_leaves_no_line_that_stops_a_program(text, value, written):
    assert equals.write(text, "key", value) == written


def test_a_flag_is_never_written_as_false():
    with pytest.raises(ValueError, match=r"compare: absent$"):
        equals.write("key\n", "key", False)


def test_a_value_with_a_comment_in_it_is_refused():
    with pytest.raises(ValueError, match=r"cannot hold '#'$"):
        equals.write("", "key", "a#b")
