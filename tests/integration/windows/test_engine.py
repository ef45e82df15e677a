# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scripts and the engine on a simulated machine without a network between: what each kind sees and writes."""

from __future__ import annotations

import pytest

from tests.doubles.windows.machine import Machine
from tests.doubles.windows.values import Record
from tests.integration.windows.office import bring, look, states

KEY = "SOFTWARE\\Policies\\Office"
LOGON = "{0CCE9215-69AE-11D9-BED3-505054503030}"


def value(id_="value", desired=1, type_="DWord", **fields):
    return {"id": id_, "kind": "registry", "key": KEY, "name": "Setting", "type": type_, "desired": desired, **fields}


def audit(desired="failure", **fields):
    return {"id": "audit", "kind": "audit_policy", "guid": LOGON, "desired": desired, "compare": ">=", **fields}


def policy(key="MinimumPasswordLength", desired=10, compare=">=", **fields):
    return {"id": key, "kind": "security_policy", "key": key, "desired": desired, "compare": compare, **fields}


def right(desired, compare, right_="SeRemoteInteractiveLogonRight"):
    return {"id": "right", "kind": "user_right", "right": right_, "desired": desired, "compare": compare}


DOMAIN = "the policy of the domain sets it: correct it there"
ADMINISTRATOR = {"id": "a", "kind": "local_account", "rid": 500, "attribute": "enabled", "desired": True}


def defender(attribute="RealTimeProtectionEnabled", desired=True, **fields):
    return {"id": attribute, "kind": "defender", "attribute": attribute, "desired": desired, **fields}


@pytest.fixture(name="machine")
def fixture_machine():
    return Machine()


@pytest.mark.parametrize(
    ("type_", "desired", "stored"),
    [
        ("DWord", 255, 255),
        ("DWord", 0xFFFFFFFF, 0xFFFFFFFF),
        ("QWord", 1 << 40, 1 << 40),
        ("String", "Khóa", "Khóa"),
        ("String", 600, "600"),
        ("ExpandString", "%SystemRoot%\\a", "%SystemRoot%\\a"),
        ("MultiString", ["a", "b"], ["a", "b"]),
        ("MultiString", ["a"], ["a"]),
        ("Binary", [0, 255], b"\x00\xff"),
    ],
)
def test_every_type_of_value_is_written_read_and_left_alone(machine, type_, desired, stored):
    row = value(type_=type_, desired=desired)
    assert look(machine, row)["value"]["state"] == "fail"
    assert machine.writes == []
    first = bring(machine, row)["value"]
    assert (first["state"], first["before"], first["changed"]) == ("pass", None, True)
    assert machine.registry.get(f"HKLM\\{KEY}", "setting") == (type_, stored)
    again = bring(machine, row)["value"]
    assert (again["state"], again["changed"]) == ("pass", False)


@pytest.mark.parametrize(
    ("compare", "found", "state"),
    [
        ("<=", 600, "pass"),
        ("<=", 601, "fail"),
        ("<=", 0, "fail"),
        (">=", 600, "pass"),
        (">=", 599, "fail"),
        ("==", 601, "fail"),
    ],
)
def test_numbers_are_held_against_their_bounds(machine, compare, found, state):
    machine.registry.set(f"HKLM\\{KEY}", "Setting", "DWord", found)
    assert look(machine, value(desired=600, compare=compare, minimum=1))["value"]["state"] == state


def test_a_value_that_has_to_be_absent_is_taken_away(machine):
    machine.registry.set(f"HKLM\\{KEY}", "Setting", "DWord", 1)
    assert bring(machine, value(desired=None, compare="absent"))["value"]["state"] == "pass"
    assert machine.registry.get(f"HKLM\\{KEY}", "Setting") is None


def test_an_absent_value_counts_as_what_windows_takes_for_it(machine):
    assert states(look(machine, value("with", default=1), value("without"))) == ["pass", "fail"]


