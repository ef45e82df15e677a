# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The zone model of a site: who may speak to whom, in words that no device has made its own. Pure data.

Two names stand beside the zones: ``internet`` is everything that lies behind the zone that borders it and in no zone,
``firewall`` is the device between the zones. What no policy allows is denied, both ways, for IPv4 and IPv6 alike.
"""

from __future__ import annotations

import datetime
import ipaddress
import typing as t

INTERNET, FIREWALL = "internet", "firewall"
ACCEPT, DROP, REJECT = "accept", "drop", "reject"
FAMILIES = (4, 6)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Number of a message by its name, for IPv4 (RFC 792) and for IPv6 (RFC 4443); None where a family has none.
ICMP_TYPES: t.Mapping[str, tuple[int | None, int | None]] = {
    "echo-request": (8, 128),
    "echo-reply": (0, 129),
    "destination-unreachable": (3, 1),
    "packet-too-big": (None, 2),
    "time-exceeded": (11, 3),
    "parameter-problem": (12, 4),
    "timestamp-request": (13, None),
}


class Zone(t.NamedTuple):
    """A part of the network; ``internet`` marks the one that borders the Internet, ``dhcp`` who asks for addresses."""

    name: str
    title: str
    interfaces: tuple[str, ...] = ()
    vlan: int | None = None
    networks: tuple[Network, ...] = ()
    internet: bool = False
    dhcp: bool = False

    @property
    def connected(self) -> bool:
        return bool(self.interfaces)


class Host(t.NamedTuple):
    """A host or a group of hosts that policies name."""

    name: str
    zone: str
    addresses: tuple[Address, ...]


class Match(t.NamedTuple):
    """A protocol and a range of ports, both ends included, or (icmp) the name of a message."""

    protocol: str
    low: int = 0
    high: int = 0
    message: str | None = None

    def overlaps(self, other: Match) -> bool:
        same = self.protocol == other.protocol and self.message == other.message
        return same and self.low <= other.high and other.low <= self.high


class Publication(t.NamedTuple):
    """An address of the firewall, and a port (None: the service's own), at which a host of the DMZ is published."""

    address: Address
    port: int | None = None


class Policy(t.NamedTuple):
    """Who may (or may not) speak to whom about what; ``place`` is where it stands in the file."""

    name: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    source_hosts: tuple[str, ...]
    destination_hosts: tuple[str, ...]
    services: tuple[str, ...]
    action: str
    log: bool
    new_per_second: int | None
    connections: int | None
    masquerade: bool
    publish: Publication | None
    reason: str
    approval: str | None
    expires: datetime.date | None
    place: tuple[str | int, ...]


class Invariant(t.NamedTuple):
    """What must never be possible, whatever the policies say, but for those that it names; no services: all."""

    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    services: tuple[str, ...]
    unless: tuple[str, ...]
    reason: str
    place: tuple[str | int, ...]


class Port(t.NamedTuple):
    """A port of a switch, the zone that what is plugged in there belongs to, and what that is, if it is known."""

    device: str
    port: str
    zone: str
    to: str | None = None


class Model(t.NamedTuple):
    """All of it, checked: every name is known, every address lies in its zone. Policies stand in their order.

    ``firewalls`` are the devices between the zones, by their names in the inventory.
    """

    zones: t.Mapping[str, Zone]
    hosts: t.Mapping[str, Host]
    services: t.Mapping[str, tuple[Match, ...]]
    policies: tuple[Policy, ...]
    # Names of the policies that keep holding for devices in quarantine; the addresses of such devices, and what may
    # still speak to them. The latter two come from the register, by the module quarantine.
    quarantine_policies: tuple[str, ...]
    isolated: tuple[Address, ...]
    partners: tuple[Network, ...]
    never: tuple[Invariant, ...]
    ports: tuple[Port, ...]
    firewalls: tuple[str, ...] = ()

    def in_force(self, today: datetime.date) -> tuple[Policy, ...]:
        """Return the policies that have not expired; the day named is the last on which one holds."""
        return tuple(one for one in self.policies if one.expires is None or one.expires >= today)

    def expired(self, today: datetime.date) -> tuple[Policy, ...]:
        return tuple(one for one in self.policies if one.expires is not None and one.expires < today)

    @property
    def border(self) -> Zone:
        """Return the zone that borders the Internet."""
        return next(zone for zone in self.zones.values() if zone.internet)

    def matches_of(self, services: t.Iterable[str]) -> tuple[Match, ...]:
        """Return what services match, each once, in a fixed order."""
        found = {match for name in services for match in self.services[name]}
        return tuple(sorted(found, key=lambda one: (one.protocol, one.low, one.high, one.message or "")))
