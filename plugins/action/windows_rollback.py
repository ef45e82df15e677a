# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.commune.baseline.plugins.plugin_utils._door.windows_device import WindowsDevice


class ActionModule(ActionBase):
    """Takes back what one run changed on a Windows device."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        super().run(tmp, variables)
        spec = {"run": {"type": "str", "required": True}, "revert_after": {"type": "int", "default": 60}}
        arguments = self.validate_argument_spec(spec)[1]
        run = arguments["run"]
        if not re.fullmatch(r"[0-9]{8}-[0-9]{6}-[0-9]+", run):
            raise AnsibleActionFail(f"run is {run!r}, which is no id of a run; one looks like 20261121-234501-2178")
        return WindowsDevice(self, variables, run, arguments["revert_after"]).take_back()
