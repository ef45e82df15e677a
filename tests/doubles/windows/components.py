# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Optional features, scheduled tasks, event logs and shares of a simulated machine, and the cmdlets for them.

Sources: Microsoft Learn, modules DISM, ScheduledTasks, SmbShare and Microsoft.PowerShell.Diagnostics, MSFT_SmbShare,
TASK_STATE (taskschd.h), EventLogMode (.NET), wevtutil; what a fresh Windows 11 holds, from the same and public reports.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from collections.abc import Callable, Sequence

from tests.doubles.windows.values import Choice, PowerShellError, Record, UnsupportedError, as_text

if t.TYPE_CHECKING:
    from tests.doubles.windows.machine import Machine
    from tests.doubles.windows.powershell import Command

_TASK_STATES = ("Unknown", "Disabled", "Queued", "Ready", "Running")
_MODES = ("Circular", "AutoBackup", "Retain")
_RESTARTS = ("SMB1Protocol",)  # as the cmdlet asks for a restart
_PARTS = {"MicrosoftWindowsPowerShellV2Root": ("MicrosoftWindowsPowerShellV2",)}
_MEGABYTE = 1024 * 1024


def task(path: str, state: int) -> Record:
    folder, _backslash, name = path.rpartition("\\")
    return Record({"TaskPath": f"{folder}\\", "TaskName": name, "State": Choice(state, _TASK_STATES[state])})


def log(name: str, size: int = 20 * _MEGABYTE, mode: str = "Circular") -> Record:
    mode_ = Choice(_MODES.index(mode), mode)
    return Record({"LogName": name, "MaximumSizeInBytes": size, "LogMode": mode_, "IsEnabled": True})


def share(name: str, path: str, access: str, *, special: bool = False) -> Record:
    folder = Choice(0, "FileSystemDirectory")
    return Record({"Name": name, "Path": path, "Special": special, "ShareType": folder, "SecurityDescriptor": access})


def _features() -> dict[str, str]:
    return {
        "SMB1Protocol": "DisabledWithPayloadRemoved",
        "TelnetClient": "Disabled",
        "TFTP": "Disabled",
        "MicrosoftWindowsPowerShellV2Root": "Enabled",
        "MicrosoftWindowsPowerShellV2": "Enabled",
        "Printing-Foundation-LPDPrintService": "Disabled",
    }


def _tasks() -> list[Record]:
    paths = ("Windows Defender\\Windows Defender Scheduled Scan", "Time Synchronization\\SynchronizeTime")
    return [task(f"\\Microsoft\\Windows\\{path}", 3) for path in paths]


def _shares() -> list[Record]:
    administrators = "O:SYG:SYD:(A;;GA;;;BA)(A;;GA;;;BO)(A;;GA;;;IU)"
    return [
        share("ADMIN$", "C:\\Windows", administrators, special=True),
        share("C$", "C:\\", administrators, special=True),
        share("IPC$", "", administrators, special=True),
    ]


@dataclasses.dataclass
class Components:
    """What is installed, planned, recorded and shared."""

    features: dict[str, str] = dataclasses.field(default_factory=_features)
    scheduled: list[Record] = dataclasses.field(default_factory=_tasks)
    logs: list[Record] = dataclasses.field(
        default_factory=lambda: [log(name) for name in ("Application", "Security", "System")]
    )
    shares: list[Record] = dataclasses.field(default_factory=_shares)

    def restart(self) -> None:
        """Let take effect what waits for the next start."""
        ends = {"EnablePending": "Enabled", "DisablePending": "Disabled"}
        self.features = {name: ends.get(state, state) for name, state in self.features.items()}


def _list_features(machine: Machine, call: Command) -> list[t.Any]:
    _online(call)
    machine.require("DISM")
    return [Record({"FeatureName": name, "State": state}) for name, state in machine.components.features.items()]


def _enable(machine: Machine, call: Command) -> list[t.Any]:
    return _turn(machine, call, "Enabled", "EnablePending")


def _disable(machine: Machine, call: Command) -> list[t.Any]:
    return _turn(machine, call, "Disabled", "DisablePending")


def _turn(machine: Machine, call: Command, state: str, pending: str) -> list[t.Any]:
    _online(call)
    name, features = as_text(call.named["featurename"]), machine.components.features
    if "norestart" not in call.named:
        raise UnsupportedError("a question about a restart")
    if name not in features:
        raise PowerShellError(f"Feature name {name} is unknown.")
    if features[name] == "DisabledWithPayloadRemoved" and state == "Enabled":
        raise PowerShellError("The source files could not be found.")
    for one in (name, *_PARTS.get(name, ())):
        features[one] = pending if one in _RESTARTS else state
    machine.changed(f"feature {name}")
    return [Record({"RestartNeeded": name in _RESTARTS})]


