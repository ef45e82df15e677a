# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Optional features, scheduled tasks, event logs and shares: what is seen of them, written, and taken back."""

from __future__ import annotations

import copy
import json

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import engine, facts
from tests.doubles.windows.components import log, share, task
from tests.doubles.windows.machine import Machine
from tests.integration.windows.office import bring, look, states, take_back

SCAN = "\\Microsoft\\Windows\\Windows Defender\\Windows Defender Scheduled Scan"
FEATURE = {"id": "feature", "kind": "feature", "name": "TelnetClient", "desired": "disabled"}
TASK = {"id": "task", "kind": "scheduled_task", "task": SCAN, "desired": "enabled"}
SIZE = {"id": "size", "kind": "event_log", "log": "Security", "attribute": "size", "compare": ">=", "desired": 1 << 27}
MODE = {"id": "mode", "kind": "event_log", "log": "Security", "attribute": "mode", "desired": "AutoBackup"}
OPEN = {"id": "open", "kind": "share", "attribute": "open_to_everyone", "desired": []}
DRIVE = {"id": "drive", "kind": "share", "attribute": "whole_drive", "desired": []}
EVERY = (FEATURE, TASK, SIZE, MODE, OPEN)
EVERYONE = "O:SYG:SYD:(A;;0x1301bf;;;WD)(A;;FA;;;BA)"


@pytest.fixture(name="machine")
def fixture_machine():
    return Machine()


def feature_of(machine, state):
    machine.components.features["TelnetClient"] = state
    return look(machine, FEATURE)["feature"]


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ("Enabled", "fail"),
        ("EnablePending", "fail"),
        ("Disabled", "pass"),
        ("DisabledWithPayloadRemoved", "pass"),
        ("DisablePending", "fail"),
        ("Superseded", "not_assessed"),
    ],
)
def test_a_feature_is_off_when_windows_says_so_and_not_before(machine, found, state):
    assert feature_of(machine, found)["state"] == state


def test_a_feature_that_waits_for_a_restart_says_so_and_is_not_written_again(machine):
    machine.components.features["SMB1Protocol"] = "Enabled"
    row = {**FEATURE, "name": "SMB1Protocol"}
    first = bring(machine, row)["feature"]
    assert (first["state"], first["changed"]) == ("fail", True)
    assert first["reason"] == "it takes effect when the computer is restarted"
    written = list(machine.writes)
    assert bring(machine, row)["feature"]["reason"] == first["reason"]
    assert machine.writes == written
    machine.components.restart()
    assert look(machine, row)["feature"]["state"] == "pass"


def test_a_feature_that_this_windows_does_not_have_is_not_applicable(machine):
    assert look(machine, {**FEATURE, "name": "SNMP"})["feature"]["state"] == "not_applicable"


@pytest.mark.parametrize(("found", "state"), [(0, "not_assessed"), (1, "fail"), (2, "pass"), (3, "pass"), (4, "pass")])
def test_a_task_may_run_unless_it_is_disabled(machine, found, state):
    machine.components.scheduled = [task(SCAN, found)]
    assert look(machine, TASK)["task"]["state"] == state


def test_a_task_that_is_not_there_fails_where_it_is_wanted_and_cannot_be_made(machine):
    machine.components.scheduled = []
    seen = bring(machine, TASK)["task"]
    assert (seen["state"], seen["reason"]) == ("fail", f"there is no scheduled task {SCAN}")
    assert look(machine, {**TASK, "desired": "disabled"})["task"]["state"] == "not_applicable"


@pytest.mark.parametrize(("size", "state"), [((1 << 27) - 1, "fail"), (1 << 27, "pass"), (1 << 33, "pass")])
def test_a_log_is_held_against_the_bytes_it_needs(machine, size, state):
    machine.components.logs = [log("Security", size)]
    assert look(machine, SIZE)["size"]["state"] == state


def test_a_size_that_is_no_whole_unit_is_rounded_up(machine):
    assert bring(machine, {**SIZE, "desired": (1 << 27) + 1})["size"]["state"] == "pass"
    (kept,) = [one for one in machine.components.logs if one["LogName"] == "Security"]
    assert kept["MaximumSizeInBytes"] == (1 << 27) + 65536


@pytest.mark.parametrize(
    ("found", "states_"),
    [("Circular", ["fail", "pass"]), ("AutoBackup", ["pass", "pass"]), ("Retain", ["fail", "fail"])],
)
def test_a_log_that_stops_when_it_is_full_is_no_log(machine, found, states_):
    machine.components.logs = [log("Security", mode=found)]
    either = {**MODE, "id": "either", "compare": "in", "desired": ["Circular", "AutoBackup"]}
    assert states(look(machine, MODE, either)) == states_
    assert states(bring(machine, either)) == ["pass"]
    assert states(bring(machine, MODE)) == ["pass"]
    assert str(machine.components.logs[0]["LogMode"]) == "AutoBackup"


def test_a_log_that_is_not_there_is_not_assessed_and_the_others_are(machine):
    machine.components.logs = [one for one in machine.components.logs if one["LogName"] != "Security"]
    seen = look(machine, SIZE, {**SIZE, "id": "system", "log": "System"})
    assert states(seen) == ["not_assessed", "fail"]
    assert "There is not an event log" in seen["size"]["reason"]


