# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences of a Python source, read from its text: what it can say to a person, with what it fills in."""

from __future__ import annotations

import ast
import itertools
import re
import typing as t

# What is said by being named so, passed there or raised, however short it is.
_SAYING_KEYWORDS = frozenset({"unreadable", "weakness", "inapplicable", "error", "reason", "msg"})
_SAYING_CALLS = {
    **{"OSError": 1, "ValueError": 0, "JournalError": 0, "RowError": 0, "EvidenceError": 0},
    **{"Fault": 2, "CellFault": 4, "WrongError": 0, "text.WrongError": 0, "RegisterError": 0, "FileError": 0},
}
_DESCRIPTIONS = frozenset({"DOCUMENTATION", "EXAMPLES", "RETURN", "FIELDS"})
_NAMES_OF_SENTENCES = frozenset({"strerror", "error", "reason", "said", "told"})
_WORD = re.compile(r"[A-Za-z]{2,}")
_OF_PROGRAMS = re.compile(r'[\\^$\n\t\r\0"]')


class Sentence(t.NamedTuple):
    """The words around what is filled in, and a name for each of these places.

    A place that holds a sentence by itself, which is put into another language too, is called ``error``.
    """

    words: tuple[str, ...]
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, template: str) -> Sentence:
        """Read a template such as ``cannot read {path}: {error}``."""
        pieces = re.split(r"\{(\w+)\}", template)
        return cls(tuple(pieces[::2]), tuple(pieces[1::2]))

    def __str__(self) -> str:
        """Return the template; a name that occurs again is numbered."""
        shown, seen = [self.words[0]], dict[str, int]()
        for name, words in zip(self.names, self.words[1:], strict=True):
            seen[name] = seen.get(name, 0) + 1
            shown += [f"{{{name}{seen[name] if seen[name] > 1 else ''}}}", words]
        return "".join(shown)


def sentences_of(source: str) -> set[Sentence]:
    """Return all that a source can say: what is said expressly, and whatever else reads like prose."""
    tree = ast.parse(source)
    silent, said = _silent(tree), _said(tree)
    found = set()
    for node in ast.walk(tree):
        if id(node) in silent or not isinstance(node, ast.JoinedStr | ast.Constant):
            continue
        for sentence in _readings(node):
            if _is_prose(sentence) or (id(node) in said and _WORD.search("".join(sentence.words))):
                found.add(sentence)
    return found


def _silent(tree: ast.Module) -> set[int]:
    """Return what is no sentence: documentation, patterns, shapes of fields, types, and the parts of an f-string."""
    nodes: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            nodes.append(node.value)
        elif isinstance(node, ast.JoinedStr):
            nodes += node.values
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value and _target(node) in _DESCRIPTIONS:
            nodes += ast.walk(node.value)
        elif isinstance(node, ast.Call) and _is_silent(ast.unparse(node.func)):
            nodes += node.args[:1]
    return {id(node) for node in nodes}


def _is_silent(function: str) -> bool:
    """Tell whether a function takes a pattern, a type or a statement of SQL first."""
    return function.startswith(("re.", "t.cast", "sa.text")) or function.endswith(".exec_driver_sql")


def _target(node: ast.Assign | ast.AnnAssign) -> str:
    return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)


def _said(tree: ast.Module) -> set[int]:
    """Return the expressions that are said whatever they look like."""
    nodes: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            place = _SAYING_CALLS.get(ast.unparse(node.func))
            nodes += node.args[place : place + 1] if place is not None else []
            nodes += [keyword.value for keyword in node.keywords if keyword.arg in _SAYING_KEYWORDS]
        elif isinstance(node, ast.Assign) and _target(node) in _SAYING_KEYWORDS:
            nodes.append(node.value)
    return {id(inner) for node in nodes for inner in _alternatives(node)}


def _alternatives(node: ast.AST) -> t.Iterator[ast.AST]:
    """Yield the expressions of which one becomes the value."""
    if isinstance(node, ast.IfExp):
        yield from itertools.chain(_alternatives(node.body), _alternatives(node.orelse))
    elif isinstance(node, ast.BoolOp):
        yield from itertools.chain.from_iterable(map(_alternatives, node.values))
    else:
        yield node


def _readings(node: ast.JoinedStr | ast.Constant) -> t.Iterator[Sentence]:
    """Yield the sentence, once for each choice of the words that stand between its braces."""
    values = node.values if isinstance(node, ast.JoinedStr) else [node]
    choices = [
        list(_alternatives(value.value)) if isinstance(value, ast.FormattedValue) else [value] for value in values
    ]
    for chosen in itertools.product(*choices):
        words, names = [""], list[str]()
        for part in chosen:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                words[-1] += part.value
            elif words[-1] or not names:
                words.append("")
                names.append(_name(part))
        yield Sentence(tuple(words), tuple(names))


def _name(part: ast.AST) -> str:
    """Return a name for what is filled in, after the last name of the expression."""
    name = (re.findall(r"[A-Za-z_]\w*", ast.unparse(part)) or ["value"])[-1].strip("_").lower()
    return "error" if name in _NAMES_OF_SENTENCES else name


def _is_prose(sentence: Sentence) -> bool:
    """Tell whether it reads like a sentence: two words with a blank between, and nothing that only programs write."""
    text = "\N{REPLACEMENT CHARACTER}".join(sentence.words)
    things = len(_WORD.findall(text)) + len(sentence.names)
    return bool(_WORD.search(text)) and things >= 2 and " " in text.strip() and not _OF_PROGRAMS.search(text)