def test_a_value_of_another_type_fails_even_if_it_reads_the_same(machine):
    machine.registry.set(f"HKLM\\{KEY}", "Setting", "String", "1")
    seen = look(machine, value())["value"]
    assert (seen["state"], seen["reason"]) == ("fail", "its type is String, and Windows reads only DWord here")
    assert bring(machine, value())["value"]["state"] == "pass"
    assert machine.registry.get(f"HKLM\\{KEY}", "Setting") == ("DWord", 1)


def test_a_key_that_nobody_may_open_is_not_assessed_and_keeps_nothing_else_from_being_judged(machine):
    machine.registry.denied.add(f"hklm\\{KEY.lower()}")
    seen = look(machine, value(), policy())
    assert states(seen) == ["not_assessed", "fail"]
    assert "registry access is not allowed" in seen["value"]["reason"]


def test_every_user_that_is_logged_on_counts(machine):
    other = "S-1-12-1-1-2-3-4"
    machine.registry.create(f"HKU\\{other}\\Software")
    row = value(hive="users")
    machine.registry.set(f"HKU\\{machine.user}\\{KEY}", "Setting", "DWord", 1)
    seen = look(machine, row)["value"]
    assert (seen["state"], seen["where"]) == ("fail", f"HKU\\{other}\\{KEY}\\Setting")
    assert bring(machine, row)["value"]["state"] == "pass"
    assert machine.registry.get(f"HKU\\{other}\\{KEY}", "Setting") == ("DWord", 1)
    for hive in (".DEFAULT", "S-1-5-18", f"{machine.user}_Classes"):
        assert machine.registry.get(f"HKU\\{hive}\\{KEY}", "Setting") is None


def test_without_anybody_logged_on_a_users_value_is_not_assessed():
    machine = Machine()
    machine.registry.keys = {key: values for key, values in machine.registry.keys.items() if "s-1-5-21" not in key}
    assert (
        look(machine, value(hive="users"))["value"]["reason"] == "nobody is logged on, so no user's registry is loaded"
    )


def test_a_user_who_is_not_logged_on_is_not_assessed_and_keeps_nobody_elses_value_from_being_written(machine):
    away = f"{machine.sid}-1002"
    machine.profiles.append(away)
    machine.registry.create(f"HKU\\{machine.user}\\Software")
    row = value(hive="users")
    assert look(machine, row)["value"]["state"] == "fail"
    seen = bring(machine, row)["value"]
    assert (seen["state"], seen["changed"]) == ("not_assessed", True)
    assert seen["reason"] == "users of this machine who are not logged on: 1; their registry is not loaded"
    assert machine.registry.get(f"HKU\\{machine.user}\\{KEY}", "Setting") == ("DWord", 1)
    machine.profiles.append(f"{machine.sid}-1003")
    assert look(machine, row)["value"]["reason"].startswith("users of this machine who are not logged on: 2")
    machine.profiles = [machine.user, "S-1-5-18"]
    assert look(machine, row)["value"]["state"] == "pass"


def test_what_the_policy_of_a_domain_sets_is_told_and_not_fought_over(machine):
    machine.part_of_domain = True
    machine.domain_settings.append(Record({"registryKey": KEY.upper(), "valueName": "setting"}))
    seen = bring(machine, value())["value"]
    assert (seen["state"], seen["reason"]) == ("fail", "the policy of the domain sets it: correct it there")
    assert machine.writes == []


def test_what_the_security_options_of_a_domain_set_is_not_fought_over_either(machine):
    machine.part_of_domain = True
    machine.domain_security.append(Record({"Path": f"MACHINE\\{KEY}\\Setting", "GPOID": "CN={31B2F340}"}))
    assert bring(machine, value())["value"]["reason"] == DOMAIN
    assert machine.writes == []


