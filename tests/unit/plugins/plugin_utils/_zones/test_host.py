# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that guards itself: what is said of it is checked, and its flows follow the order of the policies."""

from __future__ import annotations

import datetime
import ipaddress

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.host import (
    MANAGEMENT,
    NEIGHBOURS,
    Guarded,
    HostError,
    check,
    flows_at,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Match
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_host import ruleset
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model

TODAY = datetime.date(2026, 11, 25)
SITE = """\
zones:
  edge: {interfaces: [wan0], internet: true}
  lan: {interfaces: [lan0], networks: [10.1.0.0/24, "fd00:1::/64"]}
  srv: {interfaces: [srv0], networks: [10.2.0.0/24]}
  secret: {}
zone_hosts:
  files: {zone: srv, addresses: [10.2.0.10]}
zone_services:
  smb: {tcp: [445]}
  web: {tcp: [80-90], udp: [443]}
  http: {tcp: [80]}
  dns: {udp: [53]}
zone_policies:
  - {name: smb, from: [lan], to: [srv], dst: [files], services: [smb], reason: r}
  - {name: web, from: [lan], to: [srv], services: [web], reason: r}
  - {name: old, from: [lan], to: [srv], services: [dns], reason: r, expires: 2026-11-24}
  - {name: dns, from: [srv], to: [firewall], services: [dns], reason: r}
"""


def addresses(*texts):
    return tuple(ipaddress.ip_address(text) for text in texts)


FILES = Guarded(
    zone="srv",
    addresses=addresses("10.2.0.10"),
    services=("smb", "http"),
    neighbours=("web",),
    gateways=addresses("10.2.0.1"),
    managers=addresses("10.1.0.99", "fd00:1::99"),
    management=(Match("tcp", 22, 22),),
)


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "zones.yml"
    path.write_text(SITE, "utf-8")
    return read_model(path)


def said(flows):
    return [(one.policy.name, one.family, one.protocol, one.values) for one in flows]


def test_a_host_is_reached_by_what_it_offers_and_the_policies_allow_and_by_the_controller(model):
    check(model, FILES)
    assert said(flows_at(model, FILES, TODAY).incoming) == [
        (MANAGEMENT, 4, "tcp", ((22, 22),)),
        (MANAGEMENT, 6, "tcp", ((22, 22),)),
        (NEIGHBOURS, 4, "tcp", ((80, 90),)),
        (NEIGHBOURS, 4, "udp", ((443, 443),)),
        ("smb", 4, "tcp", ((445, 445),)),
        ("web", 4, "tcp", ((80, 80),)),
    ]


def test_a_host_begins_what_the_policies_allow_it_or_all_that_it_likes(model):
    assert said(flows_at(model, FILES, TODAY).outgoing)[-1] == ("dns", 4, "udp", ((53, 53),))
    free = FILES._replace(any_outbound=True)
    assert flows_at(model, free, TODAY).outgoing == ()
    assert "hook output" not in ruleset(model, free, flows_at(model, free, TODAY))


def test_a_host_that_policies_do_not_name_is_not_reached_by_what_they_say_of_another(model):
    other = FILES._replace(addresses=addresses("10.2.0.11"))
    assert "smb" not in {one.policy.name for one in flows_at(model, other, TODAY).incoming}


def test_what_holds_until_a_day_holds_on_it(model):
    offers = FILES._replace(services=("dns",))
    last = datetime.date(2026, 11, 24)
    assert "old" in {one.policy.name for one in flows_at(model, offers, last).incoming}
    assert "old" not in {one.policy.name for one in flows_at(model, offers, TODAY).incoming}


WRONG = {
    "zone lna is none that hosts can stand in: lan, srv": {"zone": "lna"},
    "zone secret is none that hosts can stand in: lan, srv": {"zone": "secret"},
    "10.1.0.10 lies outside zone srv": {"addresses": addresses("10.1.0.10")},
    "10.1.0.1 lies outside zone srv": {"gateways": addresses("10.1.0.1")},
    "the host has no address in its zone srv": {"addresses": ()},
    "ssh is no service of the zone model: smb, web, http, dns": {"services": ("ssh",)},
    "rdp is no service of the zone model": {"neighbours": ("rdp",)},
    "policy dns speaks of the firewall, and its addresses in zone srv are not named": {"gateways": ()},
    "the controller would be shut out": {"managers": ()},
    "the controller would be shut out: name its addresses": {"management": ()},
    "(of a family that the host has)": {"managers": addresses("fd00:1::99")},
}


@pytest.mark.parametrize("sentence", WRONG)
def test_a_host_that_would_be_cut_off_or_is_said_wrong_is_refused(model, sentence):
    with pytest.raises(HostError) as error:
        check(model, FILES._replace(**WRONG[sentence]))
    assert sentence in str(error.value)
