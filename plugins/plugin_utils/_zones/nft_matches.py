# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The comparisons of nftables rules, as conditions on the packets of a slice."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import intervals
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import Intervals
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import (
    DNAT,
    ICMP4,
    ICMP6,
    TCP,
    UDP,
    Slice,
)

# The conditions of one way to fit a rule.
Alternative = dict[str, Intervals]
# By header and field of libnftables-json: the field of ours, and the family and protocol that a packet must have.
_FIELDS: t.Mapping[tuple[str, str], tuple[str, int | None, int | None]] = {
    ("ip", "saddr"): ("saddr", 4, None),
    ("ip", "daddr"): ("daddr", 4, None),
    ("ip", "ttl"): ("hops", 4, None),
    ("ip6", "saddr"): ("saddr", 6, None),
    ("ip6", "daddr"): ("daddr", 6, None),
    ("ip6", "hoplimit"): ("hops", 6, None),
    **{
        (name, field): (field, None, number)
        for name, number in (("tcp", TCP), ("udp", UDP))
        for field in ("sport", "dport")
    },
    ("icmp", "type"): ("type", 4, ICMP4),
    ("icmpv6", "type"): ("type", 6, ICMP6),
}
_NFPROTO = {4: 2, 6: 10}
_PATTERN = "*"


class UnreadableError(Exception):
    """A ruleset holds something that cannot be judged here; the message says what."""


def both(one: Alternative | None, other: Alternative | None) -> Alternative | None:
    """Return the conditions that hold if both hold, or None if no packet can meet them."""
    if one is None or other is None:
        return None
    joined = dict(one)
    for field, own in other.items():
        joined[field] = intervals.common(joined[field], own) if field in joined else own
        if not joined[field]:
            return None
    return joined


class Matches:
    """Reads comparisons; knows the elements of the table's sets, and which of them change with the packets."""

    def __init__(self, sets: t.Mapping[str, t.Sequence[t.Any]], *, changing: t.Collection[str] = ()) -> None:
        self._sets = sets
        self._changing = changing
        self._met: dict[t.Any, list[tuple[Alternative, t.Any]]] = {}

    def match(self, content: t.Mapping[str, t.Any], slice_: Slice) -> Alternative | None:
        """Return the conditions of a comparison, None if no packet of the slice meets it."""
        operator, left, right = content["op"], content["left"], content["right"]
        if operator not in ("==", "!=", "in"):
            raise UnreadableError(f"the comparison {operator} cannot be judged here")
        if "payload" in left:
            return self._field(left["payload"], right, slice_, negated=operator == "!=")
        fits = any(self._is(left, one, slice_) for one in self.elements(right))
        return {} if fits != (operator == "!=") else None

    def equals(self, key: t.Mapping[str, t.Any], value: t.Any, slice_: Slice) -> Alternative | None:
        """Return the conditions under which a key, of one part or of several, has a value."""
        if "concat" in key:
            conditions: Alternative | None = {}
            for part, own in zip(key["concat"], value["concat"], strict=True):
                conditions = both(conditions, self.equals(part, own, slice_))
            return conditions
        if "payload" in key:
            return self._field(key["payload"], value, slice_, negated=False)
        return {} if self._is(key, value, slice_) else None

    def met(self, content: t.Mapping[str, t.Any], slice_: Slice) -> list[tuple[Alternative, t.Any]]:
        """Return the verdicts of a map that packets of a slice can meet, each with the conditions under which they do.

        Of a map of interfaces the same are met by all slices between two of them, and there are many of these.
        """
        parts = content["key"].get("concat", [content["key"]])
        known = (id(content), slice_.coming, slice_.going)
        if known in self._met:
            return self._met[known]
        alternatives = ((self.equals(content["key"], key, slice_), one) for key, one in self.elements(content["data"]))
        found = [(conditions, verdict) for conditions, verdict in alternatives if conditions is not None]
        if all(_key(part) in ("iifname", "oifname") for part in parts):
            self._met[known] = found
        return found

    @staticmethod
    def carries(key: t.Any, slice_: Slice) -> bool:
        """Tell whether the packets of a slice have the header of a key; nft lists no other condition on it."""
        payload = key.get("payload", {}) if isinstance(key, dict) else {}
        header = (payload.get("protocol", ""), payload.get("field", ""))
        if header not in _FIELDS:
            raise UnreadableError(f"a set of {key} cannot be judged here")
        _field, family, protocol = _FIELDS[header]
        return family in (None, slice_.family) and protocol in (None, slice_.protocol)

    def elements(self, right: t.Any) -> list[t.Any]:
        """Return the values that one is compared with: one, those written there, or those of a named set."""
        if isinstance(right, str) and right.startswith("@"):
            if right[1:] not in self._sets:
                raise UnreadableError(f"set {right[1:]} is not there")
            if right[1:] in self._changing:
                raise UnreadableError(f"a set of what packets add ({right[1:]}) cannot be judged here")
            return list(self._sets[right[1:]])
        if isinstance(right, dict) and "set" in right:
            return list(right["set"])
        return [right]

    def _field(
        self, payload: t.Mapping[str, t.Any], right: t.Any, slice_: Slice, *, negated: bool
    ) -> Alternative | None:
        header = (payload.get("protocol", ""), payload.get("field", ""))
        # Not so the next header of IPv6: with an extension header between, it is another than the protocol.
        if header == ("ip", "protocol"):
            fits = any(_number(one) == slice_.protocol for one in self.elements(right))
            return None if slice_.family != 4 or fits == negated else {}
        if header not in _FIELDS:
            raise UnreadableError(f"the field {' '.join(header)} cannot be judged here")
        if not self.carries({"payload": payload}, slice_):
            return None  # such a packet has no such header, so that even != does not fit
        field = _FIELDS[header][0]
        found = intervals.joined(_interval(one, field) for one in self.elements(right))
        if negated:
            found = intervals.without(found, slice_.ranges()[field])
        return {field: found} if found else None

    @staticmethod
    def _is(left: t.Mapping[str, t.Any], value: t.Any, slice_: Slice) -> bool:
        ((kind, content),) = left.items()
        key = content.get("key") if isinstance(content, dict) else None
        if kind == "meta" and key in ("iifname", "oifname"):
            return _names(value, slice_.coming if key == "iifname" else slice_.going)
        if kind == "meta" and key in ("nfproto", "l4proto"):
            return _number(value) == (_NFPROTO[slice_.family] if key == "nfproto" else slice_.protocol)
        if kind == "ct" and key == "state":
            return bool(_bits(value) & slice_.state)
        if kind == "ct" and key == "status" and _bits(value) == DNAT:
            return slice_.translated
        condition = " ".join(str(part) for part in (kind, key, value) if part)
        raise UnreadableError(f"the condition {condition} cannot be judged here")

    def interfaces_of(self, rules: t.Iterable[t.Sequence[t.Any]]) -> set[str]:
        found = set(_texts_at(rules, ("iifname", "oifname"), self))
        return {name.replace(_PATTERN, "-any") if name.endswith(_PATTERN) else name for name in found}

    def protocols_of(self, rules: t.Iterable[t.Sequence[t.Any]]) -> set[int]:
        return {_number(one) for one in _values_at(rules, ("l4proto", "protocol"), self)}


