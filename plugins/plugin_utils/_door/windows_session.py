# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Scripts on a Windows device behind the connection of an action plugin."""

from __future__ import annotations

import contextlib
import functools
import json
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.commune.baseline.plugins.plugin_utils._door.confirmation import (
    GRACE_SECONDS,
    new_connection,
    observed_again,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import facts, unreachable, work

Answer = dict[str, t.Any]

_SCRIPTS = Path(__file__).parents[1] / "_engines/windows"


class WindowsSession:
    """Asks and changes a device by scripts, each in one call of the module win_powershell."""

    def __init__(self, action: ActionBase, variables: dict[str, t.Any]) -> None:
        self._action = action
        self._variables = variables
        # Who manages Windows from afar is an administrator with all rights; sudo is of no use there.
        action._connection.become = None

    def collect(self, question: str) -> facts.Facts:
        return read_facts(self.output("collect", {"Question": question}))

    def apply(self, job: Answer, keeping: work.Keeping, revert_after: int) -> tuple[Answer, bool]:
        """Do a piece of work; return what the device told and showed, and whether the work stayed.

        What could have cut the connection is proven by a new one, which is tried until the device has taken it back;
        what is taken back is looked at again. ``errors`` is None if the answer was lost.
        """
        try:
            told = self._work(job)
        except AnsibleConnectionFailure:
            if not job["late"]:
                raise
            told = {"armed": True, "errors": None, "seen": None}  # the change may have kept the answer from us
        if not told["armed"]:
            return told, True
        proof = self._proven(keeping, told["seen"], revert_after)
        return {**told, "seen": proof["seen"]}, not proof["errors"]

    def output(self, script: str, parameters: dict[str, str]) -> str:
        """Run a script and return what it puts out; raise AnsibleActionFail with what Windows says against it."""
        with _lost_connections():
            result = self._action._execute_module(
                module_name="ansible.windows.win_powershell",
                module_args={"script": text_of(script), "parameters": parameters},
                task_vars=self._variables,
            )
        if result.get("failed") or len(result.get("output", ())) != 1:
            said = [str(one["exception"]["message"]) for one in result.get("error") or ()]
            error = (said or [result.get("msg", "no answer")])[0]
            raise AnsibleActionFail(f"Windows ended the script: {error}")
        return str(result["output"][0])

    def _proven(self, keeping: work.Keeping, seen: str | None, revert_after: int) -> Answer:
        """Switch the revert off over a new connection, as soon as there is one: now, or after the revert itself.

        Where the device has told what it shows, a login and one line are enough: a module is 400 kB more.
        """
        action = self._action
        begun = action._connection

        def ask() -> Answer:
            # A connection of psrp that could not be opened is of no further use.
            action._connection = new_connection(begun, action._play_context)
            if seen is not None and self._says(keeping.script, work.DISARMED):
                return {"errors": {}, "seen": seen}
            return self._work(keeping.job)

        try:
            return dict(observed_again(ask, "seen", within=revert_after + GRACE_SECONDS))
        finally:
            action._connection.close()
            action._connection = begun

    def _says(self, script: str, word: str) -> bool:
        """Tell whether a script comes to the line that says so."""
        with _lost_connections():
            said = self._action._low_level_execute_command(script, sudoable=False)
        return word in said["stdout"].splitlines()

    def _work(self, job: Answer) -> Answer:
        return t.cast("Answer", json.loads(self.output("apply", {"Work": work.compact(job)})))


@contextlib.contextmanager
def _lost_connections() -> t.Iterator[None]:
    """Tell in a sentence why there is no connection; psrp and winrm let errors of requests through, OSErrors."""
    try:
        yield
    except (AnsibleConnectionFailure, OSError) as error:
        known = unreachable.explained(str(error))
        # Ansible shows a cause too, which would bury the sentence.
        raise AnsibleConnectionFailure(known or str(error)) from (None if known else error)


def read_facts(text: str) -> facts.Facts:
    try:
        return facts.read(text)
    except facts.FactsError as error:
        raise AnsibleActionFail(str(error)) from error


@functools.cache
def text_of(script: str) -> str:
    """Return a script of the engine as it is sent: every byte costs five on the way, so what is for people stays here.

    No text of a script goes over several lines (a test sees to it).
    """
    lines = map(str.strip, (_SCRIPTS / f"{script}.ps1").read_text("utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#"))
