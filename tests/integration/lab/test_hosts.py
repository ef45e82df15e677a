# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's hosts, real ones: what they give, what they keep apart, and their fresh starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.lab.support import HOSTS, NAME, machine_state, run_lab
from tests.lab.lab import Lab

BIN = Path(sys.executable).parent


@pytest.mark.parametrize("host", HOSTS)
def test_systemd_is_pid_1_and_has_nothing_to_complain_about(lab: Lab, host: str) -> None:
    said = lab.host(host).ssh(
        "ps -p 1 -o comm=; systemctl is-system-running; . /etc/os-release; echo $VERSION_CODENAME"
    )

    assert said.stdout.split() == ["systemd", "running", HOSTS[host]]


@pytest.mark.parametrize("host", HOSTS)
def test_only_ops_may_log_in_and_becomes_root_without_a_password(lab: Lab, host: str) -> None:
    as_root = subprocess.run(
        [*lab.host(host).ssh_command(), "-l", "root", "true"], capture_output=True, text=True, check=False
    )

    assert lab.host(host).ssh("id -un; sudo -n id -un").stdout.split() == ["ops", "root"]
    assert as_root.returncode == 255
    assert "Permission denied" in as_root.stderr


def test_ansible_reaches_every_host_with_the_inventory_alone(lab: Lab, tmp_path: Path) -> None:
    if not (BIN / "ansible").exists():
        pytest.skip("ansible is not installed next to this Python")
    said = subprocess.run(
        [
            BIN / "ansible",
            "all",
            "-i",
            lab.inventory,
            "-m",
            "ansible.builtin.copy",
            "-a",
            "content=x dest=/root/x",
            "-b",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.count("CHANGED") == len(HOSTS)


@pytest.mark.parametrize("source", ["ssh_config", "inventory"])
def test_testinfra_reaches_a_host(lab: Lab, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    testinfra = pytest.importorskip("testinfra")
    monkeypatch.setenv("PATH", f"{BIN}:{os.environ['PATH']}")
    options = {
        "ssh_config": {"hostspec": "ssh://debian12", "ssh_config": str(lab.ssh_config)},
        "inventory": {"hostspec": "ansible://debian12?force_ansible=no", "ansible_inventory": str(lab.inventory)},
    }[source]

    assert testinfra.get_host(options.pop("hostspec"), sudo=True, **options).service("ssh").is_running


@pytest.mark.parametrize(
    ("known", "complaint"),
    [
        pytest.param("debian13", "REMOTE HOST IDENTIFICATION HAS CHANGED", id="the key of another host"),
        pytest.param("", "No ED25519 host key is known", id="no key at all"),
    ],
)
def test_a_host_whose_key_is_not_the_expected_one_is_refused(
    lab: Lab, tmp_path: Path, known: str, complaint: str
) -> None:
    lines = lab.known_hosts.read_text(encoding="ascii").splitlines()
    wrong = [line.split(" ", 1)[1] for line in lines if known and line.startswith(known)]
    (tmp_path / "known_hosts").write_text("".join(f"{lab.host('debian12').address} {key}\n" for key in wrong))
    ssh = lab.host("debian12").ssh_command()

    said = subprocess.run(
        [*ssh[:1], "-o", f"UserKnownHostsFile={tmp_path}/known_hosts", *ssh[1:], "true"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 255
    assert complaint in said.stderr
    assert "Host key verification failed" in said.stderr


def test_two_labs_with_the_same_addresses_live_side_by_side(lab: Lab) -> None:
    with Lab(f"{NAME}-too", {"other": "bookworm"}) as second:
        assert second.host("other").address == lab.host("debian12").address
        assert second.host("other").ssh("uname -n").stdout == "other\n"
        assert lab.host("debian12").ssh("uname -n").stdout == "debian12\n"
        assert f"{NAME}:" in run_lab("list").stdout
        assert f"{NAME}-too: other (bookworm, running)" in run_lab("list").stdout
    assert lab.host("debian12").ssh("uname -n").stdout == "debian12\n"


@pytest.mark.parametrize("host", HOSTS)
def test_nothing_a_guest_does_changes_the_machine(machine_before: dict[str, str], lab: Lab, host: str) -> None:
    changes = {
        "kernel.panic": "77",
        "vm.swappiness": "13",
        "fs.suid_dumpable": "2",
        "net.ipv4.ip_forward": "1" if machine_before["net/ipv4/ip_forward"] == "0" else "0",
        "net.ipv4.conf.all.rp_filter": "2" if machine_before["net/ipv4/conf/all/rp_filter"] != "2" else "1",
    }
    guest = lab.host(host)

    for key, value in changes.items():
        guest.ssh(f"sudo sysctl -qw {key}={value}")
        assert guest.ssh(f"/sbin/sysctl -n {key}").stdout.strip() == value
    guest.ssh(
        "sudo nft add table inet lab_marker_table; sudo nft list table inet lab_marker_table; sudo useradd intruder"
    )

    assert machine_state() == machine_before


@pytest.mark.parametrize("attempt", ["mknod /root/disk b 254 0", "date --set=@0"])
def test_a_guest_reaches_neither_disks_nor_clock(lab: Lab, attempt: str) -> None:
    assert lab.host("debian12").ssh(f"sudo {attempt}", check=False).returncode != 0


@pytest.mark.parametrize("host", HOSTS)
def test_a_guest_reboots_into_a_new_boot(lab: Lab, host: str) -> None:
    guest = lab.host(host)
    guest.ssh("sudo sysctl -qw kernel.panic=55; echo kept | sudo tee /root/kept >/dev/null")
    before = guest.boot_id()

    guest.reboot()

    assert guest.boot_id() != before
    assert guest.ssh("sudo cat /root/kept").stdout == "kept\n"
    assert guest.ssh("/sbin/sysctl -n kernel.panic").stdout.strip() != "55"


def test_proc_sys_stays_read_only_when_a_guest_has_no_private_copies(machine_before: dict[str, str], lab: Lab) -> None:
    guest = lab.host("debian12")
    guest.ssh("printf '#!/bin/false\\n' | sudo tee /usr/local/lib/lab/private-sysctl")
    guest.reboot()

    attempt = guest.ssh("echo 77 | sudo tee /proc/sys/kernel/panic", check=False)
    lab.reset(["debian12"])

    assert "Read-only file system" in attempt.stderr
    assert machine_state() == machine_before


def test_a_reset_host_is_fresh_and_has_the_same_keys(lab: Lab) -> None:
    guest, known_hosts = lab.host("debian12"), lab.known_hosts.read_text(encoding="ascii")
    neighbour_boot = lab.host("debian13").boot_id()
    guest.ssh("sudo touch /etc/marker /var/marker; sudo chattr +i /etc/marker; sudo rm /etc/cron.daily/dpkg")
    guest.ssh("sudo nft add table inet marker; sudo sysctl -qw net.ipv4.conf.all.log_martians=1")

    lab.reset(["debian12"])

    assert guest.ssh("ls /etc/marker /var/marker", check=False).returncode == 2
    assert guest.ssh("test -e /etc/cron.daily/dpkg; sudo nft list ruleset").stdout == ""
    assert guest.ssh("/sbin/sysctl -n net.ipv4.conf.all.log_martians").stdout == "0\n"
    assert lab.known_hosts.read_text(encoding="ascii") == known_hosts
    assert lab.host("debian13").boot_id() == neighbour_boot


def test_a_reset_ends_the_connections_ansible_kept(lab: Lab) -> None:
    if not (BIN / "ansible").exists():
        pytest.skip("ansible is not installed next to this Python")
    ping = [str(BIN / "ansible"), "debian12", "-i", str(lab.inventory), "-m", "ansible.builtin.ping"]
    subprocess.run(ping, capture_output=True, check=True, timeout=30)
    # A guest that answers nobody any more would leave the old connection waiting for ever.
    lab.host("debian12").ssh(
        "sudo nft add table inet t; sudo nft 'add chain inet t c { type filter hook output priority 0; }'"
    )

    lab.reset(["debian12"])

    subprocess.run(ping, capture_output=True, check=True, timeout=30)


def test_the_command_line_runs_commands_on_a_host(lab: Lab) -> None:
    said = run_lab("ssh", lab.name, "debian13", "uname", "-n")

    assert (said.returncode, said.stdout) == (0, "debian13\n")
