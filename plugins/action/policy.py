# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.commune.baseline.plugins.module_utils._masking import masked
from ansible_collections.commune.baseline.plugins.plugin_utils._door import linux_device, windows_device
from ansible_collections.commune.baseline.plugins.plugin_utils._door.variables import Variables, declared, platform_of
from ansible_collections.commune.baseline.plugins.plugin_utils._door.zone_firewall import ZoneFirewall
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import RUN as _RUN
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.controls import (
    FAIL_ON,
    controls_of,
    summary,
    unmet,
    with_text,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import (
    PLATFORMS,
    Row,
    RowError,
    rows_of,
    rows_of_all_roles,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.scope import scope_of
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.site import Site, check_names

_COLLECTION = Path(__file__).parents[2]
_ROLES = _COLLECTION / "roles"
_DEVICES: dict[str, t.Any] = {
    "linux": linux_device.LinuxDevice,
    "windows": windows_device.WindowsDevice,
}

_ARGUMENTS = {
    "roles": {"type": "list", "elements": "str"},
    "platform": {"type": "str", "choices": list(PLATFORMS)},
    "fail_on": {"type": "str", "choices": list(FAIL_ON)},
}


# Read here, before the fork, so that the worker of each host finds them; a fault in them is told by the task.
with contextlib.suppress(RowError, AnsibleError, LookupError, OSError):
    for _role in {row.role for _name in PLATFORMS for row in rows_of_all_roles(_COLLECTION, _name) if row.knob}:
        declared(_ROLES / _role)
    linux_device.prepare()


class ActionModule(ActionBase):
    """The one door: rows of the roles, their knobs, one call of the device's engine, and the states of the controls."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        self._task_vars = task_vars or {}
        super().run(tmp, self._task_vars)
        arguments = self.validate_argument_spec(_ARGUMENTS)[1]
        self._platform = arguments["platform"] or platform_of(self._connection, self._task_vars)
        if self._task.delegate_to:
            raise AnsibleActionFail(
                "delegate_to would credit this device with what another one shows; name it in hosts"
            )
        try:
            variables = Variables(_ROLES, self._templar, self._task_vars)
            site, revert_after = variables.site()
            fail_on = arguments["fail_on"] or variables.fail_on()
            change = variables.change(enforcing=not self._task.check_mode)
            every = rows_of_all_roles(_COLLECTION, self._platform)
            rows = self._rows(arguments["roles"], every, site)
            firewall = ZoneFirewall(self._task_vars, site.device, rows)
            site = site._replace(no_firewall=firewall.excuse)
            excused = [excuse for row in rows if (excuse := site.excuse(row))]
            asked = [row for row in rows if row.id not in {excuse.id for excuse in excused}]
            device_rows = site.device_rows(asked, variables.knobs(asked))
            firewall.guard(device_rows)
        except (RowError, OSError) as error:
            raise AnsibleActionFail(str(error)) from error
        device = _DEVICES[self._platform](self, self._task_vars, _RUN, revert_after)
        result: dict[str, t.Any] = masked(firewall.bring(device, device_rows))
        if "observations" not in result:
            return result
        result["observations"] += [excuse.as_dict() for excuse in excused]
        controls = controls_of(rows, result.pop("observations"), site.exception_for)
        missed = unmet(controls, fail_on)
        if missed:
            result.update(failed=True, msg=summary(controls, missed))
        scope = scope_of(site, arguments["roles"], rows, controls, baseline=len(every))
        told = {
            "scope": scope,
            "device_class": site.device_class,
            "check_mode": self._task.check_mode,
            "change": change,
        }
        return {**result, **told, "run": _RUN, "controls": with_text(controls)}

    def _rows(self, roles: list[str] | None, every: t.Sequence[Row], site: Site) -> list[Row]:
        """Return the rows of the roles that the site wants looked at; it may name any row, so all are read."""
        check_names(every, site.only, site.exceptions, self._task_vars["groups"])
        return [row for row in rows_of(roles, every, self._platform) if site.selects(row)]
