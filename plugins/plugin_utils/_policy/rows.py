# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The rows that roles declare in ``vars/<platform>.yml``: found, validated, and given their desired values."""

from __future__ import annotations

import functools
import re
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils import _yaml
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Catalogue, CatalogueError, Control
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.row_fields import (
    KINDS_OF,
    fault_of,
    fault_of_desired,
)

PLATFORMS = tuple(KINDS_OF)

# What a person reads, or what becomes ``desired``, stays on the controller.
_NOT_SENT = frozenset({"parameter", "value", "knob", "measured_in", "maximum", "optional", "refs", "why", "fix"})
_NO_AMOUNTS = frozenset({"file", "user_right", "audit_policy", "firewall_rule", "local_group", "program"})  # or a set
_SECONDS = {"minutes": 60}  # in one unit of a setting, whose knob is in seconds


class RowError(Exception):
    """A role's rows cannot be used; the message names the file, the row and what would be right."""


class Row(t.NamedTuple):
    """One checkable setting that serves a control on one platform."""

    role: str
    control: Control
    fields: dict[str, t.Any]

    @property
    def id(self) -> str:
        return str(self.fields["id"])

    @property
    def knob(self) -> str | None:
        return self.fields.get("knob")

    def for_device(self, knobs: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return what the engine needs of the row, with its desired value; raise RowError if that is out of bounds.

        An ``optional`` row whose knob a site has not set is sent as undecided: nobody has said what is right. As the
        content of a file, a list is one line for each of its parts.
        """
        desired = self._in_its_unit(knobs[self.knob]) if self.knob else self.fields.get("value")
        if self.fields.get("attribute") == "content" and isinstance(desired, list):
            desired = "".join(f"{one}\n" for one in desired)
        sent = {key: value for key, value in self.fields.items() if key not in _NOT_SENT}
        if desired is None and self.fields.get("optional"):
            return {**sent, "desired": None, "undecided": f"{self.knob} is not set, so nobody has said what is right"}
        if self.fields.get("compare") in ("<=", ">=") and self.fields["kind"] not in _NO_AMOUNTS:
            self._check_bounds(desired)
        if self.fields.get("compare") == "in" and not (isinstance(desired, list) and desired):
            raise RowError(f"{self._place(desired)}, not a list to choose from")
        if self.knob and isinstance(knobs[self.knob], str) and not knobs[self.knob].strip():
            raise RowError(f"{self._place(desired)}, which says nothing; it needs a text")
        fault = fault_of_desired(self.fields, desired)
        if fault:
            raise RowError(f"{self._place(desired)}; {fault}")
        return {**sent, "desired": desired}

    def _in_its_unit(self, desired: t.Any) -> t.Any:
        """Return what a knob in seconds is in whole units of the setting, which are never more than the knob says."""
        unit = self.fields.get("measured_in")
        return desired // _SECONDS[unit] if unit and isinstance(desired, int) else desired

    def _check_bounds(self, desired: t.Any) -> None:
        """Refuse a number that would loosen what the control demands, or switch the setting off."""
        place = self._place(desired)
        if not isinstance(desired, int) or isinstance(desired, bool):
            raise RowError(f"{place}, not a whole number")
        least, most = self._demanded()
        if most is not None and desired > most:
            raise RowError(f"{place}; control {self.control.id} allows at most {most}")
        if least is not None and desired < least:
            raise RowError(f"{place}; control {self.control.id} demands at least {least}")
        if desired < self.fields.get("minimum", desired):
            raise RowError(f"{place}; below {self.fields['minimum']} it would switch the setting off")
        if desired > self.fields.get("maximum", desired):
            raise RowError(f"{place}; more than {self.fields['maximum']} would shut people out")

    def _place(self, desired: t.Any) -> str:
        unit = f" in whole {self.fields['measured_in']}" if "measured_in" in self.fields else ""
        return f"role {self.role}: row {self.id}: {self.knob or 'value'}{unit} is {desired!r}"

    def _demanded(self) -> tuple[int | None, int | None]:
        """Return the least and the most that the row's parameter allows; a pair of numbers is a range."""
        demanded = self.control.parameters.get(str(self.fields.get("parameter")))
        if isinstance(demanded, list) and len(demanded) == 2 and all(isinstance(one, int) for one in demanded):
            return demanded[0], demanded[1]
        if not isinstance(demanded, int) or isinstance(demanded, bool):
            return None, None
        return (None, demanded) if self.fields["compare"] == "<=" else (demanded, None)


def roles_with_rows(roles_directory: Path, platform: str) -> list[str]:
    """Return the names of all roles that declare rows for a platform."""
    return sorted(path.parents[1].name for path in roles_directory.glob(f"*/vars/{platform}.yml"))


def read_rows(roles_directory: Path, roles: t.Iterable[str], platform: str, catalogue: Catalogue) -> list[Row]:
    """Return the valid rows of the roles, in the order of the roles; raise RowError at the first fault."""
    rows: dict[str, Row] = {}
    for role in dict.fromkeys(roles):
        for row in _role_rows(roles_directory, role, platform, catalogue):
            if row.id in rows:
                raise RowError(f"role {role}: row {row.id} stands twice; every id is given once")
            rows[row.id] = row
    return list(rows.values())


@functools.cache
def rows_of_all_roles(collection: Path, platform: str) -> list[Row]:
    """Return the valid rows of all roles of a collection; raise RowError at the first fault."""
    roles = collection / "roles"
    return read_rows(roles, roles_with_rows(roles, platform), platform, Catalogue(collection / "catalogue"))


def rows_of(roles: t.Collection[str] | None, rows: t.Sequence[Row], platform: str) -> list[Row]:
    """Return the rows of these roles, or all; raise RowError if a role is named that has none."""
    if roles is None:
        return list(rows)
    known = sorted({row.role for row in rows})
    unknown = [role for role in roles if role not in known]
    if unknown:
        raise RowError(f"role {unknown[0]!r} has no rows for {platform}; roles that have: {', '.join(known)}")
    if not roles:
        raise RowError("roles names no role; leave it out to use all")
    return [row for row in rows if row.role in roles]


def _role_rows(roles_directory: Path, role: str, platform: str, catalogue: Catalogue) -> list[Row]:
    path = roles_directory / role / "vars" / f"{platform}.yml"
    if not re.fullmatch("[a-z][a-z0-9_]*", role) or not path.is_file():
        known = ", ".join(roles_with_rows(roles_directory, platform))
        raise RowError(f"role {role!r} has no rows for {platform}; roles that have: {known}")
    try:
        data = _yaml.load(path)
    except _yaml.YamlError as error:
        raise RowError(str(error)) from error
    key = f"__{role}_rows"
    if not isinstance(data, dict) or not isinstance(data.get(key), list):
        raise RowError(f"{path}: rows are a list under {key!r}")
    return [_row(path, role, fields, catalogue, platform) for fields in data[key]]


def _with_file(folder: Path, place: str, fields: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the fields with the text of a file of the role as their value, where ``from_file`` names one."""
    if "from_file" not in fields:
        return fields
    name = fields["from_file"]
    if "value" in fields or "knob" in fields:
        raise RowError(f"{place}: needs one of value, knob and from_file")
    if not isinstance(name, str) or not re.fullmatch(r"[\w.@-]+", name) or not (folder / name).is_file():
        raise RowError(f"{place}: from_file is {name!r}, which is no file in {folder}")
    others = {key: value for key, value in fields.items() if key != "from_file"}
    return {**others, "value": (folder / name).read_text("utf-8")}


def _row(path: Path, role: str, fields: t.Any, catalogue: Catalogue, platform: str) -> Row:
    if not isinstance(fields, dict):
        raise RowError(f"{path}: a row is a dictionary, not {fields!r}")
    place = f"{path}: row {fields.get('id', '?')}"
    fields = _with_file(path.parents[1] / "files", place, fields)
    fault = fault_of(fields, platform)
    if fault:
        raise RowError(f"{place}: {fault}")
    try:
        control = catalogue.control(fields["control"])
    except CatalogueError as error:
        raise RowError(f"{place}: {error}") from error
    known = [*control.parameters, *control.clauses]
    if fields.get("parameter", known[0]) not in known:
        raise RowError(f"{place}: parameter is {fields['parameter']!r}, not one of {', '.join(known)}")
    return Row(role, control, fields)
