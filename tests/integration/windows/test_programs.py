# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Installed programs: what nobody approved is named with its publisher, whoever installed it."""

from __future__ import annotations

import pytest

from tests.doubles.windows.machine import Machine
from tests.integration.windows.office import bring, look, states

OTHER = "S-1-5-21-1000-2000-3000-1002"


def allowed(*names, scope="machine", **fields):
    return {"id": scope, "kind": "program", "scope": scope, "desired": list(names), "compare": "<=", **fields}


def forbidden(*names, scope="machine"):
    return {"id": scope, "kind": "program", "scope": scope, "names": list(names), "desired": None, "compare": "absent"}


@pytest.fixture(name="machine")
def fixture_machine():
    machine = Machine()
    machine.add_program("Bộ gõ UniKey", "Pham Kim Long", DisplayVersion="4.6")
    machine.add_program("7-Zip 24.08 (x64)", "Igor Pavlov", DisplayVersion="24.08")
    machine.add_program("Old scanner", "Office Devices", origin="HKLM\\SOFTWARE\\WOW6432Node", DisplayVersion="1")
    return machine


def test_programs_of_64_and_32_bit_that_nobody_approved_are_named_with_version_and_publisher(machine):
    seen = bring(machine, allowed())["machine"]
    assert (seen["state"], seen["reason"]) == ("fail", "a program is removed by a person, or approved")
    assert seen["after"] == [
        "7-Zip 24.08 (x64) 24.08 (Igor Pavlov)",
        "Bộ gõ UniKey 4.6 (Pham Kim Long)",
        "Old scanner 1 (Office Devices)",
    ]
    assert machine.writes == []


@pytest.mark.parametrize(
    ("names", "left"),
    [
        (["7-zip *", "bộ gõ unikey", "Old scanner"], 0),
        (["*"], 0),
        (["* (Igor Pavlov)"], 2),
        (["7-Zip"], 3),
        (["7-Zip 24.08 (x6?)"], 3),
        (["7-Zip [0-9]*", ".*"], 3),
        ([" Old scanner "], 2),
    ],
)
def test_a_name_is_approved_as_a_whole_and_only_a_star_stands_for_more(machine, names, left):
    assert len(look(machine, allowed(*names))["machine"]["after"]) == left
    assert states(look(machine, allowed(*names))) == ["pass" if left == 0 else "fail"]


def test_a_program_that_has_to_be_absent_is_found_by_name_or_publisher(machine):
    assert look(machine, forbidden("old *"))["machine"]["after"] == ["Old scanner 1 (Office Devices)"]
    assert states(look(machine, forbidden("* (Office Devices)"))) == ["fail"]
    assert states(look(machine, forbidden("TeamViewer*"))) == ["pass"]


def test_parts_and_updates_of_programs_which_settings_does_not_show_do_not_count():
    machine = Machine()
    machine.add_program("Runtime", "Somebody", SystemComponent=1)
    machine.add_program("Update for Runtime", "Somebody", ParentKeyName="Runtime")
    machine.add_program("", "Nobody")
    assert states(look(machine, allowed())) == ["pass"]
    machine.add_program("Shown", "Somebody", SystemComponent=0)
    assert look(machine, allowed())["machine"]["after"] == ["Shown (Somebody)"]


def test_what_a_user_installed_for_himself_is_named_with_his_sid(machine):
    machine.add_program("Game", "Fun", origin=f"HKU\\{machine.user}\\SOFTWARE")
    assert look(machine, allowed(scope="users"))["users"]["after"] == [f"Game (Fun) [{machine.user}]"]
    assert "Game" not in str(look(machine, allowed())["machine"]["after"])


def test_programs_of_users_who_are_not_logged_on_are_not_known(machine):
    machine.profiles.append(OTHER)
    seen = look(machine, allowed(scope="users"), allowed("*"))
    assert states(seen) == ["not_assessed", "pass"]
    assert seen["users"]["reason"] == "1 users are not logged on, so their programs are not seen"
    machine.registry.create(f"HKU\\{OTHER}\\SOFTWARE")
    assert states(look(machine, allowed(scope="users"))) == ["pass"]


def test_a_key_that_nobody_may_open_makes_the_rows_not_assessed(machine):
    machine.registry.denied.add("hklm\\software\\wow6432node\\microsoft\\windows\\currentversion\\uninstall")
    seen = look(machine, allowed("*"))["machine"]
    assert (seen["state"], seen["after"]) == ("not_assessed", None)
    assert "cannot read the section programs" in seen["reason"]


def test_five_thousand_programs_are_judged_and_the_first_of_them_shown():
    machine = Machine()
    for number in range(5000):
        machine.add_program(f"Program {number:04}", "A publisher whose name is long", DisplayVersion="1.0.2048.16")
    assert states(look(machine, allowed("Program *"))) == ["pass"]
    seen = look(machine, allowed("Program 4*"))["machine"]["after"]
    assert (seen[0], seen[-1], len(seen)) == (
        "Program 0000 1.0.2048.16 (A publisher whose name is long)",
        "(+3800)",
        201,
    )


def test_a_name_with_a_template_or_a_script_in_it_stays_a_text(machine):
    machine.add_program("{{ lookup('pipe', 'id') }}<script>", "$(Get-Process)")
    assert "{{ lookup('pipe', 'id') }}<script> ($(Get-Process))" in look(machine, allowed())["machine"]["after"]


def test_a_machine_that_tells_of_no_profile_has_not_told_its_programs_either():
    machine = Machine(profiles=[])
    machine.profiles.clear()
    machine.registry.keys = {key: one for key, one in machine.registry.keys.items() if "s-1-5-21" not in key}
    assert states(look(machine, allowed("*"), allowed("*", scope="users"))) == ["not_assessed", "not_assessed"]
