# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""How a value that was read is held against the value that is wanted."""

from __future__ import annotations

import re
import typing as t


def meets(row: t.Mapping[str, t.Any], value: t.Any) -> bool:
    """Tell whether ``value`` satisfies the row's ``compare`` (default ``==``) against ``desired``.

    A number below ``minimum`` switches the setting off (a time-out of 0 or -1 means never) and satisfies nothing.
    """
    compare = row.get("compare", "==")
    if compare == "absent":
        return value is None
    if value is None or ("minimum" in row and not _at_least(value, row["minimum"])):
        return False
    return _COMPARISONS[compare](value, row["desired"])


def _equal(value: t.Any, desired: t.Any) -> bool:
    return _text(value) == _text(desired)


def _one_of(value: t.Any, desired: t.Any) -> bool:
    return _text(value) in map(_text, desired)


def _at_most(value: t.Any, desired: t.Any) -> bool:
    number = _number(value)
    return number is not None and number <= int(desired)


def _at_least(value: t.Any, desired: t.Any) -> bool:
    number = _number(value)
    return number is not None and number >= int(desired)


def _text(value: t.Any) -> str:
    return str(value).strip(" \t")


def _number(value: t.Any) -> int | None:
    """Read a decimal number; anything else (a word, an expression, a stray carriage return) meets no bound."""
    return int(_text(value)) if re.fullmatch(r"[+-]?[0-9]+", _text(value)) else None


_COMPARISONS: dict[str, t.Callable[[t.Any, t.Any], bool]] = {
    "==": _equal,
    "in": _one_of,
    "<=": _at_most,
    ">=": _at_least,
}
COMPARISONS = ("absent", *_COMPARISONS)
