# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.


"""The addresses that a rule of Windows Firewall speaks of, so that equal ones compare alike.

Set-NetFirewallRule documents how: an address, a network by length or by mask, a range, or a word such as LocalSubnet.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import intervals
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import Intervals

_LARGEST = {4: (1 << 32) - 1, 6: (1 << 128) - 1}
_ANY = "any"
_WORD = re.compile(r"[A-Za-z]+[46]?")


class Addresses(t.NamedTuple):
    """Numbers of both families, and words that only the machine itself can tell the meaning of."""

    four: Intervals
    six: Intervals
    words: frozenset[str]


def of(texts: t.Iterable[t.Any]) -> Addresses:
    """Return what texts mean together; raise ValueError, which names it, for one that is no address."""
    numbers: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
    words = set()
    for text in texts:
        if not isinstance(text, str):
            raise ValueError(f"{text} is no address, network or range of addresses")
        if text.lower() == _ANY:
            for family, largest in _LARGEST.items():
                numbers[family].append((0, largest))
        elif _WORD.fullmatch(text):
            words.add(text.lower())
        else:
            family, pair = _pair(text)
            numbers[family].append(pair)
    return Addresses(intervals.joined(numbers[4]), intervals.joined(numbers[6]), frozenset(words))


def within(inner: Addresses, outer: Addresses) -> bool:
    return (
        not intervals.minus(inner.four, outer.four)
        and not intervals.minus(inner.six, outer.six)
        and inner.words <= outer.words
    )


def texts(addresses: Addresses) -> list[str]:
    """Return addresses as Windows takes them: each an address, a network or a range, those of IPv4 first."""
    if (addresses.four, addresses.six) == tuple(((0, largest),) for largest in _LARGEST.values()):
        return ["Any", *sorted(addresses.words)]
    four = [_text(ipaddress.IPv4Address(low), ipaddress.IPv4Address(high)) for low, high in addresses.four]
    six = [_text(ipaddress.IPv6Address(low), ipaddress.IPv6Address(high)) for low, high in addresses.six]
    return [*four, *six, *sorted(addresses.words)]


def _text(first: t.Any, last: t.Any) -> str:
    if first == last:
        return str(first)
    networks = list(ipaddress.summarize_address_range(first, last))
    return str(networks[0]) if len(networks) == 1 and networks[0].prefixlen else f"{first}-{last}"


def _pair(text: str) -> tuple[int, tuple[int, int]]:
    try:
        if "-" in text:
            first, last = map(ipaddress.ip_address, text.split("-"))
            if first.version == last.version and int(first) <= int(last):
                return first.version, (int(first), int(last))
            raise ValueError(text)
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text} is no address, network or range of addresses") from None
    return network.version, (int(network.network_address), int(network.broadcast_address))
