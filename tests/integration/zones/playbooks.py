# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A site with a zone model and a register, and the playbooks of the zones run on it as an officer would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, service
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register

ROOT = Path(__file__).parents[3]
PC = {"name": "pc-01", "class": "workstation", "zone": "lan", "platform": "other", "ips": ["10.20.10.77"]}
_PORT = "\nzone_ports:\n  - {device: sw-1, port: Gi0/7, zone: lan, to: pc-01}\n"


def new_site(folder: Path, zones: str, *more: Mapping[str, Any]) -> Path:
    """Make a site in a folder, with a computer and more devices in service."""
    file = folder / "group_vars/all/zones.yml"
    file.parent.mkdir(parents=True)
    file.write_text(zones + _PORT, "utf-8")
    (folder / "register.yml").write_text("plugin: commune.baseline.register\n")
    register = Register.open(str(folder / "register.db"), create=True)
    with register.write("officer") as writer:
        for device in (PC, *more):
            devices.put(writer, device)
            for state in ("received", "hardening"):
                devices.transition(writer, device["name"], state)
            service.record(writer, devices.get(writer, device["name"]), opens=True)
    with register.write("officer") as writer:
        for device in (PC, *more):
            devices.transition(writer, device["name"], "in_service")
    register.close()
    return folder


def play(site: Path, name: str, *arguments: str, **extra: Any) -> tuple[int, dict[str, Any], str]:
    """Run a playbook and return its exit code, the result of every task by its name, and what it printed."""
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    command = [program, "-i", str(site), f"playbooks/{name}.yml", "-e", json.dumps(extra), *arguments]
    settings = {
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        "COMMUNE_BASELINE_EVIDENCE": str(site.parent / "proof"),
    }
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    report, _end = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index("{\n") :])
    tasks = {
        task["task"]["name"]: next(iter(task["hosts"].values()))
        for one in report["plays"]
        for task in one["tasks"]
        if task["hosts"]
    }
    return done.returncode, tasks, done.stdout + done.stderr


def state_of(site: Path) -> tuple[str, str | None]:
    """Return the state and the note of the computer in the register."""
    register = Register.open(str(site / "register.db"))
    with register.read() as reader:
        record = devices.get(reader, "pc-01").record
    register.close()
    return record["state"], record["note"]
