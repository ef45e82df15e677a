# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows that can cut the connection: a device that nobody can log in to afterwards takes the change back by itself."""

from __future__ import annotations

import json
import shlex
import subprocess
import time

import pytest

from tests.integration import engine
from tests.integration.conftest import Controller
from tests.integration.trial import Trial

# A service whose setting decides whether new connections to the ssh port are dropped. It tracks them while it is open
# too, so that those which are there when it closes are known and live on.
GATE = """
set -eu
cat > /usr/local/sbin/gate <<'PROGRAM'
#!/bin/bash
PS1=x
[ ! -e /etc/gate.sh ] || . /etc/gate.sh
[ "${GATE:-open}" = closed ] && verdict=drop || verdict=accept
nft -f - <<RULES
table inet gate
delete table inet gate
table inet gate {
  chain in {
    type filter hook input priority 0
    tcp dport 22 ct state new $verdict
  }
}
RULES
exit 0
PROGRAM
chmod 755 /usr/local/sbin/gate
cat > /etc/systemd/system/gate.service <<'UNIT'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/gate
ExecReload=/usr/local/sbin/gate
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now gate.service
"""
CLOSE = {
    "id": "LNX-GATE",
    "kind": "option",
    "path": "/etc/gate.sh",
    "grammar": "shell_readonly",
    "key": "GATE",
    "value": "closed",
    "restart": "gate.service",
    "connectivity": True,
}


SSHD = {
    "kind": "option",
    "path": "/etc/ssh/sshd_config.d/00-trial.conf",
    "read": ["/etc/ssh/sshd_config"],
    "grammar": "sshd",
    "probe": "sshd",
    "restart": "ssh.service",
    "connectivity": True,
}
LOCK_OUTS = {
    "new connections dropped": CLOSE,
    "keys refused": {**SSHD, "id": "LNX-PUBKEY", "key": "PubkeyAuthentication", "value": "no"},
    "sort of key refused": {**SSHD, "id": "LNX-SORT", "key": "PubkeyAcceptedAlgorithms", "value": "rsa-sha2-512"},
    "keys not looked at": {**SSHD, "id": "LNX-KEYS", "key": "AuthorizedKeysFile", "value": "/nowhere"},
    "sudo revoked": {
        "id": "LNX-SUDO",
        "kind": "file",
        "path": "/etc/sudoers.d/zz-trial",
        "attribute": "content",
        "value": "ops ALL=(ALL) !ALL",
        "connectivity": True,
    },
}
TAKEN_BACK = "no new connection was possible after the change, so the device took it back"


@pytest.fixture(scope="module", name="trial")
def fixture_trial(session_lab, tmp_path_factory):
    """Hosts with the gate; every test leaves it open."""
    session_lab.reset()
    for host in session_lab.hosts.values():
        subprocess.run([*host.ssh_command(), "sudo sh"], input=GATE, text=True, check=True, capture_output=True)
    return Trial(Controller(session_lab), tmp_path_factory.mktemp("trial"))


@pytest.fixture(name="hosts")
def fixture_hosts(trial):
    return trial.controller.lab.hosts


def state(host, path):
    """Return what a path is and holds, as somebody else than our code sees it."""
    return host.ssh(f"sudo stat --format '%a %U %G' {path}; sudo sha256sum {path}", check=False).stdout


def left_of_a_revert(host):
    """Return what is left of a revert on the disk and in systemd."""
    files = host.ssh("ls /etc/systemd/system /etc/systemd/system/timers.target.wants | grep commune || true").stdout
    return files + host.ssh("systemctl list-units --all --no-legend 'commune*'").stdout


def test_a_change_that_lets_new_connections_through_is_confirmed_and_stays(trial, hosts):
    run = trial.run([{**CLOSE, "value": "open"}], baseline_revert_seconds=12)
    assert run.exit_code == 0
    time.sleep(13)
    for name, host in hosts.items():
        assert (run.row(name)["state"], run.row(name)["changed"]) == ("pass", True)
        assert host.ssh("cat /etc/gate.sh").stdout.count("GATE=open") == 1
        assert left_of_a_revert(host) == ""
        host.ssh("sudo rm /etc/gate.sh")


