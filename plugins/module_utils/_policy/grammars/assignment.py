# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""``KEY=value`` of files that a shell reads, such as those in /etc/default: the last assignment wins.

Quotes are the shell's, but nothing is expanded: a value with ``$`` or backquotes stays as it stands, with a weakness.
Conditions are not evaluated, and the text of a here-document counts as commands.
"""

from __future__ import annotations

import re
import shlex
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import lines, shell_readonly

OWN_FILE = False
BOOLEANS: t.Mapping[bool, t.Sequence[str]] = {}
_TOKEN = re.compile(
    r"""(?P<joined>\\\n) | (?P<escape>\\.) | '[^']*' | "(?P<string>(?:\\.|[^"\\])*)" | (?P<open>['"]) | (?P<last>\\)
    | (?P<end>\n) | [^\\'"\n\#]+ | \#""",
    re.DOTALL | re.VERBOSE,
)
_COMMENT = re.compile(r"#[^\n]*")
_BEFORE_WORDS = " \t\n;&|()"


class _Line(t.NamedTuple):
    """A line of commands with all that quotes and backslashes join to it, from line ``start`` up to before ``end``.

    A line that is open would take in what were written behind it: a quote has no end, or the text ends in a backslash.
    """

    start: int
    end: int
    commands: str
    expands: bool
    is_open: bool


def read(files: lines.Files, key: str, section: str | None = None) -> Reading:
    """Return the value that the last of all assignments gives the key."""
    reading, frozen = Reading(), False
    for path, text in files:
        for line in _lines(text):
            for statement in shell_readonly.statements(line.commands, key):
                if frozen:
                    continue
                if statement.unsets or statement.value is not None:
                    where = f"{path}:{line.start + 1}"
                    weakness = f"the shell expands what stands in {where}" if line.expands else None
                    reading = Reading(value=statement.value, where=where, weakness=weakness)
                frozen = statement.freezes
    return reading


def write(text: str, key: str, value: t.Any, section: str | None = None) -> str:
    """Return the text with the key at a value, or without it (None).

    An assignment that is not a line of its own, such as one behind an ``if``, stays, and one at the end overrules it.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key):
        raise ValueError(f"{key!r} is no name of a variable")
    all_lines = _lines(text)
    last = all_lines[-1]
    if last.is_open and _exporting(last, key) is None:
        raise ValueError(f"a quote is left open in line {last.start + 1}")
    found = [line for line in all_lines if any(shell_readonly.statements(line.commands, key))]
    split = text.split("\n")
    if value is None:
        gone = {index for line in found if _exporting(line, key) is not None for index in range(line.start, line.end)}
        return "\n".join(other for index, other in enumerate(split) if index not in gone)
    written = f"{key}={shlex.quote(lines.as_text(key, value, booleans=BOOLEANS))}"
    exporting = _exporting(found[-1], key) if found else None
    if exporting is None or split[found[-1].start][:1].isspace():
        return _appended(text, written)
    return "\n".join([*split[: found[-1].start], exporting + written, *split[found[-1].end :]])


def _appended(text: str, line: str) -> str:
    """Add a line, without the carriage return that the others may have: the shell would take it into the value."""
    ending = "" if not text or text.endswith("\n") else "\n"
    unfinished = "\n" if text.rstrip("\n").endswith("\\") else ""
    return f"{text}{ending}{unfinished}{line}\n"


def _exporting(line: _Line, key: str) -> str | None:
    """Return the word in front of an assignment that has its line for itself, None if it has not."""
    words = next(iter(commands)) if len(commands := list(shell_readonly.commands(line.commands))) == 1 else []
    exporting = words[:1] == ["export"]
    is_alone = len(words[exporting:]) == 1 and words[-1].startswith(f"{key}=")
    return ("export " if exporting else "") if is_alone else None


def _tokens(text: str) -> t.Iterator[re.Match[str]]:
    """Split a text as the shell does; a comment begins where a word does, which a joined line end does not change."""
    place, may_begin = 0, True
    while place < len(text):
        comment = _COMMENT.match(text, place) if may_begin else None
        token = comment or t.cast("re.Match[str]", _TOKEN.match(text, place))
        place = token.end()
        if comment is None:
            may_begin = may_begin if token["joined"] else not token["escape"] and token[0][-1] in _BEFORE_WORDS
            yield token


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    number = start = 0
    commands, expands = "", False
    for token in _tokens(text):
        number += token[0].count("\n")
        if token["end"]:
            found.append(_Line(start, number, commands, expands, is_open=False))
            start, commands, expands = number, "", False
        elif token["open"]:
            return [*found, _Line(start, text.count("\n") + 1, "", expands=False, is_open=True)]
        elif token["string"] is not None:
            # Between double quotes, a backslash quotes these alone; shlex does not know of $ and `.
            commands += shlex.quote(re.sub(r"\\([$`\"\\])", r"\1", token["string"].replace("\\\n", "")))
            expands = expands or bool(re.search(r"(?<!\\)(?:\\\\)*[$`]", token["string"]))
        elif token["last"]:  # quotes nothing, so the shell takes it as it is
            return [*found, _Line(start, number + 1, commands + "\\\\", expands, is_open=True)]
        elif not token["joined"]:
            commands += token[0]
            expands = expands or (token[0][0] not in "'\\" and bool(re.search("[$`]", token[0])))
    return [*found, _Line(start, number + 1, commands, expands, is_open=False)]
