# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A site whose register holds one simulated PC, and the playbooks that its officer runs on it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, records
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import APPROVAL, PERSON
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
from tests.doubles.windows.machine import Machine
from tests.doubles.windows.server import Server
from tests.integration.windows.office import DECIDED, PASSWORD, ROOT, office
from tests.lab.zones import office as zones

NAME = "pc"
SERIAL = "PC-0001"


class Site(NamedTuple):
    folder: Path
    server: Server

    @property
    def machine(self) -> Machine:
        return self.server.machine

    def playbook(self, name: str, *arguments: str, expected: int = 0) -> str:
        """Run a playbook and return what the officer sees."""
        program = [sys.executable, "-m", "ansible.cli.playbook", f"playbooks/{name}", "-i", str(self.folder)]
        done = subprocess.run(
            [*program, *arguments], cwd=ROOT, text=True, capture_output=True, check=False, env={**os.environ}
        )
        assert done.returncode == expected, done.stdout + done.stderr
        assert "DEPRECATION" not in done.stderr
        assert PASSWORD not in done.stdout + done.stderr
        assert not self.server.faults, "\n".join(self.server.faults)
        return done.stdout

    def state(self) -> str:
        """Return the state of the PC as a foreign reader finds it."""
        with contextlib.closing(sqlite3.connect(self.folder / "register.db")) as foreign:
            return str(foreign.execute("SELECT state FROM devices").fetchone()[0])

    def accept(self, shown: str) -> None:
        """Sign what the gate asked for, with the list that it printed."""
        (scope, *_same) = set(re.findall(r"scope là ((?:[A-Z]{2}-[0-9]{2}(?:, )?)+)", shown))
        approval = {"number": "15/QĐ-UBND", "dated_on": "2026-01-31", "subject": "Nghiệm thu", "signer": "ct01"}
        with register_of(self.folder) as register, register.write("canbo") as writer:
            records.put(writer, APPROVAL, {**approval, "scope": scope, "devices": [NAME]})


@contextlib.contextmanager
def register_of(folder: Path) -> Iterator[Register]:
    register = Register.open(str(folder / "register.db"), create=True)
    try:
        yield register
    finally:
        register.close()


@contextlib.contextmanager
def site(place: Path, machine: Machine, *, serial: str = SERIAL) -> Iterator[Site]:
    """Lay a site out whose register has received the PC, and serve the PC until the block ends."""
    folder = place / "site"
    with office(place, {NAME: machine}, self_signed=True) as pcs:
        reached = pcs.host(NAME)
        del reached["ansible_become"], reached["baseline_device_class"]  # the playbooks and the register say so
        own = folder / "host_vars" / NAME  # as the handbook has it
        own.mkdir(parents=True)
        Path(reached["ansible_psrp_ca_cert"]).rename(own / "winrm.pem")
        trusted = "{{ inventory_dir }}/host_vars/{{ inventory_hostname }}/winrm.pem"
        reached.update(ansible_psrp_ca_cert=trusted, ansible_winrm_ca_trust_path=trusted)
        (own / "reach.yml").write_text(json.dumps(reached))
        (folder / "register.yml").write_text("plugin: commune.baseline.register\n")
        (folder / "group_vars").mkdir()
        (folder / "group_vars/platform_windows.yml").write_text(json.dumps(DECIDED))
        zones.write(folder, zones.text())
        with register_of(folder) as register, register.write("canbo") as writer:
            known = {"class": "workstation", "platform": "windows", "zone": "lan", "serial": serial}
            devices.put(writer, {"name": NAME, **known}, state="received")
            records.put(writer, PERSON, {"code": "ct01", "name": "Chủ tịch UBND", "roles": ["chu_tich"]})
        yield Site(folder, pcs.servers[NAME])
