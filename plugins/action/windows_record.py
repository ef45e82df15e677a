# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.commune.baseline.plugins.plugin_utils._door.windows_session import WindowsSession
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import engine, facts, recording
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import RowError, rows_of_all_roles

_COLLECTION = Path(__file__).parents[2]


class ActionModule(ActionBase):
    """Keeps what a Windows device answers to the question of all rows, free of names."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        super().run(tmp, variables)
        spec = {"path": {"type": "path", "required": True}}
        path = Path(self.validate_argument_spec(spec)[1]["path"])
        try:
            question = engine.question([row.fields for row in rows_of_all_roles(_COLLECTION, "windows")])
            answer = WindowsSession(self, variables).output("collect", {"Question": json.dumps(question)})
            text = recording.redacted(answer)
            if not self._task.check_mode:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)
                path.write_text(text, "utf-8")
        except (RowError, facts.FactsError, OSError) as error:
            raise AnsibleActionFail(str(error)) from error
        return {"changed": True, "path": str(path), "characters": len(text)}
