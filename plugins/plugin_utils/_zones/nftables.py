# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The ruleset of a Linux firewall between the zones, as the text that ``nft -f`` loads in one step (nft(8)).

One table of its own, so that those of Docker, libvirt or fail2ban stay as they are. Interfaces by name, for they may
come later than the rules. The essentials and the questions for an address of DHCP pass before sources are checked.
"""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import nft_rules as nft
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import Flow
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import (
    ACCEPT,
    FIREWALL,
    Model,
    Zone,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.ways import connected, ways_of

TABLE = "commune_zones"


def ruleset(model: Model, flows: t.Sequence[Flow]) -> str:
    """Return the text for ``nft -f``: the same for the same model, whatever order its parts were given in."""
    chains = {_chain_name(way.coming, way.going): way.flows for way in ways_of(model, flows)}
    sections = [
        *nft.inside_sets(model),
        *nft.limit_sets(flows),
        *(
            nft.chain(name, [line for flow in of for line in nft.rules(flow, TABLE, by_interface=True)])
            for name, of in sorted(chains.items())
        ),
        nft.essentials(),
        nft.chain("denied", [nft.log_of_denied(TABLE), "counter drop"]),
        nft.chain("sources", _spoofed(model)),
        nft.base(
            "input", "filter", [*_begin("iifname"), *_essentials_in(model), "jump sources", *_from(model, chains)]
        ),
        nft.base("forward", "filter", [*_isolated(model), nft.STATE, "jump sources", *_between(model, chains)]),
        nft.base("output", "filter", [*_begin("oifname"), *_essentials_out(model), *_towards(model, chains)]),
        nft.base("prerouting", "dstnat", _published(model, flows), kind="nat"),
        nft.base("postrouting", "srcnat", _masqueraded(model, flows), kind="nat"),
    ]
    return nft.table(TABLE, sections)


def _chain_name(coming: str, going: str) -> str:
    return f"{coming}.to.{going}".replace("-", "/")


def _spoofed(model: Model) -> t.Iterator[str]:
    """Drop what comes from an interface with an address that does not belong behind it."""
    for zone in connected(model):
        for family, ip in nft.IP.items():
            own = [str(network) for network in zone.networks if network.version == family]
            if zone.internet:
                foreign = [str(one) for one in nft.inside(model, family) if str(one) not in own]
                wrong = f"{ip} saddr {nft.braces(foreign)}" if foreign else ""
            else:
                wrong = f"{ip} saddr != {nft.braces(own)}" if own else f"meta nfproto ipv{family}"
            if wrong:
                yield f'iifname {_interfaces(zone)} {wrong} counter jump denied comment "source"'


def _isolated(model: Model) -> t.Iterator[str]:
    """Stop what passes between a device in quarantine and anybody but its partners, of open connections too."""
    for family, ip in nft.IP.items():
        own = [str(one) for one in model.isolated if one.version == family]
        partners = [str(one) for one in model.partners if one.version == family]
        for field, other in (("saddr", "daddr"), ("daddr", "saddr")) if own else ():
            spared = f" {ip} {other} != {nft.braces(partners)}" if partners else ""
            yield f'{ip} {field} {nft.braces(own)}{spared} counter jump denied comment "quarantine"'


def _begin(direction: str) -> list[str]:
    return [f'{direction} "lo" accept', nft.STATE, "jump essentials"]


def _essentials_in(model: Model) -> t.Iterator[str]:
    yield f"iifname {_interfaces(model.border)} {nft.ROUTER_HERE}"
    for zone in connected(model):
        if zone.dhcp:
            yield (
                f"iifname {_interfaces(zone)} ip saddr 0.0.0.0 ip daddr 255.255.255.255"
                " udp sport 68 udp dport 67 accept"
            )


def _essentials_out(model: Model) -> t.Iterator[str]:
    yield nft.ROUTER_HERE
    for zone in connected(model):
        if zone.dhcp:
            yield f"oifname {_interfaces(zone)} meta nfproto ipv4 udp sport 67 udp dport 68 accept"


def _from(model: Model, chains: t.Container[str]) -> t.Iterator[str]:
    yield from _by_interface(model, chains, "iifname", lambda zone: _chain_name(zone.name, FIREWALL))


def _towards(model: Model, chains: t.Container[str]) -> t.Iterator[str]:
    yield from _by_interface(model, chains, "oifname", lambda zone: _chain_name(FIREWALL, zone.name))


def _by_interface(
    model: Model, chains: t.Container[str], field: str, chain_of: t.Callable[[Zone], str]
) -> t.Iterator[str]:
    jumps = [
        f'"{interface}" : jump {chain_of(zone)}'
        for zone in connected(model)
        for interface in sorted(zone.interfaces)
        if chain_of(zone) in chains
    ]
    if jumps:
        yield f"{field} vmap {{ {', '.join(jumps)} }}"
    yield nft.log_of_denied(TABLE)


def _between(model: Model, chains: t.Container[str]) -> t.Iterator[str]:
    jumps = [
        f'"{coming}" . "{going}" : jump {_chain_name(source.name, destination.name)}'
        for source, destination in itertools.permutations(connected(model), 2)
        if _chain_name(source.name, destination.name) in chains
        for coming, going in itertools.product(sorted(source.interfaces), sorted(destination.interfaces))
    ]
    if jumps:
        yield f"iifname . oifname vmap {{ {', '.join(jumps)} }}"
    yield nft.log_of_denied(TABLE)


def _published(model: Model, flows: t.Sequence[Flow]) -> t.Iterator[str]:
    for flow in flows:
        publish = flow.policy.publish
        if publish and flow.published:
            (target,) = flow.destination.networks
            values = [(publish.port, publish.port)] if publish.port else flow.values
            ports = nft.protocol_values(flow.protocol, values, flow.family)
            to = str(target.network_address) if flow.family == 4 else f"[{target.network_address}]"
            port = f":{flow.values[0][0]}" if publish.port else ""
            name = nft.IP[flow.family]
            where = f"iifname {_interfaces(model.border)} {name} daddr {publish.address} {ports}"
            yield f'{where} dnat {name} to {to}{port} comment "{flow.policy.name}"'


def _masqueraded(model: Model, flows: t.Sequence[Flow]) -> t.Iterator[str]:
    for flow in flows:
        if flow.policy.masquerade and flow.family == 4 and flow.policy.action == ACCEPT:
            yield (
                f"oifname {_interfaces(model.border)} {nft.conditions(flow, by_interface=False)} counter masquerade"
                f' comment "{flow.policy.name}"'
            )


def _interfaces(zone: Zone) -> str:
    return nft.braces(f'"{name}"' for name in sorted(zone.interfaces))
