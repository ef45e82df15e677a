# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What flows are in the words of nft(8), on a firewall between zones and on a host alike: rules, sets, chains, tables.

Denied packets go to NFLOG group 5, since the kernel's log is closed to namespaces. What IPv6 needs to work at all
(RFC 4890, 4.4) is among the essentials of every table.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import ICMP, End, Flow
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import REJECT, Model, Network, Policy

LOG_GROUP = 5
IP = {4: "ip", 6: "ip6"}
STATE = "ct state vmap { established : accept, related : accept, invalid : drop }"
ROUTER_HERE = "icmpv6 type nd-router-advert ip6 hoplimit 255 accept"
_SET_SIZE = 65535
_ESSENTIALS = (
    # Neighbours and routers of the link itself: a packet that came from further away has a smaller limit.
    "icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept",
    "icmpv6 type { mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report }"
    " ip6 saddr fe80::/10 ip6 hoplimit 1 accept",
)


def table(name: str, sections: t.Iterable[str]) -> str:
    """Return the text that puts a table in the place of the one that was there, in one step."""
    body = "\n".join(f"  {line}" for section in sections for line in section.splitlines())
    return f"table inet {name}\ndelete table inet {name}\ntable inet {name} {{\n{body}\n}}\n"


def essentials() -> str:
    """Return the chain of what a network cannot do without."""
    return chain("essentials", _ESSENTIALS)


def log_of_denied(table_name: str) -> str:
    """Return the statements that tell of packets which a table denies, as many as anybody can read."""
    return f'limit rate 10/second burst 20 packets log prefix "{table_name} denied " group {LOG_GROUP}'


def rules(flow: Flow, table_name: str, *, by_interface: bool) -> t.Iterator[str]:
    """Return the rules of a flow: what is above a limit is dropped before the rest is judged."""
    policy, fits = flow.policy, conditions(flow, by_interface=by_interface)
    comment = f'comment "{policy.name}"'
    for limit in _limits(policy, flow.family):
        source = f"{IP[flow.family]} saddr {limit.statement}"
        yield f"{fits} add @{limit.set_name} {{ {source} }} counter drop {comment}"
    if policy.log:
        yield f'{fits} log prefix "{table_name} {policy.name} " group {LOG_GROUP}'
    verdict = "reject with icmpx admin-prohibited" if policy.action == REJECT else policy.action
    yield f"{fits} counter {verdict} {comment}"


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


def conditions(flow: Flow, *, by_interface: bool) -> str:
    """Return the conditions of a flow; where the interface is known, it vouches for the source (chain sources)."""
    source = "" if by_interface and flow.source.whole else _end(flow.source, flow.family, "saddr")
    ends = f"{source} {_end(flow.destination, flow.family, 'daddr')}".strip()
    if not ends and flow.protocol != ICMP:
        ends = f"meta nfproto ipv{flow.family}"
    protocol = protocol_values(flow.protocol, flow.values, flow.family)
    return " ".join(filter(None, [ends, protocol, "ct status dnat" if flow.published else ""]))


def _end(end: End, family: int, field: str) -> str:
    ip = IP[family]
    if end.outside:
        return f"{ip} {field} != @inside{family}"
    return f"{ip} {field} {braces(map(str, end.networks))}" if end.networks else ""


def protocol_values(protocol: str, values: t.Sequence[tuple[int, int]], family: int) -> str:
    texts = braces(str(low) if low == high else f"{low}-{high}" for low, high in values)
    if protocol == ICMP:
        return f"{'icmp' if family == 4 else 'icmpv6'} type {texts}"
    return f"{protocol} dport {texts}"


def braces(texts: t.Iterable[str]) -> str:
    every = list(texts)
    return every[0] if len(every) == 1 else f"{{ {', '.join(every)} }}"


def inside(model: Model, family: int) -> list[Network]:
    networks: list[t.Any] = [one for zone in model.zones.values() for one in zone.networks if one.version == family]
    return sorted(networks)


def inside_sets(model: Model) -> t.Iterator[str]:
    for family in IP:
        elements = inside(model, family)
        holds = f"  elements = {{ {', '.join(map(str, elements))} }}\n" if elements else ""
        yield f"set inside{family} {{\n  type ipv{family}_addr\n  flags interval\n{holds}}}"


def limit_sets(flows: t.Sequence[Flow]) -> t.Iterator[str]:
    limited = {(flow.policy.name, flow.family): flow.policy for flow in flows}
    for (_name, family), policy in sorted(limited.items(), key=lambda item: item[0]):
        for limit in _limits(policy, family):
            yield f"set {limit.set_name} {{\n  type ipv{family}_addr\n  size {_SET_SIZE}\n  {limit.options}\n}}"


def chain(name: str, lines: t.Iterable[str]) -> str:
    return "\n".join([f"chain {name} {{", *(f"  {line}" for line in lines), "}"])


def base(hook: str, priority: str, lines: t.Iterable[str], *, kind: str = "filter") -> str:
    policy = "accept" if kind == "nat" else "drop"
    return chain(hook, [f"type {kind} hook {hook} priority {priority}; policy {policy};", *lines])
