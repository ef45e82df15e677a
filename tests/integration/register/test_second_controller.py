# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A site moves to a second controller: another machine, with Debian's own Ansible, Python and libraries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.register.site import ROOT, WORDS, new_site
from tests.lab import commands, image
from tests.lab.lab import Lab

NEEDED = "ansible-core gnupg python3-sqlalchemy"
DEVICES = "SELECT name, serial FROM devices"
READ = f"import sqlite3; print(sqlite3.connect('inventories/xa/register.db').execute('{DEVICES}').fetchall())"
PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  tasks:
    - commune.baseline.device: {name: pc-02, class: workstation}
"""


@pytest.fixture(name="archive")
def fixture_archive(tmp_path):
    """The collection as it is published."""
    program = Path(sys.executable).with_name("ansible-galaxy")
    subprocess.run([program, "collection", "build", "--output-path", tmp_path, ROOT], check=True, capture_output=True)
    (archive,) = tmp_path.glob("commune-baseline-*.tar.gz")
    return archive


@pytest.fixture(name="host")
def fixture_host():
    """A fresh machine that gets Ansible and its libraries from Debian, and nothing from this one."""
    missing = commands.missing_requirement()
    if missing or image.mirror() is None:
        pytest.skip(missing or "this machine names no Debian mirror, from which the second controller gets Ansible")
    with Lab(f"second-{os.getpid()}", {"debian13": "trixie"}) as lab:
        host = lab.host("debian13")
        host.ssh(f"sudo apt-get update && sudo apt-get install --yes --no-install-recommends {NEEDED}", timeout=600)
        yield host


def put(host, content: bytes, name: str) -> None:
    subprocess.run([*host.ssh_command(), f"cat > {name}"], input=content, check=True)


def test_a_second_controller_takes_the_site_over(tmp_path, archive, host):
    site = new_site(str(tmp_path / "site/register.db"), tmp_path)
    put(host, archive.read_bytes(), "collection.tar.gz")
    put(host, site.backup().read_bytes(), "backup.tar.gpg")
    put(host, json.dumps({"path": "backup.tar.gpg", "folder": "inventories/xa", "passphrase": WORDS}).encode(), "given")
    put(host, PLAYBOOK.encode(), "play.yml")

    def ansible(command):
        return host.ssh(f"LC_ALL=C.UTF-8 ansible-{command}", timeout=300).stdout

    ansible("galaxy collection install --offline collection.tar.gz")
    ansible("playbook commune.baseline.controller_restore -e @given")
    assert host.ssh(f'python3 -c "{READ}"').stdout == "[('pc-01', 'SN-1')]\n"
    assert host.ssh("stat --format=%a inventories/xa inventories/xa/register.db").stdout == "700\n600\n"
    assert host.ssh("cat inventories/xa/keys/signing.pem").stdout == "a key"

    ansible("playbook play.yml -i inventories/xa/hosts.yml")
    assert "pc-02" in host.ssh(f'python3 -c "{READ}"').stdout
