# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``command``: what a program of the system answers; only read, never corrected.

Fields of a row: ``command`` (a list of words; no shell comes near them), ``accept`` (the exit codes that count as an
answer, default only 0) and ``find``. The value is what the program prints, in the C locale and without the white space
around it. With ``find``, a regular expression, it is what that finds in the answer, one find a line; of a group in it,
only the group. Thus several rows can look at one answer.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import compare as _compare
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {
    "command": "list of texts",
    "accept": "list of whole numbers",
    "find": "regular expression",
}
REQUIRED = frozenset({"command"})
COMPARISONS: t.Sequence[str] = ("==", "in", "<=", ">=")
_SECONDS = 10


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Ask the program of every row, each once even if several rows look at its answer."""
    answers: dict[tuple[str, ...], Reading] = {}
    for row in rows:
        question = _question(row)
        if question not in answers:
            answers[question] = _ask(row)
    return {row["id"]: _part(row, answers[_question(row)]) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return _compare.meets(row, reading.value)


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Leave everything as it is: what a program answers is for a person to correct."""
    return {row["id"]: Write() for row in rows}


def _question(row: Row) -> tuple[str, ...]:
    return (str(row.get("accept")), *row["command"])


def _ask(row: Row) -> Reading:
    try:
        said = programs.run(*row["command"], timeout=_SECONDS, accept=tuple(row.get("accept", (0,))))
    except OSError as error:
        return Reading(unreadable=str(error.strerror))
    text = said.encode(errors="surrogateescape").decode(errors="replace")
    return Reading(text.strip(), where=" ".join(row["command"]))


def _part(row: Row, answer: Reading) -> Reading:
    """Return what a row looks at in an answer."""
    if "find" not in row or answer.value is None:
        return answer
    return dataclasses.replace(answer, value="\n".join(re.findall(row["find"], answer.value, re.MULTILINE)))
