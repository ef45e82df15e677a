# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cmdlets, programs and .NET members that a script finds on a simulated machine."""

from __future__ import annotations

import base64
import functools
import json
import typing as t
import uuid
from collections.abc import Callable

from tests.doubles.windows import changes, components, objects, programs, rules
from tests.doubles.windows.machine import Machine
from tests.doubles.windows.powershell import Command, Shell, parsed
from tests.doubles.windows.registry import open_base_key
from tests.doubles.windows.values import (
    NOTHING,
    NetObject,
    PowerShellError,
    Record,
    UnsupportedError,
    as_text,
    collapsed,
    for_json,
    from_json,
    unrolled,
)

_TEMP = "C:\\Windows\\Temp"


def shell_of(machine: Machine) -> Shell:
    """Return a shell on a machine."""
    readers = (
        ("Get-CimInstance", _cim),
        ("Get-NetFirewallProfile", _firewall),
        ("Get-MpComputerStatus", _defender_status),
        ("Get-MpPreference", _defender_preference),
        ("Get-Acl", _acl),
        ("New-Object", _new_object),
        ("Get-LocalGroupMember", _members),
        *changes.COMMANDS,
        *components.COMMANDS,
        *rules.COMMANDS,
    )
    commands: dict[str, Callable[[Command], list[t.Any]]] = {
        "convertfrom-json": lambda call: [from_json(json.loads(_first(call, "inputobject")))],
        "convertto-json": _to_json,
        "out-null": lambda _call: [],
        "write-output": lambda call: [one for value in call.plain for one in unrolled(value)],
        **{name.lower(): functools.partial(reader, machine) for name, reader in readers},
    }
    own_programs = {
        name: functools.partial(program, machine) for name, program in programs.PROGRAMS.items()
    }  # fmt: skip
    environment = {"TEMP": _TEMP, "ProgramData": "C:\\ProgramData", "SystemRoot": "C:\\Windows"}
    return Shell(commands, own_programs, _statics(machine), environment)


def _first(call: Command, name: str) -> t.Any:
    return call.named.get(name, (*call.plain, *call.input, None)[0])


def _to_json(call: Command) -> list[str]:
    depth = int(call.named.get("depth", 2))
    value = _first(call, "inputobject") if not call.input else collapsed(list(call.input))
    separators = (",", ":") if call.named.get("compress") else None
    return [json.dumps(for_json(value, depth), separators=separators, ensure_ascii=False)]


def _cim(machine: Machine, call: Command) -> list[t.Any]:
    name = as_text(call.named.get("classname", (*call.plain, "")[0]))
    namespace = as_text(call.named.get("namespace", "root/cimv2")).replace("\\", "/").lower()
    source = _CIM.get((namespace, name.lower()))
    if source is None:
        raise UnsupportedError(f"class {namespace}:{name}")
    machine.require(name)
    found = source(machine)
    return found if "filter" not in call.named else [one for one in found if _passes(one, call.named["filter"])]


def _passes(one: Record, condition: str) -> bool:
    name, _equals, value = condition.partition("=")
    return as_text(one.value(name.strip())).lower() == value.strip().strip("'\"").lower()


def _antivirus(machine: Machine) -> list[Record]:
    if machine.antivirus is None:
        raise PowerShellError("Invalid namespace ")
    return machine.antivirus


def _domain_settings(machine: Machine) -> list[Record]:
    return machine.domain_settings


def _volumes(machine: Machine) -> list[Record]:
    if machine.volumes is None:
        raise PowerShellError("Invalid namespace ")
    return machine.volumes


_CIM: dict[tuple[str, str], Callable[[Machine], list[Record]]] = {
    ("root/cimv2", "win32_operatingsystem"): lambda machine: [machine.system],
    ("root/cimv2", "win32_computersystem"): lambda machine: [
        Record({"PartOfDomain": machine.part_of_domain, "PCSystemType": machine.form})
    ],
    ("root/cimv2", "win32_useraccount"): lambda machine: [
        Record({**account, "LocalAccount": "TRUE"}) for account in machine.accounts.values()
    ],
    ("root/cimv2", "win32_service"): lambda machine: list(machine.services.values()),
    ("root/cimv2", "win32_userprofile"): lambda machine: [
        Record({"SID": sid, "Loaded": f"hku\\{sid}".lower() in machine.registry.keys}) for sid in machine.profiles
    ],
    ("root/securitycenter2", "antivirusproduct"): _antivirus,
    ("root/cimv2/security/microsoftvolumeencryption", "win32_encryptablevolume"): _volumes,
    ("root/rsop/computer", "rsop_registrypolicysetting"): _domain_settings,
    ("root/rsop/computer", "rsop_securitysettings"): lambda machine: machine.domain_security,
}


def _firewall(machine: Machine, call: Command) -> list[t.Any]:
    machine.require("MpsSvc")
    if as_text(call.named.get("policystore", "")) != "ActiveStore":
        raise UnsupportedError("a policy store other than ActiveStore")
    return list(machine.firewall.values())


