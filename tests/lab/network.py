# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks: one network namespace per lab with a bridge, one per host with a veth pair to that bridge.

Nothing here touches the machine's own network: links are created inside the namespaces, and no route leads out of them.
Labs may therefore use the same addresses side by side.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

from tests.lab.commands import run

if t.TYPE_CHECKING:
    from collections.abc import Iterable

GATEWAY = "10.77.0.1"
MOST_HOSTS = 200

_NAMESPACES = Path("/run/netns")
_PREFIX = "cb-"
_BRIDGE = "br0"


def address(number: int) -> str:
    """Return the address of a lab's host by its number, from 1."""
    return f"10.77.0.{10 + number}"


def lab_namespace(lab: str) -> str:
    """Return the name of the namespace that reaches all hosts of a lab."""
    return f"{_PREFIX}{lab}"


def host_namespace(*, lab: str, host: str) -> str:
    """Return the name of a host's own namespace; the dot, which no name contains, keeps two names from meeting."""
    return f"{_PREFIX}{lab}.{host}"


def namespace_path(namespace: str) -> Path:
    """Return the file that stands for a namespace."""
    return _NAMESPACES / namespace


def create_lab(lab: str) -> None:
    """Create a lab's namespace and its bridge."""
    namespace = lab_namespace(lab)
    run(["ip", "netns", "add", namespace])
    _configure(
        namespace,
        [
            "link set lo up",
            f"link add {_BRIDGE} type bridge",
            f"address add {GATEWAY}/24 dev {_BRIDGE}",
            f"link set {_BRIDGE} up",
        ],
    )


def create_host(*, lab: str, host: str, number: int) -> None:
    """Create a host's namespace, connected to the lab's bridge."""
    namespace = host_namespace(lab=lab, host=host)
    run(["ip", "netns", "add", namespace])
    _configure(
        lab_namespace(lab),
        [
            f"link add {_link(number)} type veth"
            f" peer name eth0 address 02:00:0a:4d:00:{10 + number:02x} netns {namespace}",
            f"link set {_link(number)} master {_BRIDGE} up",
        ],
    )
    _configure(
        namespace,
        [
            "link set lo up",
            f"address add {address(number)}/24 dev eth0",
            "link set eth0 up",
            f"route add default via {GATEWAY}",
        ],
    )


def remove_host(*, lab: str, host: str, number: int) -> None:
    """Remove a host's namespace and its link."""
    if namespace_path(lab_namespace(lab)).exists() and _link_exists(lab=lab, number=number):
        # The kernel removes the links of a deleted namespace some time later; the name is needed again at once.
        run(["ip", "-n", lab_namespace(lab), "link", "delete", _link(number)])
    _delete([host_namespace(lab=lab, host=host)])


def remove_lab(lab: str) -> None:
    """End everything that runs in a lab's own namespace (connections, simulators) and delete all its namespaces."""
    _delete(name for name in _namespaces() if name.startswith(f"{_PREFIX}{lab}."))
    if namespace_path(lab_namespace(lab)).exists():
        pids = run(["ip", "netns", "pids", lab_namespace(lab)]).split()
        if pids:
            run(["sh", "-c", 'kill -KILL "$@" 2>/dev/null || :', "sh", *pids])
    _delete([lab_namespace(lab)])


def labs() -> set[str]:
    """Return the labs that have namespaces."""
    return {name.removeprefix(_PREFIX).partition(".")[0] for name in _namespaces() if name.startswith(_PREFIX)}


def _namespaces() -> list[str]:
    return sorted(entry.name for entry in _NAMESPACES.iterdir()) if _NAMESPACES.is_dir() else []


def _delete(namespaces: Iterable[str]) -> None:
    for name in namespaces:
        if namespace_path(name).exists():
            run(["ip", "netns", "delete", name])


def _configure(namespace: str, commands: list[str]) -> None:
    run(["ip", "-n", namespace, "-batch", "-"], stdin="\n".join(commands) + "\n")


def _link(number: int) -> str:
    return f"host{number}"


def _link_exists(*, lab: str, number: int) -> bool:
    links = run(["ip", "-n", lab_namespace(lab), "-brief", "link", "show", "type", "veth"])
    return any(line.partition("@")[0] == _link(number) for line in links.splitlines())
