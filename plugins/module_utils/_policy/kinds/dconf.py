# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Settings that GNOME, Cinnamon, MATE and others keep in dconf, and that no user can change.

Fields of a row: ``key``, the whole path of the key, and ``type``, that of its schema: programs pass by a value of
another type. The value is what dconf answers an ordinary user who has set nothing; it counts only if the key is locked.

Keys and locks stand in a database of our own. dconf reads what is compiled from its key files, and finds it through the
profile ``user``. Of several databases there that lock a key, the last one decides, so ours is made the last one.
"""

from __future__ import annotations

import dataclasses
import os
import re
import tempfile
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import compare as _compare
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import ini, lines
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import (
    HEADER,
    FileState,
    capture,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

_TYPES: t.Mapping[str, tuple[str, str]] = {  # how GVariant writes a value, and what it prints
    "boolean": ("{}", "(true|false)"),
    "int32": ("{}", r"(-?\d+)"),
    "uint32": ("uint32 {}", r"uint32 (\d+)"),
}
FIELDS: t.Mapping[str, t.Any] = {"key": "absolute path", "type": tuple(_TYPES)}
REQUIRED = frozenset({"key", "type"})
COMPARISONS: t.Sequence[str] = ("==", "<=")

SERVICE = "/usr/libexec/dconf-service"  # without it, no program keeps its settings in dconf
ETC = "/etc/dconf"
PROFILES = ("/usr/local/share/dconf/profile/user", "/usr/share/dconf/profile/user")  # if /etc has none
_NAME = "commune-baseline"
_OURS = f"system-db:{_NAME}"
_NO_PROFILE = "user-db:user\n"  # what dconf goes by then
_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
_STALE = "the database that dconf reads is not what its key files say"


class _Sources(t.NamedTuple):
    """The texts that a database of our own is compiled from."""

    keys: str
    locks: str


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell what an ordinary user gets for every row's key, and whether the user could change it."""
    if programs.find("dconf") is None:
        return dict.fromkeys((row["id"] for row in rows), _without_dconf())
    try:
        values, locks = _ask("dump", "/"), frozenset(_ask("list-locks", "/").split())
        weakness = _STALE if _is_stale() else None
    except OSError as error:
        return dict.fromkeys((row["id"] for row in rows), Reading(unreadable=error.strerror))
    return {row["id"]: _read(row, values, locks, weakness) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return _compare.meets(row, reading.value)


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Write keys and locks of all rows, compile them once, and make the database the last one of the profile."""
    if not rows:
        return {}
    try:
        changes = _put(_with_rows(rows, readings), writer)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        return dict.fromkeys((row["id"] for row in rows), Write(error=f"cannot write to dconf: {reason}"))
    return dict.fromkeys((row["id"] for row in rows), Write(changes=changes))


def _without_dconf() -> Reading:
    if os.path.exists(SERVICE):
        return Reading(unreadable="dconf is not installed; on Debian it is in the package dconf-cli")
    return Reading(inapplicable="there is no dconf")


def _ask(*question: str) -> str:
    """Return what dconf answers nobody, who has no settings of their own; raises OSError."""
    nobody = () if os.geteuid() else _NOBODY
    return programs.run(*nobody, "env", "HOME=/nonexistent", "dconf", *question)


def _read(row: Row, values: str, locks: t.Container[str], weakness: str | None) -> Reading:
    section, _slash, name = row["key"][1:].rpartition("/")
    text = ini.read([("", values)], name, section).value
    if text is None:
        return Reading()
    found = re.fullmatch(_TYPES[row["type"]][1], text)
    if not found:
        weakness = f"it is {text}, no {row['type']}, so programs pass it by"
        return Reading(value=text, where=_profile(), weakness=weakness)
    value = found[1] == "true" if row["type"] == "boolean" else int(found[1])
    if row["key"] not in locks:
        weakness = f"it is {found[1]}, but every user can change it"
    return Reading(value=value, where=_profile(), weakness=weakness)


def _with_rows(rows: t.Sequence[Row], readings: t.Mapping[str, Reading]) -> _Sources:
    """Return our texts with the rows; raises ValueError. What is not compiled anyway is written anew."""
    keys, locks = _sources() if capture(_database()) and not _is_stale() else _Sources(f"{HEADER}\n", f"{HEADER}\n")
    for row in rows:
        section, _slash, name = row["key"][1:].rpartition("/")
        keys = ini.write(keys, name, _value(row, readings[row["id"]]), section)
        if row["key"] not in locks.split("\n"):
            locks = lines.append(locks, row["key"])
    return _Sources(keys, locks)


def _value(row: Row, reading: Reading) -> str:
    """Return what to write; a value that is strict enough, and only lacks the lock, stays."""
    value = reading.value if _compare.meets(row, reading.value) else row["desired"]
    return _TYPES[row["type"]][0].format(str(value).lower())


def _put(sources: _Sources, writer: Writer) -> bool:
    """Write all files, each before what refers to it; return whether that changes anything."""
    new = dict(zip(_source_paths(), (FileState(text.encode()) for text in sources)))
    new[_database()] = FileState(_compiled(sources))
    changes = [writer.put("file", path, old=capture(path), new=state) for path, state in new.items()]
    profile = capture(_profile())
    text = with_our_database(profile.text if profile else _shipped_profile()).encode(errors="surrogateescape")
    wanted = dataclasses.replace(profile, content=text) if profile else FileState(text)
    return writer.put("file", _profile(), old=profile, new=wanted) or any(changes)


def with_our_database(profile: str) -> str:
    """Return the text of a profile in which our database is the last one."""
    named = [line.partition("#")[0].strip() for line in profile.split("\n")]
    if [name for name in named if name][-1:] == [_OURS]:
        return profile
    others = [line for line, name in zip(profile.split("\n"), named) if name != _OURS]
    return lines.append("\n".join(others), _OURS)


def _shipped_profile() -> str:
    """Return the profile that counts as long as there is none below /etc."""
    states = (capture(path) for path in PROFILES)
    return next((state.text for state in states if state), _NO_PROFILE)


def _is_stale() -> bool:
    """Tell whether compiling the key files again would give another database."""
    database = capture(_database())
    try:
        return database is not None and database.content != _compiled(_sources())
    except OSError:  # dconf cannot make sense of them
        return True


def _sources() -> _Sources:
    keys, locks = (state.text if state else "" for state in map(capture, _source_paths()))
    return _Sources(keys, locks)


def _compiled(sources: _Sources) -> bytes:
    """Return the database that dconf makes of these texts; raises OSError with its objection."""
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/db.d/locks")
        for path, text in zip(("keys", "locks/keys"), sources):
            with open(f"{folder}/db.d/{path}", "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
        programs.run("dconf", "compile", f"{folder}/db", f"{folder}/db.d")
        with open(f"{folder}/db", "rb") as file:
            return file.read()


def _source_paths() -> tuple[str, str]:
    return f"{_database()}.d/00-{_NAME}", f"{_database()}.d/locks/00-{_NAME}"


def _database() -> str:
    return f"{ETC}/db/{_NAME}"


def _profile() -> str:
    return f"{ETC}/profile/user"
