# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What the model says of the packets of a slice, as a program. It is made from the policies, not from what is rendered.

A proof is worth something only if it does not follow the way that it checks: this module shares nothing with
``flows`` and ``nftables`` but the model itself.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import intervals
from ansible_collections.commune.baseline.plugins.plugin_utils._zones import model as words
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Invariant, Model, Policy, Zone
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import (
    ACCEPT,
    DROP,
    NOTE,
    Effect,
    Instruction,
    Intervals,
    Program,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import (
    ESTABLISHED,
    FORWARD,
    ICMP4,
    ICMP6,
    INPUT,
    INVALID,
    LARGEST,
    LOOPBACK,
    OUTPUT,
    POSTROUTING,
    PREROUTING,
    RELATED,
    TCP,
    UDP,
    Slice,
)

ESSENTIAL = "essential"
_PROTOCOLS = {"tcp": TCP, "udp": UDP}
# Neighbour discovery (RFC 4861) and listeners of multicast (RFC 2710, RFC 3810), by the hop limits these ask for.
_NEIGHBOURS, _ROUTER = ((133, 133), (135, 136)), ((134, 134),)
_LISTENERS = ((130, 132), (143, 143))
_LINK_LOCAL = intervals.joined([intervals.of_network("fe80::/10")])


class Meaning:
    """A model on one day."""

    def __init__(self, model: Model, today: datetime.date) -> None:
        self._model = model
        self._policies = model.in_force(today)
        self._zone_of = {name: zone for zone in model.zones.values() for name in zone.interfaces}
        networks = [network for zone in model.zones.values() for network in zone.networks]
        self._inside = {
            family: intervals.of_networks(one for one in networks if one.version == family) for family in LARGEST
        }
        self._outside = {family: intervals.without(inside, LARGEST[family]) for family, inside in self._inside.items()}
        self.interfaces = frozenset(self._zone_of)
        self._known: dict[t.Any, Intervals] = {}
        self._known_services: dict[t.Any, dict[str, Intervals] | None] = {}

    def program(self, slice_: Slice) -> Program:
        """Return what is to happen to the packets of a slice."""
        if slice_.hook in (PREROUTING, POSTROUTING):
            return Program(list(self._translations(slice_)), Effect(ACCEPT))
        denied, isolated = Effect(DROP), list(self._isolated(slice_))
        if slice_.hook != FORWARD and LOOPBACK in (slice_.coming, slice_.going):
            return Program([Instruction({}, Effect(ACCEPT))], denied)
        if slice_.state in (ESTABLISHED, RELATED, INVALID):
            verdict = DROP if slice_.state == INVALID else ACCEPT
            return Program([*isolated, Instruction({}, Effect(verdict))], denied)
        instructions = [*isolated, *self._essentials(slice_), *self._foreign(slice_), *self._judged(slice_)]
        return Program([*instructions, log_of_denied({})], denied)

    def forbidden(self, slice_: Slice) -> Program:
        """Return the invariants that packets of a slice would break, each as the detail of a note."""
        at_filter = slice_.hook in (INPUT, FORWARD, OUTPUT)
        broken = [
            Instruction(conditions, Effect(NOTE, invariant))
            for invariant in (self._model.never if at_filter else ())
            for conditions in self._ways(invariant, slice_)
        ]
        return Program(broken, Effect(ACCEPT))

    def _judged(self, slice_: Slice) -> t.Iterator[Instruction]:
        for policy in self._policies:
            for conditions in self._ways(policy, slice_):
                if policy.publish and policy.publish.address.version == slice_.family and not slice_.translated:
                    continue
                yield from judged(policy, conditions, slice_.family)

    def _ways(self, one: Policy | Invariant, slice_: Slice) -> t.Iterator[dict[str, Intervals]]:
        """Return the conditions under which packets of a slice go from an end to an end about a service."""
        services = self._services(one.services, slice_)
        if services is None:
            return
        for source in one.sources:
            for destination in one.destinations:
                start = self._end(source, slice_.coming, "saddr", slice_, getattr(one, "source_hosts", ()))
                end = self._end(destination, slice_.going, "daddr", slice_, getattr(one, "destination_hosts", ()))
                if start is not None and end is not None:
                    yield {**start, **end, **services}

    def _end(
        self, name: str, interface: str | None, field: str, slice_: Slice, hosts: t.Sequence[str]
    ) -> dict[str, Intervals] | None:
        """Return the condition on the address of an end; None if the interface does not lead there."""
        here = (slice_.hook == OUTPUT and field == "saddr") or (slice_.hook == INPUT and field == "daddr")
        if name == words.FIREWALL or here:
            return {} if name == words.FIREWALL and here else None
        zone = self._zone_of.get(str(interface))
        if name == words.INTERNET:
            return {field: self._outside[slice_.family]} if zone is not None and zone.internet else None
        if zone is None or zone.name != name:
            return None
        key = (name, hosts, slice_.family)
        if key not in self._known:
            self._known[key] = self._addresses(zone, hosts, slice_.family)
        return {field: self._known[key]} if self._known[key] else None

    def _addresses(self, zone: Zone, hosts: t.Sequence[str], family: int) -> Intervals:
        if not hosts:
            return intervals.of_networks(one for one in zone.networks if one.version == family)
        named = (self._model.hosts[name] for name in hosts)
        numbers = [
            int(one) for host in named if host.zone == zone.name for one in host.addresses if one.version == family
        ]
        return intervals.joined((number, number) for number in numbers)

    def _services(self, names: t.Sequence[str], slice_: Slice) -> dict[str, Intervals] | None:
        """Return the condition on port or message; nothing if all are meant, None if none of this protocol is."""
        key = (names, slice_.protocol, slice_.family)
        if key not in self._known_services:
            self._known_services[key] = self._ports_or_messages(names, slice_)
        return self._known_services[key]

    def _ports_or_messages(self, names: t.Sequence[str], slice_: Slice) -> dict[str, Intervals] | None:
        if not names:
            return {}
        matches = [match for name in names for match in self._model.services[name]]
        if slice_.protocol in (ICMP4, ICMP6):
            wanted = 0 if slice_.protocol == ICMP4 else 1
            numbers = [words.ICMP_TYPES[str(one.message)][wanted] for one in matches if one.message]
            found = [(number, number) for number in numbers if number is not None]
            right = slice_.family == (4 if slice_.protocol == ICMP4 else 6)
            return {"type": intervals.joined(found)} if found and right else None
        ports = [(one.low, one.high) for one in matches if _PROTOCOLS.get(one.protocol) == slice_.protocol]
        return {"dport": intervals.joined(ports)} if ports else None

    def _essentials(self, slice_: Slice) -> t.Iterator[Instruction]:
        accept = Effect(ACCEPT)
        if slice_.hook == FORWARD:
            return
        zone = self._zone_of.get(str(slice_.coming))
        yield from of_the_link(slice_, routers=slice_.hook == OUTPUT or (zone is not None and zone.internet))
        asking = self._zone_of.get(str(slice_.coming or slice_.going))
        if slice_.family == 4 and slice_.protocol == UDP and asking is not None and asking.dhcp:
            client, server = ((68, 68),), ((67, 67),)
            nobody, everybody = ((0, 0),), ((LARGEST[4], LARGEST[4]),)
            if slice_.hook == INPUT:
                ask = {"saddr": nobody, "daddr": everybody, "sport": client, "dport": server}
                yield Instruction(ask, accept, ESSENTIAL)
            else:
                yield Instruction({"sport": server, "dport": client}, accept, ESSENTIAL)

    def _foreign(self, slice_: Slice) -> t.Iterator[Instruction]:
        """Deny what comes from where its address does not belong; interfaces of no zone have no policies anyway."""
        zone = self._zone_of.get(str(slice_.coming))
        if slice_.hook == OUTPUT or zone is None:
            return
        own = intervals.of_networks(one for one in zone.networks if one.version == slice_.family)
        if zone.internet:
            wrong = intervals.common(self._inside[slice_.family], intervals.without(own, LARGEST[slice_.family]))
        else:
            wrong = intervals.without(own, LARGEST[slice_.family])
        if wrong:
            yield log_of_denied({"saddr": wrong})
            yield Instruction({"saddr": wrong}, Effect(DROP))

    def _isolated(self, slice_: Slice) -> t.Iterator[Instruction]:
        """Deny, in every state, what a device in quarantine and anybody but its partners say to each other."""
        own = [int(one) for one in self._model.isolated if one.version == slice_.family]
        if slice_.hook != FORWARD or not own:
            return
        apart = intervals.joined((number, number) for number in own)
        partners = intervals.of_networks(one for one in self._model.partners if one.version == slice_.family)
        strangers = intervals.without(partners, LARGEST[slice_.family])
        for conditions in ({"saddr": apart, "daddr": strangers}, {"daddr": apart, "saddr": strangers}):
            yield log_of_denied(conditions)
            yield Instruction(conditions, Effect(DROP))

    def _translations(self, slice_: Slice) -> t.Iterator[Instruction]:
        for policy in self._policies:
            if slice_.hook == POSTROUTING and policy.masquerade and slice_.family == 4:
                for conditions in self._masqueraded(policy, slice_):
                    yield Instruction(conditions, Effect("masquerade"), policy.name)
            elif slice_.hook == PREROUTING and policy.publish and policy.publish.address.version == slice_.family:
                yield from self._published(policy, slice_)

    def _masqueraded(self, policy: Policy, slice_: Slice) -> t.Iterator[dict[str, Intervals]]:
        """Return the ways of a policy out; which interface a packet came from is not asked any more, as in nftables."""
        for zone in (self._model.zones[name] for name in policy.sources if name in self._model.zones):
            for interface in zone.interfaces[:1]:
                yield from self._ways(policy._replace(sources=(zone.name,)), slice_._replace(coming=interface))

    def _published(self, policy: Policy, slice_: Slice) -> t.Iterator[Instruction]:
        publish, services = policy.publish, self._services(policy.services, slice_)
        zone = self._zone_of.get(str(slice_.coming))
        if publish is None or services is None or zone is None or not zone.internet:
            return
        hosts = (self._model.hosts[name] for name in policy.destination_hosts)
        (target,) = (one for host in hosts for one in host.addresses if one.version == slice_.family)
        port = services["dport"][0][0] if publish.port else None
        own = ((publish.port, publish.port),) if publish.port else services["dport"]
        address = int(publish.address)
        conditions = {"daddr": ((address, address),), "dport": own}
        yield Instruction(conditions, Effect("dnat", (str(target), port)), policy.name)


def of_the_link(slice_: Slice, *, routers: bool) -> t.Iterator[Instruction]:
    """Let pass what IPv6 needs on every link, and what its routers say of themselves where they may."""
    if slice_.family == 6 and slice_.protocol == ICMP6:
        far, near = {"hops": ((255, 255),)}, {"hops": ((1, 1),), "saddr": _LINK_LOCAL}
        yield Instruction({"type": _NEIGHBOURS, **far}, Effect(ACCEPT), ESSENTIAL)
        yield Instruction({"type": _LISTENERS, **near}, Effect(ACCEPT), ESSENTIAL)
        if routers:
            yield Instruction({"type": _ROUTER, **far}, Effect(ACCEPT), ESSENTIAL)


def judged(policy: Policy, conditions: t.Mapping[str, Intervals], family: int) -> t.Iterator[Instruction]:
    """Note what a policy limits and logs, then decide as it says."""
    yield from (Instruction(conditions, note, policy.name) for note in _notes(policy, family))
    yield Instruction(conditions, Effect(policy.action), policy.name)


def _notes(policy: Policy, family: int) -> t.Iterator[Effect]:
    key = str({"payload": {"protocol": "ip" if family == 4 else "ip6", "field": "saddr"}})
    if policy.new_per_second:
        yield Effect(NOTE, ("rate", key, policy.new_per_second, "second", DROP))
    if policy.connections:
        yield Effect(NOTE, ("count", key, policy.connections, DROP))
    if policy.log:
        yield Effect(NOTE, ("log", 5, None))


def log_of_denied(conditions: dict[str, Intervals]) -> Instruction:
    """Note that packets are told of, as many as anybody can read."""
    return Instruction(conditions, Effect(NOTE, ("log", 5, (10, "second", False))))
