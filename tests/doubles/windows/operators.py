# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operators, casts, members and methods that the interpreter knows."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Mapping

from tests.doubles.windows import objects
from tests.doubles.windows.values import (
    NOTHING,
    NetObject,
    PowerShellError,
    Record,
    UnsupportedError,
    as_text,
    contains,
    equal,
    is_true,
    unrolled,
)


def binary(word: str, left: t.Any, right: t.Any) -> t.Any:
    operator = _BINARY.get(word)
    if operator is None:
        raise UnsupportedError(f"operator {word}")
    return operator(left, right)


def cast(kind: str, value: t.Any) -> t.Any:
    convert = _CASTS.get(kind.lower().removeprefix("system."))
    if convert is None:
        raise UnsupportedError(f"type [{kind}]")
    try:
        return convert(value)
    except ValueError:
        raise PowerShellError(f'Cannot convert value "{as_text(value)}" to type "{kind}".') from None


def member(target: t.Any, name: str) -> t.Any:
    """Return a property; of an array those of its elements, of nothing nothing."""
    if target is None:
        return None
    if isinstance(target, Record):
        own = target.find(name)
        if own is not None:
            return target[own]
        own_of_all = _RECORD.get(name.lower())
        return None if own_of_all is None else own_of_all(target)
    if isinstance(target, NetObject):
        return target.properties[name.lower()]
    if name.lower() in ("count", "length"):
        return len(target) if isinstance(target, list | str | bytes) else 1
    if isinstance(target, list):
        return [one for element in target for one in unrolled(member(element, name)) if one is not None]
    raise UnsupportedError(f"property {name} of {type(target).__name__}")


def set_member(target: t.Any, name: str, value: t.Any) -> None:
    """Set a property of an object that has it."""
    if not isinstance(target, NetObject) or name.lower() not in target.properties:
        raise UnsupportedError(f"setting {name} of {type(target).__name__}")
    target.properties = {**target.properties, name.lower(): value}


def element(target: t.Any, index: t.Any) -> t.Any:
    if isinstance(target, Record):
        return target.value(as_text(index))
    return target[index] if -len(target) <= index < len(target) else None


def invoke(target: t.Any, name: str, arguments: list[t.Any]) -> t.Any:
    if target is None:
        raise PowerShellError("You cannot call a method on a null-valued expression.")
    known: Mapping[str, Callable[..., t.Any]] = (
        target.methods if isinstance(target, NetObject) else _METHODS.get(type(target), {})
    )
    if name.lower() not in known:
        raise UnsupportedError(f"method {name} of {type(target).__name__}")
    method = known[name.lower()]
    return method(*arguments) if isinstance(target, NetObject) else method(target, *arguments)


def _joined(left: t.Any, right: t.Any) -> str:
    return as_text(right).join(map(as_text, unrolled(left))) if left is not None else ""


def _matches(left: t.Any, right: t.Any) -> t.Any:
    if isinstance(left, list):
        return [one for one in left if re.search(right, as_text(one), re.IGNORECASE)]
    return bool(re.search(right, as_text(left), re.IGNORECASE))


def _plus(left: t.Any, right: t.Any) -> t.Any:
    if left is None:
        return right
    if isinstance(left, list):
        return [*left, *unrolled(right)]
    return left + right if isinstance(left, int) else as_text(left) + as_text(right)


def _is(left: t.Any, kind: str) -> bool:
    return isinstance(left, _TYPES[kind.lower()])


def _add(record: Record, name: str, value: t.Any) -> t.Any:
    record.put(name, value)
    return NOTHING


_TYPES = {"string": str, "int": int, "array": list, "bool": bool, "hashtable": Record, "byte[]": bytes}
_BINARY: Mapping[str, Callable[[t.Any, t.Any], t.Any]] = {
    "-eq": equal,
    "-ne": lambda left, right: not equal(left, right),
    "-contains": contains,
    "-notcontains": lambda left, right: not contains(left, right),
    "-in": lambda left, right: contains(right, left),
    "-notin": lambda left, right: not contains(right, left),
    "-match": _matches,
    "-notmatch": lambda left, right: not _matches(left, right),
    "-gt": lambda left, right: left > int(right),
    "-ge": lambda left, right: left >= int(right),
    "-lt": lambda left, right: left < int(right),
    "-le": lambda left, right: left <= int(right),
    "-join": _joined,
    "-split": lambda left, right: re.split(right, as_text(left)),
    "-replace": lambda left, right: re.sub(right[0], right[1], as_text(left), flags=re.IGNORECASE),
    "-is": _is,
    "-band": lambda left, right: left & right,
    "+": _plus,
    "-": lambda left, right: left - right,
}
_CASTS: Mapping[str, Callable[[t.Any], t.Any]] = {
    "string": as_text,
    "int": lambda value: 0 if value is None else int(value),
    "int32": lambda value: 0 if value is None else int(value),
    "uint32": int,
    "int64": int,
    "bool": is_true,
    "byte[]": lambda value: bytes(unrolled(value)) if value is not None else b"",
    "string[]": lambda value: [as_text(one) for one in unrolled(value)],
    "object[]": lambda value: unrolled(value) if value is not None else [],
    "scriptblock": lambda value: value,
    "xml": objects.xml,
    "ordered": lambda value: value,
    "pscustomobject": lambda value: value,
    "object": lambda value: value,
}
_RECORD: Mapping[str, Callable[[Record], t.Any]] = {
    "count": len,
    "keys": list,
    "values": lambda record: list(record.values()),
}
_METHODS: Mapping[type, Mapping[str, Callable[..., t.Any]]] = {
    Record: {
        "containskey": lambda record, name: record.find(name) is not None,
        "add": _add,
    },
    str: {
        "trim": lambda text: text.strip(),
        "tolower": lambda text: text.lower(),
        "startswith": lambda text, start: text.startswith(start),
        "replace": lambda text, old, new: text.replace(old, new),
        "split": lambda text, mark: text.split(mark),
        "tostring": lambda text: text,
    },
    int: {"tostring": str},
}
