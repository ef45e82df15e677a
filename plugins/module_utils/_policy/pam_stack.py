# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The files of pam.d(5), read as libpam reads them, with the place of every word, so that an edit keeps all others."""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state

FOLDERS = ("/etc/pam.d", "/usr/lib/pam.d")  # the first that has a service's file gives it whole
TYPES = ("auth", "account", "password", "session")
_DEEPEST = 32  # libpam's own limit of nested files

# A word, or a bracket with spaces; a backslash at the end of a line continues it, also with white space behind it.
_WORD = re.compile(r"\[(?:\\.|[^\]\\])*\]|(?:(?!\\[ \t]*(?:\n|\Z))[^\s\[])(?:(?!\\[ \t]*(?:\n|\Z))[^ \t\n])*")
_LINE = re.compile(r"(?:[^\n#\\]|\\[ \t]*\n|\\)*(?:#[^\n]*)?(?:\n|\Z)")


class Word(t.NamedTuple):
    """A word and where it begins in the text of its file."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Line(t.NamedTuple):
    """A line that libpam acts on, with lines that continue it; ``start`` and ``end`` bound it in its file.

    ``type`` is a star where all types are included.
    """

    path: str
    number: int
    start: int
    end: int
    type: str
    words: tuple[Word, ...]

    @property
    def control(self) -> Word:
        return self.words[0] if self.type == "*" else self.words[1]

    @property
    def module(self) -> str:
        return self.words[1 if self.type == "*" else 2].text

    @property
    def arguments(self) -> tuple[Word, ...]:
        return self.words[3:]

    @property
    def where(self) -> str:
        return f"{self.path}:{self.number}"

    @property
    def included(self) -> str | None:
        """Return the service that the line takes in, None if it runs a module."""
        return self.module if self.control.text.lower() in ("@include", "include", "substack") else None

    def runs(self, module: str) -> bool:
        """Tell whether the line runs a module; a path may stand before its name."""
        return self.included is None and self.module.rpartition("/")[2] == module.rpartition("/")[2]

    def argument(self, name: str) -> str | bool | None:
        """Return the value of an argument, True for a bare one, None for none; the last one counts."""
        for word in reversed(self.arguments):
            key, equals, value = word.text.strip("[]").partition("=")
            if key == name:
                return value if equals else True
        return None


_Frame = tuple[tuple[str, int], ...]


class Step(t.NamedTuple):
    """A module as libpam comes to it; ``frame`` names the substacks it stands in, from the outside."""

    line: Line
    frame: _Frame


def path_of(service: str) -> str | None:
    """Return the file of a service, None if it has none of its own and libpam takes that of ``other``."""
    candidates = [os.path.join(folder, service) for folder in FOLDERS]
    return next((path for path in candidates if os.path.exists(path)), None)


def lines_of(path: str, text: str) -> list[Line]:
    """Return the lines of a file that do something."""
    found, start, number = [], 0, 1
    while start < len(text):
        match = t.cast("re.Match[str]", _LINE.match(text, start))
        words = [Word(word[0], word.start()) for word in _WORD.finditer(text, start, _end_of_words(match))]
        line = _line(path, number, (start, match.end()), words)
        found += [line] if line else []
        number += match[0].count("\n")
        start = match.end()
    return found


def _end_of_words(match: re.Match[str]) -> int:
    """Return where a comment begins, which may be in the middle of a word, or the line ends."""
    comment = match[0].find("#")
    return match.end() if comment < 0 else match.start() + comment


def _line(path: str, number: int, bounds: tuple[int, int], words: list[Word]) -> Line | None:
    if len(words) >= 2 and words[0].text.lower() == "@include":
        return Line(path, number, *bounds, "*", tuple(words))
    if len(words) < 3 or words[0].text.lstrip("-").lower() not in TYPES:
        return None
    return Line(path, number, *bounds, words[0].text.lstrip("-").lower(), tuple(words))


def read(path: str, texts: t.Mapping[str, str]) -> str:
    """Return the text of a file, or what it is to become; raises OSError."""
    if path in texts:
        return texts[path]
    state = file_state.capture(path)
    if state is None:
        raise OSError(0, f"there is no {path}", path)
    return state.text


def modules_in_use() -> set[str]:
    """Return the file names of the modules that any service runs; raises OSError."""
    paths = [os.path.join(folder, name) for folder in FOLDERS if os.path.isdir(folder) for name in os.listdir(folder)]
    lines = [line for path in paths if os.path.isfile(path) for line in lines_of(path, read(path, {}))]
    return {line.module.rpartition("/")[2] for line in lines if line.included is None}


def steps(path: str, kind: str, texts: t.Mapping[str, str] | None = None) -> list[Step]:
    """Return what libpam runs of one type for a file, in its order, with all that it includes; raises OSError."""
    return list(_steps(path, kind, texts or {}, (), 0))


def _steps(path: str, kind: str, texts: t.Mapping[str, str], frame: _Frame, depth: int) -> t.Iterator[Step]:
    if depth > _DEEPEST:
        raise OSError(0, "files include each other without an end", path)
    for line in lines_of(path, read(path, texts)):
        if line.type not in (kind, "*"):
            continue
        if line.included is None:
            yield Step(line, frame)
            continue
        deeper = (*frame, (line.path, line.number)) if line.control.text.lower() == "substack" else frame
        yield from _steps(path_of(line.included) or _missing(line), kind, texts, deeper, depth + 1)


def _missing(line: Line) -> t.NoReturn:
    raise OSError(0, f"{line.where} includes {line.module}, which is not there", line.path)
