# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import sshd

MAIN = "/etc/ssh/sshd_config"


def read(text, key="Banner", **others):
    return sshd.read([(MAIN, text), *((f"/etc/ssh/{name}", other) for name, other in others.items())], key)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("Banner a", "a"),
        ("banner=a", "a"),
        ("BANNER = a", "a"),
        ("\tBanner\ta \t\r\n", "a"),
        ("Banner a\nBanner b", "a"),
        ("#Banner a\nBanner b", "b"),
        ("Banner a # b", "a"),
        ("Banner a#b", "a#b"),
        ('Banner "a b"', "a b"),
        ("Banner 'a b' c", "a b c"),
        ('"Banner" a', "a"),
        ("Banner", None),
        ("Banners a", None),
        ("Match user x\nBanner a", None),
        ("Banner a\nMatch user x\nBanner b\nMatch all\nBanner c", "a"),
    ],
)
def test_the_first_line_outside_match_blocks_decides(text, value):
    assert read(text).value == value


def test_an_included_file_is_read_at_its_place():
    reading = read("Include *.d/*.conf\nBanner a", **{"x.d/2.conf": "Banner two", "x.d/1.conf": "#\nBanner one"})
    assert (reading.value, reading.where) == ("one", "/etc/ssh/x.d/1.conf:2")
    assert read("Banner a\nInclude x.d/1.conf", **{"x.d/1.conf": "Banner one"}).value == "a"


@pytest.mark.parametrize("name", ["x.d/1.txt", "x.d/.1.conf", "1.conf", "x.d/y/1.conf"])
def test_a_file_that_no_include_reaches_fools_nobody(name):
    assert read("Include x.d/*.conf\n#Include *", **{name: "Banner one"}).value is None


def test_a_match_block_ends_with_its_file_but_holds_for_what_it_includes():
    assert read("Include 1\nBanner a", **{"1": "Match user x\nBanner b"}).value == "a"
    assert read("Match user x\nInclude 1", **{"1": "Banner b"}).value is None


def test_files_that_include_each_other_end():
    assert read("Include sshd_config\nBanner a").value == "a"


def test_lines_that_add_up_are_one_value():
    assert read("AcceptEnv A B\nAcceptEnv C", "acceptenv").value == "A B,C"


def test_values_in_match_blocks_are_exceptions():
    text = "Banner a\nMatch user x\n  banner b\n Include 1\n"
    assert sshd.exceptions([(MAIN, text), ("/etc/ssh/1", "Banner c")], "Banner") == [
        ("b", f"{MAIN}:3"),
        ("c", "/etc/ssh/1:1"),
    ]


def test_an_included_file_may_include_another():
    assert read("Include 1", **{"1": "Include 2", "2": "Banner two"}).value == "two"


def test_every_pattern_of_an_include_counts():
    assert sshd.includes(MAIN, 'Include a "/b c"\n  include=d # e\n#Include f') == ["/etc/ssh/a", "/b c", "/etc/ssh/d"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", "Banner x\n"),
        ("Port 22\n", "Port 22\nBanner x\n"),
        ("Port 22\nbanner=a\nBanner b\n", "Port 22\nBanner x\nBanner b\n"),
        ("# c\nInclude d\nBanner a\n", "# c\nBanner x\nInclude d\nBanner a\n"),
        ("Port 22\r\nMatch user x\r\n Banner a\r\n", "Port 22\r\nBanner x\r\nMatch user x\r\n Banner a\r\n"),
        ("Banner a\nMatch user x", "Banner x\nMatch user x"),
    ],
)
def test_a_line_is_written_where_nothing_comes_before_it(text, written):
    assert sshd.write(text, "Banner", "x") == written


@pytest.mark.parametrize(("value", "word"), [(True, "yes"), (False, "no"), (5, "5"), ("a b", "a b")])
def test_true_and_false_have_words(value, word):
    assert sshd.write("", "K", value) == f"K {word}\n"


def test_a_key_is_removed_everywhere_in_the_file():
    assert sshd.write("BANNER a\nPort 22\nMatch user x\n  Banner b\n", "Banner", None) == "Port 22\nMatch user x\n"


@pytest.mark.parametrize(("key", "value"), [("Port", 22), ("K", "a#b"), ("K", 'a"'), ("K", "it's"), ("K", "a\nb")])
def test_what_sshd_would_read_otherwise_is_refused(key, value):
    with pytest.raises(ValueError, match=f"^{key}: "):
        sshd.write("", key, value)
