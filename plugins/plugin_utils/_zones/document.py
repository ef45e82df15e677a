# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A YAML file that remembers where each value stands, so that a fault can name its line.

Only the plain part of YAML is read: what can make a small file endless (anchors, nesting), what can give a key twice
unseen (merges) and what makes a value another one than it looks (tags, numbers such as 022 or 1:20) is refused.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import yaml

Place = tuple[str | int, ...]
_LARGEST = 1 << 20  # bytes; a model for 150 devices has a fiftieth of it
_DEEPEST = 8  # a model needs six
_LONGEST = 600  # characters of a sentence, whatever somebody has written into the file
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,9})")
_MERGE = "tag:yaml.org,2002:merge"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The fast safe loader, which leaves dates as they are written, and numbers that are no plain decimal ones."""


def _number_or_text(loader: t.Any, node: yaml.ScalarNode) -> int | str:
    text = str(loader.construct_scalar(node))
    return int(text) if _NUMBER.fullmatch(text) else text


_Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))
_Loader.add_constructor("tag:yaml.org,2002:int", _number_or_text)


class ZoneError(Exception):
    """The zones of a site cannot be used; the message names file and line, what stands there, what would be right."""


class Document(t.NamedTuple):
    """What a file holds, and the line of every value in it by its place, such as ``("zones", "lan", "vlan")``."""

    path: Path
    content: t.Any
    lines: t.Mapping[Place, int]

    def error(self, place: Place, reason: str) -> ZoneError:
        """Return the error that names the line of a place, or of the nearest one around it that has a line."""
        while place not in self.lines and place:
            place = place[:-1]
        return _error(self.path, self.lines.get(place, 1), reason)


def read(path: Path) -> Document:
    """Read a file; raise ZoneError if it cannot be read, is no plain YAML, or gives a key twice."""
    text = _text(path)
    lines: dict[Place, int] = {}
    document = Document(path, None, lines)
    try:
        _check_plain(path, text)
        node = yaml.compose(text, Loader=_Loader)
        if node is not None:
            _walk(node, (), document, lines)
        return document._replace(content=yaml.load(text, Loader=_Loader))  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "a character that YAML has not"
        raise _error(path, mark.line + 1 if mark else 1, f"this is no YAML: {problem}") from error


def _text(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
    except OSError as error:
        raise ZoneError(f"{path}: {error.strerror}") from error
    if len(text) > _LARGEST:
        raise ZoneError(f"file {path} is too large for a zone model: at most {_LARGEST} bytes")
    return text


def _check_plain(path: Path, text: bytes) -> None:
    """Go through the file event by event, which takes no more time and room than the file is long."""
    depth = 0
    for event in t.cast("t.Iterable[t.Any]", yaml.parse(text, Loader=_Loader)):
        line = event.start_mark.line + 1
        if getattr(event, "anchor", None):
            raise _error(path, line, "anchors (&) and aliases (*) are not read here: write out what is meant")
        if getattr(event, "tag", None):
            raise _error(path, line, f"tags such as {event.tag} are not read here: write the value alone")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _error(path, line, f"nothing in a zone model lies deeper than {_DEEPEST} levels")


def _walk(node: yaml.Node, place: Place, document: Document, lines: dict[Place, int]) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
                raise _error(document.path, line, "a key is one word, and << is none: write out what is meant")
            inner = (*place, key.value)
            if inner in lines:
                raise document.error(inner, f"{key.value!r} is given a second time in line {line}")
            lines[inner] = line
            _walk(value, inner, document, lines)
    elif isinstance(node, yaml.SequenceNode):
        for at, one in enumerate(node.value):
            _walk(one, (*place, at), document, lines)


def _error(path: Path, line: int, reason: str) -> ZoneError:
    half = _LONGEST // 2
    if len(reason) > _LONGEST:
        reason = f"{reason[:half]}[...]{reason[-half:]}"
    return ZoneError(f"file {path}, line {line}: {reason}")
