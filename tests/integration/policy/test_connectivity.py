# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows that can cut the connection: a device that nobody can log in to afterwards takes the change back by itself."""

from __future__ import annotations

import subprocess
import time

import pytest

from tests.integration.trial import Trial

HOST = "debian12"
# A service whose setting decides whether new connections to the ssh port are dropped; old ones live on.
GATE = """
set -eu
cat > /usr/local/sbin/gate <<'PROGRAM'
#!/bin/bash
PS1=x
[ ! -e /etc/gate.sh ] || . /etc/gate.sh
nft delete table inet gate 2>/dev/null
[ "${GATE:-open}" != closed ] || nft -f - <<< \
  'table inet gate { chain in { type filter hook input priority 0; tcp dport 22 ct state new drop; }; }'
exit 0
PROGRAM
chmod 755 /usr/local/sbin/gate
printf '[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=%s\\nExecReload=%s\\n' \
  /usr/local/sbin/gate /usr/local/sbin/gate > /etc/systemd/system/gate.service
systemctl daemon-reload
systemctl start gate.service
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
HARMLESS = {**CLOSE, "value": "open"}


@pytest.fixture(name="host")
def fixture_host(lab):
    host = lab.host(HOST)
    subprocess.run([*host.ssh_command(), "sudo sh"], input=GATE, text=True, check=True, capture_output=True)
    return host


@pytest.fixture(name="trial")
def fixture_trial(controller, tmp_path):
    return Trial(controller, tmp_path)


def units(host):
    """Return what is left of a revert on the disk and in systemd."""
    files = host.ssh("ls /etc/systemd/system /etc/systemd/system/timers.target.wants | grep commune || true").stdout
    return files + host.ssh("systemctl list-units --all --no-legend 'commune*'").stdout


def test_a_change_that_lets_new_connections_through_is_confirmed_and_stays(trial, host):
    run = trial.run([HARMLESS], "--limit", HOST, baseline_revert_seconds=15)
    row = run.row(HOST)
    assert (run.exit_code, row["state"], row["changed"]) == (0, "pass", True)
    assert units(host) == ""
    time.sleep(16)
    assert host.ssh("cat /etc/gate.sh").stdout.count("GATE=open") == 1


def test_a_change_that_drops_new_connections_is_taken_back_while_the_old_connection_lives(trial, host):
    run = trial.run([CLOSE], "--limit", HOST, baseline_revert_seconds=15)
    row = run.row(HOST)
    assert (run.exit_code, row["state"], row["changed"], row["after"]) == (2, "fail", False, None)
    assert row["reason"] == "no new connection was possible after the change, so the device took it back"
    assert host.ssh("test -e /etc/gate.sh || echo gone").stdout == "gone\n"
    assert units(host) == ""
