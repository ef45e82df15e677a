# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The rules between the zones for switches and routers, as plain data that their languages can be written from.

Each zone has one part for what comes from its interfaces. A list is gone through in order and the first entry that fits
decides; what none fits is denied and told. ``to_device`` comes before ``through``, for an address of the device lies in
the network of a zone as well. Languages that keep states (RouterOS: established, related) need no more; those that do
not (access lists of Cisco IOS) let pass what ``returns`` describes: of TCP what is ``established``, of UDP and ICMP
what a ``reflexive`` entry has noted. An end is a list of networks, or ``outside`` (whatever is in no zone: deny the
networks ``inside`` first, then take any), or ``device``. Values are ranges of ports, or numbers of ICMP messages.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import ICMP, End, Flow
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import (
    ACCEPT,
    FAMILIES,
    FIREWALL,
    Model,
    Zone,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.ways import Way, connected, is_through

Data = dict[str, t.Any]
ESTABLISHED, REFLEXIVE = "established", "reflexive"


def lists(model: Model, ways: t.Sequence[Way]) -> Data:
    """Return the lists of all zones: the same for the same model, and fit for JSON."""
    inside = sorted(str(network) for zone in model.zones.values() for network in zone.networks)
    return {"inside": inside, "zones": [_of_zone(zone, ways) for zone in connected(model)]}


def _of_zone(zone: Zone, ways: t.Sequence[Way]) -> Data:
    from_here = [way for way in ways if way.coming == zone.name]
    return {
        "zone": zone.name,
        "interfaces": sorted(zone.interfaces),
        "vlan": zone.vlan,
        "networks": sorted(map(str, zone.networks)),
        "outside": zone.internet,
        "dhcp": zone.dhcp,
        "to_device": [_entry(way, flow) for way in from_here if not is_through(way) for flow in way.flows],
        "through": [_entry(way, flow) for way in from_here if is_through(way) for flow in way.flows],
        "from_device": [
            _entry(way, flow) for way in ways if (way.coming, way.going) == (FIREWALL, zone.name) for flow in way.flows
        ],
        "returns": [_return(flow) for way in ways if way.going == zone.name for flow in way.flows if flow.allowed],
    }


def _entry(way: Way, flow: Flow) -> Data:
    policy = flow.policy
    publish = policy.publish if flow.published else None
    return {
        "policy": policy.name,
        "action": policy.action,
        "to": way.going,
        **_packet(flow, flow.source, flow.destination),
        "log": policy.log,
        "new_per_second": policy.new_per_second,
        "connections": policy.connections,
        "published_at": {"address": str(publish.address), "port": publish.port} if publish else None,
        "masquerade": policy.masquerade and flow.family == FAMILIES[0] and policy.action == ACCEPT,
    }


def _return(flow: Flow) -> Data:
    """Return what the answers to an allowed flow look like; the values are those of the port they come from."""
    state = ESTABLISHED if flow.protocol == "tcp" else REFLEXIVE
    return {"policy": flow.policy.name, "state": state, **_packet(flow, flow.destination, flow.source)}


def _packet(flow: Flow, source: End, destination: End) -> Data:
    return {
        "family": flow.family,
        "protocol": flow.protocol if flow.protocol != ICMP or flow.family == FAMILIES[0] else "icmpv6",
        "source": _end(source),
        "destination": _end(destination),
        "values": [list(one) for one in flow.values],
    }


def _end(end: End) -> str | list[str]:
    if end.outside:
        return "outside"
    return "device" if end.zone == FIREWALL else list(map(str, end.networks))
