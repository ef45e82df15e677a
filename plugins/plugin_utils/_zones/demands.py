# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a control demands of a zone model, whatever the site has put into it.

It is asked of the policies: that a firewall does what these say, for every packet, is the prover's to show.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import (
    ACCEPT,
    FIREWALL,
    INTERNET,
    Model,
    Policy,
)

Fields = t.Mapping[str, t.Any]

# What lets a policy off, by the word of a row.
_UNLESS: t.Mapping[str, t.Callable[[Policy], bool]] = {
    "named_hosts": lambda policy: bool(policy.source_hosts),
    "published": lambda policy: policy.publish is not None,
    "limited": lambda policy: bool(policy.new_per_second or policy.connections),
}
UNLESS = tuple(_UNLESS)


def fault(model: Model, today: datetime.date, fields: Fields) -> str | None:
    """Return why a model does not meet a row (its ``zones`` and ``never``), None if it does."""
    ways = fields.get("never", ())
    named = [*fields.get("zones", ()), *(name for way in ways for end in ("from", "to") for name in way[end])]
    for name in named:
        if name not in (*model.zones, INTERNET, FIREWALL):
            return f"the zone model has no zone {name}, which this is about"
    for way in ways:
        for policy in model.in_force(today):
            if _allows(model, policy, way):
                return f"policy {policy.name} of the zone model allows what must never be"
    return None


def _allows(model: Model, policy: Policy, way: Fields) -> bool:
    meets = set(policy.sources) & set(way["from"]) and set(policy.destinations) & set(way["to"])
    lets_off = _UNLESS.get(way.get("unless", ""))
    if policy.action != ACCEPT or not meets or (lets_off and lets_off(policy)):
        return False
    ports = way.get("ports")
    matches = model.matches_of(policy.services)
    return ports is None or any(one.low <= port <= one.high for one in matches if not one.message for port in ports)
