# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Files that a configuration file names: which they are, and all that can be reached from the first."""

from __future__ import annotations

import fnmatch
import os
import typing as t


def matching(pattern: str, paths: t.Iterable[str]) -> list[str]:
    """Return those of the paths that a shell pattern stands for, in the order of their names, as glob(3) does."""
    parts = pattern.split("/")
    return sorted(path for path in paths if _matches(path.split("/"), parts))


def reachable(
    start: t.Sequence[str],
    includes: t.Callable[[str, str], list[str]],
    find: t.Callable[[str], list[str]],
    read: t.Callable[[str], str | None],
) -> list[tuple[str, str]]:
    """Return path and text of the first files, and of all that they and those include, each once."""
    waiting, found = list(start), {}
    while waiting:
        path = waiting.pop(0)
        text = None if path in found else read(path)
        if text is not None:
            found[path] = text
            for pattern in includes(path, text):
                waiting += find(pattern)
    return list(found.items())


def _matches(names: list[str], patterns: list[str]) -> bool:
    return len(names) == len(patterns) and all(
        fnmatch.fnmatchcase(name, pattern) and (not name.startswith(".") or pattern.startswith("."))
        for name, pattern in zip(names, patterns)
    )


def beside(path: str, name: str) -> str:
    """Return a path that is relative to the folder of the file that names it."""
    return os.path.join(os.path.dirname(path), name)
