# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules between the zones on a real host: loaded, proven, broken by hand and found, kept at a boot, taken back."""

from __future__ import annotations

import json
import re
import shlex
import subprocess

import pytest

from tests.integration.conftest import Controller
from tests.integration.tree import changes, manifest
from tests.lab.zones import office

APPLY, CHECK = ("playbooks/zones_apply.yml",), ("playbooks/zones_apply.yml", "--check", "--diff")
FIREWALL, OTHER = "debian13", "debian12"
RULES = "LNX-ZONES-Ruleset"
UNIT = "commune-baseline-commune-zones.service"
RULES_FILE = "/etc/nftables/commune_zones.nft"
OURS = "table inet commune_zones"
FOREIGN = "table ip docker { chain in { type filter hook input priority 5; tcp dport 4444 drop; }; }"

FIRST = "nft -a list chain inet commune_zones {chain} | sed -n 's/.*{word}.* # handle //p' | head -1"
CHANGES_BY_HAND = {
    "a way past everything": "nft insert rule inet commune_zones forward tcp sport 443 accept",
    "a rule dropped": (
        f"nft delete rule inet commune_zones lan.to.server handle $({FIRST.format(chain='lan.to.server', word='445')})"
    ),
    "false sources let in": "nft flush chain inet commune_zones sources",
    "everything passes": "nft chain inet commune_zones forward '{ policy accept; }'",
    "an interface widened": (
        "nft replace rule inet commune_zones postrouting handle"
        f" $({FIRST.format(chain='postrouting', word='masquerade')})"
        " oifname 'w*' masquerade"
    ),
    "a network out of the inside": "nft delete element inet commune_zones inside4 '{ 10.20.10.0/24 }'",
}
FAULTS = {
    "an unknown zone": ("to: [camera_iot]", "to: [camera]", "camera is no zone that this file knows"),
    "a port that is none": ("tcp: [631]", "tcp: [70000]", "70000 is no port"),
    "what must never be": (
        "to: [camera_iot]\n    services: [ipp",
        "to: [mgmt]\n    services: [ipp",
        "allows what must never be",
    ),
}


@pytest.fixture(scope="module", name="controller")
def fixture_controller(session_lab):
    session_lab.reset()
    office.write(session_lab.folder, office.text(FIREWALL))
    host = session_lab.hosts[FIREWALL]
    host.ssh(f"sudo nft '{FOREIGN}'")
    yield Controller(session_lab)
    (session_lab.folder / "group_vars/all/zones.yml").unlink()


@pytest.fixture(name="host")
def fixture_host(controller):
    return controller.lab.hosts[FIREWALL]


def rules(run):
    return run.rows(FIREWALL)[RULES]


def listed(host, *words):
    """Return what the kernel holds, as nft tells it to somebody else than our code."""
    return host.ssh(f"sudo nft -s {' '.join(words)} list ruleset").stdout


def test_a_fresh_firewall_fails_and_stays_as_it_is_in_check_mode(controller, host):
    before, had = manifest(host), listed(host)
    run = controller.playbook(*CHECK)
    assert run.exit_code == 2
    seen = rules(run)
    assert (seen["state"], seen["would_change"], seen["before"]) == ("fail", True, None)
    assert seen["reason"] == "there is no table commune_zones, so every packet passes"
    assert seen["where"].endswith(", beside ip docker")
    assert (changes(before, manifest(host)), listed(host)) == ({}, had)


def test_the_rules_are_loaded_proven_and_stay(controller, host):
    run = controller.playbook(*APPLY)
    assert run.exit_code == 0, run.results
    assert (rules(run)["state"], rules(run)["changed"]) == ("pass", True)
    assert OURS in listed(host)
    assert "table ip docker" in listed(host)
    again = controller.playbook(*APPLY)
    assert (again.exit_code, again.results[FIREWALL]["changed"], rules(again)["state"]) == (0, False, "pass")


