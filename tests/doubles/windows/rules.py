# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of Windows Firewall on a simulated machine, and the cmdlets of the module NetSecurity for them.

A rule is one object; its ports, addresses, program and service are others with the same InstanceID, as Microsoft Learn
documents them (Get-NetFirewallRule, Get-NetFirewallPortFilter ...). The rules that Windows brings along, with the
resources that name their groups, are those of its registry as administrators published them.
"""

from __future__ import annotations

import ipaddress
import typing as t
from collections.abc import Callable, Iterable, Sequence

from tests.doubles.windows.values import Choice, PowerShellError, Record, UnsupportedError, as_text, collapsed, unrolled

if t.TYPE_CHECKING:
    from tests.doubles.windows.machine import Machine
    from tests.doubles.windows.powershell import Command

REMOTE_DESKTOP, REMOTE_MANAGEMENT = "@FirewallAPI.dll,-28752", "@FirewallAPI.dll,-30267"
_ENABLED = {"true": Choice(1, "True"), "false": Choice(2, "False")}
_ASKED = ("Direction", "Enabled", "Action")
_HOST = "%SystemRoot%\\system32\\svchost.exe"


def rule(
    name: str, ports: str | list[str], remote: str | list[str] = "Any", *, enabled: bool = True, **fields: t.Any
) -> Record:
    """Return a rule that lets TCP in, unless fields say otherwise."""
    return Record({
        "Name": name, "InstanceID": name, "DisplayName": "Quy tắc", "Group": None, "Profile": "Any",
        "Enabled": _ENABLED[str(enabled).lower()], "Direction": Choice(1, "Inbound"), "Action": Choice(2, "Allow"),
        "PolicyStoreSourceType": Choice(1, "Local"), "Protocol": "TCP", "LocalPort": ports, "RemotePort": "Any",
        "IcmpType": "Any", "RemoteAddress": remote, "Program": "Any", "Package": None, "Service": "Any", **fields,
    })  # fmt: skip


def of_windows() -> list[Record]:
    """Return rules as they come, with remote management by HTTPS opened by whoever prepared the machine."""
    desktop: dict[str, t.Any] = {"Group": REMOTE_DESKTOP, "enabled": False}
    management: dict[str, t.Any] = {"Group": REMOTE_MANAGEMENT, "Program": "System"}
    return [
        rule("RemoteDesktop-UserMode-In-TCP", "3389", Program=_HOST, Service="termservice", **desktop),
        rule("RemoteDesktop-UserMode-In-UDP", "3389", Program=_HOST, Service="termservice", Protocol="UDP", **desktop),
        rule("RemoteDesktop-Shadow-In-TCP", "Any", Program="%SystemRoot%\\system32\\RdpSa.exe", **desktop),
        rule("WINRM-HTTP-In-TCP", "5985", "LocalSubnet", **management),
        rule("CoreNet-DHCP-In", "68", Program=_HOST, Service="dhcp", Protocol="UDP", RemotePort="67"),
        rule("CoreNet-ICMP6-RR-In", "RPC", "LocalSubnet6", Protocol="ICMPv6", IcmpType="133"),
        rule("{0B5E4E05-6A4F-4E39-9A5E-2D4C9C1D6C11}", "5986", DisplayName="Ansible"),
        rule("{5AD1D1A8-8D3B-4D8D-8A31-6F5C21D6F6F1}", "Any", Package="S-1-15-2-1-2-3", DisplayName="Cortana"),
    ]


def lets_in(rules: Iterable[Record], port: int, address: str) -> bool:
    """Tell whether a rule lets an address in to a port, by the words that the tests use."""
    return any(
        str(one["Enabled"]) == "True" and str(one["Action"]) == "Allow" and str(port) in unrolled(one["LocalPort"])
        and any(_fits(text, address) for text in unrolled(one["RemoteAddress"]))
        for one in rules
    )  # fmt: skip


def _fits(text: str, address: str) -> bool:
    if text in ("Any", "LocalSubnet"):
        return True
    if "-" in text:
        first, last = (int(ipaddress.ip_address(one)) for one in text.split("-"))
        return first <= int(ipaddress.ip_address(address)) <= last
    return ipaddress.ip_address(address) in ipaddress.ip_network(text)


def _as_kept(text: str) -> str:
    """Return an address as Windows shows it: networks of IPv4 by their mask."""
    if "/" not in text:
        return text
    network = ipaddress.ip_network(text)
    if network.version == 6:
        return str(network)
    return str(network.network_address) if network.prefixlen == 32 else network.with_netmask


def _reader(*names: str) -> Callable[[Machine, Command], list[t.Any]]:
    def read(machine: Machine, call: Command) -> list[t.Any]:
        machine.require("MpsSvc")
        if as_text(call.named.get("policystore", "")) != "ActiveStore":
            raise UnsupportedError("a policy store other than ActiveStore")
        asked = {name: as_text(call.named[name.lower()]) for name in _ASKED if name.lower() in call.named}
        fitting = [one for one in machine.rules if all(str(one[name]) == value for name, value in asked.items())]
        return [Record({name: one[name] for name in ("InstanceID", *names)}) for one in fitting]

    return read


def _set(machine: Machine, call: Command) -> list[t.Any]:
    machine.require("MpsSvc")
    for name in map(as_text, unrolled(call.named["name"])):
        found = _local(machine, name)
        if "remoteaddress" in call.named:
            found["RemoteAddress"] = _all_kept(call.named["remoteaddress"])
        if "enabled" in call.named:
            found["Enabled"] = _ENABLED[as_text(call.named["enabled"]).lower()]
        machine.changed(f"rule {name}")
    return []


def _local(machine: Machine, name: str) -> Record:
    for one in machine.rules:
        if one["Name"] == name and str(one["PolicyStoreSourceType"]) == "Local":
            return one
    raise PowerShellError(f"No MSFT_NetFirewallRule objects found with property 'InstanceID' equal to '{name}'.")


def _all_kept(given: t.Any) -> str | list[str]:
    kept = [_as_kept(as_text(one)) for one in unrolled(given)]
    if not kept:
        raise PowerShellError("Cannot validate argument on parameter 'RemoteAddress'.")
    return t.cast("str | list[str]", collapsed(kept))


def _new(machine: Machine, call: Command) -> list[t.Any]:
    machine.require("MpsSvc")
    given = dict(call.named)
    name = as_text(given.pop("name"))
    if any(one["Name"] == name for one in machine.rules):
        raise PowerShellError("Cannot create a file when that file already exists.")
    if as_text(given.pop("direction")) != "Inbound" or as_text(given.pop("action")) != "Allow":
        raise UnsupportedError("a rule that does not let in")
    protocol = as_text(given.pop("protocol"))
    if protocol not in ("TCP", "UDP") and given.keys() & {"localport", "remoteport"}:
        raise PowerShellError("A port is specified for a protocol without ports.")
    made = rule(
        name,
        collapsed(unrolled(given.pop("localport", "Any"))),
        _all_kept(given.pop("remoteaddress")),
        Protocol=protocol,
    )
    made["Enabled"] = _ENABLED[as_text(given.pop("enabled")).lower()]
    names = {"displayname": "DisplayName", "remoteport": "RemotePort", "icmptype": "IcmpType"}
    made.update({names[key]: collapsed(unrolled(value)) for key, value in given.items()})
    machine.rules.append(made)
    machine.changed(f"rule {name}")
    return []


def _remove(machine: Machine, call: Command) -> list[t.Any]:
    name, is_quiet = as_text(call.named["name"]), call.named.get("erroraction") == "SilentlyContinue"
    if is_quiet and not any(one["Name"] == name for one in machine.rules):
        return []
    machine.rules.remove(_local(machine, name))
    machine.changed(f"rule {name}")
    return []


COMMANDS: Sequence[tuple[str, Callable[[Machine, Command], list[t.Any]]]] = (
    (
        "Get-NetFirewallRule",
        _reader("Name", "DisplayName", "Group", "Enabled", "Direction", "Action", "Profile", "PolicyStoreSourceType"),
    ),
    ("Get-NetFirewallPortFilter", _reader("Protocol", "LocalPort", "RemotePort", "IcmpType")),
    ("Get-NetFirewallAddressFilter", _reader("RemoteAddress")),
    ("Get-NetFirewallApplicationFilter", _reader("Program", "Package")),
    ("Get-NetFirewallServiceFilter", _reader("Service")),
    ("Set-NetFirewallRule", _set),
    ("New-NetFirewallRule", _new),
    ("Remove-NetFirewallRule", _remove),
)
