# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The controls: what the regulations demand, read from ``catalogue/controls/<domain>.yml``."""

from __future__ import annotations

import dataclasses
import functools
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils import _yaml

PRIORITIES = ("must", "should", "could")


class CatalogueError(Exception):
    """The catalogue cannot be read, or does not hold what is asked of it."""


@dataclasses.dataclass(frozen=True)
class Source:
    """One clause that demands the control: regulation and clause code, reference, and its words (Vietnamese)."""

    code: str
    ref: str
    quote: str


@dataclasses.dataclass(frozen=True)
class Control:
    """One demand of the regulations, with the values that they or the project give its parameters."""

    id: str
    title_vi: str
    title_en: str
    priority: str
    sources: tuple[Source, ...]
    parameters: t.Mapping[str, t.Any]

    @property
    def clauses(self) -> tuple[str, ...]:
        return tuple(source.code for source in self.sources)


class Catalogue:
    """Controls by id; a domain's file is read when the first of its controls is asked for."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def control(self, control_id: str) -> Control:
        """Return a control; raise CatalogueError if there is none of this id."""
        domain = control_id.partition("-")[0]
        try:
            return _domain(self._directory / "controls" / f"{domain}.yml")[control_id]
        except (FileNotFoundError, KeyError):
            raise CatalogueError(f"the catalogue has no control {control_id!r}") from None


@functools.cache
def _domain(path: Path) -> dict[str, Control]:
    try:
        entries = _yaml.load(path)
    except _yaml.YamlError as error:
        raise CatalogueError(str(error)) from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise CatalogueError(f"{path}: a domain is a list of controls, each a dictionary")
    controls = [_control(path, entry) for entry in entries]
    by_id = {control.id: control for control in controls}
    if len(by_id) < len(controls):
        raise CatalogueError(f"{path}: two controls have one id")
    return by_id


def _control(path: Path, entry: dict[str, t.Any]) -> Control:
    try:
        control = Control(**{**entry, "sources": tuple(Source(**source) for source in entry["sources"])})
    except (KeyError, TypeError) as error:
        raise CatalogueError(f"{path}: control {entry.get('id', '?')}: {error}") from error
    if not control.sources or not isinstance(control.parameters, dict):
        raise CatalogueError(f"{path}: control {control.id}: sources must name a clause, parameters be a dictionary")
    if control.priority not in PRIORITIES:
        raise CatalogueError(
            f"{path}: control {control.id}: priority is {control.priority!r}, not one of {', '.join(PRIORITIES)}"
        )
    return control
