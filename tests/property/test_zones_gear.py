# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For any packet, the lists for switches and routers mean what the model says.

What lists mean is written here from their own description, without the renderer: an officer with paper could do it.
"""

from __future__ import annotations

import functools
import ipaddress
import itertools
import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import gear
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import flows_of
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.meaning import ESSENTIAL, Meaning
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import (
    FORWARD,
    ICMP4,
    ICMP6,
    INPUT,
    LARGEST,
    NEW,
    OUTPUT,
    TCP,
    UDP,
    Slice,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.ways import ways_of
from tests.integration.zones.site import SITE, TODAY

MODEL = read_model(SITE)
LISTS = json.loads(json.dumps(gear.lists(MODEL, ways_of(MODEL, flows_of(MODEL, TODAY)))))
ZONES = {one["zone"]: one for one in LISTS["zones"]}
NUMBERS = {"tcp": TCP, "udp": UDP, "icmp": ICMP4, "icmpv6": ICMP6}
VALUES = sorted(
    {
        value + by
        for zone in LISTS["zones"]
        for one in zone["through"]
        for ends in one["values"]
        for value in ends
        for by in (-1, 0, 1)
    }
)


def is_inside(address):
    return any(address in ipaddress.ip_network(one) for one in LISTS["inside"])


def lies_in(address, end):
    if end == "device":
        return True
    if end == "outside":
        return not is_inside(address)
    return any(address in ipaddress.ip_network(one) for one in end)


def fits(entry, packet):
    return (
        entry["family"] == packet["source"].version
        and entry["protocol"] == packet["protocol"]
        and lies_in(packet["source"], entry["source"])
        and lies_in(packet["destination"], entry["destination"])
        and any(low <= packet["value"] <= high for low, high in entry["values"])
    )


def belongs_behind(zone, address):
    """Tell whether an address may come from a zone's interfaces at all."""
    own = any(address in ipaddress.ip_network(one) for one in zone["networks"])
    return own or (zone["outside"] and not is_inside(address))


def passes(packet):
    zone = ZONES[packet["coming"] or packet["going"]]
    part = "from_device" if packet["coming"] is None else "to_device" if packet["going"] is None else "through"
    if packet["coming"] is not None and not belongs_behind(zone, packet["source"]):
        return False
    for entry in zone[part]:
        if part == "through" and entry["to"] != packet["going"]:
            continue
        if fits(entry, packet) and (entry["published_at"] is None or packet["translated"]):
            return entry["action"] == "accept"
    return False


program_of = functools.cache(Meaning(MODEL, TODAY).program)


def is_meant(packet):
    coming, going = (ZONES[name]["interfaces"][0] if name else None for name in (packet["coming"], packet["going"]))
    hook = OUTPUT if coming is None else INPUT if going is None else FORWARD
    number = NUMBERS[packet["protocol"]]
    slice_ = Slice(hook, coming, going, packet["source"].version, NEW, packet["translated"], number)
    fields = {"saddr": int(packet["source"]), "daddr": int(packet["destination"]), "hops": 64, "sport": 40000}
    fields |= {"dport": packet["value"], "type": packet["value"]}
    program = program_of(slice_)
    fitting = sum(
        all(any(low <= fields[name] <= high for low, high in of) for name, of in one.conditions.items()) << at
        for at, one in enumerate(program.instructions)
    )
    outcome, policy = program.run(fitting)
    assert policy != ESSENTIAL
    return outcome.verdict == "accept"


def addresses(family):
    kind = ipaddress.IPv4Address if family == 4 else ipaddress.IPv6Address
    named = [ipaddress.ip_network(one) for one in LISTS["inside"]]
    known = [one for host in MODEL.hosts.values() for one in host.addresses]
    known += [end for one in named for end in (one[0], one[9], one[-1])]
    edges = sorted({int(one) + by for one in known if one.version == family for by in (-1, 0, 1)})
    return (st.sampled_from(edges) | st.integers(0, LARGEST[family])).map(kind)


@st.composite
def packets(draw):
    family = draw(st.sampled_from([4, 6]))
    coming, going = draw(st.sampled_from([(a, b) for a in (None, *ZONES) for b in (None, *ZONES) if a != b]))
    return {
        "coming": coming,
        "going": going,
        "source": draw(addresses(family)),
        "destination": draw(addresses(family)),
        "protocol": draw(st.sampled_from(["tcp", "udp", "icmp" if family == 4 else "icmpv6"])),
        "value": draw(st.sampled_from(VALUES) | st.integers(0, 255)),
        "translated": draw(st.booleans()),
    }


