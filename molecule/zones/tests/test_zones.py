# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a firewall that the role has set up does to real packets between the zones of the default site."""

from __future__ import annotations

import datetime
import json
import os
import sys

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.prover import prove
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model
from tests.integration.zones.expected import differing
from tests.lab.network import host_namespace
from tests.lab.zones import office
from tests.lab.zones.network import Network

TODAY = datetime.datetime.now().astimezone().date()
WAY_PAST = "sudo nft insert rule inet commune_zones forward tcp dport 22 accept"

# Connects, tells what the service says, and when it is told to, sends something and waits until that is acknowledged:
# field tcpi_unacked of struct tcp_info (linux/tcp.h).
TALK = """
import socket, struct, sys, time
service = socket.create_connection(("10.20.30.10", 445), timeout=5, source_address=("10.20.10.77", 0))
print(service.recv(99).decode(), flush=True)
sys.stdin.readline()
service.sendall(b"x" * 99)
for _attempt in range(50):
    if not struct.unpack_from("I", service.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104), 24)[0]:
        print("it arrived")
        break
    time.sleep(0.1)
else:
    print("nothing arrived")
"""


@pytest.fixture(scope="module", name="network")
def fixture_network(host):
    router = host_namespace(lab=os.environ["LAB_NAME"], host=host.backend.get_hostname())
    with Network(read_model(office.SITE), router=router).up() as network:
        yield network


def test_packets_pass_where_the_policies_say_and_nowhere_else(network):
    assert differing(network, read_model(office.SITE), TODAY) == {}


def test_what_the_firewall_holds_is_what_the_model_says_of_every_packet(host, tmp_path):
    name = host.backend.get_hostname()
    model = read_model(office.write(tmp_path, office.text(name)))
    listed = json.loads(host.check_output("sudo nft -n -j list ruleset"))
    assert prove(model, listed, "commune_zones", TODAY).holds


def test_a_connection_between_two_zones_outlives_a_reload(host, network):
    with network.start("lan", sys.executable, "-c", TALK) as talk:
        assert talk.stdout.readline() == "10.20.10.77\n"
        host.run_expect([0], "sudo systemctl restart commune-baseline-commune-zones.service")
        assert talk.communicate("now\n", timeout=30)[0] == "it arrived\n"


def test_a_connection_that_the_new_rules_know_nothing_of_is_found_dead(host, network):
    """The probe above can fail: without what connection tracking knows, nothing arrives."""
    with network.start("lan", sys.executable, "-c", TALK) as talk:
        assert talk.stdout.readline() == "10.20.10.77\n"
        host.run_expect([0], "sudo nft insert rule inet commune_zones forward tcp dport 445 drop")
        try:
            assert talk.communicate("now\n", timeout=30)[0] == "nothing arrived\n"
        finally:
            host.run_expect([0], "sudo nft -f /etc/nftables/commune_zones.nft")


def test_the_packets_show_a_rule_that_somebody_added(host, network):
    host.run_expect([0], WAY_PAST)
    try:
        assert differing(network, read_model(office.SITE), TODAY)
    finally:
        host.run_expect([0], "sudo nft -f /etc/nftables/commune_zones.nft")
