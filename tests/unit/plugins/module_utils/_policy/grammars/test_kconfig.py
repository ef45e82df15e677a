# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import kconfig

OPEN = "it is 5, but every user can change it"


@pytest.mark.parametrize(
    ("text", "value", "weakness"),
    [
        ("[a]\nk[$i]=5", "5", None),
        ("[a]\n k [$i] = 5 \r\n", "5", None),
        ("[a]\nk[$ie]=5", "5", None),
        ("[a][$i]\nk=5", "5", None),
        ("[$i]\n[a]\nk=5", "5", None),
        ("[a]\nk=5", "5", OPEN),
        ("[a]\nk[$e]=5", "5", OPEN),
        ("[b][$i]\n[a]\nk=5", "5", OPEN),
        ("[a]\nk[$i]=5\nk=6", "5", None),
        ("[a]\nk=6\nk[$i]=5", "5", None),
        ("[a]\nk[vi]=6", None, None),
        ("[a]\n#k=5", None, None),
        ("[b]\nk[$i]=5", None, None),
        ("[a][b]\nk[$i]=5", None, None),
        ("k[$i]=5", None, None),
        ("[a]\nk", None, None),
    ],
)
def test_a_key_counts_if_it_its_section_or_its_file_is_immutable(text, value, weakness):
    reading = kconfig.read([("/f", text)], "k", "a")
    assert (reading.value, reading.weakness) == (value, weakness)


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("", 10, "[a]\nk[$i]=10\n"),
        ("[b]\nk=1", True, "[b]\nk=1\n[a]\nk[$i]=true\n"),
        ("[a]\nb=1\nk=5\n", 10, "[a]\nk[$i]=10\nb=1\n"),
        ("[a]\nk[$e]=5\nk=6\n[b]\n", 10, "[a]\nk[$i]=10\n[b]\n"),
        ("[a]\nk[vi]=6\nk[$i]=5\n", None, "[a]\nk[vi]=6\n"),
        ("[a]\r\nb=1\r\n", 10, "[a]\r\nk[$i]=10\r\nb=1\r\n"),
    ],
)
def test_writing_puts_the_key_immutable_at_the_head_of_its_section(text, value, written):
    assert kconfig.write(text, "k", value, "a") == written


def test_a_backslash_which_kconfig_reads_as_an_escape_is_refused():
    with pytest.raises(ValueError, match="cannot hold"):
        kconfig.write("", "k", "a\\b", "a")
