# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Whether data has the shape that a JSON Schema describes, told as one sentence.

It knows the keywords that ``catalogue/schema.json`` uses and no others; tests hold it against the jsonschema library.
That library is not used here because every playbook starts with this, and importing it costs more than all the rest.
"""

from __future__ import annotations

import re
import typing as t

Shape = t.Mapping[str, t.Any]
Place = tuple[t.Any, ...]

_TYPES: dict[str, tuple[type, str]] = {
    "object": (dict, "a dictionary"),
    "array": (list, "a list"),
    "string": (str, "a text"),
    "integer": (int, "a whole number"),
    "boolean": (bool, "true or false"),
}
_REFERENCE = "#/$defs/"


class Fault(t.NamedTuple):
    """What is wrong, the keys and numbers of entries that lead to it, and the key that is one too many."""

    place: Place
    sentence: str
    key: str | None = None


class Shapes:
    """The shapes that a schema defines under ``$defs``, by name."""

    def __init__(self, schema: Shape) -> None:
        self._shapes: Shape = schema["$defs"]

    def fault(self, kind: str, value: t.Any) -> str | None:
        """Return the first thing that is wrong with what a file of this kind holds, and its place, else None."""
        found = self.first_fault(kind, value)
        return ": ".join((*_names(value, found.place), found.sentence)) if found else None

    def first_fault(self, kind: str, value: t.Any) -> Fault | None:
        """Return the same with the place as keys and numbers of entries, for those who know where these stand."""
        return self._fault(value, self._shapes["files"][kind], ())

    def _fault(self, value: t.Any, shape: Shape, place: Place) -> Fault | None:
        if "$ref" in shape:
            shape = self._shapes[shape["$ref"].removeprefix(_REFERENCE)]
        wrong = _wrong(value, shape)
        if wrong:
            return Fault(place, f"{value!r} is not {wrong}")
        if isinstance(value, dict):
            return self._fault_of_keys(value, shape, place)
        if isinstance(value, list) and "items" in shape:
            faults = (self._fault(one, shape["items"], (*place, at)) for at, one in enumerate(value))
            return next(filter(None, faults), None)
        return None

    def _fault_of_keys(self, value: dict[str, t.Any], shape: Shape, place: Place) -> Fault | None:
        for key in shape.get("required", ()):
            if key not in value:
                return Fault(place, f"lacks {key!r}")
        known, others = shape.get("properties", {}), shape.get("additionalProperties", True)
        for key, one in value.items():
            inner = known.get(key, others)
            if inner is False:
                return Fault(place, f"has no key called {key!r}; its keys are {', '.join(known)}", key)
            fault = self._fault(one, inner, (*place, key)) if inner is not True else None
            if fault:
                return fault
        return None


def _names(value: t.Any, place: Place) -> list[str]:
    """Return what to call the places on the way to a fault."""
    names = []
    for key in place:
        inner = value[key]
        names.append(_name(inner, key) if isinstance(key, int) else key)
        value = inner
    return names


def _name(entry: t.Any, at: int) -> str:
    """Return what to call a list's entry: its id where it has one, as people look for it."""
    name = (entry.get("id") or entry.get("code")) if isinstance(entry, dict) else None
    return str(name) if name else f"entry {at + 1}"


def _wrong(value: t.Any, shape: Shape) -> str | None:
    """Return what the value should be if it is not, whatever it holds."""
    for keyword, wanted in shape.items():
        if keyword in VALUE_KEYWORDS and not VALUE_KEYWORDS[keyword][0](value, wanted):
            return VALUE_KEYWORDS[keyword][1](wanted)
    return None


def _is_of_type(value: t.Any, name: str) -> bool:
    return isinstance(value, _TYPES[name][0]) and not (name == "integer" and isinstance(value, bool))


# By keyword: whether a value meets it, and what to call what does. A schema gives the type before what relies on it.
VALUE_KEYWORDS: dict[str, tuple[t.Callable[[t.Any, t.Any], bool], t.Callable[[t.Any], str]]] = {
    "type": (_is_of_type, lambda name: _TYPES[name][1]),
    "enum": (lambda value, choices: value in choices, lambda choices: f"one of {', '.join(choices)}"),
    "pattern": (lambda value, pattern: bool(re.search(pattern, value)), lambda pattern: f"a text like {pattern}"),
    "minimum": (lambda value, least: value >= least, lambda least: f"at least {least}"),
    "maximum": (lambda value, most: value <= most, lambda most: f"at most {most}"),
    "minItems": (lambda value, least: len(value) >= least, lambda least: f"a list of at least {least}"),
    "uniqueItems": (
        lambda value, _true: len({repr(one) for one in value}) == len(value),
        lambda _true: "a list that holds each entry once",
    ),
}
