# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From which addresses a service can be reached: what is seen of the rules, written, taken back, and survived."""

from __future__ import annotations

import copy
import json

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.kinds import firewall_ruleset
from tests.doubles.windows.machine import Machine
from tests.doubles.windows.rules import REMOTE_DESKTOP, rule
from tests.doubles.windows.values import Choice
from tests.integration.windows.office import OFFER, bring, look, office, take_back, zones

ROW = {"id": "rdp", "kind": "firewall_rule", "group": REMOTE_DESKTOP, "ports": [3389], "service": "TermService",
       "compare": "<=", "desired": ["10.1.20.0/24", "fd00::/64"]}  # fmt: skip
OF_DOMAIN = {"PolicyStoreSourceType": Choice(2, "GroupPolicy")}


@pytest.fixture(name="machine")
def fixture_machine():
    return Machine()


def state_with(machine, *rules):
    machine.rules += rules
    return look(machine, ROW)["rdp"]["state"]


@pytest.mark.parametrize(
    ("remote", "state"),
    [
        ("Any", "fail"),
        ("LocalSubnet", "fail"),
        ("Internet", "fail"),
        ("10.1.20.7", "pass"),
        ("10.1.20.0/255.255.255.0", "pass"),
        ("10.1.20.128/255.255.255.128", "pass"),
        ("10.1.20.1-10.1.20.255", "pass"),
        ("10.1.20.1-10.1.21.0", "fail"),
        ("10.1.0.0/255.255.0.0", "fail"),
        ("fd00::/64", "pass"),
        ("fd00::/48", "fail"),
        (["10.1.20.7", "10.1.21.7"], "fail"),
        (["10.1.20.7", "fd00::1"], "pass"),
        ("10.1.20", "not_assessed"),
        (None, "not_assessed"),
    ],
)
def test_who_may_come_in_is_held_against_who_should(machine, remote, state):
    assert state_with(machine, rule("Office", "3389", remote)) == state


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "fail"),
        ({"enabled": False}, "pass"),
        ({"Action": Choice(4, "Block")}, "pass"),
        ({"Direction": Choice(2, "Outbound")}, "pass"),
        ({"Protocol": "UDP"}, "fail"),
        ({"Protocol": "ICMPv4"}, "pass"),
        ({"ports": "3388"}, "pass"),
        ({"ports": ["22", "3389"]}, "fail"),
        ({"ports": "3000-4000"}, "fail"),
        ({"ports": "4000-5000"}, "pass"),
        ({"ports": "RPC"}, "pass"),
        ({"ports": "Any"}, "fail"),
        ({"ports": "Any", "Protocol": "Any"}, "fail"),
        ({"ports": "Any", "Program": "C:\\Zalo\\Zalo.exe"}, "pass"),
        ({"ports": "Any", "Package": "S-1-15-2-1"}, "pass"),
        ({"ports": "Any", "Program": "%SystemRoot%\\system32\\svchost.exe", "Service": "dhcp"}, "pass"),
        ({"ports": "Any", "Program": "%SystemRoot%\\system32\\svchost.exe", "Service": "termservice"}, "fail"),
        ({"ports": "1", "Group": REMOTE_DESKTOP}, "fail"),
        ({"ports": "1", "Group": "Remote Desktop"}, "pass"),
    ],
)
def test_a_rule_counts_by_its_group_or_the_ports_that_it_opens(machine, fields, state):
    assert state_with(machine, rule("Office", **{"ports": "3389", **fields})) == state


def test_two_rules_with_one_id_cannot_be_told_apart(machine):
    machine.rules[0]["Enabled"] = Choice(1, "True")
    same = rule("RemoteDesktop-UserMode-In-TCP", "3389", "10.1.20.7", **OF_DOMAIN)
    assert state_with(machine, same) == "not_assessed"
    assert "RemoteDesktop-UserMode-In-TCP" in look(machine, ROW)["rdp"]["reason"]


