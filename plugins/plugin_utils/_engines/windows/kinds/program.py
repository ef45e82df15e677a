# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Programs that Windows shows in Settings, Apps: which of them nobody has approved.

They are those that a setup registers below Uninstall (Microsoft Learn, msi: Uninstall registry key), of the machine (64
and 32 bit) and of every user whose registry is loaded. What a program says of its publisher nobody has proven. Apps of
the Store do not stand there.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]
Program = t.Mapping[str, t.Any]

MACHINE, USERS = "machine", "users"
FIELDS: t.Mapping[str, t.Any] = {"scope": (MACHINE, USERS), "names": "list of texts"}
REQUIRED = frozenset({"scope"})
COMPARISONS: t.Sequence[str] = ("<=", "absent")  # no others than these; none of these (names)
SECTIONS: t.Sequence[str] = ("programs",)
STEP = ""
_MOST_SHOWN = 200
_HIDDEN = 1  # SystemComponent: a part of something else, which Settings does not show


def ask(_rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {}


def observe(row: Row, facts: Facts) -> Reading:
    """Return the programs that must not be there; what is not seen of absent users is not taken for nothing."""
    told = facts.section("programs")
    if not any("profile" in one for one in told):
        return Reading(unreadable="Windows told of no profile, not even of ours, so its programs are not known either")
    programs = [one for one in told if "profile" not in one and _is_shown(one) and _is_in_scope(row, one)]
    wrong = sorted({_described(one) for one in programs if _is_wrong(row, one)}, key=str.casefold)
    where = f"installed programs of the {row['scope']}"
    absent = [one["profile"] for one in told if "profile" in one and not one["loaded"]]
    if not wrong and row["scope"] == USERS and absent:
        return Reading(where=where, unreadable=f"{len(absent)} users are not logged on, so their programs are not seen")
    more = len(wrong) - _MOST_SHOWN
    return Reading([*wrong[:_MOST_SHOWN], *([f"(+{more})"] if more > 0 else [])], where)


def compare(_row: Row, reading: Reading) -> bool:
    return not reading.value


def write(_row: Row, _reading: Reading, _facts: Facts) -> list[Values]:
    raise CannotWriteError("a program is removed by a person, or approved")


def now(do: Values, _facts: Facts) -> Values:
    return do


def fault_of_desired(row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with what a row wants, or None."""
    if row.get("compare") == "absent":
        return None if row.get("names") else "it needs the names of what has to be absent"
    texts = desired if isinstance(desired, list) else [None]
    return None if all(isinstance(one, str) and one.strip() for one in texts) else "it is a list of names of programs"


def _is_shown(program: Program) -> bool:
    return bool(program["name"]) and not program["parent"] and program["system"] != _HIDDEN


def _is_in_scope(row: Row, program: Program) -> bool:
    return bool((program["origin"] == MACHINE) == (row["scope"] == MACHINE))


def _is_wrong(row: Row, program: Program) -> bool:
    is_absent = row.get("compare") == "absent"
    patterns = row["names"] if is_absent else row["desired"]
    texts = (str(program["name"]), _named(program))
    is_meant = any(_pattern(one).fullmatch(text) for one in patterns for text in texts)
    return is_meant == is_absent


def _pattern(text: str) -> re.Pattern[str]:
    """Return what finds a name, or a name with its publisher in brackets; * stands for anything."""
    return re.compile(".*".join(map(re.escape, text.strip().split("*"))), re.IGNORECASE | re.DOTALL)


def _named(program: Program) -> str:
    return f"{program['name']} ({program['publisher']})"


def _described(program: Program) -> str:
    name = " ".join(filter(None, (program["name"], program["version"])))
    publisher = program["publisher"] or "?"
    return f"{name} ({publisher})" if program["origin"] == MACHINE else f"{name} ({publisher}) [{program['origin']}]"
