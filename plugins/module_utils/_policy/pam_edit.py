# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Edits of the files of pam.d(5) that keep every other byte, and keep every jump where it leads to."""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import pam_reach, pam_stack
from ansible_collections.commune.baseline.plugins.module_utils._policy.pam_stack import Line, Step

Texts = dict[str, str]
_Name = tuple[str, int]
_Moved = t.Callable[[_Name], t.Optional[_Name]]
_NEW = ("", 0)


def insert(texts: Texts, path: str, line: str, place: tuple[str, int], kind: str) -> Texts:
    """Put a line before or after the one that begins at an offset; return the texts of all files that change."""
    text = texts[path]
    lines = {one.start: one for one in pam_stack.lines_of(path, text)}
    where, start = place
    offset = len(text) if start < 0 else lines[start].end if where == "after" else start
    before = text[:offset] if text[:offset].endswith("\n") or not offset else f"{text[:offset]}\n"
    number = before.count("\n") + 1

    def moved(name: _Name) -> _Name | None:
        return (path, name[1] + 1) if name[0] == path and name[1] >= number else name

    new = {**texts, path: f"{before}{line}\n{text[offset:]}"}
    return _with_jumps(texts, new, kind, moved, inserted=(path, number))


def remove(texts: Texts, line: Line) -> Texts:
    """Take a line out; return the texts of all files that change."""
    text = texts[line.path]
    height = text[line.start : line.end].count("\n")

    def moved(name: _Name) -> _Name | None:
        if name == (line.path, line.number):
            return None
        return (name[0], name[1] - height) if name[0] == line.path and name[1] > line.number else name

    new = {**texts, line.path: text[: line.start] + text[line.end :]}
    return _with_jumps(texts, new, line.type, moved, inserted=_NEW)


def with_control(text: str, line: Line, control: str) -> str:
    return text[: line.control.start] + control + text[line.control.end :]


def with_argument(text: str, line: Line, argument: str) -> str:
    """Set an argument, ``name`` or ``name=value``, wherever it stands on the line, or behind all others."""
    key = argument.partition("=")[0]
    standing = [word for word in line.arguments if word.text.partition("=")[0] == key]
    for word in reversed(standing):
        text = text[: word.start] + argument + text[word.end :]
    if standing:
        return text
    return f"{text[: line.words[-1].end]} {argument}{text[line.words[-1].end :]}"


def without_argument(text: str, line: Line, key: str) -> str:
    """Take an argument off a line, with the white space before it."""
    for place in range(len(line.words) - 1, 2, -1):
        if line.words[place].text.partition("=")[0] == key:
            text = text[: line.words[place - 1].end] + text[line.words[place].end :]
    return text


def including(path: str, kind: str, texts: Texts) -> dict[str, list[Step]]:
    """Return the stacks of all files that a file is part of, itself among them; broken ones are left out."""
    found = {}
    folder = pam_stack.FOLDERS[0]
    for other in sorted({path, *(os.path.join(folder, name) for name in os.listdir(folder))}):
        try:
            steps = pam_stack.steps(other, kind, texts)
        except OSError:
            continue
        if other == path or any(step.line.path == path for step in steps):
            found[other] = steps
    return found


def _with_jumps(old: Texts, new: Texts, kind: str, moved: _Moved, *, inserted: _Name) -> Texts:
    """Return the new texts, with the jumps of every file that leads over the changed place counted anew."""
    path = next(path for path in new if new[path] != old[path])
    fixed = dict(new)
    for file, steps in including(path, kind, old).items():
        text = fixed.get(file) or pam_stack.read(file, old)
        after = pam_stack.steps(file, kind, new)
        lines = {one.number: one for one in pam_stack.lines_of(file, text)}
        for place in range(len(steps) - 1, -1, -1):
            name = moved((steps[place].line.path, steps[place].line.number))
            if steps[place].line.path != file or name is None:
                continue
            counts = _counts(steps, place, after, name, moved, inserted)
            text = with_control(text, lines[name[1]], _recounted(lines[name[1]].control.text, counts))
        if file == path or text != pam_stack.read(file, old):
            fixed[file] = text
    return fixed


def _counts(
    steps: list[Step], place: int, after: list[Step], name: _Name, moved: _Moved, inserted: _Name
) -> dict[int, int]:
    """Return what each possible jump from a step has to count after the change to lead where it led."""
    old = [moved(unit.name) for unit in pam_reach.units(steps, place)]
    now = next(number for number, step in enumerate(after) if (step.line.path, step.line.number) == name)
    new = [unit.name for unit in pam_reach.units(after, now)]
    counts = {}
    for count in range(1, len(old) + 1):
        target = next((unit for unit in old[count:] if unit is not None), None)
        reached = new.index(target) if target is not None else len(new)
        # A new line right before the target is not jumped over: the jump led to this place.
        counts[count] = reached - 1 if reached and new[reached - 1] == inserted else reached
    return counts


def _recounted(control: str, counts: t.Mapping[int, int]) -> str:
    def recount(match: re.Match[str]) -> str:
        count = counts.get(int(match[2]), int(match[2]))
        return f"{match[1]}{count or 'ignore'}"

    return re.sub(r"(=\s*)(\d+)\b", recount, control)
