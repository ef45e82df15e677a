# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A Linux device behind the connection of an action plugin."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase

from ansible_collections.commune.baseline.plugins.plugin_utils._door.confirmation import (
    confirmed,
    new_connection,
    observed_again,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._engines import linux
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.controls import taken_back

Rows = t.Sequence[t.Mapping[str, t.Any]]

_MODULE_UTILS = Path(__file__).parents[2] / "module_utils"


def prepare() -> None:
    """Read the engine, so that workers which are forked later need not; raise OSError if a source is missing."""
    linux.engine_parcel(_MODULE_UTILS)


class LinuxDevice:
    """Takes all rows of a device in one call; ``run`` is the id under which the device keeps what was before."""

    def __init__(self, action: ActionBase, variables: dict[str, t.Any], run: str, revert_after: int) -> None:
        self._action = action
        self._variables = variables
        self._run = run
        self._revert_after = revert_after

    def bring(self, rows: Rows) -> dict[str, t.Any]:
        """Hand the rows to the device; see to it that it keeps what could have cut the connection, or takes it back."""
        if not rows:  # so that nobody need be switched on to be told that nothing applies
            return {"changed": False, "observations": [], "taken_back": []}
        result = self._call_engine(rows)
        if not result.pop("armed", False):
            return result
        action = self._action
        begun = action._connection
        action._connection = new_connection(begun, action._play_context)
        try:
            if not confirmed(lambda: self._call("linux_confirm", {"run": self._run}), within=self._revert_after):
                now = observed_again(lambda: self.look(rows))
                result["observations"] = taken_back(result["observations"], now["observations"], rows)
        finally:
            action._connection.close()
            action._connection = begun
        return result

    def look(self, rows: Rows) -> dict[str, t.Any]:
        """Ask the device what it shows, and change nothing."""
        result = self._call_engine([{**row, "enforce": False} for row in rows])
        result.pop("armed", None)
        return result

    def _call_engine(self, rows: Rows) -> dict[str, t.Any]:
        arguments = {"run": self._run, "revert_after": self._revert_after}
        return self._call("linux_policy", {**arguments, **linux.parcels(_MODULE_UTILS, rows)})

    def _call(self, module: str, arguments: dict[str, t.Any]) -> dict[str, t.Any]:
        result = self._action._execute_module(
            module_name=f"commune.baseline.{module}", module_args=arguments, task_vars=self._variables
        )
        return t.cast("dict[str, t.Any]", result)
