# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret of a device or of the controller stands in what a run leaves behind (DT-02), whatever stands in its way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT
from tests.secret_scan import found_below, found_in

PASSWORD, VAULT = "Mat-Khau-Quan-Tri-9", "Khoa-Ket-Sat-7"
SETUP = f"""
set -eu
useradd --create-home --groups sudo --shell /bin/bash quantri
echo 'quantri:{PASSWORD}' | chpasswd --crypt-method SHA512
install -d -m 700 -o quantri /home/quantri/.ssh
install -m 600 -o quantri /home/ops/.ssh/authorized_keys /home/quantri/.ssh
ssh-keygen -q -t ed25519 -N '' -f /root/key
"""
# What the row of the login banner reads and would tell, once a link stands in the banner's place.
KEPT_SECRET = ("/etc/shadow", "/root/key")


def as_root(host, script):
    subprocess.run([*host.ssh_command(), "sudo sh"], input=script, text=True, check=True, capture_output=True)


@pytest.fixture(name="secrets")
def fixture_secrets(controller):
    """Secrets by their names, planted on a host."""
    host = controller.lab.host("debian12")
    as_root(host, SETUP)
    key = host.ssh("sudo cat /root/key").stdout.splitlines()
    shadow = host.ssh("sudo getent shadow quantri").stdout.split(":")[1]
    return {"become password": PASSWORD, "vault password": VAULT, "password hash": shadow, "private key": key[2]}


@pytest.fixture(name="ansible")
def fixture_ansible(controller, secrets, tmp_path):
    """Run a playbook as quantri, whose password for sudo lies in a vault; return the screen."""
    (tmp_path / "vault-password").write_text(VAULT)
    vault = tmp_path / "vault.yml"
    vault.write_text(f"ansible_user: quantri\nansible_become_password: {PASSWORD}\nbaseline_fail_on: never\n")
    programs, password = Path(sys.executable).parent, f"--vault-password-file={tmp_path / 'vault-password'}"
    subprocess.run([programs / "ansible-vault", "encrypt", password, vault], check=True, capture_output=True)
    settings = {
        "ANSIBLE_HOME": str(tmp_path / "home"),
        "ANSIBLE_LOG_PATH": str(tmp_path / "left/ansible.log"),
        "COMMUNE_BASELINE_EVIDENCE": str(tmp_path / "left/evidence"),
    }
    (tmp_path / "left").mkdir()

    def run(playbook, *arguments):
        command = [programs / "ansible-playbook", "--inventory", controller.lab.inventory, password, "--extra-vars"]
        done = subprocess.run(
            [*command, f"@{vault}", "--limit=debian12", "--diff", "-vvv", *arguments, playbook],
            cwd=ROOT, env={**os.environ, **settings}, text=True, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return (done.stdout + done.stderr).encode()

    return run


def test_no_secret_stands_in_what_runs_leave_behind(controller, ansible, secrets, tmp_path):
    host = controller.lab.host("debian12")
    screen = ansible("playbooks/harden.yml")
    for path in KEPT_SECRET:
        as_root(host, f"ln -sf {path} /etc/issue.net")
        screen += ansible("playbooks/drift.yml", "--check")
    planted = found_below([host.root / "root", host.root / "etc"], secrets)
    assert set().union(*planted.values()) >= {"password hash", "private key"}
    left = [tmp_path / "left", tmp_path / "home"]
    assert len([*(tmp_path / "left").rglob("*.json"), *(tmp_path / "left").rglob("*.html")]) == 7
    assert screen.count(b"LNX-SSH-BannerText") >= len(KEPT_SECRET)
    found = found_below(left, secrets)
    signing_key = tmp_path / "left/evidence/keys/private.pem"
    assert signing_key.stat().st_mode & 0o777 == 0o600
    assert len(found.pop(str(signing_key))) == 1, "the key that signs is there, and nothing else"
    assert (found_in(screen, secrets), found) == (set(), {})
    assert found_in(host.ssh("sudo journalctl --output=export", timeout=120).stdout.encode(), secrets) == set()