def test_a_shared_connection_outlives_a_closed_gate_so_only_a_new_one_proves_anything(trial, hosts):
    reopen = "systemd-run --on-active=15 --timer-property=AccuracySec=1 sh -c 'rm /etc/gate.sh; gate'"
    command = f"{reopen}; echo GATE=closed > /etc/gate.sh; gate"
    playbook = trial.folder / "ping.yml"
    playbook.write_text("[{hosts: all, gather_facts: false, tasks: [{ansible.builtin.ping: {}}]}]")
    assert trial.controller.playbook(str(playbook)).exit_code == 0
    for host in hosts.values():
        host.ssh(f"sudo sh -c {shlex.quote(command)}")
    for host in hosts.values():
        new = ["timeout", "3", *host.ssh_command(), "true"]
        assert subprocess.run(new, check=False, capture_output=True).returncode == 124
    assert trial.controller.playbook(str(playbook)).exit_code == 0
    for host in hosts.values():
        host.wait_for_login()


@pytest.mark.parametrize("row", LOCK_OUTS.values(), ids=LOCK_OUTS)
def test_a_lock_out_heals_itself(trial, hosts, row):
    before = {name: state(host, row["path"]) for name, host in hosts.items()}
    run = trial.run([row], baseline_revert_seconds=10)
    assert run.exit_code == 2
    for name, host in hosts.items():
        seen = run.row(name)
        assert (seen["state"], seen["changed"], seen["reason"]) == ("fail", False, TAKEN_BACK)
        assert host.ssh("sudo true").returncode == 0
        assert state(host, row["path"]) == before[name]
        assert left_of_a_revert(host) == ""


def test_an_option_that_sshd_refuses_is_never_written(trial, hosts):
    run = trial.run([{**SSHD, "id": "LNX-CIPHERS", "key": "Ciphers", "value": "rot13"}])
    for name, host in hosts.items():
        assert (run.row(name)["state"], run.row(name)["changed"]) == ("fail", False)
        assert "Bad SSH2 cipher spec" in run.row(name)["reason"]
        assert host.ssh(f"ls {SSHD['path']}", check=False).returncode == 2


def armed_and_abandoned(trial, seconds):
    """Close the gate, and end as if the controller had died before the confirmation."""
    row = {**CLOSE, "control": "AC-08", "desired": "closed"}
    del row["value"]
    task = engine.task([row], run="20260101-000000-1", revert_after=seconds)
    playbook = trial.folder / "abandoned.yml"
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "become": True, "tasks": [task]}]))
    results = trial.controller.playbook(str(playbook)).results
    assert [result.get("armed") for result in results.values()] == [True, True], results


def test_a_run_whose_controller_dies_is_taken_back_by_the_device(trial, hosts):
    armed_and_abandoned(trial, seconds=10)
    time.sleep(12)
    for host in hosts.values():
        assert host.ssh("test -e /etc/gate.sh || echo gone").stdout == "gone\n"
        assert left_of_a_revert(host) == ""


def test_what_nobody_confirmed_is_taken_back_by_the_next_run_before_it_begins(trial, hosts):
    armed_and_abandoned(trial, seconds=600)
    run = trial.run([{**CLOSE, "value": "open"}])
    for name, host in hosts.items():
        assert (run.row(name)["before"], run.row(name)["state"]) == (None, "pass")
        assert left_of_a_revert(host) == ""
        host.ssh("sudo rm /etc/gate.sh")


def test_a_power_cut_before_the_confirmation_heals_after_the_next_boot(trial, hosts):
    boots = {name: host.boot_id() for name, host in hosts.items()}
    armed_and_abandoned(trial, seconds=10)
    playbook = trial.folder / "cut.yml"
    task = "{ansible.builtin.command: systemctl reboot --force, become: true, ignore_unreachable: true}"
    playbook.write_text(f"[{{hosts: all, gather_facts: false, tasks: [{task}]}}]")
    trial.controller.playbook(str(playbook))  # over the shared connection: the gate is closed for new ones
    for name, host in hosts.items():
        host.wait_for_login(other_than=boots[name])
        assert host.ssh("test -e /etc/gate.sh || echo gone").stdout == "gone\n"
        assert left_of_a_revert(host) == ""
