# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import apt_sources

STANZAS = """\
# Debian
Types: deb
URIs: http://deb.debian.org/debian
# http://commented.example/debian
 http://two.example/debian/
Suites: trixie trixie-updates
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp

Enabled: no
Types: deb
URIs: http://off.example/

Types: deb
URIs:http://c.example/x
Suites: ./
Trusted: yes
"""


@pytest.mark.parametrize(
    ("line", "addresses", "options"),
    [
        ("deb http://a/debian trixie main", ("http://a/debian",), {}),
        ("  deb-src [arch=amd64 trusted=Yes] http://a/ ./", ("http://a/",), {"arch": "amd64", "trusted": "yes"}),
        ("deb [ signed-by=/k.asc ] https://a/x y z # [trusted=yes]", ("https://a/x",), {"signed-by": "/k.asc"}),
        ("# deb http://a/debian trixie main", None, None),
        ("rpm http://a", None, None),
    ],
)
def test_a_source_of_one_line_has_an_address_and_options(line, addresses, options):
    found = apt_sources.parse("/etc/apt/sources.list", f"\n{line}\n")
    assert [(one.line, one.addresses, one.options) for one in found] == ([(2, addresses, options)] if addresses else [])


def test_stanzas_have_addresses_of_several_lines_and_can_be_switched_off():
    first, second = apt_sources.parse("/x.sources", STANZAS)
    assert first.addresses == ("http://deb.debian.org/debian", "http://two.example/debian/")
    assert (second.addresses, second.options["trusted"], second.line) == (("http://c.example/x",), "yes", 13)


def test_other_addresses_leave_all_else_as_it_stands():
    new = {"http://deb.debian.org/debian": "http://m/debian", "http://c.example/x": "http://m/x", "http://off": "x"}
    changed = apt_sources.with_addresses("/x.sources", STANZAS, new)
    assert changed == STANZAS.replace("http://deb.debian.org/debian", "http://m/debian").replace(
        "http://c.example/x", "http://m/x"
    )


def test_an_address_that_begins_like_another_is_not_that_one():
    text = "deb http://a/debian x main\ndeb [arch=amd64]http://a/debian y main\ndeb http://a/debian-security x main\n"
    assert apt_sources.with_addresses("/x.list", text, {"http://a/debian": "http://m/debian"}) == (
        "deb http://m/debian x main\ndeb [arch=amd64]http://m/debian y main\ndeb http://a/debian-security x main\n"
    )
