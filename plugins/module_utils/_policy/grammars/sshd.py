# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""sshd_config(5): the first line that sets a key wins; keys have no case; ``Include`` reads other files at its place.

``Match`` blocks overrule the rest for some connections; they are no values of the key, but exceptions from it. The
first file is the one sshd starts with; the others count only where an ``Include`` reaches them.
"""

from __future__ import annotations

import functools
import os
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import inclusion, lines

OWN_FILE = False
BOOLEANS = lines.YES_OR_NO
# Each line of these adds to the former ones (servconf.c).
COLLECTED = frozenset(
    (
        "acceptenv",
        "allowgroups",
        "allowusers",
        "denygroups",
        "denyusers",
        "hostcertificate",
        "hostkey",
        "listenaddress",
        "logverbose",
        "permitlisten",
        "permitopen",
        "port",
        "setenv",
        "subsystem",
    )
)
_LAST_COUNTS = frozenset({"maxstartups"})  # the only key that a later line overrules (servconf.c)
_LINE = re.compile(r"[ \t]*\"?([A-Za-z0-9]+)\"?(?:[ \t]*=[ \t]*|[ \t]+)(.*)", re.DOTALL)
_WORD = re.compile(r"(?:[^ \t\"']|\"[^\"]*\"|'[^']*')+")
_FOLDER = "/etc/ssh"
_QUOTES = "\"'#"
_DEEPEST = 16  # servconf.h, SERVCONF_MAX_DEPTH

sources = lines.main_file


class _Directive(t.NamedTuple):
    key: str
    words: list[str]
    where: str
    in_match: bool


def includes(path: str, text: str) -> list[str]:
    """Return the patterns of all files that a file includes."""
    directives = (_parse(line) for line in text.split("\n"))
    return [pattern for directive in directives if directive[0] == "include" for pattern in _patterns(directive[1])]


def read(files: lines.Files, key: str, section: str | None = None) -> Reading:
    """Return the value of the first line for all connections; those of all lines, with commas, if they add up."""
    found = [directive for directive in _directives(files, key) if not directive.in_match]
    if not found:
        return Reading()
    one = found[-1:] if key.lower() in _LAST_COUNTS else found[:1]
    counting = found if key.lower() in COLLECTED else one
    value = ",".join(" ".join(directive.words) for directive in counting)
    return Reading(value=value, where=counting[0].where)


def exceptions(files: lines.Files, key: str) -> list[tuple[str, str]]:
    """Return value and place of every line that sets the key in a ``Match`` block."""
    directives = _directives(files, key)
    return [(" ".join(directive.words), directive.where) for directive in directives if directive.in_match]


def write(text: str, key: str, value: t.Any, section: str | None = None) -> str:
    """Return the text with the key at a value where nothing else can come before it, or without it (None)."""
    split = text.split("\n")
    keys = [_parse(line)[0] for line in split]
    if value is None:
        return "\n".join(line for line, its_key in zip(split, keys) if its_key != key.lower())
    if key.lower() in COLLECTED:
        raise ValueError(f"{key}: its lines add up, so that one more cannot set it")
    told = lines.as_text(key, value, booleans=BOOLEANS, forbidden=_QUOTES)
    if told.startswith("="):  # sshd takes the first one for what may stand between a key and its value
        raise ValueError(f"{key}: a value cannot begin with '='")
    line = f"{key} {told}"
    for index, its_key in enumerate(keys):
        if its_key == key.lower():
            return lines.replace(split, index, index + 1, line)
        if its_key in ("include", "match"):
            return lines.insert(split, index, line)
    return lines.append(text, line)


def _directives(files: lines.Files, key: str) -> list[_Directive]:
    return [directive for directive in _walked(tuple(files)) if directive.key == key.lower()]


@functools.lru_cache(maxsize=2)
def _walked(files: tuple[tuple[str, str], ...]) -> list[_Directive]:
    """Return all directives of some files; row after row looks at the same ones."""
    return list(_walk(files[0], dict(files), in_match=False, depth=0)) if files else []


def _walk(file: tuple[str, str], files: t.Mapping[str, str], *, in_match: bool, depth: int) -> t.Iterator[_Directive]:
    """Give the directives of a file in the order in which sshd meets them; a ``Match`` ends with its file."""
    for number, line in enumerate(file[1].split("\n"), start=1):
        key, words = _parse(line)
        if key == "match":
            in_match = True
        elif key == "include" and depth < _DEEPEST:
            for pattern in _patterns(words):
                for path in inclusion.matching(pattern, files):
                    yield from _walk((path, files[path]), files, in_match=in_match, depth=depth + 1)
        elif key and words:
            yield _Directive(key, words, f"{file[0]}:{number}", in_match)


def _patterns(words: list[str]) -> list[str]:
    return [os.path.join(_FOLDER, word) for word in words]


def _parse(line: str) -> tuple[str, list[str]]:
    """Return key and words of a line; no key if it is empty or a comment."""
    match = _LINE.fullmatch(line.rstrip(" \t\r\f"))
    if match is None:
        return "", []
    words = []
    for word in _WORD.findall(match[2]):
        if word.startswith("#"):
            break
        words.append(word.replace('"', "").replace("'", ""))
    return match[1].lower(), words
