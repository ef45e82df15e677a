# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kernel modules that must not be there.

Field of a row: ``module``; the value is ``blocked``: modprobe, and so the kernel itself, loads it neither by its name
nor for a device, and it is not loaded now. What modprobe makes of all its files is asked of modprobe. Where a site
wants a module ``allowed``, its row has no meaning.

Without modprobe a row has no meaning: the kernel loads modules through it alone (``/proc/sys/kernel/modprobe``).
"""

from __future__ import annotations

import dataclasses
import fnmatch
import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import kernel_module as thing
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import HEADER, FileState
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"module": "word"}
REQUIRED = frozenset({"module"})
COMPARISONS: t.Sequence[str] = ("==",)
FILE = "/etc/modprobe.d/00-commune-baseline.conf"  # of several install lines the first counts
MODULES = "/lib/modules"
SHOW_CONFIGURATION: tuple[str, ...] = ("modprobe", "--showconfig")
_NOTHING = frozenset({f"{folder}/{name}" for folder in ("/bin", "/usr/bin") for name in ("true", "false")})
_BUILT_IN = "built in"


class _Configuration(t.NamedTuple):
    """What modprobe was told: commands in place of loading, of which the first that fits counts; none by alias."""

    installs: list[tuple[str, str]]
    blacklist: frozenset[str]

    def blocks(self, module: str) -> bool:
        commands = [command for pattern, command in self.installs if fnmatch.fnmatchcase(module, pattern)]
        return module in self.blacklist and bool(commands) and commands[0] in _NOTHING


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell of every module whether it is blocked, loadable, loaded or built in."""
    if programs.find(SHOW_CONFIGURATION[0]) is None:
        return {row["id"]: Reading(inapplicable="there is no modprobe that could load modules") for row in rows}
    try:
        configuration = _parse(programs.run(*SHOW_CONFIGURATION))
        built_in = _built_in()
    except OSError as error:
        return {row["id"]: Reading(unreadable=str(error.strerror)) for row in rows}
    return {row["id"]: _read(row, configuration, built_in) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return bool(reading.value == row["desired"])


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Block all modules in one file, then unload those that are loaded."""
    errors = {row["id"]: _refusal(row, readings[row["id"]]) for row in rows}
    writes = {id_: Write(error=error) for id_, error in errors.items() if error}
    left = [row for row in rows if not errors[row["id"]]]
    try:
        old = file_state.capture(FILE)
        changing = {row["id"] for row in left if _edited(old, [row["module"]]) != old}
        writer.put("file", FILE, old=old, new=_edited(old, [row["module"] for row in left]))
    except OSError as error:
        return {**writes, **{row["id"]: Write(error=f"cannot write {FILE}: {error.strerror}") for row in left}}
    return {**writes, **{row["id"]: _unload(row["module"], row["id"] in changing, writer) for row in left}}


def _read(row: Row, configuration: _Configuration, built_in: frozenset[str]) -> Reading:
    if row["desired"] == "allowed":
        return Reading(inapplicable="the site allows it")
    module = thing.plain(row["module"])
    if module in built_in or (os.path.isdir(f"{thing.SYS_MODULE}/{module}") and thing.capture(module) is None):
        return Reading(value=_BUILT_IN, weakness="it is built into this kernel")
    if thing.capture(module) == thing.LOADED:
        return Reading(value=thing.LOADED, where=thing.PROC_MODULES)
    return Reading(value="blocked" if configuration.blocks(module) else "loadable", where=" ".join(SHOW_CONFIGURATION))


def _parse(text: str) -> _Configuration:
    words = [line.split(None, 2) for line in text.split("\n")]
    installs = [(thing.plain(line[1]), line[2].strip()) for line in words if len(line) == 3 and line[0] == "install"]
    blacklist = frozenset(thing.plain(line[1]) for line in words if len(line) == 2 and line[0] == "blacklist")
    return _Configuration(installs, blacklist)


def _built_in() -> frozenset[str]:
    """Return the names of what is part of the kernel itself (modules.builtin(5))."""
    state = file_state.capture(os.path.join(MODULES, os.uname().release, "modules.builtin"))
    files = state.text.split() if state else []
    return frozenset(thing.plain(os.path.basename(file).partition(".ko")[0]) for file in files)


def _refusal(row: Row, reading: Reading) -> str | None:
    if row["desired"] != "blocked":
        return f"a module can be made blocked, not {row['desired']}"
    return reading.weakness


def _edited(state: FileState | None, modules: t.Sequence[str]) -> FileState | None:
    """Return our file with the two lines of every module, and no other about them."""
    left = [module for module in modules if not _is_blocked_in(state, module)]
    if not left:
        return state
    former = state or FileState(f"{HEADER}\n".encode())
    names = {thing.plain(module) for module in left}
    kept = [line for line in former.text.removesuffix("\n").split("\n") if _module_of(line) not in names]
    ours = [line for module in left for line in (f"install {module} /bin/false", f"blacklist {module}")]
    return dataclasses.replace(former, content="\n".join([*kept, *ours, ""]).encode(errors="surrogateescape"))


def _is_blocked_in(state: FileState | None, module: str) -> bool:
    return state is not None and _parse(state.text).blocks(thing.plain(module))


def _module_of(line: str) -> str | None:
    words = line.split()
    return thing.plain(words[1]) if len(words) > 1 and words[0] in ("install", "blacklist") else None


def _unload(module: str, changes: bool, writer: Writer) -> Write:
    name = thing.plain(module)
    loaded = thing.capture(name)
    if loaded and thing.users().get(name):
        return Write(
            changes, f"{module} cannot be unloaded, since something uses it; it is blocked from the next boot on"
        )
    try:
        return Write(writer.put("kernel_module", name, old=loaded, new=None) or changes)
    except OSError as error:
        return Write(changes, f"cannot unload {module}: {error.strerror}")
