# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The ruleset of a Linux firewall between the zones, as the text that ``nft -f`` loads in one step (nft(8)).

One table of its own, so that those of Docker, libvirt or fail2ban stay as they are. Interfaces by name, for they may
come later than the rules. Denied packets go to NFLOG group 5, since the kernel's log is closed to namespaces. What
IPv6 needs to work at all (RFC 4890, 4.4) and the questions for an address of DHCP pass before the sources are checked.
"""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import ICMP, End, Flow
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import (
    ACCEPT,
    FIREWALL,
    INTERNET,
    REJECT,
    Model,
    Network,
    Policy,
    Zone,
)

TABLE = "commune_zones"
LOG_GROUP = 5
_IP = {4: "ip", 6: "ip6"}
_SET_SIZE = 65535
_STATE = "ct state vmap { established : accept, related : accept, invalid : drop }"
_LOG_OF_DENIED = f'limit rate 10/second burst 20 packets log prefix "{TABLE} denied " group {LOG_GROUP}'
_ALLOWED_ESSENTIALS = (
    # Neighbours and routers of the link itself: a packet that came from further away has a smaller limit.
    "icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept",
    "icmpv6 type { mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report }"
    " ip6 saddr fe80::/10 ip6 hoplimit 1 accept",
)


def ruleset(model: Model, flows: t.Sequence[Flow]) -> str:
    """Return the text for ``nft -f``: the same for the same model, whatever order its parts were given in."""
    chains = _chains(model, flows)
    sections = [
        *_inside_sets(model),
        *_limit_sets(flows),
        *(_chain(name, [line for flow in of for line in _rules(flow)]) for name, of in sorted(chains.items())),
        _chain("essentials", _ALLOWED_ESSENTIALS),
        _chain("denied", [_LOG_OF_DENIED, "counter drop"]),
        _chain("sources", _spoofed(model)),
        _base("input", "filter", [*_begin("iifname"), *_essentials_in(model), "jump sources", *_from(model, chains)]),
        _base("forward", "filter", [*_isolated(model), _STATE, "jump sources", *_between(model, chains)]),
        _base("output", "filter", [*_begin("oifname"), *_essentials_out(model), *_towards(model, chains)]),
        _base("prerouting", "dstnat", _published(model, flows), kind="nat"),
        _base("postrouting", "srcnat", _masqueraded(model, flows), kind="nat"),
    ]
    body = "\n".join(f"  {line}" for section in sections for line in section.splitlines())
    return f"table inet {TABLE}\ndelete table inet {TABLE}\ntable inet {TABLE} {{\n{body}\n}}\n"


def _chains(model: Model, flows: t.Sequence[Flow]) -> dict[str, list[Flow]]:
    """Return the flows by the chain that the interfaces of a packet lead to."""
    chains: dict[str, list[Flow]] = {}
    for flow in flows:
        chains.setdefault(_pair(model, flow.source.zone, flow.destination.zone), []).append(flow)
    return chains


def _pair(model: Model, source: str, destination: str) -> str:
    return f"{_side(model, source)}.to.{_side(model, destination)}".replace("-", "/")


def _side(model: Model, name: str) -> str:
    """Return the zone whose interfaces an end lies behind."""
    return model.border.name if name == INTERNET else name


def _rules(flow: Flow) -> t.Iterator[str]:
    """Return the rules of a flow: what is above a limit is dropped before the rest is judged."""
    policy, conditions = flow.policy, _conditions(flow)
    comment = f'comment "{policy.name}"'
    for limit in _limits(policy, flow.family):
        source = f"{_IP[flow.family]} saddr {limit.statement}"
        yield f"{conditions} add @{limit.set_name} {{ {source} }} counter drop {comment}"
    if policy.log:
        yield f'{conditions} log prefix "{TABLE} {policy.name} " group {LOG_GROUP}'
    verdict = "reject with icmpx admin-prohibited" if policy.action == REJECT else policy.action
    yield f"{conditions} counter {verdict} {comment}"


class _Limit(t.NamedTuple):
    """How much one address may do: the set that counts, its options, and the statement that counts."""

    set_name: str
    options: str
    statement: str


def _limits(policy: Policy, family: int) -> t.Iterator[_Limit]:
    name = policy.name.replace("-", "/")
    if policy.new_per_second:
        rate = f"limit rate over {policy.new_per_second}/second burst {policy.new_per_second} packets"
        yield _Limit(f"rate{family}.{name}", "flags dynamic,timeout\n  timeout 1m", rate)
    if policy.connections:
        yield _Limit(f"count{family}.{name}", "flags dynamic", f"ct count over {policy.connections}")


def _conditions(flow: Flow, *, by_interface: bool = True) -> str:
    """Return the conditions of a flow; where the interface is known, it vouches for the source (chain sources)."""
    source = "" if by_interface and flow.source.whole else _end(flow.source, flow.family, "saddr")
    ends = f"{source} {_end(flow.destination, flow.family, 'daddr')}".strip()
    if not ends and flow.protocol != ICMP:
        ends = f"meta nfproto ipv{flow.family}"
    protocol = _protocol(flow.protocol, flow.values, flow.family)
    return " ".join(filter(None, [ends, protocol, "ct status dnat" if flow.published else ""]))


def _end(end: End, family: int, field: str) -> str:
    ip = _IP[family]
    if end.outside:
        return f"{ip} {field} != @inside{family}"
    return f"{ip} {field} {_set(map(str, end.networks))}" if end.networks else ""


def _protocol(protocol: str, values: t.Sequence[tuple[int, int]], family: int) -> str:
    texts = _set(str(low) if low == high else f"{low}-{high}" for low, high in values)
    if protocol == ICMP:
        return f"{'icmp' if family == 4 else 'icmpv6'} type {texts}"
    return f"{protocol} dport {texts}"


def _set(texts: t.Iterable[str]) -> str:
    every = list(texts)
    return every[0] if len(every) == 1 else f"{{ {', '.join(every)} }}"


def _inside(model: Model, family: int) -> list[Network]:
    networks: list[t.Any] = [one for zone in model.zones.values() for one in zone.networks if one.version == family]
    return sorted(networks)


def _inside_sets(model: Model) -> t.Iterator[str]:
    for family in _IP:
        elements = _inside(model, family)
        holds = f"  elements = {{ {', '.join(map(str, elements))} }}\n" if elements else ""
        yield f"set inside{family} {{\n  type ipv{family}_addr\n  flags interval\n{holds}}}"


def _limit_sets(flows: t.Sequence[Flow]) -> t.Iterator[str]:
    limited = {(flow.policy.name, flow.family): flow.policy for flow in flows}
    for (_name, family), policy in sorted(limited.items(), key=lambda item: item[0]):
        for limit in _limits(policy, family):
            yield f"set {limit.set_name} {{\n  type ipv{family}_addr\n  size {_SET_SIZE}\n  {limit.options}\n}}"


def _spoofed(model: Model) -> t.Iterator[str]:
    """Drop what comes from an interface with an address that does not belong behind it."""
    for zone in _connected(model):
        for family, ip in _IP.items():
            own = [str(network) for network in zone.networks if network.version == family]
            if zone.internet:
                foreign = [str(one) for one in _inside(model, family) if str(one) not in own]
                wrong = f"{ip} saddr {_set(foreign)}" if foreign else ""
            else:
                wrong = f"{ip} saddr != {_set(own)}" if own else f"meta nfproto ipv{family}"
            if wrong:
                yield f'iifname {_interfaces(zone)} {wrong} counter jump denied comment "source"'


def _isolated(model: Model) -> t.Iterator[str]:
    """Stop what passes between a device in quarantine and anybody but its partners, of open connections too."""
    for family, ip in _IP.items():
        own = [str(one) for one in model.isolated if one.version == family]
        partners = [str(one) for one in model.partners if one.version == family]
        for field, other in (("saddr", "daddr"), ("daddr", "saddr")) if own else ():
            spared = f" {ip} {other} != {_set(partners)}" if partners else ""
            yield f'{ip} {field} {_set(own)}{spared} counter jump denied comment "quarantine"'


def _begin(direction: str) -> list[str]:
    return [f'{direction} "lo" accept', _STATE, "jump essentials"]


def _essentials_in(model: Model) -> t.Iterator[str]:
    yield f"iifname {_interfaces(model.border)} icmpv6 type nd-router-advert ip6 hoplimit 255 accept"
    for zone in _connected(model):
        if zone.dhcp:
            yield (
                f"iifname {_interfaces(zone)} ip saddr 0.0.0.0 ip daddr 255.255.255.255"
                " udp sport 68 udp dport 67 accept"
            )


def _essentials_out(model: Model) -> t.Iterator[str]:
    yield "icmpv6 type nd-router-advert ip6 hoplimit 255 accept"
    for zone in _connected(model):
        if zone.dhcp:
            yield f"oifname {_interfaces(zone)} meta nfproto ipv4 udp sport 67 udp dport 68 accept"


def _from(model: Model, chains: t.Container[str]) -> t.Iterator[str]:
    yield from _by_interface(model, chains, "iifname", lambda zone: _pair(model, zone.name, FIREWALL))


def _towards(model: Model, chains: t.Container[str]) -> t.Iterator[str]:
    yield from _by_interface(model, chains, "oifname", lambda zone: _pair(model, FIREWALL, zone.name))


def _by_interface(
    model: Model, chains: t.Container[str], field: str, chain_of: t.Callable[[Zone], str]
) -> t.Iterator[str]:
    jumps = [
        f'"{interface}" : jump {chain_of(zone)}'
        for zone in _connected(model)
        for interface in sorted(zone.interfaces)
        if chain_of(zone) in chains
    ]
    if jumps:
        yield f"{field} vmap {{ {', '.join(jumps)} }}"
    yield _LOG_OF_DENIED


def _between(model: Model, chains: t.Container[str]) -> t.Iterator[str]:
    jumps = [
        f'"{coming}" . "{going}" : jump {_pair(model, source.name, destination.name)}'
        for source, destination in itertools.permutations(_connected(model), 2)
        if _pair(model, source.name, destination.name) in chains
        for coming, going in itertools.product(sorted(source.interfaces), sorted(destination.interfaces))
    ]
    if jumps:
        yield f"iifname . oifname vmap {{ {', '.join(jumps)} }}"
    yield _LOG_OF_DENIED


def _published(model: Model, flows: t.Sequence[Flow]) -> t.Iterator[str]:
    for flow in flows:
        publish = flow.policy.publish
        if publish and flow.published:
            (target,) = flow.destination.networks
            values = [(publish.port, publish.port)] if publish.port else flow.values
            where = f"{_IP[flow.family]} daddr {publish.address} {_protocol(flow.protocol, values, flow.family)}"
            to = str(target.network_address) if flow.family == 4 else f"[{target.network_address}]"
            port = f":{flow.values[0][0]}" if publish.port else ""
            name = _IP[flow.family]
            yield f'iifname {_interfaces(model.border)} {where} dnat {name} to {to}{port} comment "{flow.policy.name}"'


def _masqueraded(model: Model, flows: t.Sequence[Flow]) -> t.Iterator[str]:
    for flow in flows:
        if flow.policy.masquerade and flow.family == 4 and flow.policy.action == ACCEPT:
            yield (
                f"oifname {_interfaces(model.border)} {_conditions(flow, by_interface=False)} counter masquerade"
                f' comment "{flow.policy.name}"'
            )


def _connected(model: Model) -> list[Zone]:
    return sorted((zone for zone in model.zones.values() if zone.connected), key=lambda zone: zone.name)


def _interfaces(zone: Zone) -> str:
    return _set(f'"{name}"' for name in sorted(zone.interfaces))


def _chain(name: str, lines: t.Iterable[str]) -> str:
    return "\n".join([f"chain {name} {{", *(f"  {line}" for line in lines), "}"])


def _base(hook: str, priority: str, lines: t.Iterable[str], *, kind: str = "filter") -> str:
    policy = "accept" if kind == "nat" else "drop"
    return _chain(hook, [f"type {kind} hook {hook} priority {priority}; policy {policy};", *lines])
