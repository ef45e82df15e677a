# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a firewall that the role has set up does to real packets between the zones of the default site."""

from __future__ import annotations

import datetime
import json
import os

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.prover import prove
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model
from tests.integration.zones.expected import differing
from tests.lab.network import host_namespace
from tests.lab.zones import office
from tests.lab.zones.network import Network

TODAY = datetime.datetime.now().astimezone().date()
WAY_PAST = "sudo nft insert rule inet commune_zones forward tcp dport 22 accept"


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


def test_the_packets_show_a_rule_that_somebody_added(host, network):
    host.run_expect([0], WAY_PAST)
    try:
        assert differing(network, read_model(office.SITE), TODAY)
    finally:
        host.run_expect([0], "sudo nft -f /etc/nftables/commune_zones.nft")
