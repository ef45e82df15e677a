# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import sudoers

MAIN = "/etc/sudoers"


def read(text, key="k", **others):
    return sudoers.read([(MAIN, text), *((f"/etc/{name}", other) for name, other in others.items())], key)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("Defaults k", True),
        ("Defaults\t!k", False),
        ("Defaults ! !k", True),
        (" Defaults k=5", "5"),
        ("Defaults k = 5 , a", "5"),
        ("Defaults a,b=1, k", True),
        ('Defaults k="a, #b \\" c"', 'a, #b " c'),
        ("Defaults k=a\\,b", "a,b"),
        ("Defaults k=5\nDefaults !k", False),
        ("Defaults k # a, !k", True),
        ("Defaults a # b, k", None),
        ("# Defaults k", None),
        ("# a \\\nDefaults k", True),
        ("Defaults a # b \\\nDefaults k", True),
        ("Defaults \\\n  a, \\\r\n  k", True),
        ("Defaults k\r\n", True),
        ("Defaults kk", None),
        ("DefaultsX k", None),
        ("Defaults:ops k", None),
        ("Defaults@host k", None),
        ("Defaults!/bin/ls, /bin/rm k", None),
        ("Defaults>#1000 k", None),
        ("k ALL=(ALL) ALL", None),
    ],
)
def test_the_last_line_for_everybody_decides(text, value):
    assert read(text).value == value


def test_a_list_that_is_added_to_is_not_guessed():
    assert "only sudo can reckon up" in read("Defaults k=a\nDefaults k += b").unreadable
    assert read("Defaults k += b\nDefaults k=a").value == "a"


def test_a_line_of_a_longer_one_is_named():
    assert read("#\nDefaults a, \\\n  k=5").where == f"{MAIN}:3"


@pytest.mark.parametrize(
    "line", ["@include /etc/x", "#include /etc/x", "@include x # c", '@include "x"', "  @include x", "@include ./x"]
)
def test_an_included_file_is_read_at_its_place(line):
    others = {"./x" if "./" in line else "x": "Defaults k=2"}
    assert read(f"Defaults k=1\n{line}", **others).value == "2"
    assert read(f"{line}\nDefaults k=1", **others).value == "1"


@pytest.mark.parametrize("line", ["@includedir /etc/d", "#includedir d", "@includedir d/"])
def test_a_folder_is_read_by_name_without_backups(line):
    files = {"d/20": "Defaults k=20", "d/10": "Defaults k=10", "d/30.bak": "Defaults k=30", "d/40~": "Defaults k=40"}
    assert read(line, **files).value == "20"


def test_a_file_that_nothing_includes_fools_nobody():
    assert read("# @includedir d\n##includedir d", **{"d/1": "Defaults k"}).value is None


def test_files_that_include_each_other_end():
    assert read("@include sudoers\nDefaults k").value is True


def test_lines_for_some_users_are_exceptions():
    text = "Defaults k\nDefaults:ops !k\nDefaults:%#5 a, k=1\n"
    assert sudoers.exceptions([(MAIN, text)], "k") == [(False, f"{MAIN}:2"), ("1", f"{MAIN}:3")]


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("", True, "Defaults\tk\n"),
        ("a ALL=ALL", 5, "a ALL=ALL\nDefaults\tk=5\n"),
        ("Defaults a, !k ,b # c\n", True, "Defaults a, k ,b # c\n"),
        ("Defaults k=1\nDefaults k=2 \\\n , b\n", False, "Defaults k=1\nDefaults !k \\\n , b\n"),
        ("Defaults k\r\n", "a b", 'Defaults k="a b"\r\n'),
        ("Defaults:ops k\n", True, "Defaults:ops k\nDefaults\tk\n"),
        ("Defaults k += a\n", "b", "Defaults k += a\nDefaults\tk=b\n"),
        ("Defaults k\nDefaults !k # c\nb\n", None, "b\n"),
        ("Defaults k, a\n", None, "Defaults a\n"),
        ("Defaults a, k=5, b\n", None, "Defaults a, b\n"),
        ("Defaults a, k\nDefaults:ops k\n", None, "Defaults a\nDefaults:ops k\n"),
        ("Defaults k, !k\nDefaults b", None, "Defaults b"),
    ],
)
def test_writing_changes_the_deciding_setting_only(text, value, written):
    assert sudoers.write(text, "k", value) == written


@pytest.mark.parametrize("value", ['a"', "a\\", "a\nb", ""])
def test_what_sudo_would_read_otherwise_is_refused(value):
    with pytest.raises(ValueError, match=r"^k: a value cannot"):
        sudoers.write("", "k", value)
