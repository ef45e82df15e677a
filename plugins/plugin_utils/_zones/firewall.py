# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A Linux firewall between the zones: the rules that it is given, and the judgement on those that it has.

What a device reads of a row of kind ``nft_ruleset`` holds whole tables. Here they become a verdict and a short value:
how many rules there are, and of what is otherwise than the model says, one packet.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import FAIL
from ansible_collections.commune.baseline.plugins.plugin_utils._zones import demands
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import flows_of
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Model
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_matches import UnreadableError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nftables import TABLE, ruleset
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import Outcome
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.prover import Packet, Proof, prove

Objects = t.Sequence[t.Mapping[str, t.Any]]
Observation = t.Mapping[str, t.Any]

_UNSEEN = "the rules are not those that we write, though no packet is treated otherwise"
_FLAGS = {8: "new", 2: "established", 4: "related", 1: "invalid", 64: "untracked"}
_PROTOCOLS = {6: "tcp", 17: "udp", 1: "icmp", 58: "icmpv6"}


class Firewall:
    """The model of a site on one day, for the device between its zones."""

    table = TABLE

    def __init__(self, model: Model, today: datetime.date) -> None:
        self._model = model
        self._today = today
        self._known: dict[str, str | None] = {}
        self.text = ruleset(model, flows_of(model, today))

    def expired(self) -> list[str]:
        """Return a sentence for each policy that has no effect any more."""
        return [
            f"policy {policy.name} of the zone model expired on {policy.expires} and is left out"
            for policy in self._model.expired(self._today)
        ]

    def fault_of_candidate(self, observation: Observation) -> str | None:
        """Return why the rules that a device would load are not what the model says, None if they are.

        They are judged as the device's own nft reads them; None too if the device could not read them at all.
        """
        return self._fault(observation["before"]["wanted"]) if observation["before"] else None

    def judged(self, observation: Observation, row: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return what an observation of the table says of a row, with short values.

        It fails if a packet is treated otherwise than the model says, or if the model itself does not meet the row.
        """
        demand = demands.fault(self._model, self._today, row)
        judged = {**self._judged(observation), "id": row["id"], "control": row["control"]}
        if demand is None:
            return judged
        return {**judged, "state": FAIL, "reason": "; ".join(filter(None, (demand, judged["reason"])))}

    def _judged(self, observation: Observation) -> dict[str, t.Any]:
        now = observation["after"] or {}
        fault = self._fault(now["found"]) if now.get("found") else None
        reasons = [reason for reason in (observation["reason"], fault) if reason]
        if observation["state"] == FAIL and not reasons:
            reasons = [_UNSEEN if now.get("found") else f"there is no table {self.table}, so every packet passes"]
        return {
            **observation,
            "state": FAIL if fault else observation["state"],
            "reason": "; ".join([*reasons, *self.expired()]) or None,
            "desired": _short(now["wanted"]) if now else None,
            "before": _short(observation["before"]["found"]) if observation["before"] else None,
            "after": _short(now["found"]) if now else None,
            "where": _where(observation["where"], now.get("beside", ())),
        }

    def _fault(self, objects: Objects) -> str | None:
        key = json.dumps(objects, sort_keys=True)
        if key not in self._known:
            try:
                self._known[key] = _said(self._proof({"nftables": objects}))
            except UnreadableError as error:
                self._known[key] = f"the rules cannot be judged: {error}"
        return self._known[key]

    def _proof(self, ruleset: t.Mapping[str, t.Any]) -> Proof:
        return prove(self._model, ruleset, self.table, self._today)


def differences(observation: Observation, table: str) -> dict[str, str]:
    """Return the table that a device had and the one that it has or would have, as nft lists them, for ``--diff``."""
    before, after = observation["before"] or {}, observation["after"] or {}
    header = f"table inet {table}"
    return {
        "before": before["text"]["found"] if before else "",
        "after": after["text"]["wanted" if observation["would_change"] else "found"] if after else "",
        "before_header": header,
        "after_header": header,
    }


def _said(proof: Proof) -> str | None:
    """Return what a proof found, by one packet."""
    for broken in proof.violations[:1]:
        packet, entry, rule = _packet(broken.packet), broken.entry, broken.rule
        return f"{packet} passes, which must never be ({broken.reason}, zone_never {entry}, {rule})"
    # Another verdict says more to people than another log or limit.
    for other in sorted(proof.differences, key=lambda one: one.expected.verdict == one.found.verdict)[:1]:
        meant, found, rule = _outcome(other.expected), _outcome(other.found), other.rule or "the policy of the chain"
        return f"{_packet(other.packet)} meets {found} where the zone model says {meant} ({rule})"
    return None


def _packet(packet: Packet) -> str:
    slice_, fields = packet.slice, packet.fields
    ports = {name: f" port {fields[name]}" if name in fields else "" for name in ("sport", "dport")}
    protocol = _PROTOCOLS.get(slice_.protocol, f"protocol {slice_.protocol}")
    kind = f" type {fields['type']}" if "type" in fields else ""
    way = " > ".join(name for name in (slice_.coming, slice_.going) if name)
    state = _FLAGS[slice_.state] + (" dnat" if slice_.translated else "")
    ends = f"{fields['saddr']}{ports['sport']} > {fields['daddr']}{ports['dport']}"
    return f"[{slice_.hook} {way}: {protocol}{kind} {ends}, {state}]"


def _outcome(outcome: Outcome) -> str:
    """Return what happens to a packet in words of nft."""
    detail = [":".join(_told(outcome.detail))] if outcome.detail else []
    return ", ".join([" ".join([outcome.verdict, *detail]), *(" ".join(_told(note)) for note in outcome.notes)])


def _told(parts: t.Iterable[t.Any]) -> t.Iterator[str]:
    """Return the parts of a detail or a note that say something to people."""
    for part in parts:
        if isinstance(part, tuple):
            yield from _told(part)
        elif not isinstance(part, bool) and part is not None and "{" not in str(part):
            yield str(part)


def _short(objects: Objects) -> str | None:
    """Return how many rules there are and a fingerprint of all, None if there is no table."""
    count = sum("rule" in one for one in objects)
    digest = hashlib.sha256(json.dumps(objects, sort_keys=True).encode()).hexdigest()[:12]
    return f"{count} rules, sha256 {digest}" if objects else None


def _where(where: str | None, beside: t.Sequence[str]) -> str | None:
    return f"{where}, beside {', '.join(beside)}" if where and beside else where