@pytest.mark.parametrize(
    ("row", "setting"),
    [
        (policy(), {"KeyName": "MinimumPasswordLength"}),
        (policy("ClearTextPassword", 1, "=="), {"KeyName": "cleartextpassword"}),
        (right(["S-1-5-32-544"], "<="), {"UserRight": "SeRemoteInteractiveLogonRight"}),
        (audit(guid="{0CCE923F-69AE-11D9-BED3-505054503030}"), {"Category": "AuditAccountLogon"}),
        (audit(guid="{0CCE9237-69AE-11D9-BED3-505054503030}"), {"Category": "AuditAccountManage"}),
        (audit(guid="{0CCE9245-69AE-11D9-BED3-505054503030}"), {"Category": "AuditObjectAccess"}),
        ({"id": "s", "kind": "service", "name": "Spooler", "desired": "disabled"}, {"Service": "Spooler"}),
        (ADMINISTRATOR, {"KeyName": "EnableAdminAccount"}),
    ],
)
def test_what_a_domain_sets_of_security_is_told_and_not_fought_over(machine, row, setting):
    machine.services["Spooler"] = Record({"Name": "Spooler", "StartMode": "Auto", "State": "Running"})
    machine.part_of_domain = True
    machine.domain_security.append(Record({**setting, "GPOID": "CN={31B2F340}", "precedence": 1}))
    (seen,) = bring(machine, row).values()
    assert (seen["state"], seen["reason"], machine.writes) == ("fail", DOMAIN, [])
    machine.domain_security = [Record(dict.fromkeys(setting, "Another")), Record({**setting, "GPOID": "LocalGPO"})]
    (seen,) = bring(machine, row).values()
    assert (seen["state"], seen["changed"]) == ("pass", True)


def test_what_the_advanced_audit_policy_of_a_domain_sets_is_not_fought_over(machine):
    machine.part_of_domain = True
    line = f"PC,System,Logon,{LOGON.lower()},Success,,1\r\n"
    head = (
        "Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting,Setting Value\r\n"
    )
    machine.audit[LOGON] = ("Logon", 1)
    machine.files["C:\\Windows\\security\\audit\\audit.csv"] = (head + line).encode("utf-16")
    assert bring(machine, audit())["audit"]["reason"] == DOMAIN
    own = "C:\\Windows\\System32\\GroupPolicy\\Machine\\Microsoft\\Windows NT\\Audit\\audit.csv"
    machine.files[own] = (head + line).encode("cp1252")
    assert bring(machine, audit())["audit"]["state"] == "pass"


def test_where_nobody_can_tell_what_the_domain_sets_nothing_is_written(machine):
    machine.part_of_domain = True
    machine.broken.add("RSOP_RegistryPolicySetting")
    seen = bring(machine, value())["value"]
    assert (seen["state"], seen["changed"]) == ("fail", False)
    assert "cannot read the section domain" in seen["reason"]


def test_what_local_policy_sets_is_corrected(machine):
    machine.domain_settings.append(Record({"registryKey": KEY, "valueName": "Setting"}))
    assert bring(machine, value())["value"]["state"] == "pass"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "utf-8", "cp1252"])
def test_the_files_of_programs_are_read_in_any_encoding(encoding):
    machine = Machine(template_encoding=encoding, audit_encoding=encoding)
    assert states(look(machine, policy(), policy("LockoutBadCount", 10, "<="), audit())) == ["fail", "pass", "pass"]


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ("auditpol", ["fail", "not_assessed", "pass", "pass"]),
        ("secedit", ["not_assessed", "pass", "pass", "pass"]),
        ("WinDefend", ["fail", "pass", "not_assessed", "pass"]),
        ("MpsSvc", ["fail", "pass", "pass", "not_assessed"]),
    ],
)
def test_a_part_that_cannot_be_read_is_not_assessed_and_the_others_are_judged(machine, broken, expected):
    machine.broken.add(broken)
    firewall = {"id": "fw", "kind": "firewall_profile", "profile": "Public", "attribute": "enabled", "desired": "True"}
    assert states(look(machine, policy(), audit(), defender(), firewall)) == expected


def test_all_keys_of_the_security_template_are_written_together(machine):
    machine.template["System Access"].update(LockoutDuration="10", ResetLockoutCount="10")
    seen = bring(machine, policy("LockoutDuration", 15), policy("ResetLockoutCount", 15), policy())
    assert states(seen) == ["pass", "pass", "pass"]
    assert len([written for written in machine.writes if written.startswith("secedit")]) == 1


