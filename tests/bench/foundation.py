# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the door costs: against one task per setting, against a task that does nothing, in time, memory and bytes."""

from __future__ import annotations

import json
import os
import shlex
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.bench import process
from tests.bench.counterpart import tasks
from tests.bench.results import Result
from tests.lab.host import Host
from tests.lab.lab import Lab

ROOT = Path(__file__).parents[2]
TOPIC = "foundation"
_ROUNDS = 5
_HOSTS = 16
_FEWEST_SETTINGS = 100
_PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
_SITE = ("--extra-vars", "baseline_device_class=server")
_DRIFT = ("playbooks/drift.yml", "--check")
# What ssh is given on its standard input is, with pipelining, the module and nothing else.
_COUNTING_SSH = """#!/bin/bash
set -o pipefail
case "$*" in *" -O "*) exec ssh "$@" ;; esac
tee >(wc -c >> {counts}) | ssh "$@"
"""


def measure() -> list[Result]:
    """Measure all bars on fresh hosts that are hardened first."""
    folder = ROOT / "build/bench"
    folder.mkdir(parents=True, exist_ok=True)
    suites = {f"bench{number:02}": "trixie" if number % 2 else "bookworm" for number in range(_HOSTS)}
    with Lab(f"bench-{os.getpid()}", suites) as lab:
        bench = _Bench(lab, folder)
        bench.harden()
        return [
            *bench.against_tasks(),
            *bench.one_host(),
            *bench.many_hosts(),
            bench.on_the_device(),
            bench.payload(),
        ]


class _Bench:
    def __init__(self, lab: Lab, folder: Path) -> None:
        self._lab = lab
        self._folder = folder
        self._first = next(iter(lab.hosts.values()))

    def harden(self) -> None:
        """Bring all hosts to the baseline; what a fresh host cannot meet does not matter here."""
        self._run("playbooks/harden.yml")

    def against_tasks(self) -> list[Result]:
        """Compare the door with one task per setting on one compliant host, in turn."""
        rows = self._rows()
        counterpart = tasks(rows, self._line_at(self._first))
        if len(counterpart) < _FEWEST_SETTINGS:
            raise SystemExit(f"bench: only {len(counterpart)} of {len(rows)} rows have a counterpart")
        single = self._write("tasks.yml", [_play(list(counterpart.values()))])
        only = self._write("only.json", {"baseline_only": list(counterpart)})
        door = (*_DRIFT, "--extra-vars", f"@{only}", *self._limit())
        ratios = []
        for _round in range(2):
            slow = self._run(str(single), "--check", *self._limit())
            ratios.append(slow.wall / self._run(*door).wall)
        name = f"times faster than one task per setting ({len(counterpart)} settings, one compliant host)"
        return [Result(TOPIC, name, statistics.median(ratios), "times", 20, at_least=True)]

    def one_host(self) -> list[Result]:
        """Measure the whole process of a check of one host."""
        walls = [self._run(*_DRIFT, *self._limit()).wall for _round in range(_ROUNDS)]
        name = f"drift.yml --check of one compliant host ({len(self._rows())} rows)"
        return [Result(TOPIC, name, statistics.median(walls), "s", 3)]

    def many_hosts(self) -> list[Result]:
        """Compare a check of many hosts with a task that does nothing, in turn; then watch its memory."""
        ping = self._ping()
        self._run(ping)
        pairs = [(self._run(*_DRIFT), self._run(ping)) for _round in range(_ROUNDS)]
        ratio = statistics.median(drift.wall / nothing.wall for drift, nothing in pairs)
        alone = statistics.median(self._run(*_DRIFT, *self._limit()).cpu for _round in range(_ROUNDS))
        together = statistics.median(drift.cpu for drift, _nothing in pairs)
        memory = self._run(*_DRIFT, watch_memory=True).pss
        return [
            Result(TOPIC, f"drift.yml --check against a task that does nothing, {_HOSTS} hosts", ratio, "times", 2),
            Result(TOPIC, "controller CPU per further host", (together - alone) / (_HOSTS - 1), "s", 0.35),
            Result(TOPIC, f"summed PSS of the controller, {_HOSTS} hosts, forks 5", memory, "MB", 250),
        ]

    def on_the_device(self) -> Result:
        """Compare what a check costs the device, its sshd and systemd included, with a task that does nothing."""
        ping = self._ping()
        pairs = [(self._device_cpu(*_DRIFT), self._device_cpu(ping)) for _round in range(_ROUNDS)]
        ratio = statistics.median(drift / nothing for drift, nothing in pairs)
        return Result(
            TOPIC, "processor time of a device for a check, against a task that does nothing", ratio, "times", 2.5
        )

    def payload(self) -> Result:
        """Measure what goes to a host: the largest standard input that ssh was given."""
        counts = self._folder / "counts"
        counts.unlink(missing_ok=True)
        program = self._folder / "counting-ssh"
        program.write_text(_COUNTING_SSH.format(counts=shlex.quote(str(counts))))
        program.chmod(0o755)
        self._run(*_DRIFT, *self._limit(), "--extra-vars", f"ansible_ssh_executable={program}")
        largest = max(map(int, counts.read_text().split()))
        return Result(TOPIC, "module payload, rows included", largest / 1000, "kB", 300)

    def _rows(self) -> list[dict[str, Any]]:
        """Return what the door shows of the first host, with the fields of each row."""
        command: list[str | Path] = [_PLAYBOOK, "--inventory", self._lab.inventory, *_SITE, *_DRIFT, *self._limit()]
        variables = {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
        done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
        report, _end = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index("{") :])
        controls = report["plays"][0]["tasks"][0]["hosts"][self._first.name]["controls"]
        fields = _fields_of_rows()
        return [{**fields[row["id"]], **row} for control in controls for row in json.loads(control["rows"])]

    @staticmethod
    def _line_at(host: Host) -> Any:
        files: dict[str, list[str]] = {}

        def line_at(path: str, number: int) -> str:
            if path not in files:
                files[path] = host.ssh(f"sudo cat {shlex.quote(path)}").stdout.split("\n")
            return files[path][number - 1]

        return line_at

    def _device_cpu(self, *arguments: str) -> float:
        before = self._first.cpu_seconds
        self._run(*arguments, *self._limit())
        return self._first.cpu_seconds - before

    def _ping(self) -> str:
        return str(self._write("ping.yml", [_play([{"ansible.builtin.ping": {}}])]))

    def _limit(self) -> tuple[str, str]:
        return ("--limit", self._first.name)

    def _write(self, name: str, data: object) -> Path:
        path = self._folder / name
        path.write_text(json.dumps(data))
        return path

    def _run(self, *arguments: str, watch_memory: bool = False) -> process.Cost:
        command: list[str | Path] = [_PLAYBOOK, "--inventory", self._lab.inventory, *_SITE, *arguments]
        return process.run(command, folder=ROOT, variables={}, watch_memory=watch_memory)


def _fields_of_rows() -> dict[str, dict[str, Any]]:
    files = (yaml.safe_load(path.read_text("utf-8")) for path in ROOT.glob("roles/*/vars/linux.yml"))
    return {row["id"]: row for file in files for rows in file.values() for row in rows}


def _play(steps: list[dict[str, Any]]) -> dict[str, Any]:
    return {"hosts": "all", "gather_facts": False, "become": True, "tasks": steps}