def test_a_device_that_the_model_does_not_name_is_left_alone(controller):
    of_zones = json.dumps({"baseline_only": ["NZ-03", "NZ-04"]})
    run = controller.playbook("playbooks/drift.yml", "--limit", OTHER, "--extra-vars", of_zones)
    assert {row["state"] for row in run.rows(OTHER).values()} == {"not_applicable"}
    assert OURS not in controller.lab.hosts[OTHER].ssh("sudo nft list ruleset").stdout


@pytest.mark.parametrize("command", CHANGES_BY_HAND.values(), ids=CHANGES_BY_HAND)
def test_a_change_by_hand_is_shown_by_a_packet(controller, host, command):
    right = listed(host)
    host.ssh(f"sudo sh -c {shlex.quote(command)}")
    assert listed(host) != right
    found = controller.playbook(*CHECK)
    assert (found.exit_code, rules(found)["state"], rules(found)["changed"]) == (2, "fail", False)
    assert re.match(r"\[\w+ .+ > .+, \w+( dnat)?\] (meets|passes)", rules(found)["reason"]), rules(found)["reason"]
    host.ssh(f"sudo nft -f {RULES_FILE}")
    assert listed(host) == right


def test_a_change_that_no_packet_meets_is_drift_too(controller, host):
    host.ssh("sudo nft add chain inet commune_zones spare")
    found = rules(controller.playbook(*CHECK))
    assert found["reason"] == "the rules are not those that we write, though no packet is treated otherwise"
    assert rules(controller.playbook(*APPLY))["state"] == "pass"
    assert "spare" not in listed(host)


def test_a_rule_that_cannot_be_judged_is_no_pass(controller, host):
    host.ssh("sudo nft insert rule inet commune_zones forward meta mark 1 accept")
    found = rules(controller.playbook(*CHECK))
    host.ssh(f"sudo nft -f {RULES_FILE}")
    told = "the rules cannot be judged: the condition meta mark 1 cannot be judged here"
    assert (found["state"], found["reason"]) == ("fail", told)


def test_a_table_that_is_gone_is_loaded_again(controller, host):
    host.ssh("sudo nft delete table inet commune_zones")
    assert rules(controller.playbook(*APPLY))["changed"]
    assert OURS in listed(host)


@pytest.mark.parametrize("verb", ["start", "reload", "restart", "stop"])
def test_whatever_nftables_service_does_the_table_stays(host, verb):
    host.ssh(f"sudo systemctl {verb} nftables.service")
    assert OURS in listed(host)


def test_the_table_is_there_after_a_boot(controller, host):
    host.reboot()
    assert OURS in listed(host)
    assert rules(controller.playbook(*CHECK))["state"] == "pass"


@pytest.mark.parametrize(
    ("breaking", "mending", "reason"),
    [
        (f"systemctl disable {UNIT}", f"systemctl enable {UNIT}", "is not enabled for the next boot"),
        (f"sed -i s/drop/accept/ {RULES_FILE}", f"mv /root/right {RULES_FILE}", "does not say so for the next boot"),
        (f"chmod 0666 {RULES_FILE}", f"chmod 0600 {RULES_FILE}", "others than root"),
    ],
)
def test_what_the_next_boot_would_load_counts(controller, host, breaking, mending, reason):
    host.ssh(f"sudo cp -p {RULES_FILE} /root/right; sudo {breaking}")
    found = rules(controller.playbook(*CHECK))
    assert (found["state"], reason in found["reason"]) == ("fail", True), found["reason"]
    host.ssh(f"sudo {mending}; sudo rm -f /root/right")


def test_what_the_next_boot_would_load_is_corrected(controller, host):
    host.ssh(f"sudo rm {RULES_FILE}")
    run = controller.playbook(*APPLY)
    assert (rules(run)["state"], rules(run)["changed"]) == ("pass", True)
    assert OURS in host.ssh(f"sudo cat {RULES_FILE}").stdout


