# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a Linux firewall really has: the answer of ``nft -n -j list ruleset``, read into programs (libnftables-json(5)).

Nothing is guessed: an expression that is not known here makes the proof impossible, and says which one it is.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import nft_matches
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_matches import (
    Alternative,
    UnreadableError,
    both,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import (
    ACCEPT,
    DROP,
    NOTE,
    REJECT,
    SKIP,
    Effect,
    Instruction,
    Program,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import (
    FORWARD,
    INPUT,
    OUTPUT,
    POSTROUTING,
    PREROUTING,
    Slice,
)

FAMILY = "inet"
_DEEPEST = 16  # the kernel's own limit of chains within chains
_SILENT = {"counter"}
_VERDICTS = {"accept": ACCEPT, "drop": DROP, "reject": REJECT}
_RETURN = "return"
_HOOKS = frozenset({INPUT, FORWARD, OUTPUT, PREROUTING, POSTROUTING})
_CHANGING = frozenset({"dynamic", "timeout"})
_USUAL_BURST = 5  # which nft does not list


class Table:
    """One table of a ruleset: its chains, the rules in them, and its sets."""

    def __init__(self, ruleset: t.Mapping[str, t.Any], name: str) -> None:
        entries = [entry for entry in ruleset["nftables"] if isinstance(entry, dict)]
        own = [(kind, one) for entry in entries for kind, one in entry.items() if _is_of(one, name)]
        self._chains: dict[str, dict[str, t.Any]] = {one["name"]: one for kind, one in own if kind == "chain"}
        self._rules: dict[str, list[dict[str, t.Any]]] = {chain: [] for chain in self._chains}
        for kind, one in own:
            if kind == "rule":
                self._rules[one["chain"]].append(one)
        sets = [one for kind, one in own if kind == "set"]
        self._matches = nft_matches.Matches(
            {one["name"]: one.get("elem", []) for one in sets},
            changing={one["name"] for one in sets if _CHANGING & {*one.get("flags", ())}} | self._fed(),
        )
        hooks = {one["hook"] for one in self._chains.values() if "hook" in one} - _HOOKS
        unknown = sorted({kind for kind, _one in own} - {"chain", "rule", "set"})
        unknown += [f"chain at hook {hook}" for hook in sorted(hooks)]
        # A table that is dormant does nothing at all.
        unknown += ["flag" for entry in entries if _is_flagged(entry.get("table"), name)]
        if unknown:
            raise UnreadableError(f"table {name} holds a {unknown[0]}, which cannot be judged here")
        self.exists = bool(self._chains)

    def _fed(self) -> set[str]:
        """Return the sets that rules put addresses of packets into; not every release of nft marks them."""
        statements = (one for rules in self._rules.values() for rule in rules for one in rule["expr"])
        return {one["set"]["set"].lstrip("@") for one in statements if isinstance(one, dict) and "set" in one}

    @property
    def interfaces(self) -> set[str]:
        """Return the interfaces that rules name; one for each pattern, such as eth*, that none is called by."""
        return self._matches.interfaces_of(rule["expr"] for rules in self._rules.values() for rule in rules)

    @property
    def protocols(self) -> set[int]:
        """Return the numbers of the protocols that rules name."""
        return self._matches.protocols_of(rule["expr"] for rules in self._rules.values() for rule in rules)

    def program(self, slice_: Slice) -> Program | None:
        """Return what the table does with the packets of a slice; None if it has no chain at that hook."""
        bases = [one for one in self._chains.values() if one.get("hook") == slice_.hook]
        if not bases:
            return None
        if len(bases) > 1:
            raise UnreadableError(f"hook {slice_.hook} has {len(bases)} chains in one table")
        flat = _Flat(self._rules, self._matches, slice_)
        flat.add(bases[0]["name"], {}, 0)
        return Program(flat.instructions, Effect(_VERDICTS[bases[0]["policy"]]))


class _Flat:
    """The instructions of a base chain and of all that it jumps to, in one list."""

    def __init__(
        self, rules: t.Mapping[str, t.Sequence[dict[str, t.Any]]], matches: nft_matches.Matches, slice_: Slice
    ) -> None:
        self._rules = rules
        self._matches = matches
        self._slice = slice_
        self.instructions: list[Instruction] = []

    def add(self, chain: str, conditions: Alternative, depth: int) -> bool:
        """Add a chain as it is met under conditions; tell whether no packet gets past it."""
        if depth > _DEEPEST:
            raise UnreadableError(f"chain {chain} leads to itself")
        if chain not in self._rules:
            raise UnreadableError(f"a rule jumps to chain {chain}, which is not there")
        returns: list[int] = []
        ended = any(self._add_rule(rule, conditions, depth, returns) for rule in self._rules[chain])
        for at in returns:  # known only now: where the chain ends
            instruction = self.instructions[at]
            self.instructions[at] = instruction._replace(effect=Effect(SKIP, target=len(self.instructions)))
        return ended and not returns

    def _add_rule(self, rule: dict[str, t.Any], outer: Alternative, depth: int, returns: list[int]) -> bool:
        """Add one rule; tell whether it decides on every packet that comes to it."""
        conditions = outer
        limited: t.Any = None
        tag = f"chain {rule['chain']}, rule {rule['handle']}"
        for statement in rule["expr"]:
            kind, content = next(iter(statement.items()))
            if kind == "match":
                narrowed = both(conditions, self._matches.match(content, self._slice))
                if narrowed is None:
                    return False
                conditions = narrowed
            elif kind == "vmap":
                return self._add_map(content, conditions, depth, returns, tag)
            elif kind == "limit":
                limited = (content["rate"], content["per"], bool(content.get("inv")))
            elif kind == "log":
                self._append(conditions, Effect(NOTE, ("log", content.get("group"), limited)), tag)
            elif kind == "set" and not limited:
                self._add_limit(rule, content, conditions, tag)
                return False
            elif kind not in _SILENT:
                if limited:
                    raise UnreadableError(f"{tag}: a limit before {kind} cannot be judged here")
                return self._add_verdict(kind, content, conditions, depth, returns, tag)
        return False

    def _add_limit(self, rule: dict[str, t.Any], content: t.Any, conditions: Alternative, tag: str) -> None:
        """Note a limit: what is above it meets the verdict at the end of the rule, all else goes on behind it."""
        if self._matches.carries(content["elem"], self._slice):
            self._append(conditions, Effect(NOTE, (*_counted(content), _verdict_above(rule, tag))), tag)

    def _add_map(self, content: t.Any, conditions: Alternative, depth: int, returns: list[int], tag: str) -> bool:
        for met, verdict in self._matches.met(content, self._slice):
            own = both(conditions, met)
            if own is not None:
                ((kind, inner),) = verdict.items()
                if self._add_verdict(kind, inner, own, depth, returns, tag):
                    return True
        return False

    def _add_verdict(
        self, kind: str, content: t.Any, conditions: Alternative, depth: int, returns: list[int], tag: str
    ) -> bool:
        always = not conditions
        if kind in ("jump", "goto"):
            ended = self.add(content["target"], conditions, depth + 1)
            if kind == "goto":
                returns.append(len(self.instructions))
                self._append(conditions, Effect(SKIP), tag)
            return always and ended
        if kind == _RETURN:
            returns.append(len(self.instructions))
            self._append(conditions, Effect(SKIP), tag)
            return False
        self._append(conditions, _effect(kind, content, tag), tag)
        return always

    def _append(self, conditions: Alternative, effect: Effect, tag: str) -> None:
        self.instructions.append(Instruction(conditions, effect, tag))


def _effect(kind: str, content: t.Any, tag: str) -> Effect:
    if kind in _VERDICTS:
        return Effect(_VERDICTS[kind])
    if kind == "dnat" and isinstance(content.get("addr"), str) and set(content) <= {"family", "addr", "port"}:
        return Effect("dnat", (content["addr"], content.get("port")))
    if kind == "masquerade" and not content:
        return Effect("masquerade")
    statement = " ".join(str(part) for part in (kind, content) if part)
    raise UnreadableError(f"{tag}: the statement {statement} cannot be judged here")


def _counted(content: t.Any) -> tuple[t.Any, ...]:
    """Return what a counting set limits: by which key, and to how much."""
    statements = content.get("stmt", [])
    if content["op"] != "add" or len(statements) != 1:
        raise UnreadableError(f"a set that is {content['op']}ed to without one limit cannot be judged here")
    ((what, amount),) = statements[0].items()
    if what == "limit" and amount.get("inv") and amount.get("rate_unit", "packets") == "packets":
        return "rate", str(content["elem"]), *_rate(amount)
    if what == "ct count" and amount.get("inv"):
        return "count", str(content["elem"]), amount["val"]
    raise UnreadableError(f"a set that counts by {what} cannot be judged here")


def _rate(limit: t.Mapping[str, t.Any]) -> tuple[t.Any, ...]:
    """Return how much a limit lets pass; how many packets at once only if these are not as many as its rate."""
    burst = limit.get("burst", _USUAL_BURST)
    return limit["rate"], limit["per"], *([("burst", burst)] if burst != limit["rate"] else [])


def _verdict_above(rule: dict[str, t.Any], tag: str) -> str:
    """Return what meets the packets above a limit: no condition stands between the limit and that."""
    kinds = [next(iter(one)) for one in rule["expr"]]
    behind = [kind for kind in kinds[kinds.index("set") + 1 :] if kind not in _SILENT]
    if behind not in ([DROP], [REJECT]):
        raise UnreadableError(f"{tag}: above a limit comes {', '.join(behind)}")
    return str(behind[0])


def _is_flagged(one: t.Any, table: str) -> bool:
    return isinstance(one, dict) and (one.get("family"), one.get("name")) == (FAMILY, table) and "flags" in one


def _is_of(one: t.Any, table: str) -> bool:
    return isinstance(one, dict) and one.get("family") == FAMILY and one.get("table") == table