def test_what_secedit_refuses_fails_with_its_rows_and_nothing_else(machine):
    seen = bring(machine, policy("ResetLockoutCount", 99), value())
    assert states(seen) == ["fail", "pass"]
    assert seen["ResetLockoutCount"]["reason"] == "secedit ended with exit code 1"
    assert seen["ResetLockoutCount"]["changed"] is False


def test_a_lockout_until_an_administrator_ends_it_is_long_enough(machine):
    machine.template["System Access"]["LockoutDuration"] = "-1"
    assert look(machine, policy("LockoutDuration", 15, forever=-1))["LockoutDuration"]["state"] == "pass"
    assert look(machine, policy("LockoutDuration", 15))["LockoutDuration"]["state"] == "fail"


def test_a_key_that_this_windows_does_not_have_cannot_be_written(machine):
    del machine.template["System Access"]["AllowAdministratorLockout"]
    seen = bring(machine, policy("AllowAdministratorLockout", 1, "=="))["AllowAdministratorLockout"]
    assert seen["reason"] == "this Windows has no AllowAdministratorLockout in its security template"
    assert machine.writes == []


@pytest.mark.parametrize(
    ("desired", "compare", "state", "after"),
    [
        (["S-1-5-32-544"], "<=", "fail", "*S-1-5-32-544"),
        (["S-1-5-32-544", "S-1-5-32-555", "S-1-1-0"], "<=", "pass", None),
        (["S-1-1-0"], ">=", "fail", "*S-1-1-0,*S-1-5-32-544,*S-1-5-32-555"),
        (["S-1-5-32-544"], ">=", "pass", None),
        (["S-1-5-32-544"], "==", "fail", "*S-1-5-32-544"),
    ],
)
def test_a_right_is_for_these_people(machine, desired, compare, state, after):
    before = machine.template["Privilege Rights"]["SeRemoteInteractiveLogonRight"]
    assert look(machine, right(desired, compare))["right"]["state"] == state
    assert bring(machine, right(desired, compare))["right"]["state"] == "pass"
    assert machine.template["Privilege Rights"]["SeRemoteInteractiveLogonRight"] == (after or before)


def test_a_right_of_somebody_unknown_is_not_assessed(machine):
    machine.template["Privilege Rights"]["SeRemoteInteractiveLogonRight"] = "OLD-DOMAIN\\gone"
    seen = look(machine, right(["S-1-5-32-544"], "<="))["right"]
    assert (seen["state"], seen["after"]) == ("not_assessed", None)


@pytest.mark.parametrize(
    ("found", "desired", "compare", "state", "after"),
    [
        (0, "success", ">=", "fail", 1),
        (2, "success", ">=", "fail", 3),
        (3, "failure", ">=", "pass", 3),
        (3, "failure", "==", "fail", 2),
        (1, "success and failure", ">=", "fail", 3),
    ],
)
def test_what_is_recorded_is_added_to_and_taken_away_only_if_wanted(machine, found, desired, compare, state, after):
    machine.audit[LOGON] = ("Logon", found)
    assert look(machine, audit(desired, compare=compare))["audit"]["state"] == state
    assert bring(machine, audit(desired, compare=compare))["audit"]["state"] == "pass"
    assert machine.audit[LOGON][1] == after


@pytest.mark.parametrize(
    ("mode", "running", "desired", "state"),
    [
        ("Auto", "Running", "running", "pass"),
        ("Manual", "Stopped", "running", "fail"),
        ("Disabled", "Running", "disabled", "fail"),
    ],
)
def test_a_service_runs_or_is_disabled(machine, mode, running, desired, state):
    machine.services["Spooler"] = Record({"Name": "Spooler", "StartMode": mode, "State": running})
    row = {"id": "service", "kind": "service", "name": "spooler", "desired": desired}
    assert look(machine, row)["service"]["state"] == state
    assert bring(machine, row)["service"]["state"] == "pass"


def test_a_service_that_is_not_there_need_not_be_disabled_and_cannot_run(machine):
    row = {"id": "service", "kind": "service", "name": "Fax"}
    assert look(machine, {**row, "desired": "disabled"})["service"]["state"] == "not_applicable"
    seen = bring(machine, {**row, "desired": "running"})["service"]
    assert (seen["state"], seen["reason"]) == ("fail", "there is no service Fax")


