# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Whether the parts of a zone model fit together: what one value alone cannot show."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.document import Document, Place
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import flows_between
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import (
    ACCEPT,
    FIREWALL,
    INTERNET,
    Address,
    Invariant,
    Model,
    Network,
    Policy,
    Publication,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import LOOPBACK


def checked(model: Model, document: Document) -> Model:
    """Return the model; raise ZoneError for the first thing in it that contradicts another, or names nothing."""
    for check in (_zones, _overlaps, _hosts, _switch_ports, _policies, _flows, _publications, _invariants, _quarantine):
        for place, sentence in check(model):
            raise document.error(place, sentence)
    return model


Faults = t.Iterator[tuple[Place, str]]


def _zones(model: Model) -> Faults:
    borders = [name for name, zone in model.zones.items() if zone.internet]
    if len(borders) != 1:
        yield ("zones",), f"one zone borders the Internet (internet: true), not {len(borders)}: {', '.join(borders)}"
    holders: dict[t.Any, str] = {}
    for name, zone in model.zones.items():
        place = ("zones", name)
        if name in (INTERNET, FIREWALL):
            yield place, f"{name} is no zone of yours: it is everything outside, or the device between the zones"
        if zone.networks and not zone.interfaces:
            yield place, f"{name} has networks and no interface of the firewall that leads to them"
        if zone.interfaces and not (zone.networks or zone.internet):
            yield place, f"{name} has an interface and no networks: nothing in it would have an address"
        if LOOPBACK in zone.interfaces:
            yield (*place, "interfaces"), f"{LOOPBACK} leads to no zone: by it the firewall speaks to itself"
        if zone.dhcp and (zone.internet or not zone.interfaces):
            yield (*place, "dhcp"), f"in {name} nobody asks the firewall for an address"
        for what in (*zone.interfaces, *([zone.vlan] if zone.vlan else [])):
            if holders.setdefault(what, name) != name:
                yield place, f"{what} belongs to zone {holders[what]} already"


def _overlaps(model: Model) -> Faults:
    held = [(zone.name, at, network) for zone in model.zones.values() for at, network in enumerate(zone.networks)]
    for (one, _at, network), (other, at, second) in itertools.combinations(held, 2):
        if network.version == second.version and network.overlaps(second):
            yield ("zones", other, "networks", at), f"{second} overlaps {network} of zone {one}"


def _hosts(model: Model) -> Faults:
    holders: dict[t.Any, str] = {}
    for name, host in model.hosts.items():
        place = ("zone_hosts", name)
        zone = model.zones.get(host.zone)
        if zone is None:
            yield (*place, "zone"), f"{host.zone} is no zone that this file knows: {_listed(model.zones)}"
            continue
        for at, address in enumerate(host.addresses):
            if not any(address in network for network in zone.networks):
                networks = ", ".join(map(str, zone.networks)) or "none"
                yield (*place, "addresses", at), f"{address} lies outside zone {zone.name} (its networks: {networks})"
            if holders.setdefault(address, name) != name:
                yield (*place, "addresses", at), f"{address} is the address of {holders[address]} already"
            for network in zone.networks:
                if _stands_for_all(address, network):
                    yield (*place, "addresses", at), f"{address} is no host: it stands for all of {network}"


def _stands_for_all(address: Address, network: Network) -> bool:
    """Tell whether it is the first or the last address of a network of IPv4 that has these (RFC 3021)."""
    ends = (network.network_address, network.broadcast_address)
    return network.version == 4 and network.prefixlen < 31 and address in ends


def _switch_ports(model: Model) -> Faults:
    held: set[tuple[str, str]] = set()
    for at, port in enumerate(model.ports):
        place = ("zone_ports", at)
        if port.zone not in model.zones:
            yield (*place, "zone"), f"{port.zone} is no zone that this file knows: {_listed(model.zones)}"
        if (port.device, port.port) in held:
            yield place, f"port {port.port} of {port.device} is given a second time"
        held.add((port.device, port.port))


def _policies(model: Model) -> Faults:
    names: set[str] = set()
    for policy in model.policies:
        if policy.name in names:
            yield (*policy.place, "name"), f"{policy.name} is the name of another policy already"
        names.add(policy.name)
        yield from _ends(model, policy)
        yield from _hosts_of_ends(model, policy)
        if policy.action != ACCEPT and (policy.masquerade or policy.publish or policy.connections):
            yield policy.place, f"{policy.name} allows nothing, so it has nothing to translate or to limit"
        if policy.masquerade and policy.destinations != (INTERNET,):
            yield (
                (*policy.place, "masquerade"),
                f"{policy.name} masquerades towards {INTERNET} alone (to: [{INTERNET}])",
            )


def _ends(model: Model, one: Policy | Invariant) -> Faults:
    """Check the names at both ends and the services, of a policy or of an invariant."""
    known = (*model.zones, INTERNET, FIREWALL)
    for key, names in (("from", one.sources), ("to", one.destinations)):
        for at, name in enumerate(names):
            place = (*one.place, key, at)
            if name not in known:
                yield place, f"{name} is no zone that this file knows: {_listed(known)}"
            elif isinstance(one, Policy) and name in model.zones and not model.zones[name].connected:
                yield place, f"zone {name} has no network at all"
            elif name in model.zones and model.zones[name].internet and not model.zones[name].networks:
                yield place, f"{name} has no networks of its own; what lies outside is called {INTERNET}"
    for name in set(one.sources) & set(one.destinations) if isinstance(one, Policy) else ():
        yield (*one.place, "to"), f"{name} stands at both ends; what stays within a zone does not pass the firewall"
    for at, name in enumerate(one.services):
        if name not in model.services:
            yield (*one.place, "services", at), f"{name} is no service that this file knows: {_listed(model.services)}"


def _hosts_of_ends(model: Model, policy: Policy) -> Faults:
    ends = (("src", policy.source_hosts, policy.sources), ("dst", policy.destination_hosts, policy.destinations))
    for key, hosts, zones in ends:
        for at, name in enumerate(hosts):
            place = (*policy.place, key, at)
            if name not in model.hosts:
                yield place, f"{name} is no host that this file knows: {_listed(model.hosts)}"
            elif model.hosts[name].zone not in zones:
                yield place, f"host {name} lies in zone {model.hosts[name].zone}, which this policy does not name"
        held = {model.hosts[name].zone for name in hosts if name in model.hosts}
        for zone in set(zones) - held if hosts else ():
            yield (*policy.place, key), f"no host of zone {zone} is named: split the policy, or name one"


def _flows(model: Model) -> Faults:
    for policy in model.policies:
        for source, destination in itertools.product(policy.sources, policy.destinations):
            if next(flows_between(model, policy, source, destination), None) is None:
                yield (
                    policy.place,
                    f"{policy.name} says nothing from {source} to {destination}: they have no addresses of one family,"
                    " or none of its services is there in that family",
                )


def _publications(model: Model) -> Faults:
    taken: dict[tuple[t.Any, str, int], str] = {}
    for policy in model.policies:
        if policy.publish is None:
            continue
        yield from _publication(model, policy, policy.publish)
        for key in _published(model, policy, policy.publish):
            if taken.setdefault(key, policy.name) != policy.name:
                yield (*policy.place, "publish"), f"{taken[key]} publishes port {key[2]} of {key[0]} already"


def _publication(model: Model, policy: Policy, publish: Publication) -> Faults:
    place = (*policy.place, "publish")
    hosts = [model.hosts[name] for name in policy.destination_hosts]
    targets = [one for host in hosts for one in host.addresses if one.version == publish.address.version]
    inside = [network for zone in model.zones.values() if not zone.internet for network in zone.networks]
    matches = model.matches_of(policy.services)
    if policy.sources != (INTERNET,) or len(targets) != 1:
        yield place, f"{policy.name} publishes one address of one host (dst) towards {INTERNET} (from)"
    elif hosts[0].zone == model.border.name or publish.address in targets:
        yield place, f"{policy.name} goes in a circle: what it publishes lies where it is published"
    for host in model.hosts.values():
        if publish.address in host.addresses:
            yield (*place, "address"), f"{publish.address} is the address of {host.name} already"
    if any(publish.address in network for network in inside):
        yield (*place, "address"), f"{publish.address} lies in a zone inside; publish at an address outside"
    if publish.port and (len(matches) != 1 or matches[0].low != matches[0].high):
        yield (*place, "port"), f"{policy.name} has several ports, which one port cannot stand for"
    if any(match.protocol == "icmp" for match in matches):
        yield (*policy.place, "services"), f"{policy.name} publishes ports; icmp has none"


def _published(model: Model, policy: Policy, publish: Publication) -> t.Iterator[tuple[t.Any, str, int]]:
    """Return address, protocol and port of everything that a policy publishes."""
    for match in model.matches_of(policy.services):
        for port in [publish.port] if publish.port else range(match.low, match.high + 1):
            yield publish.address, match.protocol, port


def _invariants(model: Model) -> Faults:
    policies = {policy.name: policy for policy in model.policies}
    for invariant in model.never:
        yield from _ends(model, invariant)
        for at, name in enumerate(invariant.unless):
            if name not in policies:
                yield (*invariant.place, "unless", at), f"{name} is no policy that this file knows: {_listed(policies)}"
        for policy in policies.values():
            if policy.name not in invariant.unless and _contradicts(model, policy, invariant):
                entry = int(invariant.place[1]) + 1
                yield (
                    policy.place,
                    f"{policy.name} allows what must never be (zone_never, entry {entry}: {invariant.reason})",
                )


def _quarantine(model: Model) -> Faults:
    policies = {policy.name: policy for policy in model.policies}
    for at, name in enumerate(model.quarantine_policies):
        place = ("zone_quarantine", at)
        policy = policies.get(name)
        if policy is None:
            yield place, f"{name} is no policy that this file knows: {_listed(policies)}"
        elif policy.action != ACCEPT or INTERNET in (*policy.sources, *policy.destinations):
            yield (
                place,
                f"{name} cannot hold for a quarantined device: it must allow something, and not with {INTERNET}",
            )


def _contradicts(model: Model, policy: Policy, invariant: Invariant) -> bool:
    meets = set(policy.sources) & set(invariant.sources) and set(policy.destinations) & set(invariant.destinations)
    if policy.action != ACCEPT or not meets:
        return False
    if not invariant.services:
        return True
    forbidden = model.matches_of(invariant.services)
    return any(one.overlaps(other) for one in model.matches_of(policy.services) for other in forbidden)


def _listed(names: t.Iterable[str]) -> str:
    return ", ".join(names) or "none"
