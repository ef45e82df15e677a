# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds sysctl, file, kernel_module, mount and service on real hosts, asked by other means than ours."""

from __future__ import annotations

import json

import pytest

from tests.integration import engine

RUN = "20261122-120000-1"
SHM = "/dev/shm"  # noqa: S108 - a mount point
ROWS = [
    {"kind": "sysctl", "key": "net.ipv4.conf.all.accept_redirects", "desired": 0},
    {"kind": "sysctl", "key": "net.ipv4.ip_forward", "desired": 1},
    {"kind": "file", "path": "/etc/cron.*", "attribute": "mode", "desired": "0700", "compare": "<="},
    {"kind": "file", "path": "/etc/issue", "attribute": "content", "desired": "For staff only"},
    {"kind": "kernel_module", "module": "usb-storage", "desired": "blocked"},
    {"kind": "mount", "mount_point": SHM, "option": "noexec", "desired": True},
    {"kind": "mount", "mount_point": "/dev/hugepages", "option": "noexec", "desired": True},
    {"kind": "service", "unit": "syslog.socket", "desired": "masked"},
    {"kind": "service", "unit": "rsyslog.service", "desired": "stopped"},
    {"kind": "service", "unit": "fstrim.timer", "desired": "stopped"},
    {"kind": "service", "unit": "nftables.service", "desired": "running"},
    {"kind": "service", "unit": "no-such.service", "desired": "masked"},
]
# What the host itself says of everything that these rows change.
FACTS = """
sysctl net.ipv4 | grep -E 'conf|ip_forward'
grep -E ' /dev/(shm|hugepages) ' /proc/self/mountinfo | cut -d' ' -f5,6
find /etc/systemd /etc/sysctl.d /etc/modprobe.d /etc/fstab /etc/cron.* /etc/issue -printf '%p %y %m %l\\n' | sort
cat /etc/fstab /etc/issue
for unit in syslog.socket rsyslog fstrim.timer nftables; do systemctl show -p ActiveState,UnitFileState $unit; done
"""
EFFECTS = {
    "sudo sysctl -n net.ipv4.conf.eth0.accept_redirects": "0",
    "sudo sysctl -n net.ipv4.ip_forward": "1",
    "stat -c %a /etc/cron.d": "700",
    "cat /etc/issue": "For staff only",
    "sudo modprobe -n -v usb_storage": "install /bin/false",
    f"findmnt -n -o OPTIONS {SHM} | grep -o noexec": "noexec",
    "findmnt -n -o OPTIONS /dev/hugepages | grep -o noexec": "noexec",
    "systemctl is-enabled syslog.socket || true": "masked",
    "systemctl is-active rsyslog || true": "inactive",
    "systemctl is-enabled fstrim.timer || true": "disabled",
    "systemctl is-active nftables": "active",
}


@pytest.fixture(name="perform")
def fixture_perform(controller, tmp_path):
    """Perform one task on all hosts and return the result of each."""

    def perform(task, *arguments):
        play = {"hosts": "all", "gather_facts": False, "become": True, "tasks": [task]}
        (tmp_path / "play.yml").write_text(json.dumps([play]))
        return controller.playbook(str(tmp_path / "play.yml"), *arguments).results

    return perform


def states(results, key):
    return {host: [seen[key] for seen in result["observations"]] for host, result in results.items()}


def test_rows_are_enforced_hold_after_a_second_run_and_are_taken_back_exactly(controller, perform):
    hosts = controller.lab.hosts
    before = {name: host.ssh(f"sudo sh -c '{_quoted(FACTS)}'").stdout for name, host in hosts.items()}
    rows = [{"id": f"R{number}", "control": "AC-01", **row} for number, row in enumerate(ROWS)]
    enforce = engine.task(rows, run=RUN)
    promised = perform(enforce, "--check")
    done = perform(enforce)
    assert states(done, "state") == {name: ["pass"] * len(ROWS) for name in hosts}
    assert states(promised, "would_change") == states(done, "changed")
    for host in hosts.values():
        assert {command: host.ssh(command).stdout.strip() for command in EFFECTS} == EFFECTS
    assert not any(result["changed"] for result in perform(enforce, "--check").values())
    roll_back = {"commune.baseline.linux_rollback": {"run": RUN}}
    assert all(result["changed"] for result in perform(roll_back).values())
    after = {name: host.ssh(f"sudo sh -c '{_quoted(FACTS)}'").stdout for name, host in hosts.items()}
    assert after == before


def _quoted(text):
    return text.replace("'", "'\\''")
