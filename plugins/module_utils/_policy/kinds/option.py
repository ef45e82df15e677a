# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``option``: a key in a configuration file, read and written by the file's grammar.

Fields of a row: ``path`` (the file written), ``key``, ``grammar``, ``section`` (ini, kconfig, systemd; for xfconf the
channel), ``read`` (globs of the files that the program reads, in its order; for sshd and sudoers those it starts with),
and ``probe``, a way to ask the program itself. With a probe, its answer is the value, and the files only tell where to
look. Without ``read``, the files are ``path`` alone; for systemd, sshd and sudoers all that the program reads together
with it.

A value of true or false is the flag or the word of the grammar. ``absent`` removes the key from ``path`` only.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import compare as _compare
from ansible_collections.commune.baseline.plugins.module_utils._policy import custody, finding, login
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import (
    apt_conf,
    assignment,
    equals,
    inclusion,
    ini,
    kconfig,
    lightdm,
    login_defs,
    shell_readonly,
    sshd,
    sudoers,
    systemd,
    xfconf,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy.probes import apt as apt_probe
from ansible_collections.commune.baseline.plugins.module_utils._policy.probes import lightdm as lightdm_probe
from ansible_collections.commune.baseline.plugins.module_utils._policy.probes import login_shell
from ansible_collections.commune.baseline.plugins.module_utils._policy.probes import sshd as sshd_probe
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import (
    HEADER,
    FileState,
    capture,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]
_Texts = list[tuple[str, str]]


class Grammar(t.Protocol):
    """How one family of configuration files is read and written.

    In a file of our own (``OWN_FILE``) content, owner and mode are ours; in any other, all but the key stays.
    ``BOOLEANS`` are the words for true and false, first the one that is written. ``write`` removes the key if its value
    is None, and raises ValueError with a sentence for what the program would refuse.
    """

    OWN_FILE: bool
    BOOLEANS: t.Mapping[bool, t.Sequence[str]]

    def read(self, files: t.Iterable[tuple[str, str]], key: str, section: str | None = None) -> Reading: ...

    def write(self, text: str, key: str, value: t.Any, section: str | None = None) -> str: ...


class IncludingGrammar(Grammar, t.Protocol):
    """A grammar whose files include others, and whose keys can have other values for some users or connections."""

    def includes(self, path: str, text: str) -> list[str]: ...

    def exceptions(self, files: t.Iterable[tuple[str, str]], key: str) -> t.Sequence[tuple[t.Any, str]]: ...


_INCLUDING: dict[str, IncludingGrammar] = {"sshd": sshd, "sudoers": sudoers}
GRAMMARS: dict[str, Grammar] = {
    "apt_conf": apt_conf,
    "assignment": assignment,
    "equals": equals,
    "ini": ini,
    "kconfig": kconfig,
    "lightdm": lightdm,
    "login_defs": login_defs,
    "shell_readonly": shell_readonly,
    "systemd": systemd,
    "xfconf": xfconf,
    **_INCLUDING,
}
_SOURCES = {"sshd": sshd.sources, "sudoers": sudoers.sources, "systemd": systemd.sources}
_MODES = {"sudoers": 0o440}
PROBES: dict[str, t.Callable[[t.Sequence[str]], dict[str, Reading]]] = {
    "apt": apt_probe.read_keys,
    "lightdm": lightdm_probe.read_keys,
    "login_shell": login_shell.read_variables,
    "sshd": sshd_probe.read_keys,
}
FIELDS: t.Mapping[str, t.Any] = {
    "path": "absolute path",
    "key": "word",
    "grammar": tuple(GRAMMARS),
    "section": "text",
    "read": "list of absolute paths",
    "probe": tuple(PROBES),
}
REQUIRED = frozenset({"path", "key", "grammar"})
COMPARISONS: t.Sequence[str] = ("==", "<=", ">=", "in", "absent")


class _Files:
    """The files of a device: each pattern is expanded once, each file read once."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}
        self._texts: dict[str, str | None] = {}
        self._of: dict[tuple[str, ...], _Texts] = {}
        self._in_other_hands: dict[str, str | None] = {}

    def of(self, row: Row) -> _Texts:
        """Return path and text of all files that a row reads; raises OSError."""
        grammar = row["grammar"]
        if "read" in row:
            start = [path for pattern in row["read"] for path in self._find(pattern)]
        else:
            start = _SOURCES[grammar](row["path"]) if grammar in _SOURCES else [row["path"]]
        known = (grammar, *start)
        if known not in self._of:
            includes = _INCLUDING[grammar].includes if grammar in _INCLUDING else lambda _path, _text: []
            self._of[known] = inclusion.reachable(start, includes, self._find, self._text)
        return self._of[known]

    def why_in_other_hands(self, where: str | None) -> str | None:
        """Return why the place that decides a value is not for root alone to say."""
        path = _file_of(where)
        if path not in self._in_other_hands:
            self._in_other_hands[path] = custody.why_in_other_hands(path) if path else None
        return self._in_other_hands[path]

    def _find(self, pattern: str) -> list[str]:
        """Expand a glob; its files are read in the order of their names, as run-parts does."""
        if pattern not in self._found:
            self._found[pattern] = finding.find(pattern)
        return self._found[pattern]

    def _text(self, path: str) -> str | None:
        if path not in self._texts:
            try:
                state = capture(path)
            except NotADirectoryError:  # there cannot be such a file
                state = None
            except OSError as error:
                raise OSError(0, f"cannot read {path}: {error.strerror}") from error
            if state is not None and b"\0" in state.content:
                raise OSError(0, f"cannot read {path}: it holds NUL bytes, so it is no text")
            self._texts[path] = state.text if state else None
        return self._texts[path]


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell what every row's key holds: by the answer of its probe if it has one, else by its files."""
    files, answers = _Files(), _answers(rows)
    return {row["id"]: _read(row, files, answers) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return _meets(row, reading.value)


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Write the keys of all rows into their files, each file once, unless they stand there already."""
    writes = {row["id"]: Write() for row in rows}
    of_path: dict[str, list[Row]] = {}
    for row in rows:
        refusal = _refusal(row, writer.account)
        if refusal is not None:
            writes[row["id"]] = Write(error=refusal)
        elif _can_help(row, readings[row["id"]]):
            of_path.setdefault(row["path"], []).append(row)
    for of_one in of_path.values():
        writes.update(_write(of_one, readings, writer))
    return writes


def _refusal(row: Row, account: str | None) -> str | None:
    """Return why a row must not be written by whom we came in as: root cannot end the logins of root."""
    ends_root = row["grammar"] == "sshd" and row["key"].lower() == "permitrootlogin" and row.get("desired") == "no"
    if not ends_root or account not in (None, "root") or login.address() is None:
        return None
    return login.AS_ROOT


def _can_help(row: Row, reading: Reading) -> bool:
    """Tell whether writing can do anything: a value that is right but for an exception is written already."""
    return not _meets(row, reading.value) or (reading.weakness is not None and row["grammar"] not in _INCLUDING)


def _write(rows: list[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Write all rows of one file; if it refuses them together, one by one, so that one fault stops only its own row."""
    path = rows[0]["path"]
    try:
        old = capture(path)
        new = old or _new_file(rows[0])
        changing = set()
        for row in rows:
            edited = _edited(new, row, readings[row["id"]])
            changing |= {row["id"]} if edited != new else set()
            new = edited
        if changing:
            writer.put("file", path, old=old, new=new)
        return {row["id"]: Write(changes=row["id"] in changing) for row in rows}
    except (OSError, ValueError) as error:
        if len(rows) == 1:
            reason = error.strerror if isinstance(error, OSError) else error
            return {rows[0]["id"]: Write(error=f"cannot write {path}: {reason}")}
        return {id_: write for row in rows for id_, write in _write([row], readings, writer).items()}


def _new_file(row: Row) -> FileState:
    return FileState(f"{HEADER}\n".encode(), mode=_MODES.get(row["grammar"], 0o644))


def _edited(state: FileState, row: Row, reading: Reading) -> FileState:
    """Return the file with the row's key, or without it; a value that is strict enough, and only lacks strength, stays.

    Raises ValueError if the file cannot say so.
    """
    grammar, key, section = GRAMMARS[row["grammar"]], row["key"], row.get("section")
    value = _value_to_write(row, reading)
    if grammar.OWN_FILE:
        text = grammar.write(state.text, key, value, section)
        return FileState(text.encode(errors="surrogateescape"))
    if value is not None and _stands(row, state.text, value):
        return state
    text = grammar.write(state.text, key, value, section)
    if not _stands(row, text, value):
        raise ValueError(f"another line in it decides over {key} whatever is written")
    return dataclasses.replace(state, content=text.encode(errors="surrogateescape"))


def _value_to_write(row: Row, reading: Reading) -> t.Any:
    if row.get("compare") == "absent":
        return None
    if _meets(row, reading.value):
        return reading.value
    return row["desired"][0] if row.get("compare") == "in" else row["desired"]


def _stands(row: Row, text: str, value: t.Any) -> bool:
    """Tell whether a file by itself gives the row's key a value (None: no value)."""
    reading = GRAMMARS[row["grammar"]].read([(row["path"], text)], row["key"], row.get("section"))
    wanted = {**row, "desired": value, "compare": "absent" if value is None else "=="}
    return reading.unreadable is None and reading.weakness is None and _meets(wanted, reading.value)


def _meets(row: Row, value: t.Any) -> bool:
    desired = row.get("desired")
    if row.get("compare", "==") == "==" and isinstance(desired, bool):
        return value is desired or str(value).lower() in GRAMMARS[row["grammar"]].BOOLEANS.get(desired, ())
    return _compare.meets(row, value)


def _answers(rows: t.Sequence[Row]) -> dict[tuple[str, str], Reading]:
    """Ask each probe once, for the keys of all rows."""
    keys: dict[str, dict[str, None]] = {}
    for row in rows:
        if "probe" in row:
            keys.setdefault(row["probe"], {})[row["key"]] = None
    return {(probe, key): reading for probe in keys for key, reading in PROBES[probe](list(keys[probe])).items()}


def _read(row: Row, files: _Files, answers: t.Mapping[tuple[str, str], Reading]) -> Reading:
    """Join what the files say with the probe's answer; where files only tell the place, they need not be readable."""
    answer = answers[row["probe"], row["key"]] if "probe" in row else None
    if answer is not None and (answer.inapplicable or answer.unreadable):
        return answer
    try:
        texts = files.of(row)
    except OSError as error:
        unreadable = Reading(unreadable=error.strerror)
        return answer if answer is not None and row["grammar"] not in _INCLUDING else unreadable
    found = GRAMMARS[row["grammar"]].read(texts, row["key"], row.get("section"))
    if answer is not None:
        found = dataclasses.replace(answer, where=(found.where or answer.where) if answer.value is not None else None)
    weakness = found.weakness or _weakness(row, found, texts) or files.why_in_other_hands(found.where)
    return dataclasses.replace(found, weakness=weakness)


def _file_of(where: str | None) -> str:
    """Return the file of a place; not every grammar and probe knows the line."""
    return re.sub(r":\d+$", "", where or "")


def _weakness(row: Row, found: Reading, texts: _Texts) -> str | None:
    """Return which line makes a value not count that is right: for some users, or in a file other than the row's."""
    grammar = _INCLUDING.get(row["grammar"])
    for value, where in grammar.exceptions(texts, row["key"]) if grammar else ():
        if not _meets(row, value):
            return f"{where} makes an exception: {row['key']} is {value}"
    place, path = _file_of(found.where), row["path"]
    if place in ("", path) or _meets(row, found.value):
        return None
    wanted = None if row.get("compare") == "absent" else _value_to_write(row, found)
    if not _stands(row, dict(texts).get(path, ""), wanted):
        return None
    return f"{found.where} sets it" if wanted is None else f"it is written, but {found.where} decides the value"
