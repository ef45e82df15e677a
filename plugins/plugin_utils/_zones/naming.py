# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What people call the ends and the services that a difference is about: zones, hosts, addresses; names of services."""

from __future__ import annotations

import ipaddress
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import intervals
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import (
    FIREWALL,
    ICMP_TYPES,
    INTERNET,
    Host,
    Match,
    Model,
    Zone,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import Intervals
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import (
    ICMP4,
    ICMP6,
    LARGEST,
    OTHER,
    TCP,
    UDP,
)

EVERYTHING, OWN, FOREIGN = "*", "own", "foreign"
_FEW = 3  # so many ranges of addresses are written out
_PORTS = {TCP: "tcp", UDP: "udp"}
_MESSAGES = {ICMP4: 0, ICMP6: 1}
_ADDRESS: dict[int, type[t.Any]] = {4: ipaddress.IPv4Address, 6: ipaddress.IPv6Address}


class End(t.NamedTuple):
    """One end: the zone (or ``internet``, ``firewall``; none if no zone has the interface) and what of it.

    No names: all of it. A name is that of a host of the model, an address, a network, a range, or one of the words
    ``*`` (every address whatever), ``own`` (all of the zone) and ``foreign`` (what does not belong there).
    ``without`` names hosts that are left out. No interfaces: all that lead there.
    """

    zone: str = ""
    names: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()


class Service(t.NamedTuple):
    """A service of the model, or what none has a name for; its ports as ``tcp/443``; ``*`` is everything."""

    name: str
    ports: tuple[str, ...]


class Names:
    """The names that some models give, the first that has one counts."""

    def __init__(self, *models: Model) -> None:
        self._models = models

    def zone_of(self, interface: str | None) -> Zone | None:
        zones = (zone for model in self._models for zone in model.zones.values())
        return next((zone for zone in zones if interface in zone.interfaces), None)

    def title(self, zone: str) -> str:
        """Return what a zone is called in Vietnamese."""
        return next((model.zones[zone].title for model in self._models if zone in model.zones), zone)

    def end(self, interface: str | None, numbers: Intervals, family: int) -> End:
        """Return the end that lies behind an interface (None: the firewall itself) and has these addresses."""
        if interface is None:
            return End(FIREWALL)
        zone = self.zone_of(interface)
        if zone is None:
            return End("", self.addresses(numbers, family), interfaces=(interface,))
        own, name = _of_family(zone, family), zone.name
        if zone.internet:
            outside = intervals.without(self._inside(family), LARGEST[family])
            if not own or not intervals.common(numbers, own):
                own, name = outside, INTERNET
        return self._part(name, own, numbers, family)._replace(interfaces=(interface,))

    def ends_by_address(self, numbers: Intervals, family: int) -> t.Iterator[End]:
        """Return the ends that addresses lie in, whatever interface they come by."""
        rest = numbers
        for zone in {zone.name: zone for model in reversed(self._models) for zone in model.zones.values()}.values():
            own = _of_family(zone, family)
            common = intervals.common(numbers, own)
            if common:
                yield self._part(zone.name, own, common, family)
                rest = intervals.common(rest, intervals.without(own, LARGEST[family]))
        if rest:
            yield End("", self.addresses(rest, family))

    def host(self, address: str) -> str:
        """Return the name of the host that has an address, or the address."""
        hosts = (host for model in self._models for host in model.hosts.values())
        return next((host.name for host in hosts if address in map(str, host.addresses)), address)

    def services(self, given: t.Mapping[int, Intervals], family: int) -> tuple[Service, ...]:
        """Return the services that cover what is given (ports or messages by protocol), and what is left over."""
        if all(values == ((0, _largest(protocol)),) for protocol, values in given.items()) and len(given) > len(_PORTS):
            return (Service("", (EVERYTHING,)),)
        large = {protocol: values for protocol, values in given.items() if _is_most(values, protocol)}
        left = {protocol: values for protocol, values in given.items() if protocol not in large}
        found = [Service("", tuple(_written(large)))] if large else []
        candidates = [(name, own) for model in self._models for name, own in model.services.items()]
        for name, matches in sorted(candidates, key=lambda one: (-len(one[1]), one[0])):
            needed = _numbers(matches, family)
            if needed and all(_holds(left.get(protocol, ()), own) for protocol, own in needed.items()):
                for protocol, own in needed.items():
                    left[protocol] = intervals.common(left[protocol], intervals.without(own, _largest(protocol)))
                found.append(Service(name, tuple(_written(needed))))
        rest = tuple(_written({protocol: values for protocol, values in left.items() if values}))
        return (*sorted(found), *((Service("", rest),) if rest else ()))

    def _part(self, zone: str, own: Intervals, numbers: Intervals, family: int) -> End:
        """Return what a set of addresses is of a zone that has its own."""
        strangers = intervals.without(own, LARGEST[family])
        inner, outer = intervals.common(numbers, own), intervals.common(numbers, strangers)
        if inner == own and outer == strangers:
            return End(zone, (EVERYTHING,))
        left_out, unnamed = self._hosts_in(
            zone, intervals.common(own, intervals.without(inner, LARGEST[family])), family
        )
        names: tuple[str, ...] = ()
        if inner and left_out and not unnamed and not outer:
            return End(zone, (), left_out)
        if inner == own:
            names = (OWN,) if outer else ()
        elif inner:
            named, rest = self._hosts_in(zone, inner, family)
            names = (*named, *self.addresses(rest, family))
        if outer:
            names += (FOREIGN,) if outer == strangers or len(outer) > _FEW else self.addresses(outer, family)
        return End(zone, names)

    def _hosts_in(self, zone: str, numbers: Intervals, family: int) -> tuple[tuple[str, ...], Intervals]:
        """Return the hosts of a zone that lie in a set of addresses, and the addresses that are left."""
        names = []
        for host in self._hosts(zone):
            own = intervals.joined((int(one), int(one)) for one in host.addresses if one.version == family)
            if own and _holds(numbers, own):
                names.append(host.name)
                numbers = intervals.common(numbers, intervals.without(own, LARGEST[family]))
        return tuple(sorted(names)), numbers

    def _hosts(self, zone: str) -> list[Host]:
        hosts = {host.name: host for model in reversed(self._models) for host in model.hosts.values()}
        return [host for host in hosts.values() if host.zone == zone]

    def _inside(self, family: int) -> Intervals:
        return intervals.joined(one for zone in self._models[0].zones.values() for one in _of_family(zone, family))

    def without_needless_interfaces(self, ends: t.Iterable[End]) -> tuple[End, ...]:
        """Join ends that differ in the interface alone; a zone of which all interfaces are named needs none named."""
        found: dict[End, set[str]] = {}
        for end in ends:
            found.setdefault(end._replace(interfaces=()), set()).update(end.interfaces)
        return tuple(
            end
            if interfaces >= self._interfaces(end.zone) and end.zone
            else end._replace(interfaces=tuple(sorted(interfaces)))
            for end, interfaces in sorted(found.items())
        )

    def _interfaces(self, name: str) -> set[str]:
        """Return the interfaces that lead to a zone or to the Internet, by the first model that knows it."""
        zones = (zone for model in self._models for zone in model.zones.values())
        wanted = (zone for zone in zones if zone.name == name or (name == INTERNET and zone.internet))
        zone = next(wanted, None)
        return set(zone.interfaces) if zone else set()

    @staticmethod
    def addresses(numbers: Intervals, family: int) -> tuple[str, ...]:
        if numbers == ((0, LARGEST[family]),):
            return (EVERYTHING,)
        shown = tuple(_range(_ADDRESS[family](low), _ADDRESS[family](high)) for low, high in numbers[:_FEW])
        return (*shown, "…") if len(numbers) > _FEW else shown


def _range(low: t.Any, high: t.Any) -> str:
    networks = list(ipaddress.summarize_address_range(low, high))
    if len(networks) > 1:
        return f"{low}-{high}"
    return str(low) if low == high else str(networks[0])


def _of_family(zone: Zone, family: int) -> Intervals:
    return intervals.of_networks(one for one in zone.networks if one.version == family)


def _numbers(matches: t.Iterable[Match], family: int) -> dict[int, Intervals]:
    """Return what a service matches in a family, by the number of the protocol."""
    found: dict[int, list[tuple[int, int]]] = {}
    for match in matches:
        if match.message is None:
            number = TCP if match.protocol == "tcp" else UDP
            found.setdefault(number, []).append((match.low, match.high))
        elif (message := ICMP_TYPES[match.message][0 if family == 4 else 1]) is not None:
            found.setdefault(ICMP4 if family == 4 else ICMP6, []).append((message, message))
    return {protocol: intervals.joined(own) for protocol, own in found.items()}


def _holds(whole: Intervals, part: Intervals) -> bool:
    return bool(whole) and intervals.common(whole, part) == part


def _largest(protocol: int) -> int:
    return 65535 if protocol in _PORTS else 255


def _is_most(values: Intervals, protocol: int) -> bool:
    return 2 * sum(high - low + 1 for low, high in values) > _largest(protocol)


def _written(given: t.Mapping[int, Intervals]) -> t.Iterator[str]:
    """Write ports as tcp/443, messages of ICMP by their names, other protocols by their number.

    Of what holds most ports, what is left out is written: tcp/* - 22, 80.
    """
    for protocol, values in sorted(given.items()):
        name = _PORTS.get(protocol) or ("icmp" if protocol in _MESSAGES else "")
        if not name:
            yield f"ip/{EVERYTHING if protocol == OTHER else protocol}"
        elif _is_most(values, protocol):
            missing = ", ".join(_ports(*one) for one in intervals.without(values, _largest(protocol)))
            yield f"{name}/{EVERYTHING}{f' - {missing}' if missing else ''}"
        elif protocol in _PORTS:
            yield from (f"{name}/{_ports(*one)}" for one in values)
        else:
            yield from _messages(values, _MESSAGES[protocol])


def _ports(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


def _messages(values: Intervals, family_at: int) -> t.Iterator[str]:
    known = {numbers[family_at]: name for name, numbers in ICMP_TYPES.items()}
    for low, high in values:
        yield f"icmp/{known[low]}" if low == high and low in known else f"icmp/{_ports(low, high)}"
