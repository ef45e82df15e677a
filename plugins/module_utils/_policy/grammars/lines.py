# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What all grammars of lines share: finding the line that decides, and changing it without touching any other byte."""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading

Files = t.Iterable[tuple[str, str]]
YES_OR_NO: t.Mapping[bool, t.Sequence[str]] = {True: ("yes",), False: ("no",)}
Parser = t.Callable[[str], t.Optional[tuple[str, t.Any]]]  # a line's key and value, None if it sets nothing


def read_last(files: Files, key: str, parse: Parser) -> Reading:
    """Return what the last line that sets a key sets it to."""
    reading = Reading()
    for path, text in files:
        lines = text.split("\n")
        for index in setting(lines, key, parse):
            reading = Reading(value=t.cast("t.Any", parse(lines[index]))[1], where=f"{path}:{index + 1}")
    return reading


def write_last(text: str, key: str, line: str | None, parse: Parser) -> str:
    """Return the text with ``line`` for the last one that sets the key, or at the end; None removes them all."""
    lines = text.split("\n")
    found = setting(lines, key, parse)
    if line is None:
        return "\n".join(other for index, other in enumerate(lines) if index not in found)
    if not found:
        return append(text, line)
    return replace(lines, found[-1], found[-1] + 1, line)


def setting(lines: t.Sequence[str], key: str, parse: Parser) -> list[int]:
    """Return the indices of all lines that set a key."""
    return [index for index, line in enumerate(lines) if (parse(line) or ("",))[0] == key]


def replace(lines: t.Sequence[str], start: int, end: int, line: str) -> str:
    """Return the text with one line in place of others, which ends as the last of them did."""
    ending = "\r" if lines[end - 1].endswith("\r") else ""
    return "\n".join([*lines[:start], line + ending, *lines[end:]])


def insert(lines: t.Sequence[str], index: int, *new: str) -> str:
    """Return the text with lines in front of another one, which end as the first line of the text does."""
    ending = "\r" if len(lines) > 1 and lines[0].endswith("\r") else ""
    return "\n".join([*lines[:index], *(line + ending for line in new), *lines[index:]])


def append(text: str, *new: str) -> str:
    """Return the text with lines at its end."""
    lines = text.split("\n")
    unfinished = [""] if lines[-1] else []
    last = next((line for line in reversed(lines) if line), "").rstrip("\r")
    if last.endswith("\\"):  # the line would go on in ours
        new = ("", *new)
    return insert([*lines, *unfinished], len(lines) - 1 + len(unfinished), *new)


def as_text(key: str, value: t.Any, *, booleans: t.Mapping[bool, t.Sequence[str]], forbidden: str = "") -> str:
    """Return a value as its program reads it; raise ValueError with a sentence if it cannot be written."""
    if not re.fullmatch(r"[^\s\0#;=!\"'\\\[\]]+", key):
        raise ValueError(f"{key!r} is no key")
    if isinstance(value, bool):
        if value not in booleans:
            raise ValueError(f"{key}: {str(value).lower()} is no word of this grammar; the row must give one")
        return booleans[value][0]
    text = str(value)
    if not text or text != text.strip():
        raise ValueError(f"{key}: a value cannot be empty, or begin or end with a blank")
    for character in f"\n\r\0\v\f{forbidden}":
        if character in text:
            raise ValueError(f"{key}: a value cannot hold {character!r}")
    return text


def main_file(path: str) -> list[str]:
    """Return the file from which a program starts to read, given one of those that it includes."""
    folder = os.path.dirname(path)
    return [folder[: -len(".d")] if folder.endswith(".d") else path]
