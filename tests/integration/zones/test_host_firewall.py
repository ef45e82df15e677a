# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The firewall of a real host: loaded, tried by another, broken by hand and found, kept at a boot, taken back."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from tests.integration.conftest import Controller
from tests.integration.tree import changes, manifest
from tests.lab.zones import office

GUARDED, NEIGHBOUR = "debian12", "debian13"
RULES = "LNX-HOSTFW-Ruleset"
OURS = "table inet commune_host"
FOREIGN = "table ip docker { chain in { type filter hook input priority 5; tcp dport 5555 drop; }; }"
OFFERED, CLOSED = 631, 8530
HOST = {
    "zone": "control",
    "services": ["https"],
    "neighbours": ["ipp"],
    "managers": ["10.77.0.1"],
    "gateways": ["10.77.0.1"],
}
LISTEN = "systemd-run --quiet --unit row-{port} python3 -m http.server {port}"
FIRST = "nft -a list chain inet commune_host {chain} | sed -n 's/.*{word}.* # handle //p' | head -1"
CHANGES_BY_HAND = {
    "a way past everything": "nft insert rule inet commune_host input tcp dport 4444 accept",
    "a rule dropped": (
        f"nft delete rule inet commune_host input handle $({FIRST.format(chain='input', word='neighbours')})"
    ),
    "everything comes in": "nft chain inet commune_host input '{ policy accept; }'",
    "everything is passed on": "nft chain inet commune_host forward '{ policy accept; }'",
    "more neighbours": (
        f"nft replace rule inet commune_host input handle $({FIRST.format(chain='input', word='neighbours')})"
        f" ip saddr 10.0.0.0/8 tcp dport {OFFERED} accept"
    ),
}


@pytest.fixture(scope="module", name="controller")
def fixture_controller(session_lab):
    session_lab.reset()
    office.write(session_lab.folder, office.text())
    host = session_lab.hosts[GUARDED]
    host.ssh(f"sudo nft '{FOREIGN}'")
    listen(host)
    yield Controller(session_lab)
    (session_lab.folder / "group_vars/all/zones.yml").unlink()


def listen(host):
    for port in (OFFERED, CLOSED):
        host.ssh(f"sudo {LISTEN.format(port=port)}")


@pytest.fixture(name="host")
def fixture_host(controller):
    return controller.lab.hosts[GUARDED]


def bring(controller, *arguments, check=False, **given):
    settings = {"baseline_only": ["NZ-06"], "baseline_device_class": "server", "host_firewall_offer": {**HOST, **given}}
    playbook = ["playbooks/drift.yml", "--check", "--diff"] if check else ["playbooks/harden.yml"]
    return controller.playbook(*playbook, "--limit", GUARDED, "--extra-vars", json.dumps(settings), *arguments)


def rules(run):
    return run.rows(GUARDED)[RULES]


def listed(host):
    """Return what the kernel holds, as nft tells it to somebody else than our code."""
    return host.ssh("sudo nft -s list ruleset").stdout


def answers(controller, port):
    """Tell whether the neighbour is answered at a port of the host."""
    address = controller.lab.hosts[GUARDED].address
    asked = f"import socket; socket.create_connection(('{address}', {port}), timeout=3)"
    neighbour = controller.lab.hosts[NEIGHBOUR]
    return neighbour.ssh(f"python3 -c {shlex.quote(asked)} 2> /dev/null && echo yes || echo no").stdout.strip() == "yes"


def test_a_site_that_has_not_said_what_a_host_offers_has_not_decided(controller, host):
    before = manifest(host)
    run = bring(controller, "--extra-vars", json.dumps({"host_firewall_offer": None}))
    assert (rules(run)["state"], run.exit_code) == ("not_assessed", 2)
    assert rules(run)["reason"] == "host_firewall_offer is not set, so nobody has said what is right"
    assert changes(before, manifest(host)) == {}


def begins(controller, port):
    """Tell whether the host is answered at a port of its neighbour."""
    address = controller.lab.hosts[NEIGHBOUR].address
    asked = f"timeout 3 bash -c '< /dev/tcp/{address}/{port}' 2> /dev/null && echo yes || echo no"
    return controller.lab.hosts[GUARDED].ssh(asked).stdout.strip() == "yes"


def test_a_fresh_host_fails_and_stays_as_it_is_in_check_mode(controller, host):
    before, had = manifest(host), listed(host)
    run = bring(controller, check=True)
    seen = rules(run)
    assert (run.exit_code, seen["state"], seen["would_change"], seen["before"]) == (2, "fail", True, None)
    assert seen["reason"] == "there is no table commune_host, so every packet passes"
    assert (changes(before, manifest(host)), listed(host)) == ({}, had)
    assert answers(controller, OFFERED)
    assert answers(controller, CLOSED)
    assert begins(controller, 22)


