# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Keys of the section System Access of the security template (secedit): passwords, lockout, built-in accounts."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import COMPARISONS as _COMPARISONS
from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import meets
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.domain import SETTING, leave_to_domain
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"key": "word", "forever": "whole number"}
REQUIRED = frozenset({"key"})
COMPARISONS: t.Sequence[str] = _COMPARISONS[1:]  # a template cannot take a key away
SECTIONS: t.Sequence[str] = ("template", "system", "domain")
STEP = "template"
_SECTION = "System Access"


def ask(_rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {}


def observe(row: Row, facts: Facts) -> Reading:
    return Reading(_value(row, facts), f"secedit: [{_SECTION}] {row['key']}")


def compare(row: Row, reading: Reading) -> bool:
    """Hold the value against the desired one; ``forever`` is a number that means more than any other."""
    if reading.value is not None and "forever" in row and str(row["forever"]) == reading.value:
        return True
    return meets(row, reading.value)


def write(row: Row, reading: Reading, facts: Facts) -> list[Values]:
    if reading.value is None:
        raise CannotWriteError(f"this Windows has no {row['key']} in its security template")
    leave_to_domain(facts, SETTING, row["key"])
    desired = str(row["desired"][0] if row.get("compare") == "in" else row["desired"])
    is_text = facts.template[_SECTION][row["key"]].startswith('"')
    return [{"section": _SECTION, "keys": {row["key"]: f'"{desired}"' if is_text else desired}}]


def now(do: Values, facts: Facts) -> Values:
    return {**do, "keys": {key: facts.template.get(do["section"], {}).get(key, "") for key in do["keys"]}}


def _value(row: Row, facts: Facts) -> str | None:
    value = facts.template[_SECTION].get(row["key"])
    return value.strip('"') if value is not None else None