@pytest.mark.parametrize(
    ("access", "state"),
    [
        ("D:(A;;FA;;;BA)", "pass"),
        ("O:SYG:SYD:(A;;0x1200a9;;;WD)", "fail"),
        ("D:(A;;0x1301bf;;;S-1-1-0)", "fail"),
        ("D:(A;;FR;;;AN)", "fail"),
        ("D:(A;;FR;;;BG)", "fail"),
        ("D:(D;;FA;;;WD)(A;;FA;;;BA)", "pass"),
        ("D:(A;;FA;;;AU)", "pass"),
        ("D:NO_ACCESS_CONTROL", "fail"),
        ("O:SYG:SY", "fail"),
        ("D:(XA;;FA;;;WD;(@User.Title==1))", "not_assessed"),
        ("", "not_assessed"),
        (None, "not_assessed"),
    ],
)
def test_a_share_is_for_nobody_unknown(machine, access, state):
    machine.components.shares.append(share("Van ban", "D:\\Van ban", access))
    seen = look(machine, OPEN)["open"]
    assert (seen["state"], seen["after"]) == (state, {"pass": [], "fail": ["Van ban"], "not_assessed": None}[state])


def test_in_the_place_of_everyone_comes_whoever_has_logged_on_and_no_guest(machine):
    machine.components.shares.append(share("Van ban", "D:\\Van ban", f"{EVERYONE}(A;;FR;;;BG)(D;;FW;;;WD)"))
    assert bring(machine, OPEN)["open"]["state"] == "pass"
    kept = machine.components.shares[-1]["SecurityDescriptor"]
    assert kept == "O:SYG:SYD:(A;;0x1301bf;;;AU)(A;;0x1f01ff;;;BA)(D;;FW;;;WD)"


def test_a_share_without_any_list_is_left_to_its_owner(machine):
    machine.components.shares.append(share("Van ban", "D:\\Van ban", "D:NO_ACCESS_CONTROL"))
    seen = bring(machine, OPEN)["open"]
    assert (seen["state"], seen["reason"]) == ("fail", "a share has no access list at all: give it one by hand")
    assert machine.writes == []


@pytest.mark.parametrize(
    ("path", "state"), [("D:\\", "fail"), ("E:", "fail"), ("\\\\?\\D:\\", "fail"), ("D:\\Van ban", "pass")]
)
def test_a_whole_drive_is_given_to_nobody(machine, path, state):
    machine.components.shares.append(share("D", path, "D:(A;;FA;;;BA)"))
    assert look(machine, DRIVE)["drive"]["state"] == state
    assert bring(machine, DRIVE)["drive"]["changed"] is False


def test_shares_that_windows_makes_are_left_alone(machine):
    machine.components.shares += [
        share("print$", "C:\\Windows\\System32\\spool\\drivers", EVERYONE),
        share("D$", "D:\\", EVERYONE, special=True),
    ]
    assert states(look(machine, OPEN, DRIVE)) == ["pass", "pass"]


@pytest.mark.parametrize(
    ("broken", "row"), [("DISM", FEATURE), ("Schedule", TASK), ("EventLog", SIZE), ("LanmanServer", OPEN)]
)
def test_a_part_that_cannot_be_read_is_not_assessed(machine, broken, row):
    machine.broken.add(broken)
    seen = look(machine, row)[row["id"]]
    assert seen["state"] == "not_assessed"
    assert "cannot be started" in seen["reason"]


SECTIONS = {"features": FEATURE, "tasks": TASK, "logs": SIZE, "shares": OPEN}


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("told", [[None], ["text"], [{}], [{"name": 1, "state": None}], [[]], None])
def test_a_section_that_is_not_what_was_asked_for_is_not_assessed(section, told):
    row = {"control": "AC-08", **SECTIONS[section]}
    answer = json.dumps({"sections": {} if told is None else {section: told}, "errors": {}})
    (judged,) = engine.judged([row], facts.read(answer))
    assert judged.state == "not_assessed"


def test_all_of_it_becomes_what_it_was(machine):
    machine.components.features["TelnetClient"] = "Enabled"
    machine.components.scheduled = [task(SCAN, 1)]
    machine.components.shares.append(share("Van ban", "D:\\Van ban", "D:(A;;FR;;;WD)"))
    before = copy.deepcopy(machine.components)
    assert set(states(bring(machine, *EVERY))) == {"pass"}
    assert machine.components != before
    told = take_back(machine)
    assert told["restored"] == [
        "optional feature: TelnetClient",
        "scheduled task: \\Microsoft\\Windows\\Windows Defender\\, Windows Defender Scheduled Scan",
        "event log: Security, size",
        "event log: Security, mode",
        "share: Van ban",
    ]
    assert machine.components == before


def test_a_share_that_somebody_else_opened_since_is_not_touched(machine):
    machine.components.shares.append(share("Van ban", "D:\\Van ban", EVERYONE))
    bring(machine, OPEN)
    machine.components.shares[-1]["SecurityDescriptor"] = "D:(A;;FA;;;BU)"
    with pytest.raises(Exception, match="share: Van ban was changed since by somebody else"):
        take_back(machine)
