# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that guards itself: proven from what the kernel has loaded, and probed with real packets."""

from __future__ import annotations

import re

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.host import check, flows_at
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import ACCEPT, FIREWALL, INTERNET
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_host import TABLE, ruleset
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.prover import prove_host
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model
from tests.integration.zones.edits import ALIKE, edits, is_proven
from tests.integration.zones.expected import deciding, is_about
from tests.integration.zones.hosts import HOSTS
from tests.integration.zones.namespace import listed
from tests.integration.zones.site import SITE, TODAY
from tests.lab.zones.network import Network

FILES = HOSTS["may-chu-tep"]
# For the rules of may-chu-tep: what is replaced, and by what.
MUTATIONS = {
    "a rule dropped": (r"^ *ip saddr 10\.20\.20\.10/32 tcp.*\n", ""),
    "an IPv6 twin dropped": (r"^ *ip6 saddr fd20:0:0:20::10/128 tcp.*\n", ""),
    "the channel of the controller dropped": (r"^ *ip saddr 10\.20\.99\.10/32 tcp dport 22 .*\n", ""),
    "the channel of the controller open to its zone": (r"10\.20\.99\.10/32 tcp dport 22", "10.20.99.0/24 tcp dport 22"),
    "a host widened to its zone": (r"ip saddr 10\.20\.20\.10/32", "ip saddr 10.20.20.0/24"),
    "a mask off by one": (r"10\.20\.10\.0/24 tcp", "10.20.10.0/23 tcp"),
    "an IPv6 mask off by one": (r"fd20:0:0:10::/64 tcp", "fd20:0:0:10::/63 tcp"),
    "a source of 0.0.0.0/0": (r"ip saddr 10\.20\.10\.0/24 tcp", "ip saddr 0.0.0.0/0 tcp"),
    "a source of ::/0": (r"ip6 saddr fd20:0:0:10::/64 tcp", "ip6 saddr ::/0 tcp"),
    "what is not offered": (r"dport \{ 443, 445 \}", "dport { 443, 445, 3389 }"),
    "a range grown by one": (r"dport \{ 443, 445 \}", "dport 443-445"),
    "udp for tcp": (r"tcp dport \{ 443, 445 \}", "udp dport { 443, 445 }"),
    "the neighbours of another zone": (r"10\.20\.30\.0/24 tcp dport 554", "10.20.40.0/24 tcp dport 554"),
    "new connections let in by their state": (r"established : accept", "established : accept, new : accept"),
    "invalid packets let in": (r"invalid : drop", "invalid : accept"),
    "all that nothing decides on comes in": (r"(hook input priority filter; policy) drop", r"\1 accept"),
    "all that nothing decides on goes out": (r"(hook output priority filter; policy) drop", r"\1 accept"),
    "packets passed on": (r"(hook forward priority filter; policy) drop", r"\1 accept"),
    "denied packets logged no more": (r"^ *limit rate 10/second.*\n", ""),
    "loopback on every interface": (r'iifname "lo" accept', "accept"),
    "routers from afar": (r"nd-router-advert ip6 hoplimit 255", "nd-router-advert ip6 hoplimit 200-255"),
    "a way past everything": (r"(chain input \{\n.*\n)", r"\1    tcp sport 443 accept" + "\n"),
    "an interface trusted": (r"(chain input \{\n.*\n)", r'\1    iifname "eth*" accept' + "\n"),
    "a way out more": (r"(chain output \{\n.*\n)", r"\1    ip daddr 10.20.10.0/24 tcp dport 445 accept" + "\n"),
}


@pytest.fixture(scope="module")
def model():
    return read_model(SITE)


def rules_of(model, host):
    check(model, host)
    return ruleset(model, host, flows_at(model, host, TODAY))


@pytest.mark.parametrize("name", HOSTS)
def test_what_a_host_lets_in_and_out_is_what_the_model_says_of_it(model, name):
    host = HOSTS[name]
    proof = prove_host(model, host, listed(rules_of(model, host)), TABLE, TODAY)
    assert proof.holds, proof
    assert proof.cases > 500


