# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The namespaces of a zone model, built and taken down; their names begin alike, so that nothing else is touched."""

from __future__ import annotations

import ipaddress
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import FIREWALL, INTERNET, Model, Zone

_FOLDER = Path(__file__).parent
# Where the Internet is in the lab: networks that documentation is free to use (RFC 5737, RFC 3849).
_OUTSIDE = (ipaddress.ip_network("203.0.113.0/24"), ipaddress.ip_network("2001:db8:1::/64"))
_ORDINARY = 77  # the number of a host in a zone that no policy names
_SECONDS = 60
_SSH = 22


class Probe(NamedTuple):
    """A packet to send: from a zone and an address in it, to a zone and an address in it."""

    source_zone: str
    source: str
    destination_zone: str
    destination: str
    protocol: str
    port: int


class Network:
    """Zones with a router between them, in which services listen.

    ``router`` is the network namespace of a host that is there already, and at which ssh listens.
    """

    def __init__(self, model: Model, router: str | None = None) -> None:
        self._model = model
        self._router = router
        self._prefix = f"zl{os.getpid()}"
        self._places = {
            (INTERNET if zone.internet else zone.name): zone for zone in model.zones.values() if zone.connected
        }
        self._published = sorted({str(one.publish.address) for one in model.policies if one.publish})
        self.addresses = {place: self._addresses(zone) for place, zone in self._places.items()}
        self.addresses[FIREWALL] = [address for zone in self._places.values() for address in _gateways(zone)]

    @contextmanager
    def up(self) -> Iterator[Network]:
        """Build the network; whatever happens, take it down again."""
        with ExitStack() as stack:
            stack.callback(self._remove)
            self._batch(self._namespaces())
            self._batch(self._commands())
            forwarding = ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
            self.run(FIREWALL, "sysctl", "--quiet", "--write", *forwarding)
            for place in (*self._places, FIREWALL):
                stack.enter_context(self._services(place))
            yield self

    def run(self, place: str, *command: str, given: str | None = None) -> str:
        """Run a program in the namespace of a zone, the Internet, or the firewall; return what it prints."""
        inside = ["ip", "netns", "exec", self._name(place), *command]
        done = subprocess.run(inside, input=given, capture_output=True, text=True, check=False, timeout=_SECONDS)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} in {place}: {done.stderr.strip()}")
        return done.stdout

    def start(self, place: str, *command: str) -> subprocess.Popen[str]:
        """Start a program in the namespace of a place, with which one can talk."""
        inside = ["ip", "netns", "exec", self._name(place), *command]
        return subprocess.Popen(inside, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def load(self, ruleset: str) -> None:
        self.run(FIREWALL, "nft", "-f", "-", given=ruleset)

    def listed(self) -> dict[str, Any]:
        return dict(json.loads(self.run(FIREWALL, "nft", "-n", "-j", "list", "ruleset")))

    def matrix(self) -> list[Probe]:
        """Return a probe from every address to every address of another zone, for all ports that services name."""
        wanted = [(kind, port) for kind, ports in self._ports().items() for port in ports] + [("icmp", 0)]
        return [
            Probe(source_zone, source, destination_zone, destination, protocol, port)
            for source_zone, destination_zone in itertools.permutations(self.addresses, 2)
            for source, destination in itertools.product(
                self._near(source_zone, destination_zone), self._targets(destination_zone, source_zone)
            )
            if (":" in source) == (":" in destination)
            for protocol, port in wanted
            if not (destination_zone == FIREWALL and self._is_taken(protocol, port))
        ]

    def answers(self, probes: Iterable[Probe]) -> dict[Probe, str]:
        """Send probes, from all zones at once, and return what was answered."""
        places = itertools.groupby(sorted(probes), key=lambda probe: probe.source_zone)
        with ThreadPoolExecutor(max_workers=len(self.addresses)) as pool:
            asked = [pool.submit(self._answers, place, list(own)) for place, own in places]
        return {probe: text for one in asked for probe, text in one.result().items()}

    def _answers(self, place: str, probes: list[Probe]) -> dict[Probe, str]:
        asked = [[at, one.source, one.destination, one.protocol, one.port] for at, one in enumerate(probes)]
        printed = self.run(place, sys.executable, str(_FOLDER / "probing.py"), given=json.dumps(asked))
        return {probes[int(at)]: text for at, text in json.loads(printed).items()}

    def _near(self, place: str, other: str) -> list[str]:
        """Return the addresses of a place that another knows: of the firewall, the one in its own zone."""
        if place != FIREWALL:
            return self.addresses[place]
        return _gateways(self._places[other]) if other in self._places else []

    def _targets(self, place: str, other: str) -> list[str]:
        """Return the addresses to try in a place: of the firewall, those at which hosts are published as well."""
        return [*self._near(place, other), *(self._published if place == FIREWALL else ())]

    def _addresses(self, zone: Zone) -> list[str]:
        """Return the addresses of the hosts that the model names in a zone, and of one that it does not."""
        named = [str(one) for host in self._model.hosts.values() if host.zone == zone.name for one in host.addresses]
        return [*named, *(str(network[_ORDINARY]) for network in _networks(zone))]

    def _namespaces(self) -> Iterator[str]:
        yield from (f"netns add {self._name(place)}" for place in self._own())

    def _own(self) -> list[str]:
        """Return the places whose network namespace lives as long as this network."""
        return [*self._places, *([FIREWALL] if self._router is None else [])]

    def _is_taken(self, protocol: str, port: int) -> bool:
        """Tell whether a port of the firewall is somebody else's."""
        return self._router is not None and (protocol, port) == ("tcp", _SSH)

    def _commands(self) -> Iterator[str]:
        yield f"-n {self._name(FIREWALL)} link set lo up"
        for place, zone in self._places.items():
            inner, outer = f"-n {self._name(place)}", f"-n {self._name(FIREWALL)}"
            device = zone.interfaces[0]
            yield f"link add {device} netns {self._name(FIREWALL)} type veth peer name eth0 netns {self._name(place)}"
            for network in _networks(zone):
                yield f"{outer} addr add {network[1]}/{network.prefixlen} dev {device} nodad"
            for address in self._published if place == INTERNET else ():
                yield f"{outer} addr add {address} dev {device} nodad"
            for address in self.addresses[place]:
                yield f"{inner} addr add {address}/{_length(zone, address)} dev eth0 nodad"
            yield from (
                f"{side} link set {name} up" for side, name in ((outer, device), (inner, "eth0"), (inner, "lo"))
            )
            for network in _networks(zone):
                yield f"{inner} -{network.version} route add default via {network[1]}"

    def _batch(self, commands: Iterable[str]) -> None:
        for command in commands:
            subprocess.run(["ip", *command.split()], capture_output=True, text=True, check=True, timeout=_SECONDS)

    @contextmanager
    def _services(self, place: str) -> Iterator[None]:
        program = [sys.executable, str(_FOLDER / "listening.py"), json.dumps(self._ports(place))]
        inside = ["ip", "netns", "exec", self._name(place), *program]
        with subprocess.Popen(inside, stdout=subprocess.PIPE, text=True) as services:
            try:
                if services.stdout is None or services.stdout.readline() != "ready\n":
                    raise RuntimeError(f"the services of {place} do not listen")
                yield
            finally:
                services.terminate()

    def _ports(self, place: str = "") -> dict[str, list[int]]:
        """Return the ends of all ranges of ports that services name; at a place, those that are free there."""
        matches = [match for of in self._model.services.values() for match in of]
        return {
            kind: sorted(
                {
                    port
                    for one in matches
                    if one.protocol == kind
                    for port in (one.low, one.high)
                    if not (place == FIREWALL and self._is_taken(kind, port))
                }
            )
            for kind in ("tcp", "udp")
        }

    def _remove(self) -> None:
        for place in self._own():
            subprocess.run(["ip", "netns", "delete", self._name(place)], capture_output=True, check=False)

    def _name(self, place: str) -> str:
        return self._router if place == FIREWALL and self._router else f"{self._prefix}-{place}"


def _networks(zone: Zone) -> tuple[Any, ...]:
    return _OUTSIDE if zone.internet else zone.networks


def _gateways(zone: Zone) -> list[str]:
    return [str(network[1]) for network in _networks(zone)]


def _length(zone: Zone, address: str) -> int:
    return next(int(one.prefixlen) for one in _networks(zone) if ipaddress.ip_address(address) in one)
