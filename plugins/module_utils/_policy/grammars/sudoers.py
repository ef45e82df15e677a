# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""``Defaults`` lines of sudoers(5): ``key``, ``!key`` (false) and ``key=value``, several by commas; the last wins.

``Defaults`` for a user, host, runas or command overrule the rest there; they are no values of the key, but exceptions
from it. The first file is the one sudo starts with; the others count only where a line includes them.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import inclusion, lines

OWN_FILE = False
BOOLEANS: t.Mapping[bool, t.Sequence[str]] = {True: ("",), False: ("",)}
_BLANK = r"(?:[ \t]|\\\r?\n)"
_WORD = r'(?:"(?:\\.|[^"\\])*"|(?:\\[^\r\n]|[^\s,"#\\])+)'
_BOUND_TO = r'(?:"(?:\\.|[^"\\])*"|(?:\\[^\r\n]|#(?=[0-9-])|[^\s,"#\\])+)'
_DEFAULTS = re.compile(
    rf"{_BLANK}*Defaults(?:([:@>!]){_BLANK}*{_BOUND_TO}(?:{_BLANK}*,{_BLANK}*{_BOUND_TO})*)?(?={_BLANK})"
)
_ITEM = re.compile(
    rf"{_BLANK}*(?P<item>(?P<not>!(?:!|{_BLANK})*)?(?P<key>[A-Za-z_]\w*)"
    rf"(?:{_BLANK}*(?P<operator>[+-]?=){_BLANK}*(?P<value>{_WORD}))?){_BLANK}*(?P<comma>,?)",
    re.ASCII,
)
_INCLUDE = re.compile(rf"[ \t]*[@#]include(dir)?[ \t]+({_WORD})")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_DEEPEST = 128  # toke.l, MAX_SUDOERS_DEPTH

sources = lines.main_file


class _Item(t.NamedTuple):
    """One setting of a ``Defaults`` line: where it stands in the text, and how its line reaches."""

    key: str
    value: t.Any
    adds: bool
    is_bound: bool
    start: int
    end: int
    line: tuple[int, int]


def includes(path: str, text: str) -> list[str]:
    """Return the patterns of all files that a file includes."""
    included = [_included(path, text[start:end]) for start, end in _logical_lines(text)]
    return [pattern for pattern in included if pattern]


def read(files: lines.Files, key: str, section: str | None = None) -> Reading:
    """Return the value that the last of all lines for everybody gives the key."""
    reading = Reading()
    for item, where in _walked(files, key):
        if item.adds:
            reading = Reading(unreadable=f"{where} adds to a list or takes from it, which only sudo can reckon up")
        elif not item.is_bound:
            reading = Reading(value=item.value, where=where)
    return reading


def exceptions(files: lines.Files, key: str) -> list[tuple[t.Any, str]]:
    """Return value and place of every setting of the key for one user, host, runas or command."""
    return [(item.value, where) for item, where in _walked(files, key) if item.is_bound]


def write(text: str, key: str, value: t.Any, section: str | None = None) -> str:
    """Return the text with the key at a value, as a flag (True or False), or without it (None)."""
    if value is None:
        return _without(text, key)
    line = _written(key, value)
    found = [item for item in _items(text) if item.key == key and not item.is_bound]
    if not found or found[-1].adds:
        return lines.append(text, f"Defaults\t{line}")
    return text[: found[-1].start] + line + text[found[-1].end :]


def _written(key: str, value: t.Any) -> str:
    text = lines.as_text(key, value, booleans=BOOLEANS, forbidden='"\\')
    if isinstance(value, bool):
        return key if value else f"!{key}"
    return f"{key}={text}" if re.fullmatch(r"[\w./-]+", text, re.ASCII) else f'{key}="{text}"'


def _without(text: str, key: str) -> str:
    items = _items(text)
    index = next((index for index, item in enumerate(items) if item.key == key and not item.is_bound), None)
    if index is None:
        return text
    item = items[index]
    of_line = [other for other in items if other.line == item.line]
    start, end = item.line
    if item is not of_line[0]:
        start, end = of_line[of_line.index(item) - 1].end, item.end
    elif len(of_line) > 1:
        start, end = item.start, of_line[1].start
    return _without(text[:start] + text[end:], key)


def _walked(files: lines.Files, key: str) -> t.Iterator[tuple[_Item, str]]:
    files = list(files)
    if files:
        walk = _walk(files[0][0], dict(files), 0)
        yield from ((item, where) for item, where in walk if item.key == key)


def _walk(path: str, files: t.Mapping[str, str], depth: int) -> t.Iterator[tuple[_Item, str]]:
    """Give the settings of a file and of those it includes, in the order in which sudo meets them."""
    text = files[path]
    for start, end in _logical_lines(text):
        pattern = _included(path, text[start:end])
        if pattern and depth < _DEEPEST:
            for other in inclusion.matching(pattern, files):
                # An included folder leaves out backups and what packages put aside.
                if not pattern.endswith("/*") or not re.search(r"\.[^/]*$|~$", other):
                    yield from _walk(other, files, depth + 1)
        for item in _items_of(text, start, end):
            yield item, f"{path}:{text.count(chr(10), 0, item.start) + 1}"


def _included(path: str, line: str) -> str | None:
    match = _INCLUDE.match(line)
    if match is None:
        return None
    name = inclusion.beside(path, re.sub(r"\\(.)", r"\1", match[2].strip('"')))
    return f"{name.rstrip('/')}/*" if match[1] else name


def _items(text: str) -> list[_Item]:
    return [item for start, end in _logical_lines(text) for item in _items_of(text, start, end)]


def _items_of(text: str, start: int, end: int) -> t.Iterator[_Item]:
    head = _DEFAULTS.match(text, start, end)
    position = head.end() if head else end
    while head and position < end:
        match = _ITEM.match(text, position, end)
        if match is None:
            return
        adds = match["operator"] in ("+=", "-=")
        yield _Item(match["key"], _value(match), adds, bool(head[1]), *match.span("item"), (start, end))
        position = match.end() if match["comma"] else end


def _value(match: re.Match[str]) -> t.Any:
    word = match["value"]
    if word is None:
        return (match["not"] or "").count("!") % 2 == 0
    if word.startswith('"'):
        return word[1:-1].replace('\\"', '"')
    return re.sub(r"\\(.)", r"\1", word)


def _logical_lines(text: str) -> t.Iterator[tuple[int, int]]:
    """Give start and end of each line with those that a backslash joins to it; a comment is never joined."""
    start = position = 0
    for line in text.split("\n"):
        position += len(line) + 1
        commented = re.search(r"#(?![0-9-])", _QUOTED.sub("", line))
        if commented or not line.rstrip("\r").endswith("\\"):
            yield start, min(position, len(text))
            start = position
    if start < len(text):
        yield start, len(text)
