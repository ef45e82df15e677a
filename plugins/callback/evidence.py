# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: evidence
type: aggregate
short_description: Show the state of every control on every device, and keep it as evidence
version_added: 0.1.0
description:
  - Collects C(controls) from the results of M(commune.baseline.policy) and prints one table when the run ends.
  - A device that could not be reached, where a task failed before, or that the play lists and no result came of,
    stands in the table as not assessed, with the reason.
  - When something was changed, says how to take the run back.
  - Keeps what every row showed, who ran it, when and why, as C(runs/RUN.json) in O(folder), and makes a report of it,
    C(reports/RUN.html), which is also C(reports/latest.html). Only the owner can read them.
  - Signs each record - C(bundles/NUMBER.bundle) holds its digest, that of the bundle before, and an Ed25519 signature.
    The keys are made on first use, in C(keys). M(commune.baseline.evidence_verify) finds what was changed later.
  - If the site has a register, as M(commune.baseline.device) finds it, stores there what the run showed, with an anchor
    of its bundle, and makes the report of all devices of the register. What an earlier run could not store follows.
  - Of a run that takes another one back with M(commune.baseline.linux_rollback) or
    M(commune.baseline.windows_rollback), shows and keeps what was restored.
  - Tells of scheduled runs that failed or did not happen.
  - A run without any of these modules prints and keeps nothing.
notes:
  - The run ends with code 2 if what a device showed made a task fail, with 4 if a device could not be reached, even if
    the play ignores or rescues that.
  - It ends with code 3 where Ansible would say 0 but a device was not assessed, or no device matches; and, whatever was
    found, if the evidence cannot be stored or signed, or the register did not get what the run showed, such as of a
    device that it does not know. A folder that cannot be used, or that another run uses, and a private key that is not
    the one which signed last, stop the run before it begins.
  - Other callbacks that are named behind this one do not learn that a run has ended which does not end with 0.
author:
  - commune.baseline contributors (!UNKNOWN)
requirements:
  - enabled in configuration (C(callbacks_enabled = commune.baseline.evidence))
options:
  folder:
    description:
      - Folder of the evidence. It is made for its owner alone; one that others may read is refused.
      - If not set, C(evidence) in the folder of the inventory of the play's first device, or in the current folder if
        the devices are only named.
      - Ansible must not take it for a list of devices. If the inventory is a folder, that needs
        C(ignore_patterns = ^evidence$) below C([inventory]) in C(ansible.cfg).
    type: path
    env:
      - name: COMMUNE_BASELINE_EVIDENCE
    ini:
      - section: callback_commune_baseline_evidence
        key: folder
  language:
    description: Language of the table and of the report.
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

from ansible.errors import AnsibleError
from ansible.plugins.callback import CallbackBase

from ansible_collections.commune.baseline.plugins.plugin_utils._door import keeping
from ansible_collections.commune.baseline.plugins.plugin_utils._door import play as plays
from ansible_collections.commune.baseline.plugins.plugin_utils._door.results import collect
from ansible_collections.commune.baseline.plugins.plugin_utils._door.signing import open_signer
from ansible_collections.commune.baseline.plugins.plugin_utils._door.site_register import place_if_any
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import unreachable
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import run
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import EvidenceError
from ansible_collections.commune.baseline.plugins.plugin_utils._report import table
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import said

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.signer import Signer


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "commune.baseline.evidence"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, display: t.Any = None, options: t.Any = None) -> None:
        super().__init__(display, options)
        self._run = run.Run()
        self._leaves_evidence = False
        self._play: t.Any = None
        self._setting = plays.Setting()
        self._site: dict[str, t.Any] = {}
        self._signer: Signer | None = None

    def v2_playbook_on_start(self, playbook: t.Any) -> None:
        self._leaves_evidence |= any(map(plays.leaves_evidence, playbook.get_plays()))

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        self._play, self._setting = play, plays.setting_of(play)
        if plays.leaves_evidence(play):
            self._expect_devices()

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        self._run.restores |= plays.is_rollback(task)
        if plays.is_proof(task):
            self._expect_devices()

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._leaves_evidence |= collect(self._run, result, failed=False)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._leaves_evidence |= collect(self._run, result, failed=True)

    v2_runner_item_on_ok = v2_runner_on_ok
    v2_runner_item_on_failed = v2_runner_on_failed

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        said = str(result.result.get("msg", ""))
        self._run.hinder(result.host.name, run.UNREACHABLE, unreachable.explained(said) or said)

    def v2_playbook_on_no_hosts_matched(self) -> None:
        self._display.display(table.no_devices(self.get_option("language")))

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        if not self._leaves_evidence:
            return
        self._run.close()
        try:
            faults = self._show_and_keep()
        except Exception as error:  # which would be a mere warning: Ansible could end with 0 without evidence
            faults = [str(error)]
        for fault in faults:
            self._complain(fault)
        # Findings, which a schedule takes for a run that did its work, must not hide that they were lost.
        code = run.CODE_UNKNOWN if faults else self._run.exit_code
        if code:
            raise SystemExit(code)

    def _expect_devices(self) -> None:
        """Expect an answer of the play's devices; end before any is touched if the evidence could not be kept."""
        self._leaves_evidence = True
        self._run.expect(self._setting.devices)
        try:
            self._find_site()  # that of this play, not of one on the controller behind it
            self._open_signer()
        except (AnsibleError, EvidenceError) as error:
            self._complain(str(error))
            raise SystemExit(run.CODE_UNKNOWN) from error

    def _complain(self, sentence: str) -> None:
        self._display.error(said(sentence, self.get_option("language")), wrap_text=False)

    def _find_site(self) -> dict[str, t.Any]:
        """Return the variables by which the register of the site is found."""
        self._site = self._site or plays.site_of(self._play)
        return self._site

    def _open_signer(self) -> Signer:
        self._signer = self._signer or open_signer(self._setting.evidence_folder(self.get_option("folder")))
        return self._signer

    def _show_and_keep(self) -> t.Sequence[str]:
        """Show the table and keep the evidence; return a sentence for what could not be kept beside the record."""
        language, rows = self.get_option("language"), self.get_option("details") == "rows"
        if not self._run.devices:
            return []
        self._display.display("\n" + table.ending(self._run, self._setting.given, language, rows=rows))
        place = place_if_any(self._find_site())
        kept = keeping.keep(self._run, self._open_signer(), self._setting, language=language, register=place)
        self._display.display("\n".join(kept.lines))
        return kept.faults
