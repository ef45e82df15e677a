# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""A unit of systemd: how it starts at boot, and whether it runs.

What systemctl enables and masks is links. They are taken down one by one, with those of the units that an ``Also=``
makes come along, and put back as they were: no verb of systemctl undoes another exactly.
"""

from __future__ import annotations

import contextlib
import os
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs

SHARED = True
FOLDERS: t.Sequence[str] = ("/etc/systemd/system", "/run/systemd/system")
# What it takes to tell whether a unit starts and runs, and since when.
OBSERVED = (
    *("LoadState", "UnitFileState", "ActiveState", "TriggeredBy", "FragmentPath", "WantedBy", "RequiredBy"),
    "StateChangeTimestampMonotonic",
)
# Without this, it would also write links of SysV scripts, which systemd reads only where there is no unit.
_SYSTEMCTL = ("env", "SYSTEMCTL_SKIP_SYSV=1", "systemctl", "--quiet")
_RUNNING = ("active", "activating", "reloading", "refreshing")
_VERBS: dict[str, tuple[str, ...]] = {
    "enabled": ("unmask", "enable"),
    "disabled": ("disable",),
    "masked": ("mask",),
}
_UNTIL_BOOT = {"masked-runtime": "unmask", "enabled-runtime": "disable"}  # what takes back such a state


def show(units: t.Sequence[str], *properties: str) -> list[dict[str, str]]:
    """Ask systemd for properties of all units at once, but for what was answered already; raises OSError."""
    known = programs.answers()
    asked = [unit for unit in dict.fromkeys(units) if not known.get((show, unit), {}).keys() >= set(properties)]
    for unit, told in zip(asked, _ask(asked, properties) if asked else ()):
        known.setdefault((show, unit), {}).update(told)
    return [known[show, unit] for unit in units]


def _ask(units: t.Sequence[str], properties: t.Iterable[str]) -> list[dict[str, str]]:
    answer = programs.run("systemctl", "show", f"--property={','.join(properties)}", "--", *units)
    blocks = [
        dict(line.partition("=")[::2] for line in block.split("\n")) for block in answer.strip("\n").split("\n\n")
    ]
    if len(blocks) != len(units):
        raise OSError(0, f"systemctl told of {len(blocks)} units, not of {len(units)}", "systemctl")
    return blocks


def is_running(properties: t.Mapping[str, str]) -> bool:
    """Tell whether a unit runs, or is about to."""
    return properties["ActiveState"] in _RUNNING


def capture(unit: str) -> dict[str, t.Any]:
    """Return the state of a unit; ``links`` is what there is of it in the folders of systemctl."""
    (properties,) = show([unit], "ActiveState", "UnitFileState")
    return {
        "unit_file_state": properties["UnitFileState"],
        "active": is_running(properties),
        "links": _links(_family(unit)),
    }


def put(unit: str, state: t.Mapping[str, t.Any] | None) -> None:
    """Give a unit a state: a captured one to the last link, a new one by the verbs of systemctl. Raises OSError."""
    if state is None:
        raise OSError(0, "a unit is not taken away", unit)
    if "links" in state:
        _restore(_links(_family(unit)), state["links"])
        programs.run("systemctl", "daemon-reload")
    else:
        _change(unit, state["unit_file_state"])
    _set_running(unit, running=state["active"])


def _change(unit: str, unit_file_state: str) -> None:
    (properties,) = show([unit], "UnitFileState")
    if properties["UnitFileState"] in _UNTIL_BOOT and unit_file_state != "masked":
        programs.run(*_SYSTEMCTL, "--runtime", _UNTIL_BOOT[properties["UnitFileState"]], unit)
    for verb in _VERBS[unit_file_state]:
        programs.run(*_SYSTEMCTL, verb, unit)


def _set_running(unit: str, *, running: bool) -> None:
    """Start or stop a unit; one that was masked first cannot be started again by others in between."""
    if is_running(show([unit], "ActiveState")[0]) == running:
        return
    programs.run("systemctl", "start" if running else "stop", unit)
    (properties,) = show([unit], "ActiveState")
    if is_running(properties) != running:
        raise OSError(0, f"it was {'started' if running else 'stopped'}, but is {properties['ActiveState']}", unit)


def _family(unit: str) -> set[str]:
    """Return all names of a unit, and of those that are enabled along with it."""
    family: set[str] = set()
    left = [unit]
    while left:
        family.add(left[0])
        (properties,) = show([left.pop(0)], "Names", "FragmentPath")
        family |= set(properties["Names"].split())
        left += sorted(_also(properties["FragmentPath"]) - family - set(left))
    return family


def _also(path: str) -> set[str]:
    with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="surrogateescape") as file:
        return {name for line in re.findall(r"(?m)^Also=(.*)$", file.read()) for name in line.split()}
    return set()


def _links(family: t.AbstractSet[str]) -> dict[str, str]:
    """Return the links that are named after units of a family, or lead to one."""
    found = {}
    for top in FOLDERS:
        for folder, folders, files in os.walk(top):
            for path in (os.path.join(folder, name) for name in [*files, *folders]):
                if os.path.islink(path) and {os.path.basename(path), os.path.basename(os.readlink(path))} & family:
                    found[path] = os.readlink(path)
    return found


def _restore(now: t.Mapping[str, str], wanted: t.Mapping[str, str]) -> None:
    for path in now.keys() - wanted.keys():
        os.unlink(path)
        with contextlib.suppress(OSError):  # others are left in it
            if os.path.dirname(path) not in FOLDERS:
                os.rmdir(os.path.dirname(path))
    for path, target in wanted.items():
        if now.get(path) != target:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            os.symlink(target, path)
