# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""A module of the running kernel: loaded, or not there."""

from __future__ import annotations

import contextlib
import os

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs

SHARED = True
LOADED = "loaded"
PROC_MODULES = "/proc/modules"
SYS_MODULE = "/sys/module"


def plain(name: str) -> str:
    """Return the name as the kernel spells it: ``-`` and ``_`` are the same in names of modules (modprobe(8))."""
    return name.replace("-", "_")


def capture(name: str) -> str | None:
    """Tell whether a module is loaded; a kernel without modules has none."""
    if os.path.exists(f"{SYS_MODULE}/{plain(name)}/initstate"):  # what is built in has no such file
        return LOADED
    return LOADED if plain(name) in users() else None


def users() -> dict[str, int]:
    """Return how many hold each loaded module."""
    with contextlib.suppress(FileNotFoundError), open(PROC_MODULES, encoding="utf-8") as file:
        return {words[0]: int(words[2]) for words in map(str.split, file)}
    return {}


def put(name: str, state: str | None) -> None:
    """Load a module, whatever modprobe.d says of it, or unload it alone; raises OSError."""
    if state == capture(name):
        return
    if state is None:
        programs.run("rmmod", name)
    else:
        programs.run("modprobe", "--ignore-install", name)
