# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A site with evidence and a register, whose devices are this machine by other names, each with rows of the test's own.

Every run is a real ansible-playbook. A device that is off has an ssh program that says so: nothing leaves this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.conftest import ROOT

SENTENCE = {"vi": "Dòng thử.", "en": "A row on trial."}
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
AWAY = {"ansible_connection": "ssh", "ansible_ssh_executable": "{{ playbook_dir }}/no-ssh"}
DOOR = {"commune.baseline.policy": {"fail_on": "never"}}
ROWS = ("LNX-FIRST", "LNX-SECOND")


@dataclass(frozen=True)
class Office:
    """The folder of a site, and the place of its register."""

    folder: Path
    place: str

    @property
    def evidence(self) -> Path:
        return self.folder / "evidence"

    def file(self, row: str) -> Path:
        """Return the file whose mode a row is about."""
        return self.folder / row

    def run(self, *arguments: str, task: dict[str, Any] = DOOR, **given: Any) -> Run:
        """Run the door in check mode, or another task, on these devices, such as pc_01; capitals name settings."""
        settings = {name: value for name, value in given.items() if name.isupper()}
        hosts = {name.replace("_", "-"): value for name, value in given.items() if not name.isupper()}
        play = {"hosts": "all", "gather_facts": False, "tasks": [task]}
        (self.folder / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts or {"pc-01": LOCAL}}}))
        (self.folder / "play.yml").write_text(json.dumps([play]))
        return self.start("play.yml", "--check", *arguments, **settings)

    def verb(self, name: str, **options: Any) -> dict[str, Any]:
        """Return the result of a verb."""
        task = {f"commune.baseline.{name}": options}
        (self.folder / "verb.yml").write_text(
            json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}])
        )
        output = self.start("verb.yml", ANSIBLE_STDOUT_CALLBACK="ansible.posix.json").screen
        report, _end = json.JSONDecoder().raw_decode(output[output.index("{") :])
        return dict(report["plays"][0]["tasks"][0]["hosts"]["localhost"])

    def start(self, *arguments: str, inventory: str = "hosts.json", **settings: str) -> Run:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        environment |= {
            "ANSIBLE_CALLBACKS_ENABLED": "commune.baseline.evidence",
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder),
            "ANSIBLE_HOME": str(self.folder / "home"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_STDOUT_CALLBACK": "commune.baseline.screen",
            "COMMUNE_BASELINE_LANGUAGE": "en",
            "COMMUNE_BASELINE_REGISTER": self.place,
            **settings,
        }
        program = [sys.executable, "-m", "ansible.cli.playbook", f"--inventory={inventory}"]
        done = subprocess.run(
            [*program, *arguments], cwd=self.folder, env=environment, text=True, capture_output=True, check=False
        )
        assert "Callback dispatch" not in done.stderr
        return Run(done.returncode, done.stdout, done.stderr)

    @property
    def report(self) -> str:
        return (self.evidence / "reports/latest.html").read_text("utf-8")

    @property
    def bundles(self) -> list[Path]:
        return sorted((self.evidence / "bundles").glob("*.bundle"))


@dataclass(frozen=True)
class Run:
    """How one run ended."""

    code: int
    screen: str
    errors: str


def new_office(folder: Path, place: str) -> Office:
    """Make the site, with a copy of the collection that has two rows, both content, and waits a second for a lock."""
    collection = folder / "ansible_collections/commune/baseline"
    for part in ("plugins", "catalogue"):
        shutil.copytree(ROOT / part, collection / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "galaxy.yml", collection)
    replace(collection / "plugins/module_utils/_policy/journal.py", "/var/lib/commune-baseline", str(folder))
    replace(collection / "plugins/plugin_utils/_register/database.py", "LOCK_SECONDS = 60", "LOCK_SECONDS = 1")
    rows = [_row(folder, id_, control) for id_, control in zip(ROWS, ("AC-08", "AC-09"), strict=True)]
    file = collection / "roles/trial/vars/linux.yml"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"__trial_rows": rows}))
    for row in ROWS:
        (folder / row).touch(mode=0o600)
    (folder / "no-ssh").write_text("#!/bin/sh\nexit 255\n")
    (folder / "no-ssh").chmod(0o755)
    return Office(folder, place)


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def _row(folder: Path, id_: str, control: str) -> dict[str, Any]:
    row = {"id": id_, "control": control, "kind": "file", "attribute": "mode", "value": "0600"}
    return {**row, "path": str(folder / id_), "why": SENTENCE, "fix": SENTENCE}
