# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import ini


@pytest.mark.parametrize(
    ("text", "section", "value"),
    [
        ("[a]\nk=5", "a", "5"),
        ("[a]\n  k = 5 \r\n", "a", "5"),
        ("k=4\n[a]\nk=5", None, "4"),
        ("[a]\nk=5", None, None),
        ("[b]\nk=5", "a", None),
        ("[a]\nk=5\n[b]\nk=6\n[a]\nk=7", "a", "7"),
        ("[a]\nk=5\nk=6", "a", "6"),
        ("[a]\n#k=5\n;k=6", "a", None),
        ("[a]\nK=5", "a", None),
        ("[a]\nk=5 # five", "a", "5 # five"),
        ("[a]\nk=b=c", "a", "b=c"),
        ("[a]\nk=5 \\\nk=6", "a", "6"),
        ("[a\nk=5", "a", None),
        ("[a]\nk", "a", None),
        ("[a]\nk=", "a", ""),
    ],
)
def test_a_key_belongs_to_its_section(text, section, value):
    assert ini.read([("/f", text)], "k", section).value == value


@pytest.mark.parametrize(
    ("text", "section", "value", "written"),
    [
        ("", "a", True, "[a]\nk=true\n"),
        ("[a]", "a", False, "[a]\nk=false\n"),
        ("[a]\nb=1\n\n# c\n[d]\n", "a", 5, "[a]\nb=1\nk=5\n\n# c\n[d]\n"),
        ("[a]\r\nk = 1\r\n[d]\r\nk=2", "a", 5, "[a]\r\nk = 5\r\n[d]\r\nk=2"),
        ("[a]\nk=1\n[a]\nk=2\n", "a", 5, "[a]\nk=1\n[a]\nk=5\n"),
        ("x=1\n[a]\n", None, 5, "x=1\nk=5\n[a]\n"),
        ("[a]\n", None, 5, "k=5\n[a]\n"),
        ("# c\n", None, 5, "# c\nk=5\n"),
        ("[d]\nk=2", "a", 5, "[d]\nk=2\n[a]\nk=5\n"),
        ("[a]\nk=1\nb=1\nk=2\n[d]\nk=3", "a", None, "[a]\nb=1\n[d]\nk=3"),
    ],
)
def test_writing_puts_the_key_into_its_section(text, section, value, written):
    assert ini.write(text, "k", value, section) == written


@pytest.mark.parametrize("section", ["", "a]", "[a", "a\nb"])
def test_a_section_that_could_not_be_read_back_is_refused(section):
    with pytest.raises(ValueError, match=r"is no section$"):
        ini.write("", "k", 5, section)
