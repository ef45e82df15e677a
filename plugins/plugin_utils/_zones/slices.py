# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The packets that a proof goes through, one slice after another: what is the same for all packets of a slice.

A slice fixes everything that has few values (hook, interfaces, family, state, protocol); the fields that are left,
addresses and ports, are numbers, and their classes are found by ``program.cases``.
"""

from __future__ import annotations

import itertools
import typing as t

INPUT, FORWARD, OUTPUT, PREROUTING, POSTROUTING = "input", "forward", "output", "prerouting", "postrouting"
# Bits of the kernel (NF_CT_STATE_BIT, IPS_DST_NAT), as nft -n prints them.
NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED = 8, 2, 4, 1, 64
DNAT = 32
# Numbers of IANA; the last stands for every protocol that no rule names (253 is kept free for experiments).
TCP, UDP, ICMP4, ICMP6, OTHER = 6, 17, 1, 58, 253
LOOPBACK, UNKNOWN = "lo", "any other interface"  # blanks are in no name of an interface
LARGEST = {4: 2**32 - 1, 6: 2**128 - 1}


class Slice(t.NamedTuple):
    """Where packets are, how they came and go, and what kind of packets they are; ``None`` where there is none."""

    hook: str
    coming: str | None
    going: str | None
    family: int
    state: int
    translated: bool
    protocol: int

    @property
    def belongs_to_allowed(self) -> bool:
        """Tell whether the packets belong to a connection that was let in before."""
        return self.state in (ESTABLISHED, RELATED)

    def ranges(self) -> dict[str, int]:
        """Return the fields that packets of this slice have, and the largest value of each."""
        fields = {"saddr": LARGEST[self.family], "daddr": LARGEST[self.family], "hops": 255}
        if self.protocol in (TCP, UDP):
            fields |= {"sport": 65535, "dport": 65535}
        elif self.protocol in (ICMP4, ICMP6):
            fields["type"] = 255
        return fields


def slices(interfaces: t.Iterable[str], protocols: t.Iterable[int]) -> t.Iterator[Slice]:
    """Return every slice for a firewall that has, or whose rules name, these interfaces and protocols."""
    names = sorted({*interfaces, LOOPBACK, UNKNOWN})
    numbers = sorted({*protocols, TCP, UDP, ICMP4, ICMP6, OTHER})
    ways: list[tuple[str, str | None, str | None]] = [
        *((INPUT, name, None) for name in names),
        *((OUTPUT, None, name) for name in names),
        *((FORWARD, coming, going) for coming, going in itertools.product(names, names)),
        *((PREROUTING, name, None) for name in names),
        *((POSTROUTING, coming, going) for coming, going in itertools.product([None, *names], names)),
    ]
    for (hook, coming, going), family, protocol in itertools.product(ways, LARGEST, numbers):
        for state, translated in _states(hook):
            yield Slice(hook, coming, going, family, state, translated, protocol)


def _states(hook: str) -> list[tuple[int, bool]]:
    """Return the states to look at; translations are decided for the first packet of a connection alone."""
    if hook in (PREROUTING, POSTROUTING):
        return [(NEW, False), *([(NEW, True)] if hook == POSTROUTING else [])]
    return [(NEW, False), (NEW, True), *((state, False) for state in (ESTABLISHED, RELATED, INVALID, UNTRACKED))]
