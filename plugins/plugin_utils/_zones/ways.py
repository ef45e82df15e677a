# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The flows of a firewall by the way that they take through it, which every renderer of its rules begins with.

A way is a pair of sides: what comes from the interfaces of one and goes to those of the other. Within a way the order
of the flows counts; no packet takes two ways.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import Flow
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import FIREWALL, INTERNET, Model, Zone


class Way(t.NamedTuple):
    """What may pass from one side to another; a side is a zone, or the firewall itself."""

    coming: str
    going: str
    flows: tuple[Flow, ...]


def ways_of(model: Model, flows: t.Iterable[Flow]) -> tuple[Way, ...]:
    """Return the ways in a fixed order; what lies outside is reached by the interfaces of the border."""
    found: dict[tuple[str, str], list[Flow]] = {}
    for flow in flows:
        found.setdefault((_side(model, flow.source.zone), _side(model, flow.destination.zone)), []).append(flow)
    return tuple(Way(*sides, tuple(found[sides])) for sides in sorted(found))


def connected(model: Model) -> list[Zone]:
    """Return the zones that interfaces lead to, by name."""
    return sorted((zone for zone in model.zones.values() if zone.connected), key=lambda zone: zone.name)


def is_through(way: Way) -> bool:
    """Tell whether packets pass the firewall, instead of ending or beginning there."""
    return FIREWALL not in (way.coming, way.going)


def _side(model: Model, name: str) -> str:
    return model.border.name if name == INTERNET else name
