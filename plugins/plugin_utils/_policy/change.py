# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The change reference: which approved change a run belongs to (MI-02). It is text that people give, and no more."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._policy.given_text import check_texts
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import RowError

_FIELDS = ("id", "reason", "requester", "approver")
_LONGEST = 1000


def read_change(given: t.Mapping[str, t.Any] | None, *, required: bool) -> dict[str, str | None] | None:
    """Return the change reference that was given, None if there is none; raise RowError if it cannot count."""
    fields = given or {}
    unknown = sorted(str(name) for name in fields if name not in _FIELDS)
    if unknown:
        raise RowError(f"baseline_change: has no field called {', '.join(unknown)}; fields: {', '.join(_FIELDS)}")
    change = {name: _text(name, fields.get(name)) for name in _FIELDS}
    check_texts("baseline_change", change)
    missing = [name for name, text in change.items() if text is None]
    if required and missing:
        raise RowError(
            f"baseline_change: lacks {', '.join(missing)}; baseline_change_required asks for it: give it with "
            "-e @change.yml, which holds baseline_change with id, reason, requester and approver, each in words"
        )
    return change if len(missing) < len(_FIELDS) else None


def _text(name: str, value: t.Any) -> str | None:
    if isinstance(value, list | dict):
        raise RowError(f"baseline_change: {name} is {value!r}, not a text")
    text = "" if value is None else str(value).strip()
    if len(text) > _LONGEST:
        raise RowError(f"baseline_change: {name} has {len(text)} characters; {_LONGEST} are enough")
    return text or None
