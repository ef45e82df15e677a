# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: evidence
type: aggregate
short_description: Show the state of every control on every device
version_added: 0.1.0
description:
  - Collects C(controls) from the results of M(commune.baseline.policy) and prints one table when the run ends.
  - A device that could not be reached, or where a task failed before, stands in the table as not assessed, with the
    reason.
  - When something was changed, says how to take the run back.
author:
  - commune.baseline contributors (!UNKNOWN)
requirements:
  - enabled in configuration (C(callbacks_enabled = commune.baseline.evidence))
options:
  language:
    description: Language of the table.
    type: str
    choices: [vi, en]
    default: vi
    env:
      - name: COMMUNE_BASELINE_LANGUAGE
    ini:
      - section: callback_commune_baseline_evidence
        key: language
  details:
    description: Whether the table says what each row did or lacks, or only how the controls stand.
    type: str
    choices: [rows, controls]
    default: rows
    env:
      - name: COMMUNE_BASELINE_DETAILS
    ini:
      - section: callback_commune_baseline_evidence
        key: details
"""

import typing as t

from ansible.plugins.callback import CallbackBase

from ansible_collections.commune.baseline.plugins.plugin_utils._report.table import (
    Controls,
    Obstacle,
    no_devices,
    table,
    undo_advice,
)


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "commune.baseline.evidence"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, display: t.Any = None, options: t.Any = None) -> None:
        super().__init__(display, options)
        self._controls: dict[str, dict[str, t.Mapping[str, t.Any]]] = {}
        self._obstacles: dict[str, Obstacle] = {}
        self._changing_run: str | None = None

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._collect(result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        host = result.host.name
        if not self._collect(result) and (host not in self._controls or _is_policy(result)):
            self._obstacles[host] = Obstacle("failed", str(result.result.get("msg", "no_log hides the reason")))

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._obstacles[result.host.name] = Obstacle("unreachable", str(result.result.get("msg", "")))

    def v2_playbook_on_no_hosts_matched(self) -> None:
        self._display.display(no_devices(self.get_option("language")))

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        if not self._controls and not self._obstacles:
            return
        devices: dict[str, Controls] = {name: list(controls.values()) for name, controls in self._controls.items()}
        language = self.get_option("language")
        rows = self.get_option("details") == "rows"
        self._display.display("\n" + table(devices, self._obstacles, language, rows=rows))
        if self._changing_run:
            self._display.display(undo_advice(self._changing_run, language))

    def _collect(self, result: t.Any) -> bool:
        """Keep what a device showed last of each control; tell whether the result held any."""
        results = [one for one in result.result.get("results", [result.result]) if _holds_controls(one)]
        for one in results:
            for control in one["controls"]:
                self._controls.setdefault(result.host.name, {})[control["control"]] = control
                if any(row["changed"] for row in control["rows"]):
                    self._changing_run = one["run"]
            self._obstacles.pop(result.host.name, None)
        return bool(results)


def _holds_controls(result: t.Any) -> bool:
    return isinstance(result, dict) and {"run", "controls"} <= result.keys()


def _is_policy(result: t.Any) -> bool:
    return getattr(result.task, "resolved_action", None) == "commune.baseline.policy"
