# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The logical diagram: zones with their networks and devices, and what may be spoken between them.

A flow of many zones would be a net of lines that nobody can follow: it stands in the table below instead.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._diagram import devices as shown
from ansible_collections.commune.baseline.plugins.plugin_utils._diagram import dot
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import (
    ACCEPT,
    FIREWALL,
    INTERNET,
    Model,
    Policy,
    Zone,
)

TITLE = "Sơ đồ mạng logic"
_MANY = 3  # ends on one side of a policy from which on it stands in the table
_COLORS = {
    "edge": "#f8cbad",
    "dmz": "#ffe699",
    "lan": "#c6e0b4",
    "server": "#bdd7ee",
    "mgmt": "#d9d2e9",
    "camera_iot": "#ededed",
    "wifi_staff": "#d9ead3",
    "wifi_guest": "#fce4d6",
    "quarantine": "#f4b6b6",
    "secret": "#d0cece",
}
_OTHER = "#deeaf6"
_LABEL = 16


def source(title: str, model: Model, devices: t.Iterable[shown.Device], most: int, today: datetime.date) -> str:
    """Return the diagram as text for dot: the same for the same model and devices, whatever their order."""
    present = shown.present(devices)
    in_force = [one for one in model.in_force(today) if one.action == ACCEPT]
    arrows, common = _arrows(in_force)
    body = [
        dot.node(INTERNET, dot.table([[dot.cell(dot.bold("Internet"), color="#e2f0fb", align="CENTER")]])),
        dot.node(FIREWALL, dot.table([[dot.cell(dot.bold("Tường lửa"), color="#ff9f80", align="CENTER")]])),
        *(_zone(zone, present, most) for zone in sorted(model.zones.values(), key=lambda one: one.name)),
        *_strangers(model, present, most),
        *_border(model),
        *(dot.edge(start, end, dot.lines(labels)) for (start, end), labels in sorted(arrows.items())),
        *_common(common),
    ]
    return dot.graph(dot.bold(title), body)


def _zone(zone: Zone, devices: t.Sequence[shown.Device], most: int) -> str:
    own = [one for one in devices if one["zone"] == zone.name]
    networks = [str(network) for network in zone.networks] or ([] if zone.connected else ["không nối mạng"])
    if zone.vlan:
        networks[:1] = [f"VLAN {zone.vlan}: {', '.join(networks[:1])}"]
    rows = [[dot.cell(dot.bold(f"{zone.title} ({zone.name})"), color=_COLORS.get(zone.name, _OTHER), align="CENTER")]]
    if networks:
        rows.append([dot.cell(dot.lines(map(dot.text, networks)))])
    rows.append([dot.cell(dot.lines(shown.listed(own, most) or [dot.text("chưa có thiết bị")]))])
    return dot.node(f"zone {zone.name}", dot.table(rows))


def _strangers(model: Model, devices: t.Sequence[shown.Device], most: int) -> t.Iterator[str]:
    """Yield a box for the devices whose zone is not known, so that none is left out."""
    lost = [one for one in devices if one["zone"] not in model.zones]
    if lost:
        head = dot.cell(dot.bold("Chưa rõ vùng mạng"), color="#ff0000", align="CENTER")
        yield dot.node("no zone", dot.table([[head], [dot.cell(dot.lines(shown.listed(lost, most)))]]))


def _border(model: Model) -> t.Iterator[str]:
    """Yield the line from outside to the firewall, through the zone that borders the Internet."""
    border = f"zone {model.border.name}"
    yield dot.line(INTERNET, border)
    yield dot.line(border, FIREWALL)


def _arrows(policies: t.Iterable[Policy]) -> tuple[dict[tuple[str, str], list[dot.Text]], list[Policy]]:
    """Return the labels of each arrow, and the policies that are left for the table."""
    arrows: dict[tuple[str, str], list[dot.Text]] = {}
    common = []
    for policy in sorted(policies, key=lambda one: one.name):
        if max(len(policy.sources), len(policy.destinations)) >= _MANY:
            common.append(policy)
            continue
        for start in policy.sources:
            for end in policy.destinations:
                arrows.setdefault((_node(start), _node(end)), []).extend(shown.wrapped(_said(policy), _LABEL))
    return arrows, common


def _said(policy: Policy) -> str:
    ends = [", ".join(names) for names in (policy.source_hosts, policy.destination_hosts) if names]
    hosts = f"{' → '.join(ends)}: " if ends else ""
    until = f" (đến {policy.expires:%d/%m/%Y})" if policy.expires else ""
    return f"{hosts}{', '.join(policy.services)}{until}"


def _common(policies: t.Sequence[Policy]) -> t.Iterator[str]:
    if not policies:
        return
    heads = ("Luồng chung của nhiều vùng", "Từ", "Đến", "Dịch vụ")
    rows = [[dot.cell(dot.bold(head), color="#deeaf6") for head in heads]]
    for policy in policies:
        sources = policy.source_hosts or map(shown.place, policy.sources)
        ends = (", ".join(sources), ", ".join(map(shown.place, policy.destinations)))
        hosts = f" ({', '.join(policy.destination_hosts)})" if policy.destination_hosts else ""
        until = f" (đến {policy.expires:%d/%m/%Y})" if policy.expires else ""
        parts = (policy.name, ends[0], ends[1] + hosts, ", ".join(policy.services) + until)
        rows.append([dot.cell(dot.lines(shown.wrapped(part))) for part in parts])
    yield dot.node("common", dot.table(rows))
    yield '{ rank=sink; "common" }'


def _node(name: str) -> str:
    return name if name in (INTERNET, FIREWALL) else f"zone {name}"
