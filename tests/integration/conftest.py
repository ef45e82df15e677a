# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real hosts for the tests, and the playbooks run against them as an officer would run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible.plugins.loader import init_plugin_loader

from tests.lab import commands
from tests.lab.lab import Lab

init_plugin_loader()  # lets tests import ansible_collections.commune.baseline

ROOT = Path(__file__).parents[2]
SUITES = {"debian12": "bookworm", "debian13": "trixie"}


@dataclass(frozen=True)
class Run:
    """How one playbook run ended."""

    exit_code: int
    results: dict[str, dict[str, Any]]

    def row(self, host: str) -> dict[str, Any]:
        """Return the observation of the only row of the only control."""
        (row,) = self.rows(host).values()
        return row

    def rows(self, host: str) -> dict[str, dict[str, Any]]:
        """Return the observations of all rows by their ids."""
        return {row["id"]: row for control in self.results[host]["controls"] for row in json.loads(control["rows"])}


@dataclass(frozen=True)
class Controller:
    """Runs playbooks against a lab, from the checkout and with its ansible.cfg."""

    lab: Lab

    def playbook(self, playbook: str, *arguments: str, **settings: str) -> Run:
        """Run a playbook, with Ansible's settings; return the result of its last task, but an assert, on every host."""
        done = self._run(playbook, *arguments, ANSIBLE_STDOUT_CALLBACK="ansible.posix.json", **settings)
        assert "DEPRECATION WARNING" not in done.stderr
        report, _end = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index("{") :])
        tasks = [task["hosts"] for task in report["plays"][-1]["tasks"]] if report["plays"] else []
        shown = [hosts for hosts in tasks if not any(_is_assertion(result) for result in hosts.values())]
        return Run(done.returncode, shown[-1] if shown else {})

    def screen(self, playbook: str, *arguments: str) -> str:
        """Run a playbook and return what a person sees."""
        return self._run(playbook, *arguments).stdout

    def _run(self, playbook: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        program = Path(sys.executable).with_name("ansible-playbook")
        command = [program, "--inventory", self.lab.inventory, playbook, *arguments]
        environment = {**os.environ, **settings}
        return subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)


def _is_assertion(result: dict[str, Any]) -> bool:
    return result.get("action") == "ansible.builtin.assert"


@pytest.fixture(scope="session", name="session_lab")
def fixture_session_lab() -> Iterator[Lab]:
    missing = commands.missing_requirement()
    if missing:
        pytest.skip(missing)
    with Lab(f"test-{os.getpid()}", SUITES) as lab:
        yield lab


@pytest.fixture(name="lab")
def fixture_lab(session_lab: Lab) -> Lab:
    """A lab of fresh hosts."""
    session_lab.reset()
    return session_lab


@pytest.fixture(name="controller")
def fixture_controller(lab: Lab) -> Controller:
    return Controller(lab)
