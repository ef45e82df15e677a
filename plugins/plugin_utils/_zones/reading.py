# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""From the file of a site to its zone model; each value is read here, what they say together is checked in ``checks``.

Whatever is unknown, doubled, or of no meaning is an error that names file and line: a rule is never left out.
"""

from __future__ import annotations

import datetime
import ipaddress
import json
import re
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._shape import Shapes
from ansible_collections.commune.baseline.plugins.plugin_utils._zones import checks
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.document import Document, Place, read
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import (
    ACCEPT,
    ICMP_TYPES,
    Address,
    Host,
    Invariant,
    Match,
    Model,
    Network,
    Policy,
    Port,
    Publication,
    Zone,
)

_SCHEMA = Path(__file__).with_name("schema.json")
_PORTS = range(1, 65536)
_RANGE = re.compile(r"([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
# What no host of a zone can have (RFC 6890, RFC 4291): this host, itself, the link, many at once, IPv4 inside IPv6.
_OF_NO_HOST = tuple(
    map(
        ipaddress.ip_network,
        (
            *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"),
            *("::/96", "::ffff:0:0/96", "fe80::/10", "ff00::/8"),
        ),
    )
)


def read_model(path: Path) -> Model:
    """Return the zone model that a file holds; raise ZoneError for the first fault of it."""
    document = read(path)
    fault = Shapes(json.loads(_SCHEMA.read_bytes())).first_fault("zones", document.content)
    if fault:
        place = fault.place if fault.key is None else (*fault.place, fault.key)
        raise document.error(place, fault.sentence)
    return checks.checked(_Reader(document).model(), document)


class _Reader:
    """Reads a document of the right shape."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._content: dict[str, t.Any] = document.content

    def model(self) -> Model:
        entries = self._content.get
        return Model(
            zones={name: self._zone(name, one) for name, one in self._named("zones")},
            hosts={name: self._host(name, one) for name, one in self._named("zone_hosts")},
            services={name: self._service(name, one) for name, one in self._named("zone_services")},
            policies=tuple(self._policy(at, one) for at, one in enumerate(entries("zone_policies", ()))),
            quarantine_policies=tuple(entries("zone_quarantine", ())),
            isolated=(),
            partners=(),
            never=tuple(self._invariant(at, one) for at, one in enumerate(entries("zone_never", ()))),
            ports=tuple(Port(**one) for one in entries("zone_ports", ())),
            firewalls=tuple(entries("zone_firewalls", ())),
        )

    def _named(self, key: str) -> t.Iterator[tuple[str, dict[str, t.Any]]]:
        for name, one in self._content.get(key, {}).items():
            if not (isinstance(name, str) and _NAME.fullmatch(name)):
                raise self._error((key, name), f"{name!r} is no name: small letters, digits, - and _, up to 32")
            yield name, one

    def _zone(self, name: str, given: dict[str, t.Any]) -> Zone:
        place = ("zones", name, "networks")
        networks = [self._network((*place, at), text) for at, text in enumerate(given.get("networks", ()))]
        return Zone(
            name,
            given.get("vi", name),
            tuple(given.get("interfaces", ())),
            given.get("vlan"),
            tuple(networks),
            given.get("internet", False),
            given.get("dhcp", False),
        )

    def _host(self, name: str, given: dict[str, t.Any]) -> Host:
        place = ("zone_hosts", name, "addresses")
        addresses = (self._address((*place, at), text) for at, text in enumerate(given["addresses"]))
        return Host(name, given["zone"], tuple(addresses))

    def _service(self, name: str, given: dict[str, t.Any]) -> tuple[Match, ...]:
        place = ("zone_services", name)
        if not given:
            raise self._error(place, f"{name} needs at least one of tcp, udp, icmp")
        matches = [
            self._ports((*place, protocol, at), protocol, one)
            for protocol in ("tcp", "udp")
            for at, one in enumerate(given.get(protocol, ()))
        ]
        matches += [self._message((*place, "icmp", at), one) for at, one in enumerate(given.get("icmp", ()))]
        return tuple(matches)

    def _policy(self, at: int, given: dict[str, t.Any]) -> Policy:
        place = ("zone_policies", at)
        publish = given.get("publish")
        return Policy(
            name=given["name"],
            sources=tuple(given["from"]),
            destinations=tuple(given["to"]),
            source_hosts=tuple(given.get("src", ())),
            destination_hosts=tuple(given.get("dst", ())),
            services=tuple(given["services"]),
            action=given.get("action", ACCEPT),
            log=given.get("log", False),
            new_per_second=given.get("new_per_second"),
            connections=given.get("connections"),
            masquerade=given.get("masquerade", False),
            publish=self._publication((*place, "publish"), publish) if publish else None,
            reason=given["reason"],
            approval=given.get("approval"),
            expires=self._date((*place, "expires"), given["expires"]) if "expires" in given else None,
            place=place,
        )

    def _invariant(self, at: int, given: dict[str, t.Any]) -> Invariant:
        sources, destinations, services, unless = (
            tuple(given.get(key, ())) for key in ("from", "to", "services", "unless")
        )
        return Invariant(sources, destinations, services, unless, given["reason"], ("zone_never", at))

    def _publication(self, place: Place, given: dict[str, t.Any]) -> Publication:
        port = given.get("port")
        if port is not None and port not in _PORTS:
            raise self._error((*place, "port"), f"{port} is no port: 1 to 65535")
        return Publication(self._address((*place, "address"), given["address"]), port)

    def _network(self, place: Place, text: str) -> Network:
        try:
            network = ipaddress.ip_network(text)
        except ValueError as error:
            raise self._error(place, f"{text} is no network such as 10.1.2.0/24 or fd00:1:2::/64: {error}") from None
        self._check_of_hosts(place, network)
        return network

    def _address(self, place: Place, text: str) -> Address:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            raise self._error(place, f"{text} is no address such as 10.1.2.3 or fd00:1:2::3") from None
        self._check_of_hosts(place, ipaddress.ip_network(address))
        return address

    def _check_of_hosts(self, place: Place, network: Network) -> None:
        for special in _OF_NO_HOST:
            if network.version == special.version and network.overlaps(special):
                raise self._error(place, f"{network} reaches into {special}, which no host of a zone can have")

    def _ports(self, place: Place, protocol: str, given: t.Any) -> Match:
        found = None if isinstance(given, bool) else _RANGE.fullmatch(str(given))
        low, high = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if low not in _PORTS or high not in _PORTS or low > high:
            raise self._error(place, f"{given!r} is no port from 1 to 65535 and no range such as 8000-8080")
        return Match(protocol, low, high)

    def _message(self, place: Place, given: str) -> Match:
        if given not in ICMP_TYPES:
            raise self._error(place, f"{given!r} is no message of ICMP known here: {', '.join(ICMP_TYPES)}")
        return Match("icmp", message=given)

    def _date(self, place: Place, text: str) -> datetime.date:
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            raise self._error(place, f"{text} is no day of the calendar such as 2026-12-31") from None

    def _error(self, place: Place, reason: str) -> Exception:
        return self._document.error(place, reason)