def _defender_status(machine: Machine, _call: Command) -> list[t.Any]:
    machine.require("WinDefend")
    if machine.defender_status is None:
        raise PowerShellError("The term 'Get-MpComputerStatus' is not recognized as the name of a cmdlet.")
    return [machine.defender_status]


def _defender_preference(machine: Machine, _call: Command) -> list[t.Any]:
    machine.require("WinDefend")
    return [machine.defender_preference]


def _members(machine: Machine, call: Command) -> list[t.Any]:
    """As Windows PowerShell does it: one member whose account is gone, and nothing is told at all."""
    members = machine.groups.get(as_text(call.named["sid"]))
    if members is None:
        raise PowerShellError(f"Group {call.named['sid']} was not found.")
    if [sid for sid in members if sid not in machine.accounts and sid not in machine.known_names]:
        raise PowerShellError("Failed to compare two elements in the array.")
    local = {sid: f"{machine.name}\\{one['Name']}" for sid, one in machine.accounts.items()}
    names = {**local, **machine.known_names}
    return [Record({"Name": names[sid], "SID": Record({"Value": sid})}) for sid in members]


def _new_object(machine: Machine, call: Command) -> list[t.Any]:
    return [objects.com_object(machine, as_text(call.named["comobject"]))]


class _Acl(NetObject):
    def __init__(self, owner: str) -> None:
        self.methods = {"getowner": lambda kind: Record({"Value": owner}) if "SecurityIdentifier" in kind else None}


def _acl(machine: Machine, call: Command) -> list[t.Any]:
    return [_Acl(machine.owners.get(as_text(call.named["literalpath"]), machine.user))]


class _Clock(NetObject):
    """A moment that is always now."""

    def __init__(self, machine: Machine) -> None:
        self.methods = {"tofiletimeutc": lambda: objects.filetime(machine.now())}


class _Identity(NetObject):
    def __init__(self, sid: str) -> None:
        self.properties = {"user": Record({"Value": sid}), "name": "PC\\officer"}


def _files(machine: Machine) -> dict[str, t.Any]:
    files = machine.files

    def read(path: str) -> bytes:
        if path not in files:
            raise PowerShellError(f"Could not find file '{path}'.")
        return files[path]

    def temporary() -> str:
        path = f"{_TEMP}\\{uuid.uuid4()}.tmp"
        files[path] = b""
        return path

    def files_in(folder: str, pattern: str = "*", option: str = "TopDirectoryOnly") -> list[str]:
        if pattern not in ("*", "*.xml"):
            raise UnsupportedError(f"files like {pattern}")
        fits = [path for path in files if path.lower().endswith(pattern[1:])]
        if option == "AllDirectories":
            return [path for path in fits if path.startswith(f"{folder}\\")]
        return [path for path in fits if path.rpartition("\\")[0] == folder]

    def write(path: str, content: bytes) -> t.Any:
        if path.rpartition("\\")[0] not in machine.folders | {_TEMP}:
            raise PowerShellError(f"Could not find a part of the path '{path}'.")
        files[path] = content
        return NOTHING

    def delete(path: str) -> t.Any:
        files.pop(path, None)
        return NOTHING

    return {
        "io.path::gettempfilename": temporary,
        "io.file::readallbytes": read,
        "io.file::readalltext": lambda path: read(path).decode("utf-8-sig"),
        "io.file::exists": files.__contains__,
        "io.file::delete": delete,
        "io.file::getattributes": lambda path: 1040 if path in machine.links else 16,
        "io.file::writeallbytes": write,
        "io.file::writealltext": lambda path, text, encoding=None: write(
            path, text.encode(encoding.codec if encoding else "utf-8")
        ),
        "io.directory::getfiles": files_in,
        "io.directory::exists": lambda folder: (
            folder in machine.folders or any(path.startswith(f"{folder}\\") for path in files)
        ),
        "io.directory::createdirectory": lambda path: machine.folders.add(path),
    }


def _statics(machine: Machine) -> dict[str, t.Any]:
    return {
        **_files(machine),
        "io.memorystream::new": objects.MemoryStream,
        "io.compression.gzipstream::new": objects.GZipStream,
        "io.compression.compressionmode::compress": "Compress",
        "text.encoding::unicode": objects.Encoding("utf-16"),
        "text.encoding::utf8": objects.Encoding("utf-8-sig"),
        "datetime::utcnow": _Clock(machine),
        "convert::tobase64string": lambda content: base64.b64encode(content).decode(),
        "convert::frombase64string": base64.b64decode,
        "microsoft.win32.registrykey::openbasekey": functools.partial(open_base_key, machine.registry),
        "scriptblock::create": parsed,
        "security.principal.windowsidentity::getcurrent": lambda: _Identity(machine.user),
    }
