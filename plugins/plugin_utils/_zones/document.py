# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A YAML file that remembers where each value stands, so that a fault can name its line."""

from __future__ import annotations

import typing as t
from pathlib import Path

import yaml

Place = tuple[str | int, ...]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The fast safe loader, which leaves dates as they are written."""


_Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))


class ZoneError(Exception):
    """The zones of a site cannot be used; the message names file and line, what stands there, what would be right."""


class Document(t.NamedTuple):
    """What a file holds, and the line of every value in it by its place, such as ``("zones", "lan", "vlan")``."""

    path: Path
    content: t.Any
    lines: t.Mapping[Place, int]

    def error(self, place: Place, sentence: str) -> ZoneError:
        """Return the error that names the line of a place, or of the nearest one around it that has a line."""
        while place not in self.lines and place:
            place = place[:-1]
        return ZoneError(f"{self.path}, line {self.lines.get(place, 1)}: {sentence}")


def read(path: Path) -> Document:
    """Read a file; raise ZoneError if it cannot be read, is no YAML, or gives a key twice."""
    try:
        text = path.read_bytes()
        node = yaml.compose(text, Loader=_Loader)
    except OSError as error:
        raise ZoneError(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise ZoneError(f"{path}{place}: {getattr(error, 'problem', None) or 'it is no YAML'}") from error
    lines: dict[Place, int] = {}
    document = Document(path, None, lines)
    if node is not None:
        _walk(node, (), document, lines)
    return document._replace(content=yaml.load(text, Loader=_Loader))  # noqa: S506 - a safe loader


def _walk(node: yaml.Node, place: Place, document: Document, lines: dict[Place, int]) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, key.value)
            if inner in lines:
                raise document.error(inner, f"{key.value!r} is given a second time in line {key.start_mark.line + 1}")
            lines[inner] = key.start_mark.line + 1
            _walk(value, inner, document, lines)
    elif isinstance(node, yaml.SequenceNode):
        for at, one in enumerate(node.value):
            _walk(one, (*place, at), document, lines)
