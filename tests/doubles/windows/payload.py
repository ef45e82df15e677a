# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible pipes into PowerShell: a manifest with the module and its arguments, which the simulated machine obeys.

The wrappers and the C# of Ansible are not run: their part is done here. The script of win_powershell is.
"""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Callable, Mapping

from tests.doubles.windows.machine import Machine
from tests.doubles.windows.powershell import Shell
from tests.doubles.windows.values import PowerShellError, UnsupportedError

_END_OF_MANIFEST = "\0\0\0\0"


def answer(machine: Machine, shell: Shell, piped: str) -> str:
    """Return what the wrappers print: the result of the module as JSON."""
    first, _mark, rest = piped.partition(_END_OF_MANIFEST)
    wrapper = json.loads(first)
    manifest = json.loads(rest.strip().partition(_END_OF_MANIFEST)[0]) if rest.strip() else {}
    actions = (wrapper.get("params", {}).get("Manifest") or manifest).get("actions", [])
    (module,) = [action for action in actions if action["name"] == "module_wrapper.ps1"]
    name = module["params"]["Script"].removesuffix(".ps1").rpartition(".")[2]
    (arguments,) = [one["Value"] for one in module["params"]["Variables"] if one["Name"] == "complex_args"]
    return obeyed(machine, shell, name, arguments)


def obeyed(machine: Machine, shell: Shell, name: str, arguments: Mapping[str, t.Any]) -> str:
    """Return the result of a module as JSON."""
    if name not in _MODULES:
        raise UnsupportedError(f"module {name}")
    told = _MODULES[name](machine, shell, arguments)
    own = {key: value for key, value in arguments.items() if not key.startswith("_ansible_")}
    return json.dumps({**told, "invocation": {"module_args": own}})  # as every module does


def _ping(_machine: Machine, _shell: Shell, arguments: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {"changed": False, "ping": arguments.get("data", "pong")}


def _setup(machine: Machine, _shell: Shell, arguments: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """As the module has it, ``bios`` belongs to the subset ``hardware``; other facts are not known here."""
    if "hardware" not in arguments.get("gather_subset", ()):
        raise UnsupportedError(f"facts other than hardware: {arguments}")
    return {"changed": False, "ansible_facts": {"ansible_product_serial": machine.serial, "module_setup": True}}


def _win_powershell(machine: Machine, shell: Shell, arguments: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """As the module does it: what a script throws is in ``error``; one that knows no WhatIf is left out of a check."""
    script, check_mode = arguments["script"], arguments.get("_ansible_check_mode", False)
    told: dict[str, t.Any] = {"changed": True, "failed": False, "output": [], "error": [], "result": {}, "host_out": ""}
    if check_mode and not re.search(r"\[CmdletBinding\([^]]*SupportsShouldProcess", script):
        return {**told, "msg": "skipped, running in check mode"}
    try:
        told["output"] = shell.run(script, arguments.get("parameters") or {})
    except PowerShellError as error:
        told["failed"] = True
        told["error"] = [{"output": str(error), "exception": {"message": str(error)}}]
    return told


_Module = Callable[[Machine, Shell, Mapping[str, t.Any]], dict[str, t.Any]]
_MODULES: Mapping[str, _Module] = {
    "setup": _setup,
    "win_ping": _ping,
    "win_powershell": _win_powershell,
}
