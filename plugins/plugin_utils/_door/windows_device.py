# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A Windows device behind the connection of an action plugin: it answers one question, and takes one piece of work."""

from __future__ import annotations

import functools
import json
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.commune.baseline.plugins.module_utils._observation import Observation
from ansible_collections.commune.baseline.plugins.plugin_utils._door.confirmation import (
    confirmed,
    new_connection,
    observed_again,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import engine, facts, work
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.controls import TAKEN_BACK

Rows = t.Sequence[t.Mapping[str, t.Any]]

_SCRIPTS = Path(__file__).parents[1] / "_engines/windows"


class WindowsDevice:
    """Takes all rows of a device; ``run`` is the id under which the device keeps what was before."""

    def __init__(self, action: ActionBase, variables: dict[str, t.Any], run: str, revert_after: int) -> None:
        self._action = action
        self._variables = variables
        self._run = run
        self._revert_after = revert_after
        # Who manages Windows from afar is an administrator with all rights; sudo is of no use there.
        action._connection.set_become_plugin(None)

    def bring(self, rows: Rows) -> dict[str, t.Any]:
        """Look at the rows, correct what fails, see to it that the device can be reached still, and look again."""
        first = engine.judged(rows, self._collect(rows))
        steps = [one for row in first for one in row.steps]
        if self._action._task.check_mode or not steps:
            return self._result(engine.observations(first, first, engine.Outcome(self._action._task.check_mode)))
        script = _script("apply")
        job = work.job(self._run, first, revert_after=self._revert_after, script=script)
        answer = self._say(script, {"Work": json.dumps(job)})
        outcome = engine.Outcome(
            check_mode=False, written={one.row for one in steps} - answer["errors"].keys(), errors=answer["errors"]
        )
        if answer["armed"]:
            return self._result(self._proven(rows, first, outcome))
        return self._result(engine.observations(first, engine.judged(rows, self._collect(rows)), outcome))

    def _proven(self, rows: Rows, first: t.Sequence[engine.Judged], outcome: engine.Outcome) -> list[Observation]:
        """Keep over a new connection what could have cut it, or see that the device took it back."""
        action = self._action
        begun = action._connection
        action._connection = new_connection(begun, action._play_context)

        def anew(ask: t.Callable[[], dict[str, t.Any]]) -> dict[str, t.Any]:
            try:
                return ask()
            except AnsibleConnectionFailure:  # a connection of psrp that could not be opened is of no further use
                action._connection = new_connection(begun, action._play_context)
                raise

        try:
            kept = confirmed(lambda: anew(self._disarm), within=self._revert_after)
            told = observed_again(lambda: anew(lambda: {"observations": self._collect(rows)}))
            seen = engine.observations(first, engine.judged(rows, told["observations"]), outcome)
        finally:
            action._connection.close()
            action._connection = begun
        return seen if kept else [_taken_back(one, row) for one, row in zip(seen, rows, strict=True)]

    def _disarm(self) -> dict[str, t.Any]:
        """Tell whether the revert was still to come and is off now."""
        answer = self._say(_script("apply"), {"Work": json.dumps(work.disarming(self._run))})
        return {"confirmed": not answer["errors"]}

    def _collect(self, rows: Rows) -> facts.Facts:
        try:
            return facts.read(self._output(_script("collect"), {"Question": json.dumps(engine.question(rows))}))
        except facts.FactsError as error:
            raise AnsibleActionFail(str(error)) from error

    def _say(self, script: str, parameters: dict[str, str]) -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", json.loads(self._output(script, parameters)))

    def _output(self, script: str, parameters: dict[str, str]) -> str:
        """Run a script and return what it puts out; raise AnsibleActionFail with what Windows says against it."""
        result = self._action._execute_module(
            module_name="ansible.windows.win_powershell",
            module_args={"script": script, "parameters": parameters},
            task_vars=self._variables,
        )
        if result.get("failed") or len(result.get("output", ())) != 1:
            said = [str(one["exception"]["message"]) for one in result.get("error") or ()]
            raise AnsibleActionFail(f"Windows ended the script: {(said or [result.get('msg', 'no answer')])[0]}")
        return str(result["output"][0])

    def _result(self, observations: t.Sequence[Observation]) -> dict[str, t.Any]:
        touched = [seen for seen in observations if seen.changed or seen.would_change]
        result: dict[str, t.Any] = {
            "changed": bool(touched),
            "observations": [seen.as_dict() for seen in observations],
        }
        if self._action._task.diff:
            result["diff"] = {
                "before": {seen.id: seen.before for seen in touched},
                "after": {seen.id: seen.desired if seen.would_change else seen.after for seen in touched},
            }
        return result


def _taken_back(seen: Observation, row: t.Mapping[str, t.Any]) -> Observation:
    if row.get("connectivity") and seen.changed:
        seen.reason, seen.changed = TAKEN_BACK, False
    return seen


@functools.cache
def _script(name: str) -> str:
    return (_SCRIPTS / f"{name}.ps1").read_text("utf-8")
