# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A Windows device: it answers one question, and takes one piece of work."""

from __future__ import annotations

import time
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.commune.baseline.plugins.module_utils._observation import Observation
from ansible_collections.commune.baseline.plugins.plugin_utils._door.windows_session import (
    WindowsSession,
    read_facts,
    text_of,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import engine, facts, rollback, work
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import Step, place_of

Rows = t.Sequence[t.Mapping[str, t.Any]]


class WindowsDevice:
    """Takes all rows of a device; ``run`` is the id under which the device keeps what was before."""

    def __init__(self, action: ActionBase, variables: dict[str, t.Any], run: str, revert_after: int) -> None:
        self._task = action._task
        self._session = WindowsSession(action, variables)
        self._call = work.Call(run, str(time.time_ns()))
        self._revert_after = revert_after

    def bring(self, rows: Rows) -> dict[str, t.Any]:
        """Look at the rows, correct what fails, see to it that the device can be reached still, and look again."""
        question = work.compact(engine.question(rows))
        first = engine.judged(rows, self._session.collect(question))
        if self._task.check_mode or not any(row.steps for row in first):
            return self._result(engine.observations(first, first, engine.Outcome(self._task.check_mode)))
        early = [step for one in first if not one.row.get("connectivity") for step in one.steps]
        late = [step for one in first if one.row.get("connectivity") for step in one.steps]
        told, kept = self._apply(early, late, question, journal=True)
        last = engine.judged(rows, read_facts(told["seen"]))
        came_of = engine.outcome(first, last, told["errors"], kept=kept)
        return self._result(engine.observations(first, last, came_of))

    def take_back(self) -> dict[str, t.Any]:
        """Make everything that the run wrote what it was, or touch nothing; return what the run knows and restored."""
        journals = self._session.output("journals", {"Run": self._call.run})
        try:
            entries = rollback.entries_of(journals)
            question = work.compact(rollback.question(entries))
            found = rollback.to_restore(entries, self._session.collect(question)) if entries else []
            restored = [place_of(one.step) for one in found]
            told = {"run": self._call.run, "check_mode": self._task.check_mode, "known": bool(entries)}
            if found and not self._task.check_mode:
                self._restore(found, question)
        except (facts.FactsError, rollback.ChangedSinceError) as error:
            raise AnsibleActionFail(f"cannot roll back run {self._call.run}: {error}") from error
        return {**told, "changed": bool(restored), "restored": restored}

    def _restore(self, found: t.Sequence[rollback.Entry], question: str) -> None:
        """Take entries back and see that they are; raise AnsibleActionFail if one is not."""
        early, late = (
            [rollback.reversed_step(one) for one in reversed(found) if one.late is is_late] for is_late in (False, True)
        )
        told, _kept = self._apply(early, late, question, journal=False)
        left = rollback.to_restore(found, read_facts(told["seen"]))
        if left:
            error = "; ".join((told["errors"] or {}).values()) or "Windows says nothing of a reason"
            place = place_of(left[0].step)
            raise AnsibleActionFail(f"cannot roll back run {self._call.run}: {place} is as the run left it: {error}")

    def _apply(
        self, early: t.Sequence[Step], late: t.Sequence[Step], question: str, *, journal: bool
    ) -> tuple[dict[str, t.Any], bool]:
        look = {"script": text_of("collect"), "question": question}
        revert = work.Revert(self._revert_after, text_of("apply"))
        job = work.job(self._call, early, late, revert=revert, look=look, journal=journal)
        return self._session.apply(job, work.keeping(self._call, look), self._revert_after)

    def _result(self, observations: t.Sequence[Observation]) -> dict[str, t.Any]:
        touched = [seen for seen in observations if seen.changed or seen.would_change]
        result: dict[str, t.Any] = {
            "changed": bool(touched),
            "observations": [seen.as_dict() for seen in observations],
        }
        if self._task.diff:
            result["diff"] = {
                "before": {seen.id: seen.before for seen in touched},
                "after": {seen.id: seen.desired if seen.would_change else seen.after for seen in touched},
            }
        return result
