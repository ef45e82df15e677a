# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The three profiles of the firewall, as they are in force (domain policy included)."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"profile": ("Domain", "Private", "Public"), "attribute": ("enabled", "inbound")}
REQUIRED = frozenset({"profile", "attribute"})
COMPARISONS: t.Sequence[str] = ("==",)
SECTIONS: t.Sequence[str] = ("firewall",)
STEP = "firewall"


def ask(_rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {}


def observe(row: Row, facts: Facts) -> Reading:
    where = f"firewall profile {row['profile']}"
    told = next((one for one in facts.section("firewall") if one["name"] == row["profile"]), None)
    if told is None:
        return Reading(where=where, unreadable=f"Windows told nothing of the firewall profile {row['profile']}")
    return Reading(told[row["attribute"]], where)


def compare(row: Row, reading: Reading) -> bool:
    return bool(reading.value == row["desired"])


def write(row: Row, _reading: Reading, _facts: Facts) -> list[Values]:
    return [{"name": row["profile"], row["attribute"]: row["desired"]}]


def now(do: Values, facts: Facts) -> Values:
    told = next(one for one in facts.section("firewall") if one["name"] == do["name"])
    return {name: told[name] for name in do}


def fault_of_desired(row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with a desired value, or None."""
    choices = {"enabled": ("True", "False"), "inbound": ("Block", "Allow")}[row["attribute"]]
    return None if desired in choices else f"it is one of {', '.join(choices)}"
