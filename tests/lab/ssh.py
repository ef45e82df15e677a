# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SSH: keys made for one lab, and configurations in which an unknown host key is always refused."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

from tests.lab import network
from tests.lab.commands import environment, run
from tests.lab.errors import LabError

if t.TYPE_CHECKING:
    from collections.abc import Iterable

USER = "ops"

# The types and sizes that Debian's openssh-server makes when it is installed.
_HOST_KEY_TYPES = ("rsa", "ecdsa", "ed25519")


def generate_client_key(file: Path) -> None:
    """Make the key that logs in as ops."""
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", file])


def generate_host_keys(folders: Iterable[Path]) -> None:
    """Make the host keys of many hosts at the same time: RSA keys take a third of a second each."""
    making = [
        subprocess.Popen(
            ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", folder.parent.name, "-f", folder / f"ssh_host_{kind}_key"],
            stdin=subprocess.DEVNULL,
            env=environment(),
        )
        for folder in folders
        for kind in _HOST_KEY_TYPES
    ]
    try:
        codes = [process.wait(timeout=60) for process in making]
    finally:
        for process in making:
            process.kill()
            process.wait()
    if any(codes):
        raise LabError("ssh-keygen could not make the host keys")


def known_hosts(*, host: str, address: str, keys: Path) -> str:
    """Return the known_hosts lines for one host, by its name and by its address."""
    public = [file.read_text(encoding="ascii").split() for file in sorted(keys.glob("ssh_host_*_key.pub"))]
    return "".join(f"{host},{address} {kind} {key}\n" for kind, key, *_ in public)


def configuration(*, lab: str, folder: Path, sockets: Path, addresses: dict[str, str]) -> str:
    """Return an ssh_config that reaches a lab's hosts from the machine's normal network namespace."""
    lines = [
        "Host *",
        f"    User {USER}",
        f'    IdentityFile "{folder / "id_ed25519"}"',
        "    IdentitiesOnly yes",
        "    StrictHostKeyChecking yes",
        f'    UserKnownHostsFile "{folder / "known_hosts"}"',
        "    GlobalKnownHostsFile /dev/null",
        "    UpdateHostKeys no",
        "    BatchMode yes",
        "    ConnectTimeout 10",
        # Only for those who ask for shared connections: by default they would meet those of another lab.
        f"    ControlPath {sockets}/%h-%p-%r",
        # A guest that reboots or shuts its doors ends a connection within 15 s instead of never.
        "    ServerAliveInterval 5",
        # nc only connects and hands the socket over: an nc in the middle would not pass on that the host is gone.
        f"    ProxyCommand nsenter --net={network.namespace_path(network.lab_namespace(lab))} nc.openbsd -F %h %p",
        "    ProxyUseFdpass yes",
    ]
    for host, address in addresses.items():
        lines += ["", f"Host {host}", f"    HostName {address}"]
    return "\n".join(lines) + "\n"


def close_shared_connections(sockets: Path, *, address: str = "") -> None:
    """End the shared connections to one host, or to all of a lab: what a reset leaves of them only hangs."""
    for socket in sockets.glob(f"{address}-*" if address else "*-*-*"):
        # Without a process behind it the socket is only a file.
        subprocess.run(
            ["ssh", "-F", "none", "-o", f"ControlPath={socket}", "-O", "exit", "none"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=10,
            env=environment(),
        )
        socket.unlink(missing_ok=True)
