# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``option``: a key in a configuration file, read and written by the file's grammar.

Fields of a row: ``path`` (the file written), ``key``, ``grammar``, ``read`` (globs of all files that the program reads,
in its order; default: ``path`` alone), and ``probe``, a way to ask the program itself. With a probe, its answer is the
value, and the files only tell where to look.
"""

from __future__ import annotations

import dataclasses
import glob
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import compare as _compare
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import shell_readonly
from ansible_collections.commune.baseline.plugins.module_utils._policy.probes import login_shell
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import FileState, capture
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]


class Grammar(t.Protocol):
    """How one family of configuration files is read and written.

    In a file of our own (``OWN_FILE``) content, owner and mode are ours; in any other, all but the key stays.
    """

    OWN_FILE: bool

    def read(self, files: t.Iterable[tuple[str, str]], key: str) -> Reading: ...

    def write(self, text: str, key: str, value: t.Any) -> str: ...


GRAMMARS: dict[str, Grammar] = {"shell_readonly": shell_readonly}
PROBES: dict[str, t.Callable[[str], Reading]] = {"login_shell": login_shell.read_variable}
FIELDS: t.Mapping[str, t.Any] = {
    "path": "absolute path",
    "key": "word",
    "grammar": tuple(GRAMMARS),
    "read": "list of absolute paths",
    "probe": tuple(PROBES),
}
REQUIRED = frozenset({"path", "key", "grammar"})
COMPARISONS: t.Sequence[str] = ("==", "<=", ">=")


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell what every row's key holds: by the answer of its probe if it has one, else by its files."""
    return {row["id"]: _read(row) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return _compare.meets(row, reading.value)


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Write the keys of all rows into their files, each file once, unless they stand there already."""
    of_path: dict[str, list[Row]] = {}
    for row in rows:
        of_path.setdefault(row["path"], []).append(row)
    writes: dict[str, Write] = {}
    for of_one in of_path.values():
        writes.update(_write(of_one, readings, writer))
    return writes


def _write(rows: list[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Write all rows of one file; if it refuses them together, one by one, so that one fault stops only its own row."""
    try:
        old = capture(rows[0]["path"])
        new = old or FileState(b"")
        changing = set()
        for row in rows:
            edited = _edited(new, row, readings[row["id"]], is_new=old is None)
            changing |= {row["id"]} if edited != new else set()
            new = edited
        writer.put("file", rows[0]["path"], old=old, new=new)
        return {row["id"]: Write(changes=row["id"] in changing) for row in rows}
    except OSError as error:
        if len(rows) == 1:
            return {rows[0]["id"]: Write(error=f"cannot write {rows[0]['path']}: {error.strerror}")}
        return {id_: write for row in rows for id_, write in _write([row], readings, writer).items()}


def _edited(state: FileState, row: Row, reading: Reading, *, is_new: bool) -> FileState:
    """Return the file with the row's key; a value that is strict enough, and only lacks strength, stays."""
    grammar = GRAMMARS[row["grammar"]]
    value = reading.value if _compare.meets(row, reading.value) else row["desired"]
    text = grammar.write(state.text, row["key"], value).encode(errors="surrogateescape")
    return FileState(text) if grammar.OWN_FILE or is_new else dataclasses.replace(state, content=text)


def _read(row: Row) -> Reading:
    found = _read_files(row)
    if "probe" not in row:
        return found
    answer = PROBES[row["probe"]](row["key"])
    return dataclasses.replace(answer, where=found.where if answer.value is not None else None)


def _read_files(row: Row) -> Reading:
    texts = []
    for path in _files(row):
        try:
            state = capture(path)
        except OSError as error:
            return Reading(unreadable=f"cannot read {path}: {error.strerror}")
        if state is not None:
            texts.append((path, state.text))
    return GRAMMARS[row["grammar"]].read(texts, row["key"])


def _files(row: Row) -> list[str]:
    """Expand the globs; within one glob, files are read in the order of their names, as run-parts does."""
    found = [path for pattern in row.get("read", [row["path"]]) for path in sorted(glob.glob(pattern))]
    return list(dict.fromkeys(found))