@settings(deadline=None, max_examples=600)
@given(packets())
def test_the_lists_let_pass_what_the_model_lets_pass_and_nothing_else(packet):
    assert passes(packet) == is_meant(packet)


def around(end, family):
    """Return the addresses at the edges of an end, and beside them."""
    if end == "device":
        end = [f"{ipaddress.ip_network(one)[1]}" for one in LISTS["inside"]]
    if end == "outside":
        end = LISTS["inside"]
    networks = [one for one in map(ipaddress.ip_network, end) if one.version == family]
    return sorted({edge + by for one in networks for edge in (one[0], one[-1]) for by in (-1, 0, 1)})


def test_at_the_edges_of_every_entry_the_lists_and_the_model_agree():
    tried = 0
    for name, zone in ZONES.items():
        for part in ("through", "to_device", "from_device"):
            for entry in zone[part]:
                coming, going = (None, name) if part == "from_device" else (name, entry["to"])
                about = {"coming": coming, "going": going if going in ZONES else None, "protocol": entry["protocol"]}
                edges = sorted({value + by for ends in entry["values"] for value in ends for by in (-1, 0, 1)})
                places = itertools.product(
                    around(entry["source"], entry["family"])[:3],
                    around(entry["destination"], entry["family"])[:3],
                    edges,
                )
                for source, destination, value in places:
                    packet = {**about, "source": source, "destination": destination, "value": value, "translated": True}
                    assert passes(packet) == is_meant(packet), (entry, packet)
                    tried += 1
    assert tried > 5000


def allowed():
    """Return a packet for each entry of each zone, as far as the entry speaks of networks that can be counted."""
    for name, zone in ZONES.items():
        for entry in zone["through"]:
            ends = {end: entry[end] if isinstance(entry[end], list) else None for end in ("source", "destination")}
            outside = "203.0.113.9" if entry["family"] == 4 else "2001:db8:1::9"
            source, destination = (ipaddress.ip_network(ends[end][0] if ends[end] else outside)[-1] for end in ends)
            packet = {"source": source, "destination": destination, "protocol": entry["protocol"], "translated": True}
            yield {**packet, "coming": name, "going": entry["to"], "value": entry["values"][0][0]}


def is_answer(zone, packet):
    """Tell whether a packet from a zone may be an answer, by what the lists say of answers."""
    return any(fits(entry, packet) for entry in ZONES[zone]["returns"])


def test_what_is_allowed_is_answered_by_the_zone_that_it_goes_to_and_by_no_other_way():
    tried = list(allowed())
    assert len(tried) > 100
    for packet in tried:
        assert passes(packet), packet
        answer = {**packet, "source": packet["destination"], "destination": packet["source"]}
        assert is_answer(packet["going"], answer)
        assert not is_answer(packet["going"], {**answer, "value": 65535})


def test_answers_keep_their_state_by_protocol():
    states = {(one["protocol"], one["state"]) for zone in LISTS["zones"] for one in zone["returns"]}
    assert {state for protocol, state in states if protocol == "tcp"} == {"established"}
    assert {state for protocol, state in states if protocol != "tcp"} == {"reflexive"}


@settings(deadline=None, max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_lists_are_the_same_whatever_order_the_zones_and_hosts_have(choice: random.Random):
    zones, hosts = (dict(choice.sample(list(part.items()), len(part))) for part in (MODEL.zones, MODEL.hosts))
    mixed = MODEL._replace(zones=zones, hosts=hosts)
    assert json.loads(json.dumps(gear.lists(mixed, ways_of(mixed, flows_of(mixed, TODAY))))) == LISTS


def test_publications_and_masquerades_are_told():
    outside = ZONES["edge"]["through"]
    assert {(one["policy"], one["published_at"]["address"]) for one in outside if one["published_at"]} == {
        ("cong-bo-trang-tin", "203.0.113.10")
    }
    assert {one["policy"] for one in ZONES["lan"]["through"] if one["masquerade"]} == {"can-bo-ra-internet"}
