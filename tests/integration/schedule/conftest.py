# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host of the lab as an office's controller, with the project, Ansible and a user for it; and a device to check."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shlex
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab import commands
from tests.lab.host import Host
from tests.lab.lab import Lab

ROOT = Path(__file__).parents[3]
CHECKOUT = "/opt/commune-baseline"
SITE = "/srv/site"
NAME = "commune-baseline-drift"
# What ansible-core needs; copying the hundred collections beside it would take longer than the tests.
PACKAGES = (
    "ansible-core",
    "jinja2",
    "markupsafe",
    "pyyaml",
    "cryptography",
    "cffi",
    "packaging",
    "resolvelib",
    "rfc8785",
    "sqlalchemy",
    "typing-extensions",
)
SUITE_OF_PYTHON = {"3.11": "bookworm", "3.13": "trixie"}


@dataclass(frozen=True)
class Office:
    """The controller, on which we are root by sudo, and the device it looks after."""

    controller: Host
    device: Host

    def root(self, command: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.controller.ssh(f"sudo bash -c {shlex.quote(command)}", check=check, timeout=120)

    def playbook(self, name: str, *arguments: str, user: str = "root") -> subprocess.CompletedProcess[str]:
        program = ["env", "PYTHONDONTWRITEBYTECODE=1", ".venv/main/bin/ansible-playbook"]
        command = shlex.join([*program, "-i", SITE, f"playbooks/{name}.yml", *arguments])
        return self.root(f"cd {CHECKOUT} && sudo -u {user} --set-home {command}", check=False)

    def schedule(self, *arguments: str, **knobs: object) -> subprocess.CompletedProcess[str]:
        extra = json.dumps({"drift_schedule_user": "baseline", **knobs})
        return self.playbook("schedule", "--extra-vars", extra, *arguments)

    def start(self) -> subprocess.CompletedProcess[str]:
        """Start the job as its timer does, and wait for its end."""
        return self.root(f"systemctl start {NAME}.service", check=False)

    def records(self) -> list[dict[str, str]]:
        """Return what the job recorded, oldest first."""
        printed = self.root(f"for file in {SITE}/evidence/schedule/{NAME}/*.json; do cat $file; echo; done").stdout
        return sorted(map(json.loads, printed.splitlines()), key=lambda record: str(record["started"]))


@pytest.fixture(scope="session", name="office")
def fixture_office() -> Iterator[Office]:
    if reason := commands.missing_requirement():
        pytest.skip(reason)
    version = sysconfig.get_python_version()
    if version not in SUITE_OF_PYTHON:
        pytest.skip(f"no host of the lab has Python {version}, for which Ansible is installed here")
    with Lab(f"sched-{os.getpid()}", {"controller": SUITE_OF_PYTHON[version], "device": "trixie"}) as lab:
        office = Office(lab.host("controller"), lab.host("device"))
        install_project(office)
        install_site(office, lab)
        yield office


def install_project(office: Office, place: str = CHECKOUT) -> None:
    """Do what `git clone` and `make install` do, without the package index that a guest does not reach."""
    checkout = office.controller.root / place.lstrip("/")
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines():
        if (ROOT / name).is_file():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, checkout / name)
    link = checkout / ".ansible/collections/ansible_collections/commune/baseline"
    link.parent.mkdir(parents=True)
    link.symlink_to(place)
    office.root(f"python3 -m venv --without-pip {place}/.venv/main")
    (target,) = checkout.glob(".venv/main/lib/python3*/site-packages")
    for package in PACKAGES:
        for file in importlib.metadata.files(package) or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), target / file)
    program = checkout / ".venv/main/bin/ansible-playbook"
    program.write_text(f"#!{place}/.venv/main/bin/python\nfrom ansible.cli.playbook import main\n\nmain()\n")
    program.chmod(0o755)
    office.root(f"python3 -m compileall -q {place}/.venv/main/lib {place}/plugins")


def install_site(office: Office, lab: Lab) -> None:
    """Do what an officer does by hand: a user, its key, the device's host key, the site's folder."""
    site = {
        "all": {
            "vars": {"ansible_user": "ops", "baseline_only": ["AC-08"]},
            "hosts": {"device": {"ansible_host": office.device.address}},
        }
    }
    office.root(f"useradd --create-home --shell /bin/bash baseline; install -d -o baseline {SITE}")
    guest = office.controller.root
    (guest / SITE.lstrip("/") / "hosts.yml").write_text(json.dumps(site))
    keys = guest / "home/baseline/.ssh"
    keys.mkdir()
    shutil.copy(lab.private_key, keys / "id_ed25519")
    shutil.copy(lab.known_hosts, keys / "known_hosts")
    office.root("chown -R baseline: /home/baseline/.ssh; chmod -R go= /home/baseline/.ssh")
