# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``pam``: a module in a stack of a PAM service, read as libpam reads it.

Fields of a row: ``service`` (a file of /etc/pam.d), ``stack`` (auth, account, password or session), ``module``. The
value is the module's control flag, ``required`` or ``[default=die]``, and ``absent`` means that no line runs the
module. With ``argument`` it is the value of this argument, true for a bare one; if several lines run the module, one
that falls short decides. ``arguments`` belong to the line: of several that run the module, the one that has the first
of them is meant. A new line gets them, and ``before`` or ``after`` (a module or an included file) say where it goes: at
the nearest place from there on where it is reached, no other module is kept from granting access, and what is to come
before one way in comes before all of them. It is ``required`` if the row wants an argument.

Included files count, but only the service's own file is written. A module that is not reached, or without which access
can be granted, does not count. The files are edited by hand, as pam.conf(5) wants them. On Debian pam-auth-update then
finds local changes in the common files and leaves all of them as they are, also when a package brings or takes a
module, and says so; run with --force it writes them anew, without our lines.
"""

from __future__ import annotations

import dataclasses
import glob
import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import compare as _compare
from ansible_collections.commune.baseline.plugins.module_utils._policy import pam_edit, pam_reach, pam_stack
from ansible_collections.commune.baseline.plugins.module_utils._policy.pam_stack import Line, Step
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {
    "service": "word",
    "stack": pam_stack.TYPES,
    "module": "word",
    "argument": "word",
    "arguments": "list of texts",
    "before": "word",
    "after": "word",
}
REQUIRED = frozenset({"service", "stack", "module"})
COMPARISONS: t.Sequence[str] = ("==", "<=", ">=", "absent")
MODULES = ("/lib/security", "/lib64/security", "/usr/lib/security", "/usr/lib64/security")
MODULES_OF_ARCHITECTURES = ("/lib/*/security", "/usr/lib/*/security")


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell of every row how its stack runs its module."""
    return {row["id"]: _read(row) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    if "argument" in row or row.get("compare") == "absent":
        return _compare.meets(row, reading.value)
    return reading.value is not None and pam_reach.is_same(reading.value, row["desired"])


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Edit the files of the services, row by row: the lines of one are where the next one looks."""
    texts: pam_edit.Texts = {}
    return {row["id"]: _write(row, texts, writer) for row in rows}


def _read(row: Row) -> Reading:
    if row["desired"] == []:
        return Reading(unreadable="the row names no value that would be right")
    path = pam_stack.path_of(row["service"])
    if path is None:
        return Reading(inapplicable=f"there is no service {row['service']} in {pam_stack.FOLDERS[0]}")
    try:
        steps = pam_stack.steps(path, row["stack"])
    except OSError as error:
        return Reading(unreadable=f"cannot read {path}: {error.strerror}")
    step = _decisive(row, steps)
    if step is None:
        return Reading()
    value = step.line.argument(row["argument"]) if "argument" in row else step.line.control.text
    return Reading(value, step.line.where, weakness=_weakness(row, steps, step))


def _decisive(row: Row, steps: list[Step]) -> Step | None:
    """Return the step that is meant; of several with an argument, one that falls short."""
    meant = [step for step in steps if _is_meant(row, step.line)]
    if "argument" in row:
        short = (step for step in meant if not _compare.meets(row, step.line.argument(row["argument"])))
        return next(short, meant[0] if meant else None)
    return meant[0] if meant else None


def _is_meant(row: Row, line: Line) -> bool:
    first = next(iter(row.get("arguments", [])), None)
    if first is None or "argument" in row:
        return line.runs(row["module"])
    return line.runs(row["module"]) and line.argument(first.partition("=")[0]) is not None


def _weakness(row: Row, steps: list[Step], step: Step) -> str | None:
    if row.get("compare") == "absent":
        return None
    if not pam_reach.reaches(steps, step):
        return f"{step.line.where} is never reached"
    lacking = [argument for argument in row.get("arguments", []) if not _has(step.line, argument)]
    if lacking:
        return f"{step.line.where} lacks {', '.join(lacking)}"
    # What counts failures is passed by on success, as it should be.
    if step.line.argument("authfail") is None and pam_reach.is_bypassed(steps, step):
        return f"a line before {step.line.where} can grant access without it"
    barred = pam_reach.barred_by(steps, step)
    if barred is not None:
        other = barred.line
        return f"{step.line.where} keeps {other.module} of {other.where} from letting anybody in: move it behind"
    return None


def _has(line: Line, argument: str) -> bool:
    key, equals, value = argument.partition("=")
    return line.argument(key) == (value if equals else True)


def _write(row: Row, texts: pam_edit.Texts, writer: Writer) -> Write:
    try:
        new = _edited(row, texts)
        changing = [path for path in new if new[path] != pam_stack.read(path, texts)]
        for path in changing:
            old = file_state.capture(path)
            if old is not None:
                content = new[path].encode(errors="surrogateescape")
                writer.put("file", path, old=old, new=dataclasses.replace(old, content=content))
                texts[path] = new[path]
        return Write(changes=bool(changing))
    except OSError as error:
        return Write(error=f"cannot change {row['service']}: {error.strerror}")


def _edited(row: Row, texts: pam_edit.Texts) -> pam_edit.Texts:
    """Return the texts of the files that change; raises OSError where an edit could lock everybody out."""
    path = os.path.join(pam_stack.FOLDERS[0], row["service"])
    before = {**texts, path: pam_stack.read(path, texts)}
    if row.get("compare") != "absent" and not _is_installed(row["module"]):
        raise OSError(0, f"{row['module']} is not installed, and nobody could log in any more")
    after = _brought(row, before, path)
    loss = _loss(row, before, after, path)
    if loss is not None:
        raise OSError(0, loss)
    return after


def _loss(row: Row, before: pam_edit.Texts, after: pam_edit.Texts, path: str) -> str | None:
    """Return what could grant access, to anybody or to the people of one module, and no longer can."""
    for file, old in pam_edit.including(path, row["stack"], before).items():
        new = pam_stack.steps(file, row["stack"], after)
        if pam_reach.can_grant(old) and not pam_reach.can_grant(new):
            return f"nobody could pass {file} any more"
        for one, other in _pairs(row, old, new):
            if pam_reach.grants(old, one) and not pam_reach.grants(new, other):
                return f"{other.line.where} runs {other.line.module}, whose people could not pass"
    return None


def _pairs(row: Row, old: list[Step], new: list[Step]) -> t.Iterator[tuple[Step, Step]]:
    """Yield the modules before and after a change; the row's own is one of them only as a way in that stays."""
    if len(old) == len(new):
        return ((one, other) for one, other in zip(old, new) if _is_other(row, one) or pam_reach.is_way_in(one))
    return zip((one for one in old if _is_other(row, one)), (one for one in new if _is_other(row, one)))


def _is_other(row: Row, step: Step) -> bool:
    return not step.line.runs(row["module"])


def _brought(row: Row, texts: pam_edit.Texts, path: str) -> pam_edit.Texts:
    """Return the texts with every line of the row as it wants them."""
    step = _decisive(row, pam_stack.steps(path, row["stack"], texts))
    is_absent = row.get("compare") == "absent"
    if step is None:
        return texts if is_absent else _with_line(row, texts, path)
    if _is_right(row, step.line):
        return texts
    if step.line.path != path:
        raise OSError(0, f"the line stands in {step.line.path}, which other services share: name that one")
    changed = _with_changes(row, texts, step.line)
    return _brought(row, changed, path) if is_absent or "argument" in row else changed


def _is_right(row: Row, line: Line) -> bool:
    if row.get("compare") == "absent" and "argument" not in row:
        return False
    if "argument" in row:
        return _compare.meets(row, line.argument(row["argument"]))
    arguments = row.get("arguments", [])
    return pam_reach.is_same(line.control.text, row["desired"]) and all(_has(line, one) for one in arguments)


def _with_changes(row: Row, texts: pam_edit.Texts, line: Line) -> pam_edit.Texts:
    """Change the line that is there."""
    text = texts[line.path]
    if row.get("compare") == "absent" and "argument" not in row:
        return pam_edit.remove(texts, line)
    if row.get("compare") == "absent":
        return {**texts, line.path: pam_edit.without_argument(text, line, row["argument"])}
    for argument in row.get("arguments", []) if "argument" not in row else [_argument(row)]:
        if not _has(line, argument):
            text = pam_edit.with_argument(text, line, argument)
            line = next(one for one in pam_stack.lines_of(line.path, text) if one.start == line.start)
    if "argument" not in row and not pam_reach.is_same(line.control.text, row["desired"]):
        text = pam_edit.with_control(text, line, row["desired"])
    return {**texts, line.path: text}


def _argument(row: Row) -> str:
    return f"{row['argument']}" if row["desired"] is True else f"{row['argument']}={row['desired']}"


def _with_line(row: Row, texts: pam_edit.Texts, path: str) -> pam_edit.Texts:
    """Add a line for the module where the row says, or behind all others of its stack."""
    control = "required" if "argument" in row else row["desired"]
    arguments = [*row.get("arguments", []), *([_argument(row)] if "argument" in row else [])]
    line = "\t".join([row["stack"], control, " ".join([row["module"], *arguments])])
    lines = [one for one in pam_stack.lines_of(path, texts[path]) if one.type in (row["stack"], "*")]
    if "before" not in row and "after" not in row:
        return pam_edit.insert(texts, path, line, ("after", lines[-1].start if lines else -1), row["stack"])
    where = "before" if "before" in row else "after"
    anchors = [place for place, one in enumerate(lines) if one.runs(row[where]) or one.included == row[where]]
    if not anchors and where == "before":
        raise OSError(0, f"no line of {path} runs {row[where]}, before which {row['module']} is to stand")
    if not anchors:
        raise OSError(0, f"no line of {path} runs {row[where]}, after which {row['module']} is to stand")
    places = range(anchors[0], -1, -1) if where == "before" else range(anchors[-1], len(lines))
    tried = (pam_edit.insert(texts, path, line, (where, lines[place].start), row["stack"]) for place in places)
    found = _nearest(row, texts, tried, path)
    if found is None:
        raise OSError(0, f"no place {'before' if where == 'before' else 'behind'} {row[where]} is ever reached")
    return found


def _nearest(row: Row, old: pam_edit.Texts, tried: t.Iterable[pam_edit.Texts], path: str) -> pam_edit.Texts | None:
    """Return the first of the texts where the new line does its work, or else the first where it is reached."""
    reached = None
    for texts in tried:
        steps = pam_stack.steps(path, row["stack"], texts)
        step = _decisive(row, steps)
        if step is None or not pam_reach.reaches(steps, step):
            continue
        if _weakness(row, steps, step) is None and _loss(row, old, texts, path) is None:
            return texts
        reached = reached or texts
    return reached


def _is_installed(module: str) -> bool:
    folders = [*MODULES, *(folder for pattern in MODULES_OF_ARCHITECTURES for folder in glob.glob(pattern))]
    return any(os.path.exists(os.path.join(folder, module)) for folder in folders)
