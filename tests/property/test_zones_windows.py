# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For any packet, the rows for the firewall of Windows mean what the model says of the host.

What rows mean is written here from Microsoft's documentation of INetFwRule and INetFwPolicy2: a rule fits if all that
it names fits; a rule that blocks wins over those that allow; what no rule fits is left to the profile.
"""

from __future__ import annotations

import functools
import ipaddress
import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.host import flows_at
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.meaning_host import HostMeaning
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import DROP, REJECT
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import (
    ICMP4,
    ICMP6,
    INPUT,
    LARGEST,
    NEW,
    OUTPUT,
    TCP,
    UDP,
    UNKNOWN,
    Slice,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.windows import PROFILES, rows
from tests.integration.zones.hosts import HOSTS
from tests.integration.zones.site import SITE, TODAY

MODEL = read_model(SITE)
NAMES = {"tcp": TCP, "udp": UDP, "icmpv4": ICMP4, "icmpv6": ICMP6}
PORTS = sorted(
    {port for of in MODEL.services.values() for one in of for port in range(one.low - 1, one.high + 2) if port > 0}
)
LISTENERS = (130, 131, 132, 143)


def strict():
    """Return the default site with policies that deny, in front of and between those that allow."""
    first, *others = MODEL.policies
    guests = first._replace(
        publish=None, sources=("lan",), source_hosts=(), destinations=("server",), services=("smb",)
    )
    deny = guests._replace(name="deny", action=DROP, destination_hosts=("may-chu-tep",), connections=None)
    reject = deny._replace(
        name="reject", action=REJECT, sources=("internet",), destinations=("dmz",), services=("http",)
    )
    part = deny._replace(name="part", sources=("mgmt",), source_hosts=("may-quan-tri",), services=("https", "ping"))
    host = reject._replace(destination_hosts=("cong-thong-tin",))
    return MODEL._replace(policies=(deny, host, part, first, *others))


MODELS = {"default": MODEL, "strict": strict()}
EVERY = {
    (model, name): rows(MODELS[model], host, flows_at(MODELS[model], host, TODAY))
    for model in MODELS
    for name, host in HOSTS.items()
}


def numbers(text):
    first, _dash, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def is_among(address, texts):
    for text in texts:
        if "-" in text:
            low, high = map(ipaddress.ip_address, text.split("-"))
            if address.version == low.version and low <= address <= high:
                return True
        elif address in ipaddress.ip_network(text):
            return True
    return not texts


def fits(row, packet):
    return (
        row["direction"] == packet["direction"]
        and row["protocol"] == packet["protocol"]
        and is_among(packet["remote"], row["remote_addresses"])
        and all(
            not row[field] or any(packet[key] in numbers(text) for text in row[field])
            for field, key in (("local_ports", "local"), ("remote_ports", "far"), ("icmp_types", "type"))
        )
    )


def passes(of, packet):
    fitting = {row["action"] for row in of if row["kind"] == "firewall_rule" and fits(row, packet)}
    (profile,) = [one for one in of if one["kind"] == "firewall_profile" and one["profile"] == "Public"]
    assert profile["enabled"]
    if "block" in fitting:
        return False
    return (
        "allow" in fitting
        or profile["default_inbound" if packet["direction"] == "in" else "default_outbound"] == "allow"
    )


@functools.cache
def program_of(which, slice_):
    model, name = which
    return HostMeaning(MODELS[model], HOSTS[name], TODAY).program(slice_)


def is_meant(which, packet):
    """Ask the model, of a packet with the hop limits that Windows asks of neighbours and listeners."""
    host = HOSTS[which[1]]
    coming = packet["direction"] == "in"
    family = packet["remote"].version
    hook, interface = (INPUT, (UNKNOWN, None)) if coming else (OUTPUT, (None, UNKNOWN))
    slice_ = Slice(hook, *interface, family, NEW, translated=False, protocol=NAMES[packet["protocol"]])
    own = next((one for one in host.addresses if one.version == family), None)
    local = int(ipaddress.ip_address("fe80::1")) if packet["type"] in LISTENERS and family == 6 else int(own)
    ends = (int(packet["remote"]), local) if coming else (local, int(packet["remote"]))
    ports = (packet["far"], packet["local"]) if coming else (packet["local"], packet["far"])
    hops = 1 if packet["type"] in LISTENERS else 255
    fields = dict(
        zip(("saddr", "daddr", "sport", "dport", "type", "hops"), (*ends, *ports, packet["type"], hops), strict=True)
    )
    program = program_of(which, slice_)
    fitting = sum(
        all(any(low <= fields[name] <= high for low, high in of) for name, of in one.conditions.items()) << at
        for at, one in enumerate(program.instructions)
    )
    return program.run(fitting)[0].verdict == "accept"


def addresses():
    """Return addresses at the edges of all that the model names, and any other."""
    named = [one for zone in MODEL.zones.values() for one in zone.networks]
    edges = {(one.version, int(end) + by) for one in named for end in (one[0], one[-1]) for by in (-1, 0, 1)}
    hosts = [*(one for host in MODEL.hosts.values() for one in host.addresses), ipaddress.ip_address("fe80::1")]
    hosts += [one for host in HOSTS.values() for one in (*host.gateways, *host.addresses)]
    edges |= {(one.version, int(one) + by) for one in hosts for by in (-1, 0, 1)}
    kinds = {4: ipaddress.IPv4Address, 6: ipaddress.IPv6Address}
    some = st.sampled_from(sorted(edges)).map(lambda one: kinds[one[0]](one[1]))
    return some | st.integers(0, LARGEST[4]).map(kinds[4]) | st.integers(0, LARGEST[6]).map(kinds[6])


@st.composite
def packets(draw):
    remote = draw(addresses())
    family = "icmpv4" if remote.version == 4 else "icmpv6"
    return {
        "direction": draw(st.sampled_from(["in", "out"])),
        "remote": remote,
        "protocol": draw(st.sampled_from(["tcp", "udp", family])),
        "local": draw(st.sampled_from([*PORTS, 67, 68]) | st.integers(1, 65535)),
        "far": draw(st.sampled_from([*PORTS, 67, 68]) | st.integers(1, 65535)),
        "type": draw(st.sampled_from([8, 128, *range(130, 137), 143]) | st.integers(0, 255)),
    }


@settings(deadline=None, max_examples=600)
@given(st.sampled_from(sorted(EVERY)), packets())
def test_the_rows_let_pass_what_the_model_lets_pass_and_nothing_else(which, packet):
    if packet["protocol"] in ("tcp", "udp"):
        packet = {**packet, "type": -1}
    assert passes(EVERY[which], packet) == is_meant(which, packet)


def edges_of(row):
    """Return packets at the edges of a rule, and beside them."""
    remote = set()
    for text in row["remote_addresses"]:
        ends = [ipaddress.ip_address(one) for one in text.split("-")] if "-" in text else ipaddress.ip_network(text)
        remote |= {int(end) + by for end in (ends[0], ends[-1]) for by in (-1, 0, 1)}
    kind = ipaddress.IPv6Address if ":" in row["remote_addresses"][0] else ipaddress.IPv4Address
    values = {
        value + by
        for field in ("local_ports", "remote_ports", "icmp_types")
        for text in row[field]
        for value in (numbers(text)[0], numbers(text)[-1])
        for by in (-1, 0, 1)
    }
    for address, value in itertools.product(sorted(remote), sorted(values)):
        if 0 <= address <= LARGEST[kind(0).version] and (value <= 255 or row["protocol"] in ("tcp", "udp")):
            about = {"direction": row["direction"], "protocol": row["protocol"], "remote": kind(address)}
            ports = {"local": value, "far": value, "type": -1}
            yield {**about, **(ports if row["protocol"] in ("tcp", "udp") else {"local": 0, "far": 0, "type": value})}


@pytest.mark.parametrize("which", EVERY)
def test_at_the_edges_of_every_rule_the_rows_and_the_model_agree(which):
    packets_ = [one for row in EVERY[which] if row["kind"] == "firewall_rule" for one in edges_of(row)]
    wrong = [one for one in packets_ if passes(EVERY[which], one) != is_meant(which, one)]
    assert wrong == []
    assert len(packets_) > 100


def test_policies_that_deny_change_what_the_rows_allow():
    assert EVERY["strict", "may-chu-tep"] != EVERY["default", "may-chu-tep"]
    assert EVERY["strict", "cong-thong-tin"] != EVERY["default", "cong-thong-tin"]


@pytest.mark.parametrize("which", EVERY)
def test_the_rows_are_plain_data_each_with_its_own_name_and_switch_every_profile_on(which):
    found = EVERY[which]
    assert json.loads(json.dumps(found)) == found
    names = [one["name"] for one in found if one["kind"] == "firewall_rule"]
    assert len(set(names)) == len(names)
    profiles = [one for one in found if one["kind"] == "firewall_profile"]
    assert [one["profile"] for one in profiles] == list(PROFILES)
    assert all(one["enabled"] and one["default_inbound"] == "block" for one in profiles)
    assert {one["action"] for one in found if one["kind"] == "firewall_rule"} == {"allow"}


def test_what_the_words_of_windows_cannot_say_is_named():
    (limited,) = {tuple(one["unmet"]) for one in EVERY["default", "cong-thong-tin"] if one.get("unmet")}
    assert limited == ("new_per_second", "connections")
