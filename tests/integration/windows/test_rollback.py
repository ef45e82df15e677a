# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run wrote on a simulated machine becomes what it was, exactly, or nothing is touched."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys

import pytest

from tests.doubles.windows.machine import Machine
from tests.doubles.windows.values import Record
from tests.integration.windows.office import PASSWORD, ROOT, RUN, USER, bring, office, take_back

KEY = "SOFTWARE\\Policies\\Office"
LOGON = "{0CCE9215-69AE-11D9-BED3-505054503030}"
DENY = "SeDenyNetworkLogonRight"
ROWS = (
    {"id": "new", "kind": "registry", "key": KEY, "name": "New", "type": "DWord", "desired": 1},
    {"id": "old", "kind": "registry", "key": KEY, "name": "Old", "type": "DWord", "desired": 1},
    {"id": "gone", "kind": "registry", "key": KEY, "name": "Gone", "type": "DWord", "desired": 0, "compare": "absent"},
    {"id": "user", "kind": "registry", "hive": "users", "key": KEY, "name": "U", "type": "String", "desired": "1"},
    {"id": "length", "kind": "security_policy", "key": "MinimumPasswordLength", "desired": 10, "compare": ">="},
    {"id": "deny", "kind": "user_right", "right": DENY, "desired": ["S-1-5-32-546"], "compare": ">="},
    {"id": "audit", "kind": "audit_policy", "guid": LOGON, "desired": "none"},
    {"id": "spooler", "kind": "service", "name": "Spooler", "desired": "disabled"},
    {"id": "usb", "kind": "defender", "attribute": "DisableRemovableDriveScanning", "desired": False,
     "preference": "DisableRemovableDriveScanning"},
    {"id": "guest", "kind": "local_account", "rid": 501, "attribute": "enabled", "desired": False},
    {"id": "expires", "kind": "local_account", "attribute": "password_expires", "desired": True},
    {"id": "fw", "kind": "firewall_profile", "profile": "Public", "attribute": "enabled", "desired": "True"},
)  # fmt: skip


def state_of(machine):
    keys = {key: values for key, values in machine.registry.keys.items() if values}
    firewall, preference = machine.firewall, machine.defender_preference
    return copy.deepcopy(
        [keys, machine.template, machine.audit, machine.services, preference, machine.accounts, firewall]
    )


@pytest.fixture(name="machine")
def fixture_machine():
    machine = Machine()
    machine.registry.set(f"HKLM\\{KEY}", "Old", "String", "5")
    machine.registry.set(f"HKLM\\{KEY}", "Gone", "MultiString", ["a", "b"])
    machine.services["Spooler"] = Record({"Name": "Spooler", "StartMode": "Auto", "State": "Running"})
    machine.accounts[f"{machine.sid}-501"]["Disabled"] = False
    machine.accounts[f"{machine.sid}-1001"]["PasswordExpires"] = False
    machine.firewall["Public"]["Enabled"] = "False"
    return machine


def test_everything_becomes_what_it_was_and_a_second_time_nothing_happens(machine):
    before = state_of(machine)
    assert {seen["state"] for seen in bring(machine, *ROWS).values()} == {"pass"}
    after = state_of(machine)
    assert all(one != other for one, other in zip(before, after, strict=True))
    told = take_back(machine, check_mode=True)
    assert (told["changed"], told["known"], len(told["restored"])) == (True, True, len(ROWS) + 1)
    assert state_of(machine) == after
    assert take_back(machine)["restored"] == told["restored"]
    assert state_of(machine) == before
    again = take_back(machine)
    assert (again["changed"], again["known"], again["restored"]) == (False, True, [])


def test_a_run_that_came_twice_is_taken_back_to_what_was_before_it(machine):
    before = state_of(machine)
    bring(machine, ROWS[1])
    bring(machine, {**ROWS[1], "desired": 2})
    assert machine.registry.get(f"HKLM\\{KEY}", "Old") == ("DWord", 2)
    take_back(machine)
    assert state_of(machine) == before


def test_nothing_is_touched_where_somebody_else_changed_a_thing_since(machine):
    bring(machine, *ROWS)
    machine.registry.set(f"HKLM\\{KEY}", "New", "DWord", 7)
    after = state_of(machine)
    with pytest.raises(Exception, match=r"Office.New was changed since by somebody else; nothing was touched"):
        take_back(machine)
    assert state_of(machine) == after


def test_a_right_that_secedit_writes_in_another_order_is_no_change_by_somebody_else(machine):
    bring(machine, ROWS[5])
    machine.template["Privilege Rights"][DENY] = "*S-1-5-32-546,Guest"
    take_back(machine)
    assert machine.template["Privilege Rights"][DENY] == "Guest"


def test_a_run_that_a_machine_does_not_know_is_said_to_be_unknown(machine):
    told = take_back(machine)
    assert (told["known"], told["changed"], told["restored"]) == (False, False, [])


def test_a_journal_in_a_folder_of_somebody_else_is_not_believed(machine):
    bring(machine, *ROWS)
    machine.owners[f"C:\\ProgramData\\commune-baseline\\{RUN}"] = machine.user
    with pytest.raises(Exception, match="and not to the administrators"):
        take_back(machine)


def test_the_playbook_takes_a_run_back_on_windows(tmp_path, machine):
    before = state_of(machine)
    with office(tmp_path, {"pc": machine}) as site:
        run = site.run('--args={"roles": ["removable_media"]}').results["pc"]["run"]
        assert state_of(machine) != before
        playbook = ["playbooks/rollback.yml", "-i", str(tmp_path / "hosts.json")]
        settings = {"ANSIBLE_CALLBACKS_ENABLED": "ansible.posix.timer", "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
        done = subprocess.run(
            [sys.executable, "-m", "ansible.cli.playbook", *playbook, "-e", f"run={run}"],
            cwd=ROOT, env={**os.environ, **settings}, text=True, capture_output=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    report, _end = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index("{") :])
    assert report["stats"]["pc"]["changed"] == 1
    assert state_of(machine) == before
    assert (PASSWORD in done.stdout + done.stderr, USER in done.stdout) == (False, False)
