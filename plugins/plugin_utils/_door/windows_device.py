# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A Windows device behind the connection of an action plugin: it answers one question, and takes one piece of work."""

from __future__ import annotations

import functools
import json
import time
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.commune.baseline.plugins.module_utils._observation import Observation
from ansible_collections.commune.baseline.plugins.plugin_utils._door.confirmation import (
    GRACE_SECONDS,
    new_connection,
    observed_again,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import engine, facts, work

Rows = t.Sequence[t.Mapping[str, t.Any]]

_SCRIPTS = Path(__file__).parents[1] / "_engines/windows"


class WindowsDevice:
    """Takes all rows of a device; ``run`` is the id under which the device keeps what was before."""

    def __init__(self, action: ActionBase, variables: dict[str, t.Any], run: str, revert_after: int) -> None:
        self._action = action
        self._variables = variables
        self._call = work.Call(run, str(time.time_ns()))
        self._revert_after = revert_after
        # Who manages Windows from afar is an administrator with all rights; sudo is of no use there.
        action._connection.become = None

    def bring(self, rows: Rows) -> dict[str, t.Any]:
        """Look at the rows, correct what fails, see to it that the device can be reached still, and look again."""
        look = {"script": _script("collect"), "question": json.dumps(engine.question(rows))}
        first = engine.judged(rows, _facts(self._output(look["script"], {"Question": look["question"]})))
        check_mode = self._action._task.check_mode
        if check_mode or not any(row.steps for row in first):
            return self._result(engine.observations(first, first, engine.Outcome(check_mode)))
        job = work.job(self._call, first, revert_after=self._revert_after, script=_script("apply"), look=look)
        try:
            told = self._work(job)
        except AnsibleConnectionFailure:
            if not job["late"]:
                raise
            told = {"armed": True}  # the change itself may have kept the answer from us
        kept = True
        if told["armed"]:
            proof = self._proven(work.keeping(self._call, look))
            kept, told = not proof["errors"], {**told, "seen": proof["seen"]}
        last = engine.judged(rows, _facts(told["seen"]))
        came_of = engine.outcome(first, last, told.get("errors"), kept=kept)
        return self._result(engine.observations(first, last, came_of))

    def _proven(self, job: dict[str, t.Any]) -> dict[str, t.Any]:
        """Do a piece of work over a new connection, as soon as there is one: now, or after the device's own revert."""
        action = self._action
        begun = action._connection

        def ask() -> dict[str, t.Any]:
            # A connection of psrp that could not be opened is of no further use.
            action._connection = new_connection(begun, action._play_context)
            return self._work(job)

        try:
            return dict(observed_again(ask, "seen", within=self._revert_after + GRACE_SECONDS))
        finally:
            action._connection.close()
            action._connection = begun

    def _work(self, job: dict[str, t.Any]) -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", json.loads(self._output(_script("apply"), {"Work": json.dumps(job)})))

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


def _facts(text: str) -> facts.Facts:
    try:
        return facts.read(text)
    except facts.FactsError as error:
        raise AnsibleActionFail(str(error)) from error


@functools.cache
def _script(name: str) -> str:
    return (_SCRIPTS / f"{name}.ps1").read_text("utf-8")
