# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Members of a group of this machine, such as the administrators, by the SID of the group.

A name is that of an account without its machine or domain; a SID does as well. The account with RID 500 is always a
member, and Windows lets nobody take it out. Nothing is written: whoever takes an administrator out has to know who then
still comes in.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"group": "word"}
REQUIRED = frozenset({"group"})
COMPARISONS: t.Sequence[str] = ("<=",)  # these and no others
SECTIONS: t.Sequence[str] = ("members",)
STEP = ""
_BUILT_IN = "-500"


def ask(rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {"members": sorted({row["group"] for row in rows})}


def observe(row: Row, facts: Facts) -> Reading:
    """Return the members who are not among the desired ones."""
    where = f"members of {row['group']}"
    members = [one for one in facts.section("members") if one["group"] == row["group"]]
    if not members:
        return Reading(where=where, unreadable=f"Windows told of no member of {row['group']}, not even of its own")
    desired = {str(one).lower() for one in row["desired"]}
    surplus = [one for one in members if not {one["sid"].lower(), _name(one)} & desired]
    return Reading(sorted(str(one["name"]) for one in surplus if not one["sid"].endswith(_BUILT_IN)), where)


def compare(_row: Row, reading: Reading) -> bool:
    return not reading.value


def write(_row: Row, _reading: Reading, _facts: Facts) -> list[Values]:
    raise CannotWriteError("a member of a group is taken out by a person, who knows who still comes in then")


def now(do: Values, _facts: Facts) -> Values:
    return do


def fault_of_desired(_row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with the desired members of a group, or None."""
    texts = desired if isinstance(desired, list) else [None]
    return None if all(isinstance(one, str) and one.strip() for one in texts) else "it is a list of names of accounts"


def _name(member: t.Mapping[str, t.Any]) -> str:
    return str(member["name"]).rpartition("\\")[2].lower()
