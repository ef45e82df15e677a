# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated Windows PCs of `make demo`: the protocol and its encryption are real, Windows is not."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.doubles.windows.machine import Machine
from tests.doubles.windows.server import USER, Server, serving

CONNECTIONS = {"may-tram-win-1": "psrp", "may-tram-win-2": "winrm"}
# What the register says of them, and so what every list and report shows.
KNOWN = {
    "class": "workstation",
    "platform": "windows",
    "zone": "lan",
    "model": "Máy MÔ PHỎNG, không phải Windows thật (SIMULATED, no Windows)",
}
# What the office says of them; the simulated firewall sees the controller at 10.1.20.2.
_SAID = {
    "account_policy_administrators": [USER],
    "remote_desktop_sources": [],
    "remote_desktop_winrm_sources": ["10.1.20.2"],
    "software_control_allowed_programs": [],
    "host_firewall_offer": {
        "zone": "lan",
        "addresses": ["10.20.10.77"],
        "services": [],
        "managers": ["10.1.20.2"],
        "management_ports": [5986],
        "gateways": ["10.20.10.1"],
        "outbound": "any",
    },
}
_POLICIES = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\Explorer"


class Pcs(NamedTuple):
    """The running PCs by name, and where the certificate of each one's authority lies."""

    servers: dict[str, Server]
    folder: Path

    def lay_out(self, site: Path) -> None:
        """Say in the site how each PC is reached; the password is new every time and readable by its owner alone."""
        folder = site / "host_vars"
        folder.mkdir()
        for name, server in self.servers.items():
            path = folder / f"{name}.yml"
            path.touch(mode=0o600)
            path.write_text(json.dumps(_reached(server, CONNECTIONS[name], self.folder / name / "ca.pem")))

    def break_by_hand(self, name: str) -> None:
        """Switch a firewall profile off, let media start by themselves, and enable the guest account."""
        machine = self.servers[name].machine
        machine.firewall["Private"]["Enabled"] = "False"
        machine.registry.set(_POLICIES, "NoDriveTypeAutoRun", "DWord", 0)
        machine.accounts[f"{machine.sid}-501"]["Disabled"] = False


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Pcs]:
    """Serve the PCs on this machine's loopback until the block ends."""
    with contextlib.ExitStack() as stack:
        servers = {}
        for name in CONNECTIONS:
            own = folder / name
            own.mkdir(parents=True, exist_ok=True)
            machine = Machine()
            if machine.defender_status is not None:
                machine.defender_status["FullScanAge"] = 1  # no playbook scans
            servers[name] = stack.enter_context(serving(machine, own, secrets.token_urlsafe(16)))
        yield Pcs(servers, folder)


def _reached(server: Server, connection: str, authority: Path) -> dict[str, Any]:
    return {
        "ansible_connection": connection,
        "ansible_host": "127.0.0.1",
        "ansible_port": server.port,
        "ansible_user": USER,
        "ansible_password": server.password,
        "ansible_psrp_protocol": "https",
        "ansible_psrp_auth": "basic",
        "ansible_psrp_ca_cert": str(authority),
        "ansible_winrm_scheme": "https",
        "ansible_winrm_transport": "basic",
        "ansible_winrm_ca_trust_path": str(authority),
        **_SAID,
    }