def test_every_rule_that_lets_in_too_many_is_narrowed_and_no_other_is_touched(machine):
    machine.rules += [rule("Office", "3389"), rule("Right", "3389", "10.1.20.9"), rule("Web", "443")]
    before = copy.deepcopy(machine.rules)
    assert bring(machine, ROW)["rdp"]["state"] == "pass"
    changed = [one for one, other in zip(machine.rules, before, strict=True) if one != other]
    assert [(one["Name"], one["RemoteAddress"]) for one in changed] == [
        ("Office", ["10.1.20.0/255.255.255.0", "fd00::/64"])
    ]
    assert bring(machine, ROW)["rdp"]["changed"] is False
    assert take_back(machine)["restored"] == ["firewall rule: Office, remote"]
    assert machine.rules == before


def test_for_nobody_the_rules_are_switched_off_and_can_be_switched_on_again(machine):
    for one in machine.rules[:3]:
        one["Enabled"] = Choice(1, "True")
    before = copy.deepcopy(machine.rules)
    assert bring(machine, {**ROW, "desired": []})["rdp"]["state"] == "pass"
    assert [str(one["Enabled"]) for one in machine.rules[:4]] == ["False", "False", "False", "True"]
    take_back(machine)
    assert machine.rules == before


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (OF_DOMAIN, "the policy of the domain sets it: correct it there"),
        ({"ports": ["443", "3389"]}, "the firewall rule Office opens other ports as well: correct it by hand"),
        ({"ports": "Any"}, "the firewall rule Office opens other ports as well: correct it by hand"),
    ],
)
def test_a_rule_that_is_not_ours_to_narrow_is_told(machine, fields, reason):
    machine.rules.append(rule("Office", **{"ports": "3389", **fields}))
    seen = bring(machine, ROW)["rdp"]
    assert (seen["state"], seen["reason"], machine.writes) == ("fail", reason, [])


def test_a_firewall_that_cannot_be_read_is_not_assessed(machine):
    machine.broken.add("MpsSvc")
    assert look(machine, ROW)["rdp"]["state"] == "not_assessed"


def of_the_model(name, protocol="tcp", **fields):
    lists = {key: [] for key in ("local_ports", "remote_ports", "icmp_types", "unmet")}
    return {**lists, "name": f"commune in {name}", "protocol": protocol, "remote_addresses": ["10.1.0.0/16"], **fields}


def ruleset(*rules):
    desired = sorted(firewall_ruleset.text_of(firewall_ruleset.wanted(one)) for one in rules)
    return {"id": "set", "kind": "firewall_ruleset", "rules": rules, "desired": desired}


