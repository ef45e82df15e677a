# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller of an office, as a new user has it: a folder to work in and a home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
PASSWORD = ".config/commune-baseline/vault-password"  # noqa: S105 - a path


@dataclass(frozen=True)
class Office:
    """A controller's working folder, and the home of the user who works there."""

    folder: Path
    home: Path

    def run(self, program: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        own = {"HOME": str(self.home), "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), **environment}
        command = [Path(sys.executable).with_name(program), *arguments]
        return subprocess.run(command, cwd=self.folder, env={**os.environ, **own}, capture_output=True, text=True)

    def new_site(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        playbook = ROOT / "playbooks/init_site.yml"
        return self.run("ansible-playbook", playbook, "--extra-vars", json.dumps({"site": name}), *arguments)

    def written(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

    @property
    def unlocked(self) -> dict[str, str]:
        return {"ANSIBLE_VAULT_PASSWORD_FILE": str(self.home / PASSWORD)}
