# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Sets of whole numbers as intervals, both ends included, sorted and apart."""

from __future__ import annotations

import functools
import ipaddress
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import Intervals


def joined(intervals: t.Iterable[tuple[int, int]]) -> Intervals:
    """Return the intervals sorted, those that overlap or touch as one."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(intervals):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def without(intervals: Intervals, largest: int) -> Intervals:
    """Return all numbers from 0 to the largest that the intervals leave out."""
    found, start = [], 0
    for low, high in intervals:
        if low > start:
            found.append((start, low - 1))
        start = high + 1
    return (*found, (start, largest)) if start <= largest else tuple(found)


def common(one: Intervals, other: Intervals) -> Intervals:
    """Return the numbers that lie in both."""
    pairs = ((max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other)
    return tuple(sorted((low, high) for low, high in pairs if low <= high))


def minus(one: Intervals, other: Intervals) -> Intervals:
    """Return the numbers that lie in the first and not in the second."""
    return common(one, without(other, max((high for _low, high in one), default=0)))


def of_networks(networks: t.Iterable[t.Any]) -> Intervals:
    """Return the addresses of networks as numbers."""
    return joined((int(one.network_address), int(one.broadcast_address)) for one in networks)


@functools.lru_cache(maxsize=4096)  # a proof asks for the same few networks tens of thousands of times
def of_network(text: str, length: int | None = None) -> tuple[int, int]:
    """Return the first and the last address of a network, or an address twice."""
    network = ipaddress.ip_network(text if length is None else f"{text}/{length}")
    return int(network.network_address), int(network.broadcast_address)
