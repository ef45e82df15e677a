# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Values from the inventory for the door: knobs over the defaults of their role, and what the site decides."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader

from ansible_collections.commune.baseline.plugins.plugin_utils._door.calendar import today
from ansible_collections.commune.baseline.plugins.plugin_utils._door.confirmation import ALONE
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.change import read_change
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.controls import FAIL_ON
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import PLATFORMS, Row, RowError
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.site import DEVICE_CLASSES, Site, read_exceptions

_SITE = {
    "baseline_device_class": {"type": "str", "choices": list(DEVICE_CLASSES)},
    "baseline_only": {"type": "list", "elements": "str", "default": []},
    "baseline_exceptions": {"type": "list", "elements": "dict", "default": []},
    "register_exceptions": {"type": "list", "elements": "dict", "default": []},
    "baseline_revert_seconds": {"type": "int", "default": 60},
}
_FAIL_ON = {"baseline_fail_on": {"type": "str", "choices": list(FAIL_ON), "default": "must"}}
_CHANGE = {
    "baseline_change": {"type": "dict"},
    "baseline_change_required": {"type": "bool", "default": False},
}
_LEAST_REVERT_SECONDS = 10


class Variables:
    """The variables of one host, resolved on demand."""

    def __init__(self, roles: Path, templar: t.Any, variables: t.Mapping[str, t.Any]) -> None:
        self._roles = roles
        self._templar = templar
        self._variables = variables

    def knobs(self, rows: t.Iterable[Row]) -> dict[str, t.Any]:
        """Resolve every knob that rows name, each once; the inventory's value wins over the role's default."""
        names_of: dict[str, dict[str, None]] = {}
        for row in rows:
            if row.knob:
                names_of.setdefault(row.role, {})[row.knob] = None
        knobs: dict[str, t.Any] = {}
        for role, names in names_of.items():
            knobs.update(self._knobs_of(role, list(names)))
        return knobs

    def site(self) -> tuple[Site, int]:
        """Return what the site decides about this host, and after how many seconds a change is taken back."""
        settings = self._settings(_SITE)
        seconds = settings["baseline_revert_seconds"]
        if seconds < _LEAST_REVERT_SECONDS:
            raise RowError(f"baseline_revert_seconds is {seconds}; a login may need {_LEAST_REVERT_SECONDS}")
        site = Site(
            device=str(self._variables["inventory_hostname"]),
            groups=[*self._variables.get("group_names", []), "all"],
            device_class=settings["baseline_device_class"],
            only=settings["baseline_only"],
            exceptions=read_exceptions("baseline_exceptions", settings["baseline_exceptions"], today()),
            registered=read_exceptions("register_exceptions", settings["register_exceptions"], today()),
        )
        return site, seconds

    def fail_on(self) -> str:
        """Return from which priority on a control that is not met fails the task."""
        return str(self._settings(_FAIL_ON)["baseline_fail_on"])

    def change(self, *, enforcing: bool) -> dict[str, str | None] | None:
        """Return the change that this run belongs to, as it was given; raise RowError if it has to have one."""
        settings = self._settings(_CHANGE)
        return read_change(settings["baseline_change"], required=enforcing and settings["baseline_change_required"])

    def _settings(self, specs: dict[str, t.Any]) -> dict[str, t.Any]:
        given = {name: self._value(self._variables, name, name) for name in specs if name in self._variables}
        return self._validated("site", specs, given)

    def _knobs_of(self, role: str, names: list[str]) -> dict[str, t.Any]:
        defaults, specs = declared(self._roles / role)
        variables = {**defaults, **self._variables}
        for name in names:
            if name not in specs or name not in variables:
                raise RowError(f"role {role}: knob {name} needs a default and an entry in meta/argument_specs.yml")
        values = {name: self._value(variables, name, f"role {role}: knob {name}") for name in names}
        return self._validated(f"role {role}", {name: specs[name] for name in names}, values)

    def _value(self, variables: t.Mapping[str, t.Any], name: str, place: str) -> t.Any:
        templar = self._templar.copy_with_new_env(available_variables=variables)
        try:
            return templar.template(variables[name])
        except AnsibleError as error:
            raise RowError(f"{place}: {error}") from error

    @staticmethod
    def _validated(place: str, specs: dict[str, t.Any], values: dict[str, t.Any]) -> dict[str, t.Any]:
        checked = ArgumentSpecValidator(specs).validate(values)
        if checked.error_messages:
            raise RowError(f"{place}: {'; '.join(checked.error_messages)}")
        return t.cast("dict[str, t.Any]", checked.validated_parameters)


def platform_of(connection: t.Any, variables: t.Mapping[str, t.Any]) -> str:
    """Return the platform of a device: what the register says, else what its connection and shell are made for."""
    recorded = (variables.get("register_device") or {}).get("platform")
    if recorded in PLATFORMS:
        return str(recorded)
    # Only the shells of Windows have the mark.
    speaks_windows = connection.transport in ALONE or getattr(connection._shell, "_IS_WINDOWS", False)
    return "windows" if speaks_windows else "linux"


@functools.cache
def declared(role: Path) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """Return the defaults of a role's knobs, which may be templates, and their specifications."""
    loader = DataLoader()
    defaults, specs = (
        loader.load_from_file(str(role / file), unsafe=True, trusted_as_template=True)
        for file in ("defaults/main.yml", "meta/argument_specs.yml")
    )
    if not isinstance(defaults, dict):
        raise RowError(f"{role / 'defaults/main.yml'}: it holds no dictionary")
    return defaults, specs["argument_specs"]["main"]["options"]
