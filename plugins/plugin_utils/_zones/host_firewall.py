# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The firewall of a Linux host that guards itself: what is given of it, its rules, the judgement on those it has."""

from __future__ import annotations

import datetime
import ipaddress
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import FAIL
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.firewall import Firewall, Observation
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.host import (
    Guarded,
    HostError,
    check,
    flows_at,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Address, Match, Model
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_host import TABLE, ruleset
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.prover import Proof, prove_host

_ANY, _LIMITED = "any", "model"
_PORTS = range(1, 65536)


class HostFirewall(Firewall):
    """The model of a site on one day, for a host that guards itself."""

    table = TABLE

    def __init__(self, model: Model, host: Guarded, today: datetime.date) -> None:
        """Raise HostError if the model does not know what is said of the host, or the rules would cut it off."""
        check(model, host)
        super().__init__(model, today)
        self._host = host
        self.text = ruleset(model, host, flows_at(model, host, today))

    def judged(self, observation: Observation, row: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return what an observation of the table says of a row, which may want what the host begins to be limited."""
        judged = super().judged(observation, row)
        if row.get("outbound") != _LIMITED or not self._host.any_outbound:
            return judged
        free = "outbound of host_firewall_offer lets the host begin any connection"
        return {**judged, "state": FAIL, "reason": "; ".join(filter(None, (free, judged["reason"])))}

    def _proof(self, ruleset: t.Mapping[str, t.Any]) -> Proof:
        return prove_host(self._model, self._host, ruleset, self.table, self._today)


def guarded(given: t.Mapping[str, t.Any]) -> Guarded:
    """Return the host that ``host_firewall_offer`` tells of; raise HostError for what is no address or no port."""
    for port in given["management_ports"]:
        if port not in _PORTS:
            raise HostError(f"{port} is no port: 1 to 65535")
    return Guarded(
        zone=str(given["zone"]),
        addresses=_addresses(given, "addresses"),
        services=tuple(given["services"]),
        neighbours=tuple(given["neighbours"]),
        gateways=_addresses(given, "gateways"),
        managers=_addresses(given, "managers"),
        management=tuple(Match("tcp", port, port) for port in given["management_ports"]),
        any_outbound=given["outbound"] == _ANY,
    )


def _addresses(given: t.Mapping[str, t.Any], key: str) -> tuple[Address, ...]:
    found = []
    for text in given[key]:
        try:
            found.append(ipaddress.ip_address(text))
        except ValueError:
            raise HostError(f"{text} is no address such as 10.1.2.3 or fd00:1:2::3") from None
    return tuple(found)
