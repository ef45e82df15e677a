# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What the model says of the packets at one host, as a program; made from the policies, not from what is rendered.

It shares nothing with ``flows``, ``host`` (but for what a host is) and the renderers, as ``meaning`` does not.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import intervals
from ansible_collections.commune.baseline.plugins.plugin_utils._zones import model as words
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.host import NEIGHBOURS, Guarded
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.meaning import (
    ESSENTIAL,
    Meaning,
    judged,
    log_of_denied,
    of_the_link,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Model
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import (
    ACCEPT,
    DROP,
    Effect,
    Instruction,
    Intervals,
    Program,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import (
    FORWARD,
    INPUT,
    LOOPBACK,
    OUTPUT,
    POSTROUTING,
    PREROUTING,
    TCP,
    UDP,
    Slice,
)

Conditions = dict[str, Intervals]
_PROTOCOLS = {"tcp": TCP, "udp": UDP}


class HostMeaning(Meaning):
    """A model on one day, as one of the hosts meets it."""

    def __init__(self, model: Model, host: Guarded, today: datetime.date) -> None:
        super().__init__(model, today)
        self.interfaces = frozenset()
        self._host = host

    def program(self, slice_: Slice) -> Program:
        """Return what is to happen to the packets of a slice: none are passed on, none are translated."""
        if slice_.hook == FORWARD:
            return Program([log_of_denied({})], Effect(DROP))
        if slice_.hook in (PREROUTING, POSTROUTING) or self._is_free(slice_):
            return Program([], Effect(ACCEPT))
        return super().program(slice_)

    def forbidden(self, slice_: Slice) -> Program:
        """Return the invariants that packets of a slice would break; what is free here, the firewall looks after."""
        if slice_.hook == FORWARD or self._is_free(slice_) or LOOPBACK in (slice_.coming, slice_.going):
            return Program([], Effect(ACCEPT))
        return super().forbidden(slice_)

    def _is_free(self, slice_: Slice) -> bool:
        return slice_.hook == OUTPUT and self._host.any_outbound

    def _essentials(self, slice_: Slice) -> t.Iterator[Instruction]:
        yield from of_the_link(slice_, routers=slice_.hook == INPUT)
        if slice_.family == 4 and slice_.protocol == UDP and self._model.zones[self._host.zone].dhcp:
            server, client = ((67, 67),), ((68, 68),)
            sport, dport = (server, client) if slice_.hook == INPUT else (client, server)
            yield Instruction({"sport": sport, "dport": dport}, Effect(ACCEPT), ESSENTIAL)
        for match in self._host.management if slice_.hook == INPUT else ():
            managers = intervals.joined((int(one), int(one)) for one in self._host.managers if _is_of(one, slice_))
            if managers and _PROTOCOLS.get(match.protocol) == slice_.protocol:
                conditions = {"saddr": managers, "dport": ((match.low, match.high),)}
                yield Instruction(conditions, Effect(ACCEPT), ESSENTIAL)

    def _foreign(self, slice_: Slice) -> t.Iterator[Instruction]:
        """Any interface may lead anywhere, so that no source is false by where it came from."""
        yield from ()

    def _judged(self, slice_: Slice) -> t.Iterator[Instruction]:
        yield from self._among_neighbours(slice_)
        for policy in self._policies:
            for conditions in self._ways(policy, slice_):
                offered = self._offered(conditions, slice_)
                if offered is not None:
                    yield from judged(policy, offered, slice_.family)

    def _among_neighbours(self, slice_: Slice) -> t.Iterator[Instruction]:
        services = self._services(self._host.neighbours, slice_) if self._host.neighbours else None
        zone = self._addresses(self._model.zones[self._host.zone], (), slice_.family)
        if services is not None and zone:
            field = "saddr" if slice_.hook == INPUT else "daddr"
            yield Instruction({field: zone, **services}, Effect(ACCEPT), NEIGHBOURS)

    def _offered(self, conditions: Conditions, slice_: Slice) -> Conditions | None:
        """Return what of the conditions is offered here; what the host begins itself needs no offer."""
        if slice_.hook == OUTPUT:
            return conditions
        services = self._services(self._host.services, slice_) if self._host.services else None
        if services is None:
            return None
        limited = {field: intervals.common(conditions[field], of) for field, of in services.items()}
        return {**conditions, **limited} if all(limited.values()) else None

    def _end(
        self, name: str, interface: str | None, field: str, slice_: Slice, hosts: t.Sequence[str]
    ) -> Conditions | None:
        """Return the condition on the address of an end; None if it is neither this host nor one it can see."""
        del interface
        if (slice_.hook == OUTPUT) == (field == "saddr"):
            return {} if name == self._host.zone and self._is_named(hosts, slice_) else None
        if name == words.INTERNET:
            return {field: self._outside[slice_.family]}
        if name == words.FIREWALL:
            found = intervals.joined((int(one), int(one)) for one in self._host.gateways if _is_of(one, slice_))
        else:
            found = self._addresses(self._model.zones[name], hosts, slice_.family)
        return {field: found} if found else None

    def _is_named(self, hosts: t.Sequence[str], slice_: Slice) -> bool:
        own = [one for one in self._host.addresses if _is_of(one, slice_)]
        named = [one for name in hosts for one in self._model.hosts[name].addresses]
        return any(not hosts or one in named for one in own)


def _is_of(address: words.Address, slice_: Slice) -> bool:
    return address.version == slice_.family
