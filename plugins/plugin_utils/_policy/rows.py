# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The rows that roles declare in ``vars/<platform>.yml``: found, validated, and given their desired values."""

from __future__ import annotations

import typing as t
from pathlib import Path

import yaml

from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import COMPARISONS
from ansible_collections.commune.baseline.plugins.module_utils._policy.engine import KINDS
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Catalogue, CatalogueError, Control

PLATFORMS = ("linux",)

_REQUIRED = frozenset({"id", "control", "kind", "why", "fix"})
_OPTIONAL = frozenset({"parameter", "value", "knob", "compare", "disabled_by", "refs"})
# What a person reads, or what becomes ``desired``, stays on the controller.
_NOT_SENT = frozenset({"parameter", "value", "knob", "refs", "why", "fix"})


class RowError(Exception):
    """A role's rows cannot be used; the message names the file, the row and what would be right."""


class Row(t.NamedTuple):
    """One checkable setting that serves a control on one platform."""

    role: str
    control: Control
    fields: dict[str, t.Any]

    @property
    def knob(self) -> str | None:
        return self.fields.get("knob")

    def for_device(self, knobs: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return what the engine needs of the row, with its desired value."""
        sent = {key: value for key, value in self.fields.items() if key not in _NOT_SENT}
        return {**sent, "desired": knobs[self.knob] if self.knob else self.fields.get("value")}


def roles_with_rows(roles_directory: Path, platform: str) -> list[str]:
    """Return the names of all roles that declare rows for a platform."""
    return sorted(path.parents[1].name for path in roles_directory.glob(f"*/vars/{platform}.yml"))


def read_rows(roles_directory: Path, roles: t.Iterable[str], platform: str, catalogue: Catalogue) -> list[Row]:
    """Return the valid rows of the roles, in the order of the roles; raise RowError at the first fault."""
    rows: list[Row] = []
    for role in roles:
        rows.extend(_role_rows(roles_directory, role, platform, catalogue))
    seen: set[str] = set()
    for row in rows:
        if row.fields["id"] in seen:
            raise RowError(f"role {row.role}: row {row.fields['id']} stands twice; every id is given once")
        seen.add(row.fields["id"])
    return rows


def _role_rows(roles_directory: Path, role: str, platform: str, catalogue: Catalogue) -> list[Row]:
    path = roles_directory / role / "vars" / f"{platform}.yml"
    if not path.is_file():
        known = ", ".join(roles_with_rows(roles_directory, platform))
        raise RowError(f"role {role!r} has no rows for {platform}; roles that have: {known}")
    data = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    key = f"__{role}_rows"
    if not isinstance(data, dict) or not isinstance(data.get(key), list):
        raise RowError(f"{path}: rows are a list under {key!r}")
    return [_row(path, role, fields, catalogue) for fields in data[key]]


def _row(path: Path, role: str, fields: t.Any, catalogue: Catalogue) -> Row:
    if not isinstance(fields, dict):
        raise RowError(f"{path}: a row is a dictionary, not {fields!r}")
    place = f"{path}: row {fields.get('id', '?')}"
    _check_fields(place, fields)
    try:
        return Row(role, catalogue.control(fields["control"]), fields)
    except CatalogueError as error:
        raise RowError(f"{place}: {error}") from error


def _check_fields(place: str, fields: dict[str, t.Any]) -> None:
    kind = KINDS.get(fields.get("kind", ""))
    if kind is None:
        raise RowError(f"{place}: kind is {fields.get('kind')!r}, not one of {', '.join(KINDS)}")
    required = _REQUIRED | kind.REQUIRED_FIELDS
    missing = sorted(required - fields.keys())
    if missing:
        raise RowError(f"{place}: lacks {', '.join(missing)}")
    unknown = sorted(fields.keys() - required - _OPTIONAL - kind.OPTIONAL_FIELDS)
    if unknown:
        raise RowError(f"{place}: has no field called {', '.join(unknown)}")
    if fields.get("compare", "==") not in COMPARISONS:
        raise RowError(f"{place}: compare is {fields['compare']!r}, not one of {', '.join(COMPARISONS)}")
    if fields.get("compare") != "absent" and ("value" in fields) == ("knob" in fields):
        raise RowError(f"{place}: needs either value or knob")
