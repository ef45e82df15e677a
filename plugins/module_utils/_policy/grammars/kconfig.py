# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Configuration files of KDE: ``[Section]`` above ``Key[$i]=value``.

A user's own file decides over those below ``/etc/xdg`` unless the key, its section or the whole file is marked as
immutable by ``[$i]`` (KDE System Administration, Kiosk). Of several lines the last one counts.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import lines

Parsed = t.Optional[tuple[str, t.Any]]
OWN_FILE = False
BOOLEANS: t.Mapping[bool, t.Sequence[str]] = {
    True: ("true", "on", "yes", "1"),
    False: ("false", "off", "no", "0"),
}
_IMMUTABLE = "[$i]"


class _Line(t.NamedTuple):
    """An assignment, by its place in the text."""

    number: int
    value: str
    is_immutable: bool


def read(files: lines.Files, key: str, section: str | None = None) -> Reading:
    """Return what the last line sets that counts; what users can change counts for nothing."""
    reading, is_immutable = Reading(), False
    for path, text in files:
        for line in _assignments(text, key, section):
            if not is_immutable:
                is_immutable = line.is_immutable
                weakness = None if is_immutable else f"it is {line.value}, but every user can change it"
                reading = Reading(value=line.value, where=f"{path}:{line.number + 1}", weakness=weakness)
    return reading


def write(text: str, key: str, value: t.Any, section: str | None = None) -> str:
    """Return the text with the key, immutable, at the head of its section, and nowhere else; None removes it."""
    gone = {line.number for line in _assignments(text, key, section)}
    kept = [line for index, line in enumerate(text.split("\n")) if index not in gone]
    if value is None:
        return "\n".join(kept)
    written = lines.as_text(key, value, booleans=BOOLEANS, forbidden="\\")
    line = f"{key}{_IMMUTABLE}={written}"
    for index, other in enumerate(kept):
        if _section(other.strip()) == section:
            return lines.insert(kept, index + 1, line)
    return lines.append("\n".join(kept), f"[{section}]", line)


def _assignments(text: str, key: str, section: str | None) -> t.Iterator[_Line]:
    current, all_are, section_is = None, False, False
    for index, line in enumerate(map(str.strip, text.split("\n"))):
        if line == _IMMUTABLE and current is None:
            all_are = True
        elif line.startswith("["):
            current, section_is = _section(line), line.endswith(f"]{_IMMUTABLE}")
        elif current == section and not line.startswith("#"):
            name, equals, value = line.partition("=")
            name, bracket, flags = name.partition("[$")
            if equals and name.strip() == key:
                is_marked = bool(bracket) and "i" in flags.partition("]")[0]
                yield _Line(index, value.strip(), is_marked or section_is or all_are)


def _section(line: str) -> str | None:
    """Return the name of the section that a line opens."""
    name = line.removesuffix(_IMMUTABLE)
    return name[1:-1] if name.startswith("[") and name.endswith("]") and len(name) > 2 else None
