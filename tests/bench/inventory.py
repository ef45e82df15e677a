# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-inventory takes to list a province from its register, against the same hosts as a file of plain YAML."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
from tests.bench import process
from tests.bench.results import Result

ROOT = Path(__file__).parents[2]
_HOSTS = 10_000
_PROGRAM = Path(sys.executable).with_name("ansible-inventory")
_SETTINGS = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}


def measure(topic: str, folder: Path) -> list[Result]:
    """List both once; their hosts, groups and variables are the same, and one process does it all."""
    source = folder / "register.yml"
    source.write_text("plugin: commune.baseline.register\n")
    _fill(folder / "register.db")
    ours = _list(source)
    theirs = _list(_as_plain_yaml(source, folder / "hosts.yml"))
    name = f"ansible-inventory --list of {_HOSTS} devices of a register"
    return [
        Result(topic, f"processor time of {name} against the same in YAML", ours.cpu / theirs.cpu, "times", 2.5),
        Result(topic, f"highest PSS of {name}", ours.pss, "MB", 300),
    ]


def _fill(path: Path) -> None:
    register = Register.open(str(path), create=True)
    with register.write("bench") as writer:
        for number in range(_HOSTS):
            common = {"class": "workstation", "platform": "linux", "zone": "lan", "type": "Máy tính để bàn"}
            place = {"department": f"Phòng {number % 20}", "ips": [f"10.1.{number // 250}.{number % 250 + 1}"]}
            unique = {"name": f"may-tram-{number:05}", "serial": f"SN-{number}"}
            devices.put(writer, {**unique, **common, **place}, state="received")
    register.close()


def _as_plain_yaml(source: Path, path: Path) -> Path:
    command = [*_command(source), "--yaml", "--output", path]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **_SETTINGS}, check=True, stdout=subprocess.DEVNULL)
    # The mark of a text that is no template, which nobody writes by hand and which costs time.
    path.write_text(path.read_text("utf-8").replace(" !unsafe ", " "), "utf-8")
    return path


def _list(source: Path) -> process.Cost:
    cost = process.run(_command(source), folder=ROOT, variables=_SETTINGS, watch_memory=True)
    if cost.exit_code:
        raise SystemExit(f"bench: ansible-inventory ended with code {cost.exit_code}")
    return cost


def _command(source: Path) -> list[str | Path]:
    return [_PROGRAM, "--inventory", source, "--list"]