def _online(call: Command) -> None:
    if call.named.get("online") is not True:
        raise UnsupportedError("an image that is not the running Windows")


def _list_tasks(machine: Machine, _call: Command) -> list[t.Any]:
    machine.require("Schedule")
    return [*machine.components.scheduled, *(task(f"\\{name}", 3) for name in machine.tasks)]


def _enable_task(machine: Machine, call: Command) -> list[t.Any]:
    return _set_task(machine, call, 3)


def _disable_task(machine: Machine, call: Command) -> list[t.Any]:
    return _set_task(machine, call, 1)


def _set_task(machine: Machine, call: Command, state: int) -> list[t.Any]:
    wanted = (as_text(call.named["taskpath"]).lower(), as_text(call.named["taskname"]).lower())
    for one in machine.components.scheduled:
        if (one["TaskPath"].lower(), one["TaskName"].lower()) == wanted:
            one["State"] = Choice(state, _TASK_STATES[state])
            machine.changed(f"task {one['TaskName']}")
            return [one]
    raise PowerShellError("The system cannot find the file specified.")


def _log_of(machine: Machine, name: str) -> Record | None:
    return next((one for one in machine.components.logs if one["LogName"].lower() == name.lower()), None)


def _list_log(machine: Machine, call: Command) -> list[t.Any]:
    machine.require("EventLog")
    name = as_text(call.named["listlog"])
    found = _log_of(machine, name)
    if found is None:
        raise PowerShellError(f'There is not an event log on the localhost computer that matches "{name}".')
    return [found]


def wevtutil(machine: Machine, words: Sequence[str]) -> tuple[int, list[str]]:
    """wevtutil set-log NAME /maxsize:BYTES, or /retention:true|false /autobackup:true|false"""
    verb, name, *options = words
    given = dict(option.split(":", 1) for option in options)
    found = _log_of(machine, name)
    if verb != "set-log" or not given.keys() <= {"/maxsize", "/retention", "/autobackup"}:
        raise UnsupportedError(" ".join(words))
    if "EventLog" in machine.broken or found is None:
        return 15007, ["The specified channel could not be found."]
    if "/maxsize" in given:
        if int(given["/maxsize"]) < _MEGABYTE:
            return 87, ["The parameter is incorrect."]
        found["MaximumSizeInBytes"] = int(given["/maxsize"]) // 65536 * 65536
    if "/retention" in given:
        retention, backup = given["/retention"] == "true", given["/autobackup"] == "true"
        if backup and not retention:
            return 87, ["The parameter is incorrect."]
        mode = "AutoBackup" if backup else "Retain" if retention else "Circular"
        found["LogMode"] = Choice(_MODES.index(mode), mode)
    machine.changed(f"log {name}")
    return 0, []


def _list_shares(machine: Machine, _call: Command) -> list[t.Any]:
    machine.require("LanmanServer")
    return list(machine.components.shares)


def _set_share(machine: Machine, call: Command) -> list[t.Any]:
    name, access = as_text(call.named["name"]), as_text(call.named["securitydescriptor"])
    if call.named.get("force") is not True:
        raise UnsupportedError("a question to whoever sits there")
    if not re.fullmatch(r"(O:\w+)?(G:\w+)?D:(\w*(\([^()]*\))+)", access):
        raise PowerShellError("The security descriptor structure is invalid.")
    for one in machine.components.shares:
        if one["Name"].lower() == name.lower():
            one["SecurityDescriptor"] = access.replace("FA;", "0x1f01ff;")  # a server may write it by number
            machine.changed(f"share {name}")
            return []
    raise PowerShellError(f"No MSFT_SMBShare objects found with property 'Name' equal to '{name}'.")


COMMANDS: Sequence[tuple[str, Callable[[Machine, Command], list[t.Any]]]] = (
    ("Get-WindowsOptionalFeature", _list_features),
    ("Enable-WindowsOptionalFeature", _enable),
    ("Disable-WindowsOptionalFeature", _disable),
    ("Get-ScheduledTask", _list_tasks),
    ("Enable-ScheduledTask", _enable_task),
    ("Disable-ScheduledTask", _disable_task),
    ("Get-WinEvent", _list_log),
    ("Get-SmbShare", _list_shares),
    ("Set-SmbShare", _set_share),
)
