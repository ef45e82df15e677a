# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulated Windows machines as hosts of real runs of Ansible, and the engine on one without a network between."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ansible.release import __version__

from ansible_collections.commune.baseline.plugins.plugin_utils._door.windows_device import WindowsDevice
from tests.doubles.windows import payload
from tests.doubles.windows.commands import shell_of
from tests.doubles.windows.machine import Machine
from tests.doubles.windows.server import USER, Server, serving
from tests.integration.zones.site import SITE

ROOT = Path(__file__).parents[3]
RUN = "20261128-120000-1"
# The bars of the design; what Ansible itself sends of a module grew by 25 kB from core 2.19 to 2.21.
COMPLIANT_BYTES = 450_000 if __version__.startswith("2.19.") else 475_000
DRIFT_BYTES = 1_500_000
PASSWORD = "No-one-may-see-this-1"  # noqa: S105

# What a workstation of the default site offers, where the machine sees the controller at 10.1.20.2.
OFFER = {"zone": "lan", "addresses": ["10.20.10.77"], "services": ["rdp"], "neighbours": [], "gateways": ["10.20.10.1"],
         "managers": ["10.1.20.2"], "management_ports": [5986], "outbound": "any"}  # fmt: skip

# What a site has to say.
DECIDED = {
    "remote_desktop_sources": [],
    "remote_desktop_winrm_sources": ["10.1.20.2"],
    "host_firewall_offer": OFFER,
    "account_policy_administrators": ["officer"],
    "software_control_allowed_programs": [],
}


class Outcome(NamedTuple):
    """How a run ended; ``results`` by host, and all that was printed."""

    code: int
    results: dict[str, dict[str, Any]]
    printed: str

    def rows(self, host: str = "pc") -> dict[str, dict[str, Any]]:
        controls = self.results[host]["controls"]
        return {row["id"]: row for control in controls for row in json.loads(control["rows"])}


@contextlib.contextmanager
def office(folder: Path, machines: Mapping[str, Machine], connection: str = "psrp", **how: Any) -> Iterator[Office]:
    """Serve machines under their names until the block ends."""
    with contextlib.ExitStack() as stack:
        servers = {}
        for name, machine in machines.items():
            (folder / name).mkdir()
            servers[name] = stack.enter_context(serving(machine, folder / name, PASSWORD, **how))
        yield Office(folder, servers, connection)


def zones(folder: Path) -> None:
    """Give the site the default zone model."""
    (folder / "group_vars/all").mkdir(parents=True)
    shutil.copy(SITE, folder / "group_vars/all/zones.yml")


class Office(NamedTuple):
    folder: Path
    servers: dict[str, Server]
    connection: str

    def run(self, *arguments: str, forks: int = 5, collections: str | None = None, **variables: Any) -> Outcome:
        """Run the door on every machine, as an officer does who names it on the command line."""
        hosts = {name: {**self.host(name), **variables} for name in self.servers}
        inventory = self.folder / "hosts.json"
        inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
        module = ["--module-name=commune.baseline.policy"]
        program = [sys.executable, "-m", "ansible.cli.adhoc", "all", f"--inventory={inventory}", f"--forks={forks}"]
        done = subprocess.run(
            [*program, *module, *arguments],
            cwd=ROOT,
            env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal", **_place(collections)},
            text=True,
            capture_output=True,
            check=False,
        )
        assert "DEPRECATION" not in done.stderr
        faults = "\n".join(fault for server in self.servers.values() for fault in server.faults)
        assert not faults, faults
        results = {}
        for told in re.finditer(r"^(\S+) \| \S+(?: =>|!: =>|! =>) (?=\{)", done.stdout, flags=re.MULTILINE):
            results[told[1]] = json.JSONDecoder().raw_decode(done.stdout[told.end() :])[0]
        return Outcome(done.returncode, results, done.stdout + done.stderr)

    def host(self, name: str) -> dict[str, Any]:
        authority = str(self.folder / name / "ca.pem")
        return {
            "ansible_connection": self.connection,
            "ansible_host": "127.0.0.1",
            "ansible_port": self.servers[name].port,
            "ansible_user": USER,
            "ansible_password": PASSWORD,
            "ansible_become": True,  # as the playbooks have it
            "ansible_winrm_scheme": "https",
            "ansible_winrm_transport": "basic",
            "ansible_winrm_ca_trust_path": authority,
            "ansible_psrp_protocol": "https",
            "ansible_psrp_auth": "basic",
            "ansible_psrp_ca_cert": authority,
            "baseline_device_class": "workstation",
        }


def _place(collections: str | None) -> dict[str, str]:
    """Return what makes Ansible use a copy of the collection."""
    if collections is None:
        return {}
    return {"ANSIBLE_COLLECTIONS_PATH": collections, "PYTHONPATH": collections}


class _Desk:
    """What a device needs of the action plugin that it stands behind."""

    def __init__(self, machine: Machine, *, check_mode: bool) -> None:
        self._machine, self._shell = machine, shell_of(machine)
        self._task = types.SimpleNamespace(check_mode=check_mode, diff=False)
        self._connection = types.SimpleNamespace(become=None)

    def _execute_module(self, module_name: str, module_args: dict[str, Any], **_other: Any) -> dict[str, Any]:
        arguments = {**module_args, "_ansible_check_mode": self._task.check_mode}
        name = module_name.rpartition(".")[2]
        told: dict[str, Any] = json.loads(payload.obeyed(self._machine, self._shell, name, arguments))
        return told


def bring(machine: Machine, *rows: dict[str, Any], check_mode: bool = False) -> dict[str, dict[str, Any]]:
    """Bring rows (with what is desired) to a machine that nobody can lose; return the observations by id."""
    device = _device(machine, RUN, check_mode=check_mode)
    return {seen["id"]: seen for seen in device.bring([{"control": "AC-08", **row} for row in rows])["observations"]}


def take_back(machine: Machine, *, check_mode: bool = False, run: str = RUN) -> dict[str, Any]:
    return _device(machine, run, check_mode=check_mode).take_back()


def _device(machine: Machine, run: str, *, check_mode: bool) -> WindowsDevice:
    desk: Any = _Desk(machine, check_mode=check_mode)
    return WindowsDevice(desk, {}, run, 60)


def look(machine: Machine, *rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return bring(machine, *rows, check_mode=True)


def states(observations: Mapping[str, Mapping[str, Any]], *ids: str) -> Sequence[str]:
    return [observations[id_]["state"] for id_ in ids or observations]
