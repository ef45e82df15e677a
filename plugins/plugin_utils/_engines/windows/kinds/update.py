# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Updates that the Windows Update Agent has found and not installed, by its own numbers and GUIDs.

It is asked for what its last search found (IUpdateSearcher.Online is false); one that is too old proves nothing.
An update is as old as its publication (IUpdate.LastDeploymentChangeTime, in UTC).
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import meets
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"attribute": ("search_age", "security_age", "critical_age")}
REQUIRED = frozenset({"attribute"})
COMPARISONS: t.Sequence[str] = ("<=",)
SECTIONS: t.Sequence[str] = ("updates", "system")
STEP = ""
_SUCCEEDED = 2  # OperationResultCode
# Microsoft Learn, WSUS Classification GUIDs: security updates, critical updates, update rollups.
_MENDING = frozenset({
    "0FA1201D-4330-4FA8-8AE9-B877473B6441",
    "E6CF1350-C01B-414D-A61F-263D14D133B4",
    "28BC880E-0592-4CBF-8F95-C79B17911D5F",
})  # fmt: skip
_CRITICAL = frozenset({"E6CF1350-C01B-414D-A61F-263D14D133B4"})
_MOST_CRITICAL = "Critical"  # IUpdate.MsrcSeverity, which is not translated


def ask(_rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {}


def observe(row: Row, facts: Facts) -> Reading:
    """Return the days since the last search, or since the oldest update that is missing was published; 0 if none is."""
    where = "Windows Update Agent"
    state, *pending = facts.section("updates")
    if state["searched"] is None:
        return Reading(where=where, weakness="this machine never looked for updates")
    searched = facts.days_since(state["searched"])
    if row["attribute"] == "search_age":
        return Reading(searched, where)
    if state["result"] != _SUCCEEDED:
        return Reading(where=where, unreadable=f"the search for updates ended with the result {state['result']}")
    missing = [one for one in pending if _is_meant(row, one)]
    if not missing and searched > row["desired"]:
        return Reading(where=where, unreadable=f"the last search for updates was {searched} days ago")
    ages = {article: facts.days_since(one["published"]) for one in missing for article in one["articles"] or ["?"]}
    named = ", ".join(f"KB{article}" for article in sorted(ages, key=lambda one: -ages[one]))
    return Reading(max(ages.values(), default=0), f"{where}: {named}" if named else where)


def compare(row: Row, reading: Reading) -> bool:
    return meets(row, reading.value)


def write(_row: Row, _reading: Reading, _facts: Facts) -> list[Values]:
    raise CannotWriteError("Windows installs updates by itself, or a person does")


def now(do: Values, _facts: Facts) -> Values:
    return do


def _is_meant(row: Row, update: t.Mapping[str, t.Any]) -> bool:
    kinds = {str(one).strip("{}").upper() for one in update["kinds"]}
    if row["attribute"] == "critical_age":
        return update["severity"] == _MOST_CRITICAL or bool(kinds & _CRITICAL)
    return bool(update["severity"]) or bool(kinds & _MENDING)
