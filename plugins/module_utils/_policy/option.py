# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``option``: a key in a configuration file, read and written by the file's grammar.

Fields of a row: ``path`` (the file written), ``key``, ``grammar``, and ``read`` (globs of all files that the program
reads, in its order; default: ``path`` alone), so that a setting overridden elsewhere is not taken for done.
"""

from __future__ import annotations

import glob
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import compare as _compare
from ansible_collections.commune.baseline.plugins.module_utils._policy import shell_grammar
from ansible_collections.commune.baseline.plugins.module_utils._policy.file_state import capture, with_text
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]


class Grammar(t.Protocol):
    """How one family of configuration files is read and written."""

    def read(self, files: t.Iterable[tuple[str, str]], key: str) -> Reading: ...

    def write(self, text: str, key: str, value: t.Any) -> str: ...


GRAMMARS: dict[str, Grammar] = {"shell": shell_grammar}
REQUIRED_FIELDS = frozenset({"path", "key", "grammar"})
OPTIONAL_FIELDS = frozenset({"read"})

_NEW_FILE_HEADER = "# Managed by commune.baseline: a change made here is drift and will be corrected.\n"


def observe(rows: t.Iterable[Row]) -> dict[str, Reading]:
    """Read every row's key in the files of its program."""
    return {row["id"]: _read(row) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return _compare.meets(row, reading.value)


def apply(rows: t.Iterable[Row], writer: Writer) -> dict[str, Write]:
    """Write the key of every row into its file, unless it stands there already."""
    return {row["id"]: _write(row, writer) for row in rows}


def _write(row: Row, writer: Writer) -> Write:
    try:
        old = capture(row["path"])
        text = _NEW_FILE_HEADER if old is None else old.text
        new = with_text(old, GRAMMARS[row["grammar"]].write(text, row["key"], row["desired"]))
        return Write(changes=writer.put(row["path"], old=old, new=new))
    except OSError as error:
        return Write(error=f"cannot write {row['path']}: {error.strerror}")


def _read(row: Row) -> Reading:
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
