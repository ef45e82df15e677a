# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Files of sections: ``[section]`` above ``key = value``, the last line wins (ini, systemd).

A key that stands above every section has the section None. A section may be opened several times.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import lines

_BLANKS = " \t\r"


class Entry(t.NamedTuple):
    """A section's header (its key is None) or an assignment, from the line ``start`` up to before the line ``end``."""

    start: int
    end: int
    section: str | None
    key: str | None
    value: str


def read(files: lines.Files, key: str, section: str | None, *, continues: bool) -> Reading:
    """Return what the last assignment to a key of a section sets."""
    reading = Reading()
    for path, text in files:
        for entry in _entries(text, continues=continues):
            if (entry.section, entry.key) == (section, key):
                reading = Reading(value=entry.value, where=f"{path}:{entry.start + 1}")
    return reading


def write(text: str, key: str, value: str | None, section: str | None, *, continues: bool) -> str:
    """Return the text with the key of the section at a value, or without it (None)."""
    if section is not None and not re.fullmatch(r"[^\[\]\r\n\0]+", section):
        raise ValueError(f"{section!r} is no section")
    entries = _entries(text, continues=continues)
    found = [entry for entry in entries if (entry.section, entry.key) == (section, key)]
    split = text.split("\n")
    if value is None:
        gone = {index for entry in found for index in range(entry.start, entry.end)}
        return "\n".join(line for index, line in enumerate(split) if index not in gone)
    if not found:
        return _added(text, f"{key}={value}", section, entries)
    start, end = found[-1].start, found[-1].end
    prefix = t.cast("t.Any", re.match(rf"[ \t]*{re.escape(key)}[ \t]*=[ \t]*|", split[start]))[0] or f"{key}="
    return lines.replace(split, start, end, f"{prefix}{value}")


def names(text: str, *, continues: bool) -> list[str]:
    """Return the sections of a text, each once, in their order."""
    found = [entry.section for entry in _entries(text, continues=continues) if entry.key is None]
    return list(dict.fromkeys(name for name in found if name is not None))


def _added(text: str, line: str, section: str | None, entries: list[Entry]) -> str:
    """Put a line behind the last one of its section; a section that is not there is added at the end."""
    split = text.split("\n")
    of_section = [entry for entry in entries if entry.section == section]
    if of_section and of_section[-1].end < len(split):
        return lines.insert(split, of_section[-1].end, line)
    if of_section:
        return lines.append(text, line)
    if section is None:
        headers = [entry.start for entry in entries]
        return lines.insert(split, headers[0], line) if headers else lines.append(text, line)
    return lines.append(text, f"[{section}]", line)


def _entries(text: str, *, continues: bool) -> list[Entry]:
    found, section = [], None
    for start, end, line in _logical_lines(text, continues=continues):
        if line.startswith("["):
            if line.endswith("]"):
                section = line[1:-1]
                found.append(Entry(start, end, section, None, ""))
        elif line and line[0] not in "#;" and "=" in line:
            key, _equals, value = line.partition("=")
            found.append(Entry(start, end, section, key.strip(_BLANKS), value.strip(_BLANKS)))
    return found


def _logical_lines(text: str, *, continues: bool) -> t.Iterator[tuple[int, int, str]]:
    """Join lines that end with a backslash; as in systemd.syntax(7), a comment among them is passed over."""
    joined, start, split = "", None, text.split("\n")
    for index, line in enumerate(split):
        line = line.rstrip("\r")
        is_comment = line.lstrip(_BLANKS)[:1] in ("#", ";")
        if continues and is_comment and start is not None:
            continue
        start = index if start is None else start
        if continues and not is_comment and _continues(line):
            joined += f"{line[:-1]} "
            continue
        yield start, index + 1, (joined + line).strip(_BLANKS)
        joined, start = "", None
    if start is not None:
        yield start, len(split), joined.strip(_BLANKS)


def _continues(line: str) -> bool:
    """Tell whether a line ends with a backslash that no other one escapes."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1
