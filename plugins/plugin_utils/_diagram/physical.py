# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The physical diagram: the firewall's interfaces, gear with its ports, and what stands in each place."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._diagram import devices as shown
from ansible_collections.commune.baseline.plugins.plugin_utils._diagram import dot
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import FIREWALL, INTERNET, Model, Port

TITLE = "Sơ đồ mạng vật lý"
_NOWHERE = "Chưa ghi vị trí"
_HEAD, _GEAR = "#deeaf6", "#bdd7ee"


def source(title: str, model: Model, devices: t.Iterable[shown.Device], most: int) -> str:
    """Return the diagram as text for dot: the same for the same model and devices, whatever their order."""
    present = shown.present(devices)
    gear = _gear(model)
    nodes = {name: f"gear {number}" for number, name in enumerate(gear)}
    places = {one["name"]: one["location"] or _NOWHERE for one in present}
    outside = dot.cell(dot.bold("Internet"), color="#e2f0fb", align="CENTER")
    body = [
        dot.node(INTERNET, dot.table([[outside]])),
        dot.node(FIREWALL, _firewall(model)),
        dot.line(INTERNET, FIREWALL),
        *_places(gear, nodes, places, present, most),
        *_cables(gear, nodes),
    ]
    return dot.graph(dot.bold(title), body, direction="LR")


def _gear(model: Model) -> dict[str, list[Port]]:
    """Return the ports of each device that has any, in the order in which people count them."""
    ports = sorted(model.ports, key=lambda one: (one.device, _natural(one.port)))
    return {name: list(of) for name, of in itertools.groupby(ports, key=lambda one: one.device)}


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that puts port 2 before port 10."""
    pieces = ("".join(of) for _digits, of in itertools.groupby(name, str.isdigit))
    return [(int(piece), "") if piece.isdigit() and piece.isascii() else (-1, piece) for piece in pieces]


def _firewall(model: Model) -> dot.Text:
    rows = [[dot.cell(dot.bold("Tường lửa"), color="#ff9f80", span=3, align="CENTER")]]
    rows.append([dot.cell(dot.bold(head), color=_HEAD) for head in ("Cổng", "Vùng", "VLAN")])
    for zone in sorted(model.zones.values(), key=lambda one: one.name):
        for interface in sorted(zone.interfaces):
            rows.append([dot.cell(dot.text(one)) for one in (interface, zone.name, zone.vlan or "")])
    return dot.table(rows)


def _places(
    gear: t.Mapping[str, t.Sequence[Port]],
    nodes: t.Mapping[str, str],
    places: t.Mapping[str, str],
    devices: t.Sequence[shown.Device],
    most: int,
) -> t.Iterator[str]:
    """Yield a frame for each place, with the gear and the devices that stand there."""
    held = {places.get(name, _NOWHERE) for name in gear} | {places[one["name"]] for one in devices}
    for number, place in enumerate(sorted(held)):
        yield f'subgraph "cluster {number}" {{ style="rounded"; margin=12; color="#888888"; fontsize=11'
        yield f"label=<{dot.bold(place)}>"
        for name, ports in gear.items():
            if places.get(name, _NOWHERE) == place:
                yield dot.node(nodes[name], _ports(name, ports))
        others = [one for one in devices if places[one["name"]] == place and one["name"] not in gear]
        if others:
            content = dot.cell(dot.lines(shown.listed(others, most)))
            yield dot.node(f"devices {number}", dot.table([[content]]))
        yield "}"


def _ports(name: str, ports: t.Sequence[Port]) -> dot.Text:
    rows = [[dot.cell(dot.bold(name), color=_GEAR, span=3, align="CENTER")]]
    rows.append([dot.cell(dot.bold(head), color=_HEAD) for head in ("Cổng", "Vùng", "Cắm vào")])
    for zone_and_end, of in itertools.groupby(ports, key=lambda one: (one.zone, one.to or "")):
        names = [one.port for one in of]
        label = names[0] if len(names) == 1 else f"{names[0]} … {names[-1]} ({len(names)})"
        zone, end = zone_and_end
        rows.append([dot.cell(dot.text(one)) for one in (label, zone, shown.place(end))])
    return dot.table(rows)


def _cables(gear: t.Mapping[str, t.Sequence[Port]], nodes: t.Mapping[str, str]) -> t.Iterator[str]:
    """Yield a line for each cable that the model tells; gear without one is drawn to the firewall, dashed."""
    joined: set[frozenset[str]] = set()
    led_to: set[str] = set()
    for name, ports in gear.items():
        for port in ports:
            ends = frozenset({name, str(port.to)})
            if port.to not in (*gear, FIREWALL) or len(ends) == 1 or ends in joined:
                continue
            joined.add(ends)
            upper, lower = (FIREWALL, nodes[name]) if port.to == FIREWALL else (nodes[name], nodes[str(port.to)])
            led_to.add(lower)
            yield dot.edge(upper, lower, dot.text(port.port))
    for name, ports in gear.items():
        if nodes[name] not in led_to:
            zones = ", ".join(sorted({port.zone for port in ports}))
            yield dot.edge(FIREWALL, nodes[name], dot.lines(shown.wrapped(zones, 26)), style="dashed")
