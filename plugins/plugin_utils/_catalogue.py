# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The controls: what the regulations demand, read from ``catalogue/controls/<domain>.yml``.

Whatever else the catalogue holds, and whether its files agree, is the matter of ``_catalogue_files``.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils import _yaml
from ansible_collections.commune.baseline.plugins.plugin_utils._shape import Shapes

PRIORITIES = ("must", "should", "could")
_SCHEMA = Path(__file__).parents[2] / "catalogue" / "schema.json"


class CatalogueError(Exception):
    """The catalogue cannot be read, or does not hold what is asked of it."""


class UnknownControlError(CatalogueError):
    """The catalogue has no control of this id."""


@dataclasses.dataclass(frozen=True)
class Source:
    """One clause that demands the control: its code, and the words of it that do (Vietnamese)."""

    code: str
    quote: str


@dataclasses.dataclass(frozen=True)
class Control:
    """One demand of the regulations.

    ``parameters`` are what it demands, as values; those of ``from_text`` stand in the texts, all others are the
    project's choice. ``expresses`` says of a parameter which of the control's clauses it puts into a value, and
    ``notes`` holds what nobody can check.
    """

    id: str
    title_vi: str
    title_en: str
    priority: str
    sources: tuple[Source, ...]
    parameters: t.Mapping[str, t.Any]
    kind: str = "enforce"
    also_kinds: t.Sequence[str] = ()
    basis: str = "text"
    applies_to: t.Sequence[str] = ()
    from_text: t.Sequence[str] = ()
    expresses: t.Mapping[str, t.Sequence[str]] = dataclasses.field(default_factory=dict)
    notes: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    gaps: t.Sequence[str] = ()
    mapping: t.Mapping[str, t.Sequence[str]] = dataclasses.field(default_factory=dict)

    @property
    def clauses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source.code for source in self.sources))


class Catalogue:
    """Controls by id; a domain's file is read when the first of its controls is asked for."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def control(self, control_id: str) -> Control:
        """Return a control; raise UnknownControlError if there is none of this id, CatalogueError if it is faulty."""
        domain = control_id.partition("-")[0]
        try:
            return controls_of_file(self._directory / "controls" / f"{domain}.yml")[control_id]
        except (FileNotFoundError, KeyError):
            raise UnknownControlError(f"the catalogue has no control {control_id!r}") from None


@functools.cache
def controls_of_file(path: Path) -> dict[str, Control]:
    """Return the controls of a domain by id; raise CatalogueError at the first fault, OSError without the file."""
    controls: dict[str, Control] = {}
    for entry in read(path, "controls"):
        control = Control(**{**entry, "sources": tuple(Source(**source) for source in entry["sources"])})
        fault = f"{control.id}: stands twice" if control.id in controls else _disagreement(control, path.stem)
        if fault:
            raise CatalogueError(f"{path}: {fault}")
        controls[control.id] = control
    return controls


def read(path: Path, kind: str) -> t.Any:
    """Return what a file of the catalogue holds, in the shape of its kind; raise CatalogueError if it has another."""
    try:
        content = _yaml.load(path)
    except _yaml.YamlError as error:
        raise CatalogueError(str(error)) from error
    fault = _shapes().fault(kind, content)
    if fault:
        raise CatalogueError(f"{path}: {fault}")
    return content


@functools.cache
def _shapes() -> Shapes:
    try:
        return Shapes(json.loads(_SCHEMA.read_bytes()))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{_SCHEMA}: {error}") from error


def _disagreement(control: Control, domain: str) -> str | None:
    """Return what does not fit together within a control, else None."""
    if control.id.partition("-")[0] != domain:
        return f"{control.id}: id does not begin with {domain}, the name of its file"
    places = (("from_text", control.from_text), ("expresses", control.expresses))
    for key, name in ((key, name) for key, names in places for name in names):
        if name not in control.parameters:
            return f"{control.id}: {key} names {name!r}, which is none of its parameters"
    for name, codes in control.expresses.items():
        for code in codes:
            if code not in control.clauses:
                return f"{control.id}: expresses: {name} names {code!r}, which is none of its clauses"
    return None