@pytest.mark.parametrize("fault", MUTATIONS)
def test_a_fault_in_the_ruleset_of_a_host_is_shown_by_a_packet(model, fault):
    rules = rules_of(model, FILES)
    changed, count = re.subn(*MUTATIONS[fault], rules, count=1, flags=re.MULTILINE)
    assert count == 1, rules
    assert not prove_host(model, FILES, listed(changed), TABLE, TODAY).holds


@pytest.mark.parametrize("name", ["may-chu-tep", "a camera"])
def test_whatever_is_dropped_turned_round_or_widened_by_a_bit_in_any_rule_is_shown(model, name):
    host = HOSTS[name]
    made = dict(edits(listed(rules_of(model, host))))
    assert len(made) > 60
    assert [what for what in made if is_proven(model, host, made[what]) and not what.endswith(ALIKE)] == []


def test_the_rules_of_one_host_are_not_those_of_another(model):
    held = listed(rules_of(model, HOSTS["may-chu-log"]))
    assert not prove_host(model, FILES, held, TABLE, TODAY).holds


def test_what_must_never_be_is_shown_even_where_neighbours_offer_it(model):
    never = model.never[0]._replace(sources=("server",), destinations=("server",), services=("rtsp",))
    strict = model._replace(never=(never,))
    proof = prove_host(strict, FILES, listed(rules_of(strict, FILES)), TABLE, TODAY)
    assert not proof.differences
    assert {one.packet.fields["dport"] for one in proof.violations} == {"554"}


@pytest.fixture(scope="module")
def network(model):
    with Network(model).up() as built:
        yield built


def is_allowed_in(model, host, probe):
    """Tell whether a probe may come in; the gateway's address is the one that stands for a neighbour here."""
    services = [name for name in host.services if is_about(model, name, probe)]
    if probe.source in map(str, host.managers) and any(one.low <= probe.port <= one.high for one in host.management):
        return probe.protocol == "tcp" or (policy_allows(model, probe) and bool(services))
    if probe.source_zone == FIREWALL and any(is_about(model, name, probe) for name in host.neighbours):
        return True
    return policy_allows(model, probe) and bool(services)


def is_allowed_out(model, host, probe):
    if host.any_outbound:
        return True
    if probe.destination_zone == FIREWALL and any(is_about(model, name, probe) for name in host.neighbours):
        return True
    return policy_allows(model, probe)


def policy_allows(model, probe):
    """Tell whether the policies allow a probe, as one sees it who stands behind the firewall's translations."""
    behind = tuple(one._replace(publish=None, masquerade=False) for one in model.policies)
    policy = deciding(model._replace(policies=behind), probe, TODAY)
    return policy is not None and policy.action == ACCEPT


def reached(network, expected):
    """Return the probes that are answered; those of which it is not expected are sent again, for one may be lost."""
    first = set(network.answers(expected))
    again = [probe for probe, is_allowed in expected.items() if is_allowed != (probe in first)]
    return first.difference(again) | set(network.answers(again))


@pytest.mark.parametrize("name", HOSTS)
def test_real_packets_reach_a_host_and_leave_it_as_the_model_says(network, model, name):
    host = HOSTS[name]
    own = {str(one) for one in host.addresses}
    published = {str(one.publish.address) for one in model.policies if one.publish}
    probes = [one for one in network.matrix() if one.destination not in published]
    coming = {one: is_allowed_in(model, host, one) for one in probes if one.destination in own}
    going = {one: is_allowed_out(model, host, one) for one in probes if one.source in own}
    expected = {**coming, **going}
    network.run(host.zone, "nft", "-f", "-", given=rules_of(model, host))
    try:
        assert reached(network, expected) == {one for one, is_allowed in expected.items() if is_allowed}
    finally:
        network.run(host.zone, "nft", "delete", "table", "inet", TABLE)
    assert {INTERNET, FIREWALL} <= {one.source_zone for one in coming}
    assert {True, False} == set(coming.values())
