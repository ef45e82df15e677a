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
from ansible_collections.commune.baseline.plugins.module_utils._policy import login_shell, shell_grammar
from ansible_collections.commune.baseline.plugins.module_utils._policy.file_state import FileState, capture
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]


class Grammar(t.Protocol):
    """How one family of configuration files is read and written.

    In a file of our own (``OWN_FILE``) content, owner and mode are ours; in any other, all but the key stays.
    """

    OWN_FILE: bool

    def read(self, files: t.Iterable[tuple[str, str]], key: str) -> Reading: ...

    def write(self, text: str, key: str, value: t.Any) -> str: ...


GRAMMARS: dict[str, Grammar] = {"shell_readonly": shell_grammar}
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


def observe(rows: t.Iterable[Row]) -> dict[str, Reading]:
    """Tell what every row's key holds: by the answer of its probe if it has one, else by its files."""
    return {row["id"]: _read(row) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return reading.weakness is None and _compare.meets(row, reading.value)


def apply(rows: t.Iterable[Row], writer: Writer) -> dict[str, Write]:
    """Write the key of every row into its file, unless it stands there already."""
    return {row["id"]: _write(row, writer) for row in rows}


def _write(row: Row, writer: Writer) -> Write:
    try:
        old = capture(row["path"])
        grammar = GRAMMARS[row["grammar"]]
        text = grammar.write("" if old is None else old.text, row["key"], _value_to_write(row))
        new = FileState(text.encode(errors="surrogateescape"))
        if old is not None and not grammar.OWN_FILE:
            new = dataclasses.replace(old, content=new.content)
        return Write(changes=writer.put(row["path"], old=old, new=new))
    except OSError as error:
        return Write(error=f"cannot write {row['path']}: {error.strerror}")


def _value_to_write(row: Row) -> t.Any:
    """Return the value that is there if it is strict enough and only lacks strength, else the desired one."""
    value = _read(row).value
    return value if _compare.meets(row, value) else row["desired"]


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
