# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A host with a firewall of its own, and the flows that begin or end at it.

What the firewall between the zones lets through, the host's own lets in, and no more than the host offers. Beside
that stands what no policy speaks of, for it does not pass the firewall between the zones: the services that hosts of a
zone offer each other, and the channel by which the controller manages the host.
"""

from __future__ import annotations

import datetime
import ipaddress
import itertools
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import intervals
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import (
    End,
    Flow,
    end_of,
    values_of,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import (
    ACCEPT,
    FAMILIES,
    FIREWALL,
    INTERNET,
    Address,
    Match,
    Model,
    Network,
    Policy,
)

MANAGEMENT, NEIGHBOURS = "management", "neighbours"


class Guarded(t.NamedTuple):
    """A host with a firewall of its own: where it stands, what it offers, who manages it.

    ``services`` are offered to whom the policies let reach it, ``neighbours`` are those that hosts of its zone offer
    each other. ``gateways`` are the addresses of the firewall in its zone; ``managers`` those that the controller comes
    from, to the ``management`` ports. With ``any_outbound`` it may begin what it likes, as a workstation behind a web
    filter does.
    """

    zone: str
    addresses: tuple[Address, ...]
    services: tuple[str, ...]
    neighbours: tuple[str, ...]
    gateways: tuple[Address, ...]
    managers: tuple[Address, ...]
    management: tuple[Match, ...]
    any_outbound: bool = False


class HostError(Exception):
    """A host cannot be guarded so; the message says what is wrong with what was said of it."""


class HostFlows(t.NamedTuple):
    """The flows of a host in their order: the first that fits a packet decides, what fits none is denied."""

    incoming: tuple[Flow, ...]
    outgoing: tuple[Flow, ...]


def check(model: Model, host: Guarded) -> None:
    """Raise HostError for the first thing that the model does not know, or that would cut the host off."""
    for fault in (*_faults_of_place(model, host), *_faults_of_service(model, host)):
        raise HostError(fault)


def _faults_of_place(model: Model, host: Guarded) -> t.Iterator[str]:
    zone = model.zones.get(host.zone)
    if zone is None or not zone.networks:
        known = ", ".join(name for name, one in model.zones.items() if one.networks)
        yield f"zone {host.zone} is none that hosts can stand in: {known}"
        return
    for address in (*host.addresses, *host.gateways):
        if not any(address in network for network in zone.networks):
            yield f"{address} lies outside zone {host.zone}, in which the host and its gateway stand"
    if not host.addresses:
        yield f"the host has no address in its zone {host.zone}"
    if not host.management or not {one.version for one in host.addresses} & {one.version for one in host.managers}:
        yield "the controller would be shut out: name its addresses (of a family that the host has) and a port"


def _faults_of_service(model: Model, host: Guarded) -> t.Iterator[str]:
    for name in (*host.services, *host.neighbours):
        if name not in model.services:
            yield f"{name} is no service of the zone model: {', '.join(model.services)}"
    for policy in model.policies:
        ends = (policy.sources, policy.destinations)
        if not host.gateways and any(host.zone in one and FIREWALL in other for one, other in (ends, ends[::-1])):
            yield f"policy {policy.name} speaks of the firewall, and its addresses in zone {host.zone} are not named"


def flows_at(model: Model, host: Guarded, today: datetime.date) -> HostFlows:
    """Return what may reach a host, and what it may begin itself; nothing of the latter if that is not limited."""
    policies = model.in_force(today)
    incoming = [*_management(host), *_among_neighbours(model, host, incoming=True)]
    incoming += itertools.chain.from_iterable(_incoming(model, host, policy) for policy in policies)
    outgoing: list[Flow] = []
    if not host.any_outbound:
        outgoing += _among_neighbours(model, host, incoming=False)
        outgoing += itertools.chain.from_iterable(_outgoing(model, host, policy) for policy in policies)
    return HostFlows(tuple(incoming), tuple(outgoing))


def _management(host: Guarded) -> t.Iterator[Flow]:
    policy = _own_policy(MANAGEMENT)
    for family in FAMILIES:
        managers = _networks(host.managers, family)
        if managers:
            yield from _flows(policy, family, End(MANAGEMENT, managers), End(FIREWALL), host.management)


def _among_neighbours(model: Model, host: Guarded, *, incoming: bool) -> t.Iterator[Flow]:
    for family in FAMILIES:
        there, here = end_of(model, host.zone, family), End(FIREWALL)
        if there is not None and host.neighbours:
            ends = (there, here) if incoming else (here, there)
            yield from _flows(_own_policy(NEIGHBOURS), family, *ends, model.matches_of(host.neighbours))


def _incoming(model: Model, host: Guarded, policy: Policy) -> t.Iterator[Flow]:
    if host.zone not in policy.destinations:
        return
    offered, spoken_of = model.matches_of(host.services), model.matches_of(policy.services)
    for name, family in itertools.product(policy.sources, FAMILIES):
        there = _end(model, host, name, family, policy.source_hosts)
        if there is not None and _is_meant(model, host, policy.destination_hosts, family):
            yield from _flows(_as_seen_here(policy), family, there, End(FIREWALL), spoken_of, offered)


def _outgoing(model: Model, host: Guarded, policy: Policy) -> t.Iterator[Flow]:
    if host.zone not in policy.sources:
        return
    for name, family in itertools.product(policy.destinations, FAMILIES):
        there = _end(model, host, name, family, policy.destination_hosts)
        if there is not None and _is_meant(model, host, policy.source_hosts, family):
            spoken_of = model.matches_of(policy.services)
            yield from _flows(_as_seen_here(policy), family, End(FIREWALL), there, spoken_of)


def _end(model: Model, host: Guarded, name: str, family: int, hosts: t.Sequence[str]) -> End | None:
    if name == INTERNET:
        return End(name, outside=True)
    if name == FIREWALL:
        gateways = _networks(host.gateways, family)
        return End(name, gateways) if gateways else None
    return end_of(model, name, family, [model.hosts[one] for one in hosts])


def _networks(addresses: t.Iterable[Address], family: int) -> tuple[Network, ...]:
    networks: list[t.Any] = [ipaddress.ip_network(one) for one in addresses if one.version == family]
    return tuple(sorted(networks))


def _is_meant(model: Model, host: Guarded, names: t.Sequence[str], family: int) -> bool:
    """Tell whether a policy that names these hosts, or a whole zone, speaks of an address of this host."""
    own = {one for one in host.addresses if one.version == family}
    named = {one for name in names for one in model.hosts[name].addresses}
    return bool(own & named if names else own)


def _flows(
    policy: Policy,
    family: int,
    source: End,
    destination: End,
    matches: t.Sequence[Match],
    offered: t.Sequence[Match] | None = None,
) -> t.Iterator[Flow]:
    """Return a flow for each protocol, of what is matched and, where that is limited, offered as well."""
    for protocol in sorted({match.protocol for match in matches}):
        values = values_of(protocol, [one for one in matches if one.protocol == protocol], family)
        if offered is not None:
            own = values_of(protocol, [one for one in offered if one.protocol == protocol], family)
            values = intervals.common(values, own)
        if values:
            yield Flow(policy, family, source, destination, protocol, values)


def _as_seen_here(policy: Policy) -> Policy:
    """Return a policy as it is met behind the firewall, which has translated the addresses already."""
    return policy._replace(publish=None, masquerade=False)


def _own_policy(name: str) -> Policy:
    return Policy(
        name=name,
        sources=(),
        destinations=(),
        source_hosts=(),
        destination_hosts=(),
        services=(),
        action=ACCEPT,
        log=False,
        new_per_second=None,
        connections=None,
        masquerade=False,
        publish=None,
        reason=name,
        approval=None,
        expires=None,
        place=(),
    )