WAYS_IN = (
    of_the_model("management", local_ports=["5985-5986"]),
    of_the_model("smb", local_ports=["445", "139"], remote_addresses=["10.1.30.1", "10.2.0.0-10.2.0.9"]),
    of_the_model("link-dhcp", "udp", local_ports=["68"], remote_ports=["67"], remote_addresses=["0.0.0.0/0"]),
    of_the_model("ping", "icmpv6", icmp_types=["128"], remote_addresses=["::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
)


def test_the_rules_of_the_model_are_made_the_others_switched_off_and_all_of_it_taken_back(machine):
    machine.rules.append(rule("commune in smb", "445"))
    before = copy.deepcopy(machine.rules)
    first = look(machine, ruleset(*WAYS_IN))["set"]
    assert (first["state"], first["would_change"], machine.rules) == ("fail", True, before)
    seen = bring(machine, ruleset(*WAYS_IN))["set"]
    assert (seen["state"], seen["after"]) == ("pass", seen["desired"]), seen
    opened = {one["Name"]: one for one in machine.rules if str(one["Enabled"]) == "True"}
    assert opened.keys() == {one["name"] for one in WAYS_IN}
    smb = opened["commune in smb"]
    assert (smb["Protocol"], smb["LocalPort"], smb["RemoteAddress"]) == (
        "TCP", ["139", "445"], ["10.1.30.1", "10.2.0.0-10.2.0.9"],
    )  # fmt: skip
    assert opened["commune in ping"]["IcmpType"] == "128"
    assert bring(machine, ruleset(*WAYS_IN))["set"]["changed"] is False
    take_back(machine)
    assert {one["Name"]: one for one in machine.rules} == {
        one["Name"]: {**one, "DisplayName": "commune in smb"} if one["Name"] == "commune in smb" else one
        for one in before
    }


@pytest.mark.parametrize(
    "change",
    [
        {"LocalPort": ["445"]},
        {"RemoteAddress": "Any"},
        {"Protocol": "UDP"},
        {"Enabled": Choice(2, "False")},
        {"Action": Choice(4, "Block")},
    ],
)
def test_a_rule_that_somebody_changed_is_found_and_made_again(machine, change):
    bring(machine, ruleset(*WAYS_IN))
    (changed,) = [one for one in machine.rules if one["Name"] == "commune in smb"]
    changed.update(change)
    assert look(machine, ruleset(*WAYS_IN))["set"]["state"] == "fail"
    assert bring(machine, ruleset(*WAYS_IN))["set"]["state"] == "pass"


def test_what_the_domain_lets_in_and_what_windows_cannot_say_is_told(machine):
    machine.rules.append(rule("Domain", "8080", **OF_DOMAIN))
    seen = bring(machine, ruleset(*WAYS_IN))["set"]
    assert (seen["state"], seen["reason"]) == ("fail", "other rules of this machine let others in (1): Domain")
    machine.rules.pop([one["Name"] for one in machine.rules].index("Domain"))
    loose = {**WAYS_IN[0], "unmet": ["log"]}
    seen = bring(machine, ruleset(loose, *WAYS_IN[1:]))["set"]
    assert seen["reason"] == "Windows Firewall can neither limit nor log one rule alone: commune in management"


def test_a_list_without_the_controller_is_taken_back_by_the_machine(tmp_path):
    machine = Machine()
    before = copy.deepcopy(machine.rules)
    arguments = f"--args={json.dumps({'roles': ['remote_desktop']})}"
    with office(tmp_path, {"pc": machine}) as site:
        lost = site.run(arguments, baseline_revert_seconds=10, remote_desktop_winrm_sources=["10.9.9.9"]).rows()
        assert machine.rules == before
        kept = site.run(arguments, baseline_revert_seconds=10, remote_desktop_winrm_sources=["10.1.20.0/24"]).rows()
    row = lost["WIN-WINRM-SourcesOfWorkstations"]
    assert (row["state"], row["changed"]) == ("fail", False)
    assert row["reason"] == "no new connection was possible after the change, so the device took it back"
    assert (kept["WIN-WINRM-SourcesOfWorkstations"]["state"], kept["WIN-RDP-SourcesOfWorkstations"]["state"]) == (
        "pass", "not_assessed",
    )  # fmt: skip
    opened = {one["Name"]: one["RemoteAddress"] for one in machine.rules if one["LocalPort"] in ("5985", "5986")}
    assert set(opened.values()) == {"10.1.20.0/255.255.255.0"}


@pytest.mark.parametrize(
    ("given", "state", "said"),
    [
        ({}, "pass", ""),
        ({"managers": ["10.9.9.9"]}, "fail", "no new connection was possible"),
        ({"outbound": "model"}, "not_assessed", "set outbound of host_firewall_offer to any"),
    ],
)
def test_a_host_takes_what_the_zone_model_says_and_keeps_its_controller(tmp_path, given, state, said):
    machine = Machine()
    before = copy.deepcopy(machine.rules)
    zones(tmp_path)
    arguments = f"--args={json.dumps({'roles': ['host_firewall']})}"
    with office(tmp_path, {"pc": machine}) as site:
        done = site.run(arguments, baseline_revert_seconds=10, host_firewall_offer={**OFFER, **given})
    row = done.rows()["WIN-HOSTFW-Rules"]
    assert row["state"] == state, row
    assert said in (row["reason"] or "")
    opened = {one["Name"] for one in machine.rules if str(one["Enabled"]) == "True"}
    if state == "pass":
        assert {name.partition(" 1")[0] for name in opened} > {"commune in management", "commune in link-neighbours"}
        assert all(name.startswith("commune in ") for name in opened)
    else:
        assert machine.rules == before
