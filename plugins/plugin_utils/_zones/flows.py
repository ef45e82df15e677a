# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""From policies to flows: one for each pair of ends, family and protocol, with nothing left to look up.

What every device is given is made of these, in the order of the policies: the first flow that fits a packet decides,
and a packet that fits none is denied. Only the first packet of a connection is judged, what belongs to an allowed one
may pass.
"""

from __future__ import annotations

import datetime
import ipaddress
import itertools
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.intervals import joined
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import (
    ACCEPT,
    FAMILIES,
    FIREWALL,
    ICMP_TYPES,
    INTERNET,
    Host,
    Match,
    Model,
    Network,
    Policy,
)

ICMP = "icmp"


class End(t.NamedTuple):
    """One end of a flow: its networks, and whether these are all that its interfaces lead to.

    ``outside`` is every address that lies in no zone. With neither, it is the firewall, whatever its address.
    """

    zone: str
    networks: tuple[Network, ...] = ()
    outside: bool = False
    whole: bool = False


class Flow(t.NamedTuple):
    """What a policy says of one pair of ends; ``values`` are ranges of ports, or numbers of ICMP messages."""

    policy: Policy
    family: int
    source: End
    destination: End
    protocol: str
    values: tuple[tuple[int, int], ...]

    @property
    def allowed(self) -> bool:
        return self.policy.action == ACCEPT

    @property
    def published(self) -> bool:
        """Tell whether only packets may come that the firewall has translated."""
        publish = self.policy.publish
        return publish is not None and publish.address.version == self.family


def flows_of(model: Model, today: datetime.date) -> tuple[Flow, ...]:
    """Return the flows of the policies that are in force."""
    return tuple(itertools.chain.from_iterable(_flows(model, policy) for policy in model.in_force(today)))


def _flows(model: Model, policy: Policy) -> t.Iterator[Flow]:
    for source, destination in itertools.product(policy.sources, policy.destinations):
        yield from flows_between(model, policy, source, destination)


def flows_between(model: Model, policy: Policy, source: str, destination: str) -> t.Iterator[Flow]:
    """Return what a policy says of two of its ends: nothing where they share no family that its services have."""
    services = _by_protocol(model.matches_of(policy.services))
    for family in FAMILIES:
        start = end_of(model, source, family, _hosts(model, policy.source_hosts))
        end = end_of(model, destination, family, _hosts(model, policy.destination_hosts))
        if start is None or end is None:
            continue
        for protocol, matches in services:
            values = values_of(protocol, matches, family)
            if values:
                yield Flow(policy, family, start, end, protocol, values)


def end_of(model: Model, name: str, family: int, hosts: t.Sequence[Host] = ()) -> End | None:
    """Return an end, of the named hosts alone if there are any; None if it has no address of this family."""
    if name == INTERNET:
        return End(name, outside=True, whole=not model.border.networks)
    if name == FIREWALL:
        return End(name)
    if hosts:
        addresses = (address for host in hosts if host.zone == name for address in host.addresses)
        networks: list[t.Any] = [ipaddress.ip_network(address) for address in addresses]
    else:
        networks = list(model.zones[name].networks)
    own = tuple(sorted(network for network in networks if network.version == family))
    return End(name, own, whole=not hosts) if own else None


def values_of(protocol: str, matches: t.Iterable[Match], family: int) -> tuple[tuple[int, int], ...]:
    """Return the ranges of what is matched, sorted, those that touch as one."""
    if protocol == ICMP:
        numbers = (ICMP_TYPES[str(match.message)][FAMILIES.index(family)] for match in matches)
        ranges = [(number, number) for number in numbers if number is not None]
    else:
        ranges = [(match.low, match.high) for match in matches]
    return joined(ranges)


def _by_protocol(matches: t.Iterable[Match]) -> list[tuple[str, list[Match]]]:
    return [(protocol, list(of)) for protocol, of in itertools.groupby(matches, key=lambda match: match.protocol)]


def _hosts(model: Model, names: t.Iterable[str]) -> list[Host]:
    return [model.hosts[name] for name in names]
