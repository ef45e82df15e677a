# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device in quarantine: proven for every packet, and tried with real ones, also where a connection is open."""

from __future__ import annotations

import contextlib
import sys

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import flows_of
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Invariant
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nftables import TABLE, ruleset
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.prover import prove
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.quarantine import isolated
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model
from tests.integration.zones.expected import differing
from tests.integration.zones.namespace import listed
from tests.integration.zones.site import SITE, TODAY
from tests.lab.zones.network import Network

# A host of the LAN that the model does not name, and one that is published: as the lab gives them addresses.
PC, WEB = ("10.20.10.77", "fd20:0:0:10::4d"), ("10.20.20.10", "fd20:0:0:20::10")
PUBLISHED = {("internet", "203.0.113.10", port) for port in (80, 443)}
CONTROLLER = {"10.20.99.10", "fd20:0:0:99::10"}
DEVICES = {"pc-01": PC, "cong-thong-tin": WEB}
FILES = "10.20.30.10"
# Asks a service of UDP, tells the answer, and asks again by the same socket for each line that it is given.
ASKING = """
import socket, sys
asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asking.bind((sys.argv[1], 0))
asking.connect((sys.argv[2], 443))
asking.settimeout(2)
while True:
    asking.send(b"open")
    try:
        print(asking.recv(64).decode(), flush=True)
    except TimeoutError:
        print("nothing", flush=True)
    if not sys.stdin.readline():
        break
"""


@pytest.fixture(scope="module")
def model():
    return read_model(SITE)


@pytest.fixture(scope="module")
def apart(model):
    return isolated(model, DEVICES)


@pytest.fixture(scope="module")
def network(model):
    with Network(model).up() as built:
        yield built


def rules_of(model):
    return ruleset(model, flows_of(model, TODAY))


def test_the_rules_are_what_the_model_with_the_devices_apart_says(apart):
    assert prove(apart, listed(rules_of(apart)), TABLE, TODAY).holds


@pytest.mark.parametrize("spares", [True, False])
def test_an_invariant_that_spares_the_channel_of_control_spares_it_for_a_device_apart(model, spares):
    unless = model.quarantine_policies if spares else ()
    never = Invariant(("mgmt",), ("lan", "dmz"), (), unless, "r", ("zone_never", len(model.never)))
    apart = isolated(model._replace(never=(*model.never, never)), DEVICES)
    proof = prove(apart, listed(rules_of(apart)), TABLE, TODAY)
    own = {one.packet.fields["daddr"] for one in proof.violations} & {*PC, *WEB}
    assert (proof.holds, bool(own)) == (spares, not spares)


@pytest.mark.parametrize("chain", ["forward", "lan.to.firewall", "firewall.to.lan"])
def test_a_rule_of_the_quarantine_that_is_missing_is_shown_by_a_packet(apart, chain):
    head, rest = rules_of(apart).split(f"chain {chain} {{\n")
    own = [line for line in rest.split("}\n  chain")[0].splitlines(keepends=True) if 'comment "quarantine' in line]
    assert own
    assert not prove(apart, listed(f"{head}chain {chain} {{\n{rest.replace(own[0], '', 1)}"), TABLE, TODAY).holds


def test_rules_without_the_quarantine_are_not_what_it_says(model, apart):
    assert not prove(apart, listed(rules_of(model)), TABLE, TODAY).holds


def test_real_packets_pass_as_the_policies_say_for_everybody_else(network, model):
    one_apart = isolated(model, {"pc-01": PC})
    network.load(rules_of(one_apart))
    assert differing(network, one_apart, TODAY) == {}


def test_real_packets_pass_between_the_controller_and_the_devices_and_nobody_else(network, apart):
    network.load(rules_of(apart))
    own = {*PC, *WEB}
    matrix = network.matrix()
    published = [one for one in matrix if (one.source_zone, one.destination, one.port) in PUBLISHED]
    assert len(published) == 3
    answered = network.answers([*published, *(one for one in matrix if own & {one.source, one.destination})])
    assert {one.source for one in answered} == CONTROLLER
    assert {one.destination for one in answered} == own


@contextlib.contextmanager
def asking(network):
    with network.start("lan", sys.executable, "-c", ASKING, PC[0], FILES) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_connection_that_is_open_is_cut_and_comes_back_when_the_device_is_released(network, model, apart):
    network.load(rules_of(model))
    with asking(network) as process:
        answers = [process.stdout.readline()]
        for rules in (rules_of(model), rules_of(apart), rules_of(model)):
            network.load(rules)
            process.stdin.write("again\n")
            process.stdin.flush()
            answers.append(process.stdout.readline())
    assert answers == ["open\n", "open\n", "nothing\n", "open\n"]
