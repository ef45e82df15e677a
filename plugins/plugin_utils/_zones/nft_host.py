# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The ruleset of a Linux host that guards itself, as the text that ``nft -f`` loads in one step (nft(8)).

Any interface may lead anywhere, so that addresses alone tell who speaks. The host passes nothing on for others.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import nft_rules as nft
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import Flow
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.host import Guarded, HostFlows
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Model

TABLE = "commune_host"
_DHCP = "meta nfproto ipv4 udp sport {} udp dport {} accept"
_SERVER, _CLIENT = 67, 68


def ruleset(model: Model, host: Guarded, flows: HostFlows) -> str:
    """Return the text for ``nft -f``: the same for the same model and host, whatever order their parts came in."""
    sections = [
        *nft.inside_sets(model),
        *nft.limit_sets([*flows.incoming, *flows.outgoing]),
        nft.essentials(),
        nft.base("input", "filter", _incoming(model, host, flows)),
        nft.base("forward", "filter", [nft.log_of_denied(TABLE)]),
    ]
    if not host.any_outbound:
        sections.append(nft.base("output", "filter", _outgoing(model, host, flows)))
    return nft.table(TABLE, sections)


def _incoming(model: Model, host: Guarded, flows: HostFlows) -> t.Iterator[str]:
    yield from ('iifname "lo" accept', nft.STATE, "jump essentials", nft.ROUTER_HERE)
    if model.zones[host.zone].dhcp:
        yield _DHCP.format(_SERVER, _CLIENT)
    yield from _rules(flows.incoming)
    yield nft.log_of_denied(TABLE)


def _outgoing(model: Model, host: Guarded, flows: HostFlows) -> t.Iterator[str]:
    yield from ('oifname "lo" accept', nft.STATE, "jump essentials")
    if model.zones[host.zone].dhcp:
        yield _DHCP.format(_CLIENT, _SERVER)
    yield from _rules(flows.outgoing)
    yield nft.log_of_denied(TABLE)


def _rules(flows: t.Iterable[Flow]) -> t.Iterator[str]:
    for flow in flows:
        yield from nft.rules(flow, TABLE, by_interface=False)
