# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import time
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.template import trust_as_template

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Catalogue
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.controls import FAIL_ON, controls_of, unmet
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import (
    PLATFORMS,
    Row,
    RowError,
    read_rows,
    roles_with_rows,
)

_COLLECTION = Path(__file__).parents[2]
_ROLES = _COLLECTION / "roles"
# The main process loads this file before it forks a worker per host, so all hosts and tasks of a run share the id.
_RUN = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{os.getpid()}"
_ENGINE = {"linux": "commune.baseline.linux_policy"}

_ARGUMENTS = {
    "roles": {"type": "list", "elements": "str"},
    "platform": {"type": "str", "choices": list(PLATFORMS), "default": "linux"},
    "fail_on": {"type": "str", "choices": list(FAIL_ON), "default": "must"},
}


class ActionModule(ActionBase):
    """The one door: rows of the roles, their knobs, one call of the device's engine, and the states of the controls."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        task_vars = task_vars or {}
        super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(_ARGUMENTS)[1]
        platform = arguments["platform"]
        if self._task.delegate_to:
            raise AnsibleActionFail(
                "delegate_to would credit this device with what another one shows; name it in hosts"
            )
        try:
            rows = self._rows(arguments["roles"], platform)
            knobs = self._knobs(rows, task_vars)
            device_rows = [row.for_device(knobs) for row in rows]
        except (RowError, OSError) as error:
            raise AnsibleActionFail(str(error)) from error
        return self._outcome(rows, device_rows, arguments, task_vars)

    def _rows(self, roles: list[str] | None, platform: str) -> list[Row]:
        if roles is None:
            roles = roles_with_rows(_ROLES, platform)
        elif not roles:
            raise RowError("roles names no role; leave it out to use all")
        return read_rows(_ROLES, roles, platform, Catalogue(_COLLECTION / "catalogue"))

    def _outcome(
        self,
        rows: list[Row],
        device_rows: list[dict[str, t.Any]],
        arguments: dict[str, t.Any],
        task_vars: dict[str, t.Any],
    ) -> dict[str, t.Any]:
        result = self._execute_module(
            module_name=_ENGINE[arguments["platform"]],
            module_args={"run": _RUN, "rows": device_rows},
            task_vars=task_vars,
        )
        if "observations" not in result:
            return t.cast("dict[str, t.Any]", result)
        controls = controls_of(rows, result.pop("observations"))
        result.update(run=_RUN, controls=controls)
        missed = unmet(controls, arguments["fail_on"])
        if missed:
            result["failed"] = True
            result["msg"] = f"{len(missed)} of {len(controls)} controls are not met: {', '.join(missed)}"
        return t.cast("dict[str, t.Any]", result)

    def _knobs(self, rows: list[Row], task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Resolve every knob that rows name, each once; the inventory's value wins over the role's default."""
        knobs: dict[str, t.Any] = {}
        for role in dict.fromkeys(row.role for row in rows):
            names = list(dict.fromkeys(row.knob for row in rows if row.role == role and row.knob))
            defaults = self._load(role, "defaults/main.yml", trusted_as_template=True)
            specs = self._load(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
            variables = {**defaults, **task_vars}
            for name in names:
                if name not in specs or name not in variables:
                    raise RowError(f"role {role}: knob {name} needs a default and an entry in meta/argument_specs.yml")
            templar = self._templar.copy_with_new_env(available_variables=variables)
            values = {name: self._knob(templar, role, name) for name in names}
            checked = ArgumentSpecValidator({name: specs[name] for name in names}).validate(values)
            if checked.error_messages:
                raise RowError(f"role {role}: {'; '.join(checked.error_messages)}")
            knobs.update(checked.validated_parameters)
        return knobs

    def _knob(self, templar: t.Any, role: str, name: str) -> t.Any:
        try:
            return templar.evaluate_expression(trust_as_template(name))
        except AnsibleError as error:
            raise RowError(f"role {role}: knob {name}: {error}") from error

    def _load(self, role: str, file: str, **options: t.Any) -> dict[str, t.Any]:
        data = self._loader.load_from_file(str(_ROLES / role / file), **options)
        if not isinstance(data, dict):
            raise RowError(f"{_ROLES / role / file}: it holds no dictionary")
        return data
