# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import apt_sources
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import apt_source

SIGNED = {"id": "R", "attribute": "unsigned", "desired": ""}
MIRROR = {"id": "R", "attribute": "mirror", "desired": "http://10.20.0.5"}


@pytest.fixture(name="sources")
def fixture_sources(tmp_path, monkeypatch):
    """Let apt's folder be one of the test's; write its files."""
    monkeypatch.setattr(apt_sources, "FOLDER", str(tmp_path))
    (tmp_path / "sources.list.d").mkdir()

    def write(**files):
        for name, text in files.items():
            path = tmp_path / ("sources.list" if name == "main" else f"sources.list.d/{name.replace('_', '.')}")
            path.write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ("", ""),
        ("[trusted=no]", ""),
        ("[signed-by=/k]", ""),
        ("[trusted=yes]", "trusted=yes"),
        ("[arch=amd64 TRUSTED=on]", "trusted=yes"),
        ("[allow-insecure=1]", "allow-insecure=yes"),
        ("[allow-weak=true]", "allow-weak=yes"),
        ("[allow-downgrade-to-insecure=yes]", "allow-downgrade-to-insecure=yes"),
    ],
)
def test_a_source_that_is_exempt_from_signatures_is_named(sources, options, fault):
    folder = sources(main=f"deb {options} http://a/debian x main\n")
    value = apt_source.observe([SIGNED])["R"].value
    assert value == (f"{folder}/sources.list:1 {fault}" if fault else "")
    assert apt_source.compare(SIGNED, Reading(value)) is (not fault)


def test_sources_that_are_not_below_the_mirror_are_named_with_their_places(sources):
    folder = sources(
        main="deb http://10.20.0.5/debian x main\ndeb cdrom:[x]/ x main\ndeb http://10.20.0.50/debian x main\n",
        more_sources="Types: deb\nURIs: http://10.20.0.5/debian https://b/debian\nSuites: x\n",
    )
    assert apt_source.observe([MIRROR])["R"].value.splitlines() == [
        f"{folder}/sources.list:3 http://10.20.0.50/debian",
        f"{folder}/sources.list.d/more.sources:1 https://b/debian",
    ]


def test_sources_of_debian_are_led_to_the_mirror_and_strangers_stay(sources, apply_by):
    folder = sources(
        main="deb [signed-by=/k] https://deb.debian.org/debian trixie main\ndeb http://shop.example/apt ./\n",
        more_sources="Types: deb\nURIs: http://security.debian.org/debian-security/\nSuites: trixie-security\n",
    )
    before = (folder / "sources.list").read_text()
    assert apply_by(apt_source, MIRROR, check_mode=True) == Write(changes=True)
    assert (folder / "sources.list").read_text() == before
    assert apply_by(apt_source, MIRROR) == Write(changes=True)
    assert (folder / "sources.list").read_text() == (
        "deb [signed-by=/k] http://10.20.0.5/debian trixie main\ndeb http://shop.example/apt ./\n"
    )
    assert "URIs: http://10.20.0.5/debian-security\n" in (folder / "sources.list.d/more.sources").read_text()
    assert apply_by(apt_source, MIRROR) == Write(changes=False)
    assert apt_source.observe([MIRROR])["R"].value == f"{folder}/sources.list:2 http://shop.example/apt"


def test_a_file_that_others_can_change_counts_for_nothing(sources):
    (sources(main="deb http://10.20.0.5/debian x main\n") / "sources.list").chmod(0o666)
    assert "can be changed by others than root" in apt_source.observe([MIRROR])["R"].weakness


@pytest.mark.parametrize("address", ["10.20.0.5", "http://10.20.0.5/", "http://u:p@h", "ftp://h", "http://h x", ""])
def test_what_is_no_address_of_a_mirror_is_refused(address):
    assert apt_source.fault_of_desired(MIRROR, address) is not None
    assert apt_source.fault_of_desired({**MIRROR, "attribute": "proxy"}, address.rstrip("/") or "x") is None or (
        address != "http://10.20.0.5/"
    )


@pytest.mark.parametrize("address", ["http://10.20.0.5", "https://mirror.example/vn", "http://[2001:db8::1]:3142"])
def test_an_address_of_a_mirror_is_taken(address):
    assert apt_source.fault_of_desired(MIRROR, address) is None


def test_no_proxy_is_said_by_a_word():
    assert apt_source.fault_of_desired({"attribute": "proxy"}, "DIRECT") is None
    assert apt_source.fault_of_desired({"attribute": "mirror"}, "DIRECT") is not None