def test_rules_that_lock_the_controller_out_are_taken_back_and_the_run_fails(controller, host):
    right, files = listed(host), manifest(host)
    office.write(controller.lab.folder, office.text(FIREWALL, way_in=False))
    run = controller.playbook(*APPLY, "--extra-vars", "baseline_revert_seconds=10")
    office.write(controller.lab.folder, office.text(FIREWALL))
    assert run.exit_code == 2
    assert (rules(run)["state"], rules(run)["changed"]) == ("fail", False)
    assert rules(run)["reason"].startswith(
        "no new connection was possible after the change, so the device took it back"
    )
    assert (listed(host), changes(files, manifest(host))) == (right, {})
    assert rules(controller.playbook(*APPLY))["changed"] is False


def test_a_connection_outlives_another_ruleset(controller, host):
    with subprocess.Popen(
        [*host.ssh_command(), "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as talk:
        assert said_back(talk, "before") == "before"
        office.write(controller.lab.folder, office.text(FIREWALL).replace("tcp: [631]", "tcp: [631, 632]"))
        assert rules(controller.playbook(*APPLY))["changed"]
        assert said_back(talk, "after") == "after"
        office.write(controller.lab.folder, office.text(FIREWALL))
        assert rules(controller.playbook(*APPLY))["changed"]
        assert said_back(talk, "again") == "again"
        talk.stdin.close()


def said_back(talk, word):
    talk.stdin.write(f"{word}\n")
    talk.stdin.flush()
    return talk.stdout.readline().strip()


def test_a_policy_that_expired_is_left_out_and_told(controller, host):
    dated = "\n    expires: 2020-01-31\n    reason: In và xem"
    office.write(controller.lab.folder, office.text(FIREWALL).replace("\n    reason: In và xem", dated))
    run = controller.playbook(*APPLY)
    office.write(controller.lab.folder, office.text(FIREWALL))
    told = "policy noi-bo-in-va-xem-camera of the zone model expired on 2020-01-31 and is left out"
    assert (rules(run)["state"], rules(run)["reason"]) == ("pass", told)
    assert told in run.results[FIREWALL]["warnings"]
    assert "9100" not in listed(host)
    assert rules(controller.playbook(*APPLY))["state"] == "pass"


@pytest.mark.parametrize(("right", "wrong", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_in_the_model_is_refused_before_anything_changes(controller, host, right, wrong, told):
    had = listed(host)
    text = office.text(FIREWALL)
    assert right in text
    path = office.write(controller.lab.folder, text.replace(right, wrong, 1))
    run = controller.playbook(*APPLY)
    office.write(controller.lab.folder, text)
    for result in run.results.values():
        assert re.match(rf"file {re.escape(str(path))}, line \d+: .*{re.escape(told)}", result["msg"]), result["msg"]
    assert listed(host) == had


def test_a_run_is_taken_back_exactly(controller, host):
    right, files = listed(host), manifest(host)
    office.write(controller.lab.folder, office.text(FIREWALL).replace("tcp: [631]", "tcp: [631, 632]"))
    run = controller.playbook(*APPLY)
    office.write(controller.lab.folder, office.text(FIREWALL))
    assert listed(host) != right
    back = controller.playbook(
        "playbooks/rollback.yml", "--limit", FIREWALL, "--extra-vars", f"run={run.results[FIREWALL]['run']}"
    )
    assert back.exit_code == 0, back.results
    assert (listed(host), changes(files, manifest(host))) == (right, {})


def test_an_older_release_of_nft_is_spoken_to_as_well(controller):
    office.write(controller.lab.folder, office.text(FIREWALL, OTHER))
    first, second = (controller.playbook(*APPLY, "--limit", OTHER) for _time in range(2))
    assert {row["state"] for run in (first, second) for row in run.rows(OTHER).values()} == {"pass"}
    assert [run.results[OTHER]["changed"] for run in (first, second)] == [True, False]
