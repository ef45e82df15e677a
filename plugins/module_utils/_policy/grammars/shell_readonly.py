# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Variables that shell start-up files assign, such as ``TMOUT=600``.

As in the shell, the last assignment wins, unless an earlier one made the variable read-only. Conditions are not
evaluated: an assignment behind an ``if`` counts as if it were made. What is read here tells people where to look; rows
let the shell itself say what holds (``login_shell``).
"""

from __future__ import annotations

import re
import shlex
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import HEADER

_DECLARING = frozenset({"readonly", "export", "declare", "typeset", "unset"})
_KEYWORDS = frozenset({"if", "then", "elif", "else", "fi", "while", "until", "do", "done", "{", "}", "!"})
OWN_FILE = True
BOOLEANS: t.Mapping[bool, t.Sequence[str]] = {}
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\[[^]]*\])?\+?=", re.ASCII)
_GUARD = 'if [ -n "${BASH_VERSION-}" ] && [ -n "${PS1-}" ]; then '


class _Statement(t.NamedTuple):
    """One command of a start-up file that touches the variable; the value is None if it sets none."""

    value: str | None
    freezes: bool
    unsets: bool = False


def read(files: t.Iterable[tuple[str, str]], key: str, section: str | None = None) -> Reading:
    """Return the value that a shell ends up with after reading ``files`` (path and text) in this order."""
    value, where, frozen = None, None, False
    for path, text in files:
        for number, line in enumerate(text.split("\n"), start=1):
            for statement in statements(line, key):
                if frozen:
                    continue
                if statement.unsets or statement.value is not None:
                    value, where = statement.value, f"{path}:{number}"
                frozen = statement.freezes
    return Reading(value=value, where=where)


def write(text: str, key: str, value: t.Any, section: str | None = None) -> str:
    """Return the text of a file of our own in which an interactive bash finds the variable, read-only and exported.

    Other shells pass it by: assigning a read-only variable once more would end a POSIX shell, and with it the login of
    everybody whose start-up files run there. What others wrote into the file is left out, since nobody can tell what a
    line does in the middle of their program. None leaves the variable out.
    """
    kept = [line for line in text.split("\n") if line.startswith(_GUARD) and not any(statements(line, key))]
    if value is None:
        return "\n".join([HEADER, *kept, ""])
    wanted = shlex.quote(str(value))
    ours = f'{_GUARD}[ "${{{key}-}}" = {wanted} ] || {key}={wanted}; readonly {key}; export {key}; fi'
    return "\n".join([HEADER, *kept, ours, ""])


def statements(line: str, key: str) -> t.Iterator[_Statement]:
    """Give the commands of a line that touch the variable."""
    if key not in line:
        return
    for words in commands(line):
        statement = _statement(words, key)
        if statement is not None:
            yield statement


def commands(line: str) -> t.Iterator[list[str]]:
    """Split a line into its simple commands, each a list of words."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    lexer.whitespace = " \t"  # the shell takes a carriage return for a part of the word
    words: list[str] = []
    try:
        for token in lexer:
            if token.startswith("#"):
                break
            if set(token) <= set(";&|()"):
                yield words
                words = []
            elif words or token not in _KEYWORDS:
                words.append(token)
    except ValueError:  # an open quote: the string goes on in the next line, which assigns nothing we can read
        return
    yield words


def _statement(words: list[str], key: str) -> _Statement | None:
    """Tell what a simple command does to the variable; None if it leaves it alone."""
    if not words:
        return None
    verb = words[0] if words[0] in _DECLARING else ""
    arguments = [word for word in words[1:] if not word.startswith("-")] if verb else words
    values = [word.partition("=")[2] for word in arguments if word.startswith(f"{key}=")]
    if verb == "unset":
        return _Statement(None, freezes=False, unsets=True) if key in arguments else None
    if not values and not (verb and key in arguments):
        return None
    if not verb and not all(map(_ASSIGNMENT.match, arguments)):
        return None  # an assignment in front of a command holds for that command only
    flags = "".join(word for word in words[1:] if word.startswith("-"))
    freezes = verb == "readonly" or (verb in ("declare", "typeset") and "r" in flags)
    return _Statement(values[-1] if values else None, freezes=freezes)
