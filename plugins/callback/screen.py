# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: screen
type: stdout
short_description: The default output, short where the table says it better
version_added: 0.1.0
description:
  - Behaves as the default callback, but leaves C(controls) out of printed results unless C(-v) is given.
  - Tells of a control that is not met in one line, as the finding it is, unless C(-v) is given; in the language of the
    table that the callback P(commune.baseline.evidence#callback) prints.
  - Tells in the same language, and as lines of text, why M(commune.baseline.device_gate) does not let a device in.
  - Shows the diff of such a task too, since M(commune.baseline.policy) fails in check mode when a control is not met.
author:
  - commune.baseline contributors (!UNKNOWN)
requirements:
  - set as stdout in configuration (C(stdout_callback = commune.baseline.screen))
options:
  language:
    description: Language of that line, set where that of the table is.
    type: str
    choices: [vi, en]
    default: vi
    env:
      - name: COMMUNE_BASELINE_LANGUAGE
    ini:
      - section: callback_commune_baseline_evidence
        key: language
extends_documentation_fragment:
  - default_callback
  - result_format_callback
"""

import typing as t

from ansible.plugins.callback.default import CallbackModule as DefaultCallback

from ansible_collections.commune.baseline.plugins.plugin_utils._report import reasons, table


class CallbackModule(DefaultCallback):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "commune.baseline.screen"

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        language = self.get_option("language")
        if self._display.verbosity:
            super().v2_runner_on_failed(result, ignore_errors=ignore_errors)
        elif "controls" in result.result:
            line = table.finding(self.host_label(result), str(result.result["msg"]), language)
            self._show_finding(result, line, ignore_errors=ignore_errors)
        elif "verdict" in result.result:
            self._show_finding(result, str(result.result["verdict"][language]), ignore_errors=ignore_errors)
        else:
            super().v2_runner_on_failed(result, ignore_errors=ignore_errors)
            self._show_translation(str(result.result.get("msg", "")), language)
        if "controls" in result.result:
            self.v2_on_file_diff(result)

    def _show_translation(self, message: str, language: str) -> None:
        """Say once more what a module on a device, which knows English only, failed for."""
        said = set(message.splitlines())
        translated = [line for line in reasons.said(message, language).splitlines() if line not in said]
        if translated:
            self._display.display("\n".join(translated), color="red")

    def _show_finding(self, result: t.Any, text: str, *, ignore_errors: bool) -> None:
        """Say what a person needs: a control that is not met is no error of the program."""
        if self._last_task_banner != result.task._uuid:
            self._print_task_banner(result.task)
        self._handle_warnings(result.result)
        self._display.display(text, color="red")
        if ignore_errors:
            self._display.display("...ignoring", color="cyan")

    def _dump_results(self, result: t.Mapping[str, t.Any], *args: t.Any, **kwargs: t.Any) -> str:
        if not self._display.verbosity and "controls" in result:
            result = {key: value for key, value in result.items() if key != "controls"}
        return super()._dump_results(result, *args, **kwargs)
