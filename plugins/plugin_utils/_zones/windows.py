# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The firewall of a Windows host that guards itself, as rows of data: three profiles, and rules that allow.

Windows Defender Firewall knows no order: a rule that blocks wins over every rule that allows, and what no rule speaks
of is left to the profile. So what the policies deny before they allow is cut out of what is allowed, and no rule
blocks. Rules on the device itself are not to be joined to these, which is why those of the link stand here too. What
cannot be said in its words, limits and logs of one rule, is named in ``unmet``; the hop limits of neighbour discovery
Windows itself looks at (RFC 4861, 7.1). Not tried on a real Windows yet.
"""

from __future__ import annotations

import datetime
import ipaddress
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import intervals
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import ICMP, End, Flow
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.host import Guarded, HostFlows, check, flows_at
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Model
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import Intervals
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import LARGEST

Row = dict[str, t.Any]
PROFILES = ("Domain", "Private", "Public")
IN, OUT = "in", "out"
_NEIGHBOURS, _ROUTER, _LISTENERS = (133, 135, 136), 134, (130, 131, 132, 143)


class _Box(t.NamedTuple):
    """Packets by the other side's address and by port or message, each a set of numbers."""

    addresses: Intervals
    values: Intervals

    def without(self, other: _Box) -> list[_Box]:
        """Return what is left of it, as boxes that lie apart."""
        shared = intervals.common(self.addresses, other.addresses)
        parts = [
            _Box(intervals.minus(self.addresses, other.addresses), self.values),
            _Box(shared, intervals.minus(self.values, other.values)),
        ]
        return [part for part in parts if part.addresses and part.values]


def rows(model: Model, host: Guarded, flows: HostFlows) -> list[Row]:
    """Return the rows of a host: the same for the same model and host, whatever order their parts came in."""
    found = [*_profiles(host), *_of_the_link(model, host, IN), *_allowing(model, flows.incoming, IN)]
    if not host.any_outbound:
        found += [*_of_the_link(model, host, OUT), *_allowing(model, flows.outgoing, OUT)]
    return found


def incoming(model: Model, host: Guarded, today: datetime.date) -> list[Row]:
    """Return the rules by which others come in to a host; raise HostError if they cannot be made or cut it off."""
    check(model, host)
    return [row for row in rows(model, host, flows_at(model, host, today)) if row.get("direction") == IN]


def _profiles(host: Guarded) -> t.Iterator[Row]:
    for name in PROFILES:
        yield {
            "kind": "firewall_profile",
            "profile": name,
            "enabled": True,
            "default_inbound": "block",
            "default_outbound": "allow" if host.any_outbound else "block",
            "allow_local_rules": False,
            "log_blocked": True,
        }


def _of_the_link(model: Model, host: Guarded, direction: str) -> t.Iterator[Row]:
    """Return what a network cannot do without (RFC 4890, 4.4), and the talk with a server of DHCP if there is one."""
    everybody = [_range((0, LARGEST[6]), 6)]
    messages = {
        "neighbours": (sorted([*_NEIGHBOURS, *([_ROUTER] if direction == IN else [])]), everybody),
        "listeners": (_LISTENERS, ["fe80::/10"] if direction == IN else everybody),
    }
    for name, (numbers, remote) in messages.items():
        yield _rule(f"link-{name}", direction, "icmpv6", {"icmp_types": list(map(str, numbers))}, remote)
    if model.zones[host.zone].dhcp:
        ports = {"local_ports": ["68"], "remote_ports": ["67"]}
        yield _rule("link-dhcp", direction, "udp", ports, [_range((0, LARGEST[4]), 4)])


def _allowing(model: Model, flows: t.Sequence[Flow], direction: str) -> t.Iterator[Row]:
    denied: dict[tuple[int, str], list[_Box]] = {}
    numbers: dict[str, int] = {}
    for flow in flows:
        box, kind = _box(model, flow, direction), (flow.family, flow.protocol)
        if not flow.allowed:
            denied.setdefault(kind, []).append(box)
            continue
        for part in _apart(box, denied.get(kind, ())):
            name = f"{flow.policy.name} {numbers.setdefault(flow.policy.name, 1)}"
            numbers[flow.policy.name] += 1
            yield _allows(name, direction, flow, part)


def _apart(box: _Box, denied: t.Iterable[_Box]) -> list[_Box]:
    left = [box]
    for other in denied:
        left = [part for one in left for part in one.without(other)]
    return left


def _box(model: Model, flow: Flow, direction: str) -> _Box:
    end = flow.source if direction == IN else flow.destination
    return _Box(_addresses(model, end, flow.family), flow.values)


def _addresses(model: Model, end: End, family: int) -> Intervals:
    if not end.outside:
        return intervals.of_networks(end.networks)
    zones = model.zones.values()
    inside = intervals.of_networks(one for zone in zones for one in zone.networks if one.version == family)
    return intervals.without(inside, LARGEST[family])


def _allows(name: str, direction: str, flow: Flow, box: _Box) -> Row:
    values = [str(low) if low == high else f"{low}-{high}" for low, high in box.values]
    if flow.protocol == ICMP:
        protocol, asked = f"icmpv{flow.family}", {"icmp_types": values}
    else:
        protocol, asked = flow.protocol, {"local_ports" if direction == IN else "remote_ports": values}
    remote = [_range(one, flow.family) for one in box.addresses]
    policy = flow.policy
    wanted = {"new_per_second": policy.new_per_second, "connections": policy.connections, "log": policy.log}
    return {**_rule(name, direction, protocol, asked, remote), "unmet": [key for key, one in wanted.items() if one]}


def _rule(name: str, direction: str, protocol: str, asked: t.Mapping[str, list[str]], remote: list[str]) -> Row:
    return {
        "kind": "firewall_rule",
        "name": f"commune {direction} {name}",
        "direction": direction,
        "action": "allow",
        "protocol": protocol,
        "local_ports": [],
        "remote_ports": [],
        "icmp_types": [],
        **asked,
        "remote_addresses": remote,
        "unmet": [],
    }


def _range(interval: tuple[int, int], family: int) -> str:
    """Return an address, a network, or a range, as the rules of Windows write them; all of them are a range too."""
    kind: t.Any = ipaddress.IPv4Address if family == 4 else ipaddress.IPv6Address
    first, last = kind(interval[0]), kind(interval[1])
    if first == last:
        return str(first)
    networks = list(ipaddress.summarize_address_range(first, last))
    return str(networks[0]) if len(networks) == 1 and networks[0].prefixlen else f"{first}-{last}"
