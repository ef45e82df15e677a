# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What systemd-sysctl will set at the next boot: the files of sysctl.d(5), read in its order.

/etc/sysctl.conf is read only where a link in /etc/sysctl.d leads to it. (``sysctl --system`` of procps reads it last of
all, but no boot of Debian or Ubuntu runs that.)
"""

from __future__ import annotations

import fnmatch
import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.kernel_parameter import path_of

FOLDERS: t.Sequence[str] = (
    "/etc/sysctl.d",
    "/run/sysctl.d",
    "/usr/local/lib/sysctl.d",
    "/usr/lib/sysctl.d",
    "/lib/sysctl.d",
)


class Setting(t.NamedTuple):
    """One assignment; without a value it excludes its key from patterns."""

    value: str | None
    where: str


class Settings:
    """All assignments, by the path of their key below /proc/sys."""

    def __init__(self) -> None:
        self._of_path: dict[str, Setting] = {}

    def read(self, path: str, text: str) -> None:
        """Add what one more file assigns, which replaces what earlier ones do."""
        for number, line in enumerate(text.split("\n"), start=1):
            assignment = _assignment(line)
            if assignment is None:
                continue
            key, value = assignment
            if key in self._of_path and self._of_path[key].value == value:
                continue
            self._of_path.pop(key, None)  # among patterns, the one assigned last is written last
            self._of_path[key] = Setting(value, f"{path}:{number}")

    def of(self, path: str) -> Setting | None:
        """Return what decides a parameter at boot: an assignment of its own, else the last pattern that fits."""
        own = self._of_path.get(path)
        if own is not None:
            return own if own.value is not None else None
        fitting = [
            setting for pattern, setting in self._of_path.items() if setting.value is not None and _fits(path, pattern)
        ]
        return fitting[-1] if fitting else None


def read() -> Settings:
    """Read all files in the order of their names; one in an earlier folder hides those of its name in later ones.

    Raises OSError, whose ``strerror`` names the file.
    """
    of_name: dict[str, str] = {}
    for folder in FOLDERS:
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if name.endswith(".conf") and os.path.exists(os.path.join(folder, name)):
                of_name.setdefault(name, os.path.join(folder, name))
    settings = Settings()
    for path in (of_name[name] for name in sorted(of_name)):
        settings.read(path, _text(path))
    return settings


def _text(path: str) -> str:
    try:
        state = None if os.path.realpath(path) == os.devnull else file_state.capture(path)
    except OSError as error:
        raise OSError(error.errno, f"cannot read {path}: {error.strerror}", path) from error
    return state.text if state else ""


def assigned_path(line: str) -> str | None:
    """Return the path of the key that a line is about, None if it is about none."""
    assignment = _assignment(line)
    return assignment[0] if assignment else None


def _assignment(line: str) -> tuple[str, str | None] | None:
    line = line.strip()
    if not line or line[0] in "#;":
        return None
    key, equals, value = line.partition("=")
    if not equals and not key.startswith("-"):
        return None
    return path_of(key.removeprefix("-").strip()), (value.strip() if equals else None)


def _fits(path: str, pattern: str) -> bool:
    """Match as glob(7) does: a star never reaches over a slash."""
    names, patterns = path.split("/"), pattern.split("/")
    return len(names) == len(patterns) and all(map(fnmatch.fnmatchcase, names, patterns))
