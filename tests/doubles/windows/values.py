# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The values of PowerShell: names without case, arrays that a pipeline takes apart, texts that values become."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Iterable


class PowerShellError(Exception):
    """An error that a script can catch."""


class UnsupportedError(Exception):
    """Something that this interpreter does not know; no script can catch it."""


class _Nothing:
    """What a method of .NET returns that returns nothing, which is less than null: it puts nothing out."""


NOTHING = _Nothing()


class Record(dict[str, t.Any]):
    """A hashtable, or an object with properties; names keep their case and are found without it."""

    def find(self, name: str) -> str | None:
        return next((own for own in self if own.lower() == name.lower()), None)

    def value(self, name: str) -> t.Any:
        own = self.find(name)
        return None if own is None else self[own]

    def put(self, name: str, value: t.Any) -> None:
        self[self.find(name) or name] = value


class NetObject:
    """An object of .NET: ``methods`` by small name."""

    methods: t.Mapping[str, Callable[..., t.Any]] = {}
    properties: t.Mapping[str, t.Any] = {}


class Choice(int):
    """A value of an enumeration: a number with a name, which it shows as a text."""

    name: str

    def __new__(cls, number: int, name: str = "") -> Choice:
        made = super().__new__(cls, number)
        made.name = name
        return made

    def __str__(self) -> str:
        return self.name


def unrolled(value: t.Any) -> list[t.Any]:
    """Return what a value becomes in a pipeline: an array its elements, anything else itself."""
    if value is NOTHING:
        return []
    return list(value) if isinstance(value, list) else [value]


def collapsed(outputs: list[t.Any]) -> t.Any:
    """Return what a variable gets of the outputs of a pipeline."""
    return outputs[0] if len(outputs) == 1 else outputs or None


def is_true(value: t.Any) -> bool:
    if isinstance(value, list):
        return is_true(value[0]) if len(value) == 1 else bool(value)
    return isinstance(value, dict) or bool(value)


def as_text(value: t.Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(map(as_text, value))
    if isinstance(value, bytes):
        return " ".join(map(str, value))
    if isinstance(value, Record):
        return "System.Collections.Hashtable"
    return str(value)


def equal(left: t.Any, right: t.Any) -> bool:
    """Compare as -eq does: texts without case, the right side in the type of the left one."""
    if left is None or right is None:
        return left is right
    if isinstance(left, bool):
        return left is is_true(right)
    if isinstance(left, int):
        return bool(re.fullmatch(r"-?\d+", as_text(right))) and left == int(right)
    return as_text(left).lower() == as_text(right).lower()


def contains(values: t.Any, value: t.Any) -> bool:
    return any(equal(one, value) for one in _several(values))


def _several(values: t.Any) -> Iterable[t.Any]:
    return unrolled(values) if values is not None else ()


def from_json(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return Record({name: from_json(one) for name, one in value.items()})
    return [from_json(one) for one in value] if isinstance(value, list) else value


def for_json(value: t.Any, depth: int) -> t.Any:
    """Return what ConvertTo-Json writes: below the depth, objects become text."""
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, dict):
        if depth < 0:
            return as_text(value)
        return {name: for_json(one, depth - 1) for name, one in value.items()}
    if isinstance(value, list):
        return as_text(value) if depth < 0 else [for_json(one, depth - 1) for one in value]
    return value