def test_another_program_against_malware_is_named_and_its_rows_are_not_assessed(machine):
    machine.defender_status["AMRunningMode"] = "Passive Mode"
    machine.antivirus.append(Record({"displayName": "Office AV", "productState": 266240}))
    seen = look(machine, defender())["RealTimeProtectionEnabled"]
    assert (seen["state"], seen["reason"]) == (
        "not_assessed",
        "Office AV protects this machine: look at its own console",
    )


def test_a_machine_that_nothing_protects_fails(machine):
    machine.defender_status["AMRunningMode"] = "Not running"
    machine.antivirus.append(Record({"displayName": "Office AV", "productState": 262144}))
    assert look(machine, defender())["RealTimeProtectionEnabled"]["state"] == "fail"


def test_tamper_protection_makes_the_row_fail_although_nothing_complained(machine):
    machine.tamper_protected = True
    machine.defender_preference["DisableRealtimeMonitoring"] = True
    machine.defender_status["RealTimeProtectionEnabled"] = False
    row = defender(preference="DisableRealtimeMonitoring", switches_off=True)
    seen = bring(machine, row)["RealTimeProtectionEnabled"]
    assert (seen["state"], seen["after"]) == ("fail", False)
    assert seen["reason"] == "it is written, but Defender: RealTimeProtectionEnabled still shows another value"
    machine.tamper_protected = False
    assert bring(machine, row)["RealTimeProtectionEnabled"]["state"] == "pass"


def test_a_scan_that_never_was_is_too_old(machine):
    seen = bring(machine, defender("FullScanAge", 30, compare="<="))["FullScanAge"]
    assert (seen["state"], seen["after"]) == ("fail", "never")


def test_the_account_by_which_we_came_in_is_not_disabled(machine):
    machine.user = f"{machine.sid}-500"
    machine.accounts[machine.user]["Disabled"] = False
    row = {"id": "admin", "kind": "local_account", "rid": 500, "attribute": "enabled", "desired": False}
    seen = bring(machine, row)["admin"]
    assert (seen["state"], seen["reason"]) == (
        "fail",
        "it is the account by which we came in; come in by another one first",
    )
    assert machine.accounts[machine.user]["Disabled"] is False


@pytest.mark.parametrize(
    ("name", "disabled", "state"),
    [
        ("Administrator", False, "fail"),
        ("administrateur", False, "fail"),
        ("Administrator", True, "pass"),
        ("quan-tri-xa", False, "pass"),
    ],
)
def test_the_administrator_that_everybody_knows_is_renamed_or_disabled(machine, name, disabled, state):
    machine.accounts[f"{machine.sid}-500"].update(Name=name, Disabled=disabled)
    row = {"id": "admin", "kind": "local_account", "rid": 500, "attribute": "known_to_all", "desired": False}
    assert look(machine, row)["admin"]["state"] == state
    assert bring(machine, row)["admin"]["state"] == "pass"
    assert machine.accounts[f"{machine.sid}-500"]["Disabled"] is (state == "fail" or disabled)


def test_an_exception_keeps_a_row_from_being_written(machine):
    assert bring(machine, value(enforce=False))["value"]["state"] == "fail"
    assert machine.writes == []


def test_the_journal_lies_on_the_machine_before_anything_is_written(machine):
    bring(machine, value())
    (journal,) = machine.files
    assert journal.startswith("C:\\ProgramData\\commune-baseline\\20261128-120000-1\\")


def test_nothing_is_written_where_the_folder_of_the_journal_leads_elsewhere(machine):
    machine.folders.add("C:\\ProgramData\\commune-baseline")
    machine.links.add("C:\\ProgramData\\commune-baseline")
    with pytest.raises(Exception, match="is a link to another folder"):
        bring(machine, value())
    assert machine.writes == []
    assert machine.registry.get(f"HKLM\\{KEY}", "Setting") is None


def test_no_temporary_file_is_left(machine):
    bring(machine, policy(), audit(), right(["S-1-5-32-544"], "<="))
    assert [path for path in machine.files if "ProgramData" not in path or not path.endswith(".json")] == []
