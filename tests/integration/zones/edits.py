# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every small fault that a ruleset can have, made in what ``nft -n -j list ruleset`` tells, rule by rule.

Each rule is dropped, decides the other way, and has each of its comparisons turned round or widened by a bit or a
number. What is made so is made from libnftables-json(5) alone.
"""

from __future__ import annotations

import copy
import ipaddress
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.host import Guarded
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Model
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_host import TABLE
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_matches import UnreadableError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.prover import prove_host
from tests.integration.zones.site import TODAY

# One more than a router's message is a neighbour's, which passes anyway: the only fault that is none.
ALIKE = "type {'range': [134, 135]}"
Rule = dict[str, t.Any]
_OTHERWISE = {"accept": "drop", "drop": "accept", "reject": "accept"}
_MOST_HOPS = 255
_FIELDS = ("saddr", "daddr", "sport", "dport", "type", "hoplimit")


def edits(held: t.Mapping[str, t.Any]) -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    """Return what is wrong, by chain and handle, and the whole ruleset with that fault and no other."""
    for at, entry in enumerate(held["nftables"]):
        if "rule" not in entry:
            continue
        name = f"{entry['rule']['chain']}, rule {entry['rule']['handle']}"
        yield f"{name}: dropped", {"nftables": [one for number, one in enumerate(held["nftables"]) if number != at]}
        for what, rule in _wrong(entry["rule"]):
            changed = list(held["nftables"])
            changed[at] = {"rule": rule}
            yield f"{name} {what}", {"nftables": changed}


def is_proven(model: Model, host: Guarded, held: t.Mapping[str, t.Any]) -> bool:
    """Tell whether a ruleset passes for that of a host; what cannot be judged does not."""
    try:
        return prove_host(model, host, held, TABLE, TODAY).holds
    except UnreadableError:
        return False


def _wrong(rule: Rule) -> t.Iterator[tuple[str, Rule]]:
    for at, statement in enumerate(rule["expr"]):
        ((kind, content),) = statement.items()
        if kind in _OTHERWISE:
            yield f"decides {_OTHERWISE[kind]}", _with(rule, at, {_OTHERWISE[kind]: None})
        if kind != "match":
            continue
        field = content["left"].get("payload", {}).get("field")
        if field in _FIELDS:
            other = "!=" if content["op"] == "==" else "=="
            yield f"{field} {other}", _with(rule, at, {"match": {**content, "op": other}})
            for right in _wider(content["right"]):
                yield f"{field} {right}", _with(rule, at, {"match": {**content, "right": right}})


def _with(rule: Rule, at: int, statement: t.Any) -> Rule:
    changed = copy.deepcopy(rule)
    changed["expr"][at] = statement
    return changed


def _wider(right: t.Any) -> t.Iterator[t.Any]:
    """Return a value, or a set with one of its values, a bit or a number wider."""
    if isinstance(right, dict) and "set" in right:
        values = right["set"]
        for at, one in enumerate(values):
            for wider in _wider(one) if not isinstance(one, int) or one + 1 not in values else ():
                yield {"set": [*values[:at], wider, *values[at + 1 :]]}
    elif isinstance(right, dict) and "prefix" in right:
        yield _network(right["prefix"]["addr"], right["prefix"]["len"] - 1)
    elif isinstance(right, dict) and "range" in right:
        low, high = right["range"]
        yield {"range": [low, high + 1]}
        yield {"range": [low - 1, high]}
    elif isinstance(right, int):
        yield {"range": [right, right + 1]} if right != _MOST_HOPS else {"range": [right - 1, right]}
    elif isinstance(right, str) and not right.startswith("@"):
        yield _network(right, ipaddress.ip_address(right).max_prefixlen - 1)


def _network(address: str, length: int) -> dict[str, t.Any]:
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)
    return {"prefix": {"addr": str(network.network_address), "len": length}}
