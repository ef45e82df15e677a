# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wi-Fi networks that a machine remembers; their keys stay there."""

from __future__ import annotations

import json

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._door.windows_session import text_of
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import engine, facts
from tests.doubles.windows.commands import shell_of
from tests.doubles.windows.machine import Machine
from tests.integration.windows.office import look, states

ROW = {"id": "row", "kind": "wlan", "desired": ["WPA2PSK/AES", "WPA2/AES", "WPA3SAE/AES"], "compare": "in"}
FOLDER = "C:\\ProgramData\\Microsoft\\Wlansvc\\Profiles\\Interfaces\\{1}"


@pytest.fixture(name="machine")
def fixture_machine():
    machine = Machine()
    machine.add_network("Văn phòng", "WPA2PSK", "AES", key="01000000D08C9DDF")
    return machine


@pytest.mark.parametrize(
    ("authentication", "cipher", "state"),
    [
        ("WPA3SAE", "AES", "pass"),
        ("open", "none", "fail"),
        ("open", "WEP", "fail"),
        ("WPAPSK", "TKIP", "fail"),
        ("WPA2PSK", "TKIP", "fail"),
        ("WPA3ENT192", "GCMP256", "fail"),
        ("", "AES", "not_assessed"),
    ],
)
def test_the_first_network_that_is_not_safe_is_shown(machine, authentication, cipher, state):
    machine.add_network("Quán", authentication, cipher)
    seen = look(machine, ROW)["row"]
    assert seen["state"] == state
    if state == "fail":
        assert (seen["where"], seen["after"]) == ("Wi-Fi: Quán", f"{authentication}/{cipher}")


def test_a_machine_without_wi_fi_is_not_judged():
    assert states(look(Machine(), ROW)) == ["not_applicable"]


def test_a_profile_that_is_broken_is_not_assessed_unless_another_one_fails(machine):
    machine.files[f"{FOLDER}\\{{2}}.xml"] = b"<WLANProfile><name>cut"
    assert "cannot read a Wi-Fi network" in look(machine, ROW)["row"]["reason"]
    machine.add_network("Quán", "open", "none")
    assert states(look(machine, ROW)) == ["fail"]


def test_a_network_between_two_machines_is_not_safe(machine):
    path, content = next(iter(machine.files.items()))
    machine.files[path] = content.replace(b"ESS", b"IBSS")
    assert look(machine, ROW)["row"]["after"] == "WPA2PSK/AES/ad hoc"


def test_no_key_leaves_the_machine(machine):
    (answer,) = shell_of(machine).run(text_of("collect"), {"Question": json.dumps(engine.question([ROW]))})
    told = facts.unpacked(answer)
    assert "WPA2PSK" in told
    assert "01000000D08C9DDF" not in told
    assert "keyMaterial" not in told
