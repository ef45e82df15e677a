# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small site with a register, for the tests that take it elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register

ROOT = Path(__file__).parents[3]
WORDS = "một cụm mật khẩu dài"
PC = {"name": "pc-01", "class": "workstation", "serial": "SN-1"}


@dataclass(frozen=True)
class Site:
    """A site with a register, and the folder for its backups."""

    folder: Path
    to: Path
    place: str

    def run(self, verb: str, *arguments: str, **options: Any) -> dict[str, Any]:
        """Return the result of one verb."""
        command = self.command(verb, *arguments, **options)
        done = subprocess.run(command, cwd=ROOT, env=self.environment(), capture_output=True)
        output = done.stdout.decode()
        report, _end = json.JSONDecoder().raw_decode(output[output.index("{") :])
        return report["plays"][0]["tasks"][0]["hosts"]["localhost"]

    def command(self, verb: str, *arguments: str, **options: Any) -> list[str]:
        tasks = [{f"commune.baseline.{verb}": {"passphrase": WORDS, **options}}]
        play = self.to.parent / "play.json"
        play.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        return [program, "--inventory", str(self.folder / "hosts.yml"), str(play), *arguments]

    def environment(self) -> dict[str, str]:
        settings = {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json", "COMMUNE_BASELINE_REGISTER": self.place}
        return {**os.environ, **settings, "COMMUNE_BASELINE_EVIDENCE": str(self.to.parent / "evidence")}

    def backup(self, **options: Any) -> Path:
        """Back the site up and return the file."""
        result = self.run("controller_backup", to=str(self.to), **options)
        assert "path" in result, result
        return Path(result["path"])


def new_site(place: str, tmp_path: Path) -> Site:
    """Make the site in a folder; its register lies at ``place``."""
    folder = tmp_path / "site"
    (folder / "group_vars/all").mkdir(parents=True)
    (folder / "hosts.yml").write_text("all: {hosts: {localhost: {ansible_connection: local}}}")
    (folder / "group_vars/all/vault.yml").write_text("secret: as it is")
    (folder / "keys").mkdir(mode=0o700)
    (folder / "keys/signing.pem").write_text("a key")
    (folder / "keys/signing.pem").chmod(0o600)
    (tmp_path / "usb").mkdir()
    register = Register.open(place, create=True)
    with register.write("officer") as writer:
        devices.put(writer, PC)
    register.close()
    return Site(folder, tmp_path / "usb", place)
