# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""YAML files of the collection's own, read by the fast safe loader."""

from __future__ import annotations

import typing as t
from pathlib import Path

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(Exception):
    """The file is no YAML; the message names it, with line and column."""


def load(path: Path) -> t.Any:
    """Return what a YAML file holds; raise YamlError if it is none, OSError if it cannot be read."""
    try:
        return yaml.load(path.read_bytes(), Loader=_LOADER)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise YamlError(f"{path}{place}: {getattr(error, 'problem', None) or 'it is no YAML'}") from error
