# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who administers a PC, by the SID of the group: its name is another in every language."""

from __future__ import annotations

import pytest

from tests.doubles.windows.machine import Machine
from tests.integration.windows.office import bring, look, states

ADMINISTRATORS = "S-1-5-32-544"
STRANGER = "S-1-5-21-7-8-9-1105"


def row(*names):
    return {"id": "row", "kind": "local_group", "group": ADMINISTRATORS, "desired": list(names), "compare": "<="}


@pytest.fixture(name="machine")
def fixture_machine():
    machine = Machine()
    machine.known_names[STRANGER] = "XA\\thu.tran"
    return machine


@pytest.mark.parametrize(
    ("names", "state", "surplus"),
    [
        (["officer"], "fail", ["XA\\thu.tran"]),
        (["OFFICER", "Thu.Tran", "nobody"], "pass", []),
        (["officer", STRANGER], "pass", []),
        (["officer", "XA"], "fail", ["XA\\thu.tran"]),
        ([], "fail", ["PC\\officer", "XA\\thu.tran"]),
    ],
)
def test_who_is_not_named_is_too_many_and_nobody_is_taken_out(machine, names, state, surplus):
    machine.groups[ADMINISTRATORS].append(STRANGER)
    seen = bring(machine, row(*names))["row"]
    assert (seen["state"], seen["after"], machine.writes) == (state, surplus, [])


def test_the_account_that_windows_brings_along_need_not_be_named(machine):
    machine.accounts[f"{machine.sid}-500"]["Name"] = "Quan tri"
    assert states(look(machine, row("officer"))) == ["pass"]


def test_a_member_whose_account_is_gone_makes_the_row_not_assessed(machine):
    machine.groups[ADMINISTRATORS].append("S-1-5-21-7-8-9-9999")
    seen = look(machine, row("officer"))["row"]
    assert seen["state"] == "not_assessed"
    assert "Failed to compare two elements" in seen["reason"]


def test_a_group_that_tells_of_nobody_is_not_assessed(machine):
    machine.groups[ADMINISTRATORS] = []
    assert states(look(machine, row("officer"))) == ["not_assessed"]
