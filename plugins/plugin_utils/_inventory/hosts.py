# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""From the register's records to the hosts, groups and variables of an inventory. Pure.

What the register says is data that somebody typed: no text of it becomes the name of a group, the target of a
connection or a word of a command line before it is known to be harmless.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._inventory import groups
from ansible_collections.commune.baseline.plugins.plugin_utils._inventory.exceptions import Granted
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import PLATFORMS
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.site import DEVICE_CLASSES
from ansible_collections.commune.baseline.plugins.plugin_utils._register import life_cycle, words

Record = t.Mapping[str, t.Any]

NOT_TARGETS = "baseline_not_targets"
NO_NETWORK = "commune.baseline.no_network"
# Before a device is there and after it is gone, there is nothing to reach.
STATES = tuple(one for one in life_cycle.STATES if one not in (life_cycle.PLANNED, life_cycle.DISPOSED))
TARGETS = (life_cycle.HARDENING, life_cycle.IN_SERVICE, life_cycle.QUARANTINED)

# The classes that an engine reaches over the network; a machine for state secrets touches none.
_REACHED = frozenset({"workstation", "server", "network_device"})
_NETWORK_CLI = "ansible.netcommon.network_cli"
# Variables of the groups, so that group_vars of the site can say otherwise.
_CONNECTIONS: t.Mapping[str | None, dict[str, str]] = {
    "linux": {"ansible_connection": "ssh"},
    "windows": {"ansible_connection": "psrp", "ansible_psrp_protocol": "https"},
    "ios": {"ansible_connection": _NETWORK_CLI, "ansible_network_os": "cisco.ios.ios"},
    "routeros": {"ansible_connection": _NETWORK_CLI, "ansible_network_os": "community.routeros.routeros"},
    "other": {"ansible_connection": NO_NETWORK},
    "none": {"ansible_connection": NO_NETWORK},
}
# An address, or the name of a machine: nothing that ssh could take for an option.
_TARGET = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]*")
_REFUSED = frozenset({"all", "ungrouped", "localhost", "127.0.0.1", "::1"})
# Fields in which anything may stand.
_FREE = ("type", "zone", "department")
_PREFIXES = ("class_", "type_", "zone_", "department_", "state_", "platform_")
# Variables of a host whose values are words of this collection, whatever the register says.
OWN_WORDS = frozenset({"ansible_connection", "baseline_device_class"})
# What a device has many of; the verb device_info shows it.
LEFT_OUT = ("media", "software", "licences")


class HostError(ValueError):
    """A device cannot be a host; the message says which one, and why."""


class Host(t.NamedTuple):
    """A device as a host; ``groups`` are those it belongs to directly."""

    name: str
    groups: list[str]
    variables: dict[str, t.Any]


class Inventory(t.NamedTuple):
    """All hosts, the groups with their variables, and sentences that somebody should read."""

    hosts: list[Host]
    groups: dict[str, dict[str, str]]
    notices: list[str]


def inventory_of(
    devices: t.Iterable[Record], exceptions: t.Iterable[Record], *, targets: t.Collection[str], today: str
) -> Inventory:
    """Return the inventory; ``targets`` are the states whose devices a run works on. Raise HostError."""
    present = [device for device in devices if device["state"] in STATES]
    typed = {field: {device[field] for device in present if device[field]} for field in _FREE}
    names = {field: groups.names_of(field, texts) for field, texts in typed.items()}
    granted = Granted(exceptions, today, _PREFIXES)
    hosts = [_host(device, names, granted, targets) for device in present]
    used = {group for host in hosts for group in host.groups} | {NOT_TARGETS}
    for host in hosts:
        _check_name(host.name, used)
    variables = {group: _CONNECTIONS.get(_platform(group), {}) for group in sorted(used)}
    return Inventory(hosts, variables, _notices(names))


def _host(
    device: Record, names: t.Mapping[str, t.Mapping[str, str]], granted: Granted, targets: t.Collection[str]
) -> Host:
    belongs = [f"class_{device['class']}", f"state_{device['state']}"]
    belongs += [f"platform_{device['platform']}"] if device["platform"] else []
    belongs += [names[field][device[field]] for field in _FREE if device[field]]
    if not _is_target(device, targets):
        belongs.append(NOT_TARGETS)
    variables: dict[str, t.Any] = _target_of(device)
    if device["class"] in DEVICE_CLASSES:
        variables["baseline_device_class"] = device["class"]
    excepted = granted.for_host(device["name"], belongs)
    if excepted:
        variables["register_exceptions"] = excepted
    variables["register_device"] = {
        name: value for name, value in device.items() if name not in LEFT_OUT and value not in (None, [])
    }
    return Host(device["name"], belongs, variables)


def _is_reached(device: Record) -> bool:
    return device["class"] in _REACHED and device["zone"] != words.SECRET_ZONE


def _is_target(device: Record, targets: t.Collection[str]) -> bool:
    """Tell whether a run that checks and corrects everything works on a device; a platform nobody wrote down may be."""
    engine = device["platform"] in (None, *PLATFORMS)
    return _is_reached(device) and engine and device["state"] in targets


def _target_of(device: Record) -> dict[str, str]:
    """Return how a device is reached: by its first address, else by its name, else not at all."""
    address = next(iter(device["ips"]), None)
    if not _is_reached(device) or not _TARGET.fullmatch(address or device["name"]):
        return {"ansible_connection": NO_NETWORK}
    return {"ansible_host": address} if address else {}


def _platform(group: str) -> str | None:
    prefix, _underscore, platform = group.partition("_")
    return platform if prefix == "platform" else None


def _check_name(name: str, used: t.Collection[str]) -> None:
    """Refuse a name that Ansible would take for something else, so that a device's variables would go there."""
    if name in _REFUSED or name in used or "/" in name:
        raise HostError(
            f"device {name!r} cannot be a host: its name is that of this machine or of a group, or holds a slash;"
            " register it under another name"
        )


def _notices(names: t.Mapping[str, t.Mapping[str, str]]) -> list[str]:
    return [
        f"the {field}s {', '.join(map(repr, same))} differ only in accents, case or signs; they are kept apart as"
        f" groups {', '.join(names[field][text] for text in same)}: if they are one, give them one name in the register"
        for field in _FREE
        for same in groups.alike(names[field])
    ]
