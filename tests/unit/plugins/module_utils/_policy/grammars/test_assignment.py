# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import assignment


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("K=5", "5"),
        ("K='a b' # c", "a b"),
        ('K="a \\$b \\"c\\""', 'a $b "c"'),
        ("export K=5", "5"),
        ("K=5\nK=6", "6"),
        ("K=5\nunset K", None),
        ("A=1; K=5", "5"),
        ("K = 5", None),
        ("#K=5", None),
        ("A='\nK=5\n'", None),
        ("A=\"it's\" # it's\nK=5", "5"),
        ("A=b\\\nK=5", None),
        ("K=5\\\n6", "56"),
        ("K=5 command", None),
        ("K=5\r\n", "5\r"),
        ("A=b#c\nK=5", "5"),
        ("readonly K=5\nK=6", "5"),
        ("K=5\nexport K", "5"),
        ("=a K=5", None),
        ("-a K=5", None),
        ("a+=1 B[2]=3 K=5", "5"),
        ("K=5\nK=a\\", "a\\"),
        ("export K=\\", "\\"),
        ("K=a\\\\\\", "a\\\\"),
        ("K=a\\\n#b", "a#b"),
        ("A=1 \\\n# K=4\nK=5", "5"),
        ("A=b\\ #c'\nK=5", None),
    ],
)
def test_a_variable_holds_what_a_shell_takes(text, value):
    assert assignment.read([("/f", text)], "K").value == value


@pytest.mark.parametrize("text", ["K=$A", 'K="$A"', "K=`a`", "K=a$(b)", 'K="\\\\$A"'])
def test_what_the_shell_expands_is_a_weakness(text):
    assert assignment.read([("/f", text)], "K").weakness == "the shell expands what stands in /f:1"


@pytest.mark.parametrize("text", ["K='$A'", 'K="\\$A"', "K=\\$A", "A=$B\nK=5", "K=5 # $"])
def test_a_dollar_that_is_quoted_is_none(text):
    assert assignment.read([("/f", text)], "K").weakness is None


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("", 5, "K=5\n"),
        ("A=1", "a b", "A=1\nK='a b'\n"),
        ("K=1\nA=1\nexport K=2 # c\nB=1", 5, "K=1\nA=1\nexport K=5\nB=1"),
        ("A=1\r\nK=2\r\n", 5, "A=1\r\nK=5\n"),
        ("if a; then\n  K=1\nfi\n", 5, "if a; then\n  K=1\nfi\nK=5\n"),
        ("A=1; K=2\n", 5, "A=1; K=2\nK=5\n"),
        ("K='a\nb'\nA=1\n", 5, "K=5\nA=1\n"),
        ("A=1 \\\n", 5, "A=1 \\\n\nK=5\n"),
        ("A=1\nK=a\\", 5, "A=1\nK=5"),
        ("A=1\nK=a\\", None, "A=1"),
        ("  K=a\\", 5, "  K=a\\\n\nK=5\n"),
        ("K=1\nA=1\nexport K=2\nunset K\n", None, "A=1\nunset K\n"),
    ],
)
def test_writing_changes_a_line_of_its_own_or_adds_one(text, value, written):
    assert assignment.write(text, "K", value) == written


@pytest.mark.parametrize("text", ["A=1\nB='x\nK=1\n", "K=1\nB=x\\"])
def test_a_file_with_an_open_quote_is_refused(text):
    with pytest.raises(ValueError, match=r"^a quote is left open in line 2$"):
        assignment.write(text, "K", 5)


@pytest.mark.parametrize(("key", "value"), [("A-B", 5), ("1A", 5), ("A", True), ("A", "b\nc"), ("A", "")])
def test_what_is_no_assignment_is_refused(key, value):
    with pytest.raises(ValueError, match=r"^'?\w"):
        assignment.write("", key, value)
