# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A model in which some devices are kept apart: only the policies that the site keeps for that hold for them (IR-03).

What passes the firewall is stopped, connections that are open already too. What two devices of one network say to
each other never comes to the firewall: that takes the port of the switch, or the cable.
"""

from __future__ import annotations

import ipaddress
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.document import ZoneError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import (
    DROP,
    FIREWALL,
    INTERNET,
    Address,
    Host,
    Invariant,
    Model,
    Network,
    Policy,
)

# Addresses of each device that is kept apart, by its name.
Devices = t.Mapping[str, t.Iterable[str]]
_REASON = "Thiết bị đang cách ly (003 Điều 11 khoản 2)"


def isolated(model: Model, devices: Devices) -> Model:
    """Return the model with these devices kept apart; raise ZoneError if one cannot be, or would be lost to control."""
    hosts = [host for name, addresses in sorted(devices.items()) for host in _hosts(model, name, addresses)]
    if not hosts:
        return model
    if not model.quarantine_policies:
        raise ZoneError(
            f"{hosts[0].name} is quarantined, and zone_quarantine of the zone model names no policy by which it could"
            " still be administered"
        )
    by_zone: dict[str, list[Host]] = {}
    for host in hosts:
        by_zone.setdefault(host.zone, []).append(host)
    kept = [named for zone, own in by_zone.items() for named in _kept(model, zone, own)]
    policies = [policy for _name, policy in kept]
    policies += [one for zone, own in by_zone.items() for one in _stopped(model, zone, own)]
    return model._replace(
        hosts={**model.hosts, **{host.name: host for host in hosts}},
        policies=(*policies, *model.policies),
        isolated=tuple(sorted({address for host in hosts for address in host.addresses}, key=_order)),
        partners=_collapsed(_partners(model, by_zone)),
        never=tuple(_with_kept(invariant, kept) for invariant in model.never),
    )


def _hosts(model: Model, device: str, texts: t.Iterable[str]) -> t.Iterator[Host]:
    """Yield the device as a host of each zone in which it has an address."""
    by_zone: dict[str, list[Address]] = {}
    for text in texts:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            raise ZoneError(f"{device} is quarantined, but {text!r} is no address such as 10.1.2.3") from None
        zones = (zone.name for zone in model.zones.values() if any(address in network for network in zone.networks))
        zone = next(zones, None)
        if zone is None:
            raise ZoneError(f"{device} is quarantined, but its address {address} lies in no zone of the zone model")
        by_zone.setdefault(zone, []).append(address)
    for zone, addresses in by_zone.items():
        # No host of a model has a dot in its name.
        yield Host(f"{device}.{zone}", zone, tuple(sorted(addresses, key=_order)))


def _kept(model: Model, zone: str, hosts: t.Sequence[Host]) -> t.Iterator[tuple[str, Policy]]:
    """Yield what still holds for these hosts, each with the name of the policy that it is a part of."""
    names = tuple(host.name for host in hosts)
    for policy in model.policies:
        if policy.name not in model.quarantine_policies:
            continue
        own = policy._replace(name=f"{policy.name}.{zone}")
        if zone in policy.destinations and not policy.destination_hosts:
            yield policy.name, own._replace(destinations=(zone,), destination_hosts=names)
        elif zone in policy.sources and not policy.source_hosts:
            yield policy.name, own._replace(sources=(zone,), source_hosts=names)


def _with_kept(invariant: Invariant, kept: t.Iterable[tuple[str, Policy]]) -> Invariant:
    """Return an invariant that spares the parts of the policies that it spares."""
    parts = (policy.name for name, policy in kept if name in invariant.unless)
    return invariant._replace(unless=(*invariant.unless, *parts))


def _stopped(model: Model, zone: str, hosts: t.Sequence[Host]) -> t.Iterator[Policy]:
    """Yield what keeps the other policies from speaking of these hosts: about every service that any of them allows."""
    names = tuple(host.name for host in hosts)
    others = (*(one.name for one in model.zones.values() if one.connected and one.name != zone), INTERNET, FIREWALL)
    base = Policy(
        name=f"quarantine.from.{zone}",
        sources=(zone,),
        destinations=others,
        source_hosts=names,
        destination_hosts=(),
        services=tuple(model.services),
        action=DROP,
        log=False,
        new_per_second=None,
        connections=None,
        masquerade=False,
        publish=None,
        reason=_REASON,
        approval=None,
        expires=None,
        place=("zone_quarantine",),
    )
    yield base
    yield base._replace(
        name=f"quarantine.to.{zone}",
        sources=others,
        destinations=(zone,),
        source_hosts=(),
        destination_hosts=names,
    )


def _partners(model: Model, zones: t.Container[str]) -> t.Iterator[Network]:
    """Yield what the kept policies let speak to devices of these zones."""
    for policy in model.policies:
        if policy.name not in model.quarantine_policies:
            continue
        ends = (
            (policy.sources, policy.destinations, policy.destination_hosts),
            (policy.destinations, policy.sources, policy.source_hosts),
        )
        for own, others, hosts in ends:
            if any(zone in zones for zone in own):
                yield from _networks(model, others, hosts)


def _networks(model: Model, zones: t.Iterable[str], hosts: t.Sequence[str]) -> t.Iterator[Network]:
    if hosts:
        yield from (ipaddress.ip_network(one) for name in hosts for one in model.hosts[name].addresses)
    else:
        yield from (one for name in zones if name in model.zones for one in model.zones[name].networks)


def _collapsed(networks: t.Iterable[Network]) -> tuple[Network, ...]:
    """Return networks sorted and apart, as a set of nftables must have them."""
    every = list(networks)
    four = ipaddress.collapse_addresses(one for one in every if isinstance(one, ipaddress.IPv4Network))
    six = ipaddress.collapse_addresses(one for one in every if isinstance(one, ipaddress.IPv6Network))
    return (*four, *six)


def _order(one: t.Any) -> t.Any:
    return one.version, one
