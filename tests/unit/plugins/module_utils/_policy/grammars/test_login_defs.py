# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import login_defs


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("K 5", "5"),
        ("K\t 5  \r\n", "5"),
        ("  K 5", "5"),
        ("K 5\nK 6", "6"),
        ("# K 5", None),
        ("K", None),
        ("K=5", None),
        ("k 5", None),
        ("KK 5", None),
        ("K 5 # five", "5 # five"),
        ('K "5" x', "5"),
        ('K "', ""),
    ],
)
def test_a_key_holds_what_shadow_takes_from_the_last_line(text, value):
    assert login_defs.read([("/etc/login.defs", text)], "K").value == value


def test_the_place_is_the_last_line_of_the_last_file():
    files = [("/a", "K 1\nK 2\n"), ("/b", "# K\n\nK 3\nL 4")]
    assert login_defs.read(files, "K").where == "/b:3"


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("", 90, "K\t90\n"),
        ("# K 5\nL 6", 90, "# K 5\nL 6\nK\t90\n"),
        ("K 5\nL 6\nK  7\nM 8", 90, "K 5\nL 6\nK\t90\nM 8"),
        ("K 5\r\nL 6\r\n", 90, "K\t90\r\nL 6\r\n"),
        ("L 6\r\n", True, "L 6\r\nK\tyes\r\n"),
        ("L 6\n", False, "L 6\nK\tno\n"),
        ("K 5\nL 6\nK 7\n", None, "L 6\n"),
        ("\udcff\nK 5", 90, "\udcff\nK\t90"),
    ],
)
def test_writing_changes_the_deciding_line_only(text, value, written):
    assert login_defs.write(text, "K", value) == written


@pytest.mark.parametrize("value", ["", " 5", "5 ", "5\nL 6", "5\r", "5\0", '"5"'])
def test_a_value_that_shadow_would_read_otherwise_is_refused(value):
    with pytest.raises(ValueError, match=r"^K: a value cannot"):
        login_defs.write("", "K", value)


@pytest.mark.parametrize("key", ["A B", "", "A=B", "#A", "A\n"])
def test_a_word_that_is_no_key_is_refused(key):
    with pytest.raises(ValueError, match=r"is no key$"):
        login_defs.write("", key, 5)
