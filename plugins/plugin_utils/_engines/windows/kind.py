# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The kinds of rows of Windows, in the order in which they are written."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.kinds import (
    audit_policy,
    bitlocker,
    cumulative_update,
    defender,
    event_log,
    feature,
    firewall_profile,
    firewall_rule,
    firewall_ruleset,
    local_account,
    local_group,
    program,
    registry,
    scheduled_task,
    security_policy,
    service,
    share,
    update,
    user_right,
    wlan,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import Values

Row = t.Mapping[str, t.Any]


class Kind(t.Protocol):
    """A class of rows: the fields they have, what is asked for them, and how it is read, compared and written.

    ``FIELDS``, ``REQUIRED`` and ``COMPARISONS`` are as for Linux; ``SECTIONS`` are those of collect.ps1 that it reads.
    ``observe`` and ``now`` raise FactsError if they cannot tell; ``write`` raises CannotWriteError. ``STEP`` is what
    apply.ps1 calls such a write (empty for a kind that only looks), and ``now`` is the write that would leave its place
    as it is.
    """

    FIELDS: t.Mapping[str, t.Any]
    REQUIRED: frozenset[str]
    COMPARISONS: t.Sequence[str]
    SECTIONS: t.Sequence[str]
    STEP: str

    def ask(self, rows: t.Sequence[Row], /) -> dict[str, list[t.Any]]: ...

    def observe(self, row: Row, facts: Facts, /) -> Reading: ...

    def compare(self, row: Row, reading: Reading, /) -> bool: ...

    def write(self, row: Row, reading: Reading, facts: Facts, /) -> list[Values]: ...

    def now(self, do: Values, facts: Facts, /) -> Values: ...


KINDS: dict[str, Kind] = {
    "registry": registry,
    "security_policy": security_policy,
    "user_right": user_right,
    "audit_policy": audit_policy,
    "service": service,
    "feature": feature,
    "scheduled_task": scheduled_task,
    "event_log": event_log,
    "share": share,
    "defender": defender,
    "local_account": local_account,
    "local_group": local_group,
    "firewall_rule": firewall_rule,
    "firewall_ruleset": firewall_ruleset,
    "firewall_profile": firewall_profile,
    "program": program,
    "update": update,
    "cumulative_update": cumulative_update,
    "bitlocker": bitlocker,
    "wlan": wlan,
}
