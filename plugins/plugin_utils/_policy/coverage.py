# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""How much of a control rows cover: part by part, for each class of device on each platform.

A control's parts are its parameters, and those of its clauses that no parameter expresses. A row serves the one part
that it names. A clause that parameters express is met where rows serve all of these.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Control
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import Row

ROW, CHECK, NOT_YET = "row", "check", "not yet"
_BEST_FIRST = (ROW, CHECK, NOT_YET)


class Place(t.NamedTuple):
    """Devices of one class on one platform; of no platform where no engine reaches them."""

    device_class: str
    platform: str | None


class Served(t.NamedTuple):
    """What serves a part at a place: a row that enforces it, one that can only look, or nothing yet."""

    state: str
    rows: tuple[str, ...] = ()


Coverage = dict[str, dict[Place, Served]]


def parts_of(control: Control) -> list[str]:
    """Return the names of a control's parts: its parameters, then the clauses that none of them expresses."""
    expressed = {code for codes in control.expresses.values() for code in codes}
    return [*control.parameters, *(code for code in control.clauses if code not in expressed)]


def places_of(control: Control, platforms: t.Mapping[str, t.Sequence[str]]) -> list[Place]:
    """Return where a control applies, given the platforms of each class of device."""
    return [Place(name, platform) for name in control.applies_to for platform in platforms.get(name) or (None,)]


def coverage(
    control: Control, rows: t.Mapping[str, t.Sequence[Row]], platforms: t.Mapping[str, t.Sequence[str]]
) -> Coverage:
    """Return the rows (given by platform) that name each parameter and clause of a control, at each of its places."""
    places = places_of(control, platforms)
    own = {platform: [row for row in some if row.control.id == control.id] for platform, some in rows.items()}
    names = (*control.parameters, *control.clauses)
    return {name: {place: _served(_at(place, own, name)) for place in places} for name in names}


def clause_coverage(control: Control, named: Coverage) -> Coverage:
    """Return what meets each clause of a control, of what rows name; rows that name it beside its parameters count in.

    They do not replace a parameter that no row serves.
    """
    clauses: Coverage = {}
    for code in control.clauses:
        needed = expressing(control, code) or [code]
        clauses[code] = {
            place: Served(
                state=max((named[name][place].state for name in needed), key=_BEST_FIRST.index),
                rows=tuple(dict.fromkeys(row for name in (*needed, code) for row in named[name][place].rows)),
            )
            for place in named[code]
        }
    return clauses


def expressing(control: Control, code: str) -> list[str]:
    """Return the parameters that express a clause."""
    return [name for name, codes in control.expresses.items() if code in codes]


def _at(place: Place, rows: t.Mapping[str, t.Sequence[Row]], part: str) -> list[Row]:
    """Return the rows about a part that hold for a class of device."""
    return [
        row
        for row in rows.get(place.platform or "", ())
        if row.fields.get("parameter") == part
        and place.device_class in row.fields.get("when", {}).get("class", [place.device_class])
    ]


def _served(rows: t.Sequence[Row]) -> Served:
    states = [CHECK if only_looks(row) else ROW for row in rows]
    return Served(min(states, key=_BEST_FIRST.index, default=NOT_YET), tuple(row.id for row in rows))


def only_looks(row: Row) -> bool:
    """Tell whether a row can only look: what a command says, the numbers of accounts, passwords that must be set.

    On Windows: what Defender tells and no preference of it decides, and whether an account needs a password.
    """
    if row.fields["kind"] == "defender":
        return "preference" not in row.fields
    if row.fields["kind"] == "local_account":
        return bool(row.fields["attribute"] == "password_required")
    if row.fields["kind"] == "account":
        attribute, value = row.fields["attribute"], row.fields.get("value")
        return attribute == "uid" or (attribute == "password" and value is not None and "locked" not in value)
    return bool(row.fields["kind"] == "command")