def test_the_rules_are_loaded_and_another_host_reaches_what_is_offered_alone(controller, host):
    run = bring(controller)
    assert run.exit_code == 0, run.results
    assert (rules(run)["state"], rules(run)["changed"]) == ("pass", True)
    assert "table ip docker" in listed(host)
    assert answers(controller, OFFERED)
    assert not answers(controller, CLOSED)
    assert not answers(controller, 22)
    assert not begins(controller, 22)
    again = bring(controller)
    assert (again.exit_code, again.results[GUARDED]["changed"], rules(again)["state"]) == (0, False, "pass")


@pytest.mark.parametrize("command", CHANGES_BY_HAND.values(), ids=CHANGES_BY_HAND)
def test_a_change_by_hand_is_shown_by_a_packet(controller, host, command):
    right = listed(host)
    host.ssh(f"sudo sh -c {shlex.quote(command)}")
    assert listed(host) != right
    found = bring(controller, check=True)
    assert (found.exit_code, rules(found)["state"], rules(found)["changed"]) == (2, "fail", False)
    assert re.match(r"\[\w+ .+ > .+, \w+( dnat)?\] (meets|passes)", rules(found)["reason"]), rules(found)["reason"]
    host.ssh("sudo nft -f /etc/nftables/commune_host.nft")
    assert listed(host) == right


def test_a_server_that_may_begin_anything_is_told(controller):
    run = bring(controller, outbound="any")
    assert (run.exit_code, rules(run)["state"]) == (2, "pass")
    seen = run.rows(GUARDED)["LNX-HOSTFW-OutboundOfServers"]
    told = "outbound of host_firewall_offer lets the host begin any connection"
    assert (seen["state"], seen["reason"]) == ("fail", told)
    assert begins(controller, 22)
    assert bring(controller).exit_code == 0
    assert not begins(controller, 22)


def test_the_table_is_there_after_a_boot(controller, host):
    host.reboot()
    listen(host)
    assert OURS in listed(host)
    assert rules(bring(controller, check=True))["state"] == "pass"


def test_rules_that_lock_the_controller_out_are_taken_back_and_the_run_fails(controller, host):
    right, files = listed(host), manifest(host)
    run = bring(controller, "--extra-vars", "baseline_revert_seconds=10", managers=["10.20.99.10"])
    assert (run.exit_code, rules(run)["state"], rules(run)["changed"]) == (2, "fail", False)
    assert rules(run)["reason"].startswith(
        "no new connection was possible after the change, so the device took it back"
    )
    assert (listed(host), changes(files, manifest(host))) == (right, {})


WRONG = {
    "an unknown service": ({"services": ["htps"]}, "host_firewall_offer: htps is no service of the zone model: "),
    "an unknown zone": ({"zone": "lna"}, "host_firewall_offer: zone lna is none that hosts can stand in: "),
    "another zone": ({"zone": "lan"}, "lies outside zone lan, in which the host and its gateway stand"),
    "nobody to manage it": ({"managers": []}, "host_firewall_offer: the controller would be shut out: "),
    "a network": ({"managers": ["10.77.0.0/24"]}, "host_firewall_offer: 10.77.0.0/24 is no address such as 10.1.2.3"),
    "port 70000": ({"management_ports": [70000]}, "host_firewall_offer: 70000 is no port: 1 to 65535"),
    "no gateway": ({"gateways": []}, "speaks of the firewall, and its addresses in zone control are not named"),
    "an unknown key": ({"sevices": []}, "sevices"),
}


@pytest.mark.parametrize(("given", "told"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_refused_before_anything_changes(controller, host, given, told):
    had = listed(host)
    run = bring(controller, **given)
    assert run.exit_code == 2
    assert told in run.results[GUARDED]["msg"]
    assert listed(host) == had


def test_a_run_is_taken_back_exactly(controller, host):
    right, files = listed(host), manifest(host)
    run = bring(controller, neighbours=["ipp", "mirror"])
    assert answers(controller, CLOSED)
    taken_back = ("--limit", GUARDED, "--extra-vars", f"run={run.results[GUARDED]['run']}")
    back = controller.playbook("playbooks/rollback.yml", *taken_back)
    assert back.exit_code == 0, back.results
    assert (listed(host), changes(files, manifest(host))) == (right, {})
