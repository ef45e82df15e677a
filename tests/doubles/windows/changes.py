# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cmdlets that change a simulated machine."""

from __future__ import annotations

import typing as t

from tests.doubles.windows.machine import Machine
from tests.doubles.windows.objects import Moment
from tests.doubles.windows.powershell import Command
from tests.doubles.windows.values import PowerShellError, Record, as_text

_MODES = {"automatic": "Auto", "manual": "Manual", "disabled": "Disabled"}


def _account(machine: Machine, call: Command) -> Record:
    sid = as_text(call.named["sid"])
    if sid not in machine.accounts:
        raise PowerShellError(f"User {sid} was not found.")
    machine.changed(f"account {sid}")
    return machine.accounts[sid]


def _disable_account(machine: Machine, call: Command) -> list[t.Any]:
    _account(machine, call)["Disabled"] = True
    return []


def _enable_account(machine: Machine, call: Command) -> list[t.Any]:
    _account(machine, call)["Disabled"] = False
    return []


def _set_account(machine: Machine, call: Command) -> list[t.Any]:
    _account(machine, call)["PasswordExpires"] = not call.named["passwordneverexpires"]
    return []


def _service(machine: Machine, call: Command) -> Record:
    name = as_text(call.named["name"])
    found = next((one for own, one in machine.services.items() if own.lower() == name.lower()), None)
    if found is None:
        raise PowerShellError(f"Service {name} was not found on computer '.'.")
    machine.changed(f"service {name}")
    return found


def _set_service(machine: Machine, call: Command) -> list[t.Any]:
    _service(machine, call)["StartMode"] = _MODES[as_text(call.named["startuptype"]).lower()]
    return []


def _start_service(machine: Machine, call: Command) -> list[t.Any]:
    service = _service(machine, call)
    if service["StartMode"] == "Disabled":
        raise PowerShellError(f"Service '{service['Name']}' cannot be started.")
    service["State"] = "Running"
    return []


def _stop_service(machine: Machine, call: Command) -> list[t.Any]:
    _service(machine, call)["State"] = "Stopped"
    return []


def _set_firewall(machine: Machine, call: Command) -> list[t.Any]:
    profile = machine.firewall[as_text(call.named["name"])]
    for option, name in (("enabled", "Enabled"), ("defaultinboundaction", "DefaultInboundAction")):
        if option in call.named:
            profile[name] = as_text(call.named[option])
    machine.changed(f"firewall {profile['Name']}")
    return []


def _set_defender(machine: Machine, call: Command) -> list[t.Any]:
    if machine.tamper_protected:
        return []  # as Windows does it: no error, and nothing changes
    for name, value in call.named.items():
        own = machine.defender_preference.find(name)
        if own is None:
            raise PowerShellError(f"A parameter cannot be found that matches parameter name '{name}'.")
        machine.defender_preference[own] = value
        machine.changed(f"defender {own}")
    real_time = machine.defender_preference.value("DisableRealtimeMonitoring")
    if machine.defender_status is not None:
        machine.defender_status["RealTimeProtectionEnabled"] = not real_time
    return []


def _now(machine: Machine, _call: Command) -> list[t.Any]:
    return [Moment(machine.now())]


def _of_task(_machine: Machine, call: Command) -> list[t.Any]:
    return [Record(call.named)]


def _register_task(machine: Machine, call: Command) -> list[t.Any]:
    if call.named["principal"]["userid"] != "S-1-5-18" or not call.named["trigger"]["once"]:
        raise PowerShellError("The task XML contains a value which is incorrectly formatted or out of range.")
    action = call.named["action"]
    machine.tasks[as_text(call.named["taskname"])] = Record({
        "At": call.named["trigger"]["at"].moment, "Execute": action["execute"], "Argument": action["argument"],
    })  # fmt: skip
    machine.changed("scheduled task")
    return []


def _unregister_task(machine: Machine, call: Command) -> list[t.Any]:
    name = as_text(call.named["taskname"])
    if name not in machine.tasks:
        raise PowerShellError(f"No MSFT_ScheduledTask objects found with property 'TaskName' equal to '{name}'.")
    del machine.tasks[name]
    return []


COMMANDS = (
    ("Disable-LocalUser", _disable_account),
    ("Enable-LocalUser", _enable_account),
    ("Set-LocalUser", _set_account),
    ("Set-Service", _set_service),
    ("Start-Service", _start_service),
    ("Stop-Service", _stop_service),
    ("Set-NetFirewallProfile", _set_firewall),
    ("Set-MpPreference", _set_defender),
    ("Get-Date", _now),
    ("New-ScheduledTaskAction", _of_task),
    ("New-ScheduledTaskTrigger", _of_task),
    ("New-ScheduledTaskPrincipal", _of_task),
    ("New-ScheduledTaskSettingsSet", _of_task),
    ("Register-ScheduledTask", _register_task),
    ("Unregister-ScheduledTask", _unregister_task),
)
