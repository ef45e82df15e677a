# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Parcels: what the controller hands to a device, compressed in one piece.

Ansible packs each file of a module by itself and sends its arguments as they are. One piece is less than half of that,
and the device imports an engine from it without writing anything to its disk.
"""

from __future__ import annotations

import base64
import bz2
import importlib.abc
import importlib.machinery
import importlib.util
import json
import sys
import typing as t


def wrap(content: t.Any) -> str:
    """Return JSON content as one line of text that needs no quotes and is no template."""
    return base64.b64encode(bz2.compress(json.dumps(content).encode())).decode("ascii")


def unwrap(parcel: str) -> t.Any:
    """Return what ``wrap`` got; raise ValueError if this is no parcel."""
    try:
        return json.loads(bz2.decompress(base64.b64decode(parcel)))
    except OSError as error:
        raise ValueError(str(error)) from error


class _Sources(importlib.abc.MetaPathFinder, importlib.abc.ExecutionLoader):
    """Finds and loads modules whose sources are held in memory."""

    def __init__(self, sources: t.Mapping[str, str]) -> None:
        self._sources = sources

    def find_spec(
        self, fullname: str, path: t.Any = None, target: t.Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self._sources and not self.is_package(fullname):
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=self.is_package(fullname))

    def is_package(self, fullname: str) -> bool:
        return any(name.startswith(f"{fullname}.") for name in self._sources)

    def get_filename(self, fullname: str) -> str:
        return f"{fullname}.py"  # as tracebacks name it

    def get_source(self, fullname: str) -> str:
        return self._sources.get(fullname, "")


def make_importable(sources: t.Mapping[str, str]) -> None:
    """Let modules be imported from their sources, by full name, from now on."""
    sys.meta_path.insert(0, _Sources(sources))
