# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import flows_of
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nftables import ruleset
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model
from tests.integration.zones.expected import differing
from tests.integration.zones.mutations import mutated
from tests.integration.zones.site import SITE, TODAY
from tests.lab.zones.network import Network

FAULTS = (
    "an accept rule dropped",
    "an IPv6 twin dropped",
    "tcp for udp",
    "another message of ICMP",
    "all that nothing decides on passes through",
    "another host published",
    "translated no more",
)


@pytest.fixture(scope="module")
def model():
    return read_model(SITE)


@pytest.fixture(scope="module")
def rules(model):
    return ruleset(model, flows_of(model, TODAY))


@pytest.fixture(scope="module")
def network(model):
    with Network(model).up() as built:
        yield built


def test_real_packets_pass_where_the_policies_of_the_default_site_say_and_nowhere_else(network, model, rules):
    network.load(rules)
    assert differing(network, model, TODAY) == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_shown_by_real_packets(network, model, rules, fault):
    network.load(mutated(fault, rules))
    assert differing(network, model, TODAY)