def _texts_at(rules: t.Iterable[t.Sequence[t.Any]], keys: t.Collection[str], matches: Matches) -> t.Iterator[str]:
    yield from (str(one) for one in _values_at(rules, keys, matches))


def _values_at(rules: t.Iterable[t.Sequence[t.Any]], keys: t.Collection[str], matches: Matches) -> t.Iterator[t.Any]:
    """Return every value that rules compare one of these keys with."""
    for statements in rules:
        for statement in statements:
            if not isinstance(statement, dict):
                continue
            if "match" in statement and _key(statement["match"]["left"]) in keys:
                yield from matches.elements(statement["match"]["right"])
            elif "vmap" in statement:
                left = statement["vmap"]["key"]
                parts = left.get("concat", [left])
                for value, _verdict in matches.elements(statement["vmap"]["data"]):
                    values = value["concat"] if "concat" in left else [value]
                    yield from (one for part, one in zip(parts, values, strict=True) if _key(part) in keys)


def _key(left: t.Mapping[str, t.Any]) -> str:
    content = next(iter(left.values()))
    return str(content.get("key") or content.get("field")) if isinstance(content, dict) else ""


def _names(value: t.Any, interface: str | None) -> bool:
    text = str(value)
    if interface is None:
        return False
    return interface.startswith(text[:-1]) if text.endswith(_PATTERN) else interface == text


def _interval(value: t.Any, field: str) -> tuple[int, int]:
    """Return the numbers that a value stands for: an address, a network, a number, a range of these."""
    if isinstance(value, dict) and "prefix" in value:
        return intervals.of_network(value["prefix"]["addr"], value["prefix"]["len"])
    if isinstance(value, dict) and "range" in value:
        low, high = value["range"]
        return _interval(low, field)[0], _interval(high, field)[1]
    if isinstance(value, dict) and "elem" in value:
        return _interval(value["elem"]["val"], field)
    if field in ("saddr", "daddr") and isinstance(value, str):
        return intervals.of_network(value)
    number = _number(value)
    return number, number


def _bits(value: t.Any) -> int:
    values = value if isinstance(value, list) else [value]
    whole = 0
    for one in values:
        whole |= _number(one)
    return whole


def _number(value: t.Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnreadableError(f"{value!r} is no number: list the rules by nft -n")
    return value
