# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the machine does and does not do for others, and what it remembers."""

from __future__ import annotations

import pytest

OPEN, CLOSED = "open\n", "closed\n"


def port(host, number):
    """Connect to a port as anybody on the network does."""
    connect = f"timeout 5 bash -c '< /dev/tcp/127.0.0.1/{number}' 2> /dev/null"
    return host.run(f"{connect} && echo open || echo closed").stdout


def test_nothing_answers_at_the_port_of_a_service_that_nobody_needs(host):
    assert port(host, 22) == OPEN
    assert port(host, 111) == CLOSED


def test_a_login_service_without_encryption_cannot_be_started(host):
    assert "command not found" in host.run("sudo telnetd --version").stderr


@pytest.mark.parametrize("unit", ["rpcbind.service", "rpcbind.socket", "avahi-daemon.service", "avahi-daemon.socket"])
def test_a_masked_unit_cannot_be_started(host, unit):
    refused = host.run(f"sudo systemctl start {unit}")
    assert refused.failed
    assert f"Unit {unit} is masked" in refused.stderr


def test_a_name_is_not_looked_up_or_told_by_multicast(host):
    assert host.run("sudo ss --no-header --listening --udp --numeric 'sport = :5353'").stdout == ""


def test_one_ping_cannot_make_all_machines_answer(host):
    assert host.run("sudo ping -c 1 -W 1 127.0.0.1").succeeded
    assert "100% packet loss" in host.run("sudo ping -b -c 1 -W 1 127.255.255.255").stdout


def test_one_ping_cannot_make_all_machines_answer_by_ipv6(host):
    own = host.check_output("ip -6 -oneline address show dev eth0 scope link | grep -o 'fe80::[^/]*'")
    assert f"from {own}" in host.run(f"sudo ping -6 -c 1 -W 1 {own}%eth0").stdout
    # The host of the lab, on the same network, answers.
    answers = host.run("sudo ping -6 -c 2 -i 0.2 -w 1 ff02::1%eth0").stdout
    assert "bytes from" in answers
    assert f"from {own}%eth0" not in answers


def test_what_is_logged_stands_in_the_journal_on_disk(host):
    host.run_expect([0], "logger --tag auditor kept-on-disk && sudo journalctl --sync")
    kept = host.run("sudo journalctl --directory /var/log/journal --identifier auditor --output cat")
    assert "kept-on-disk" in kept.stdout


def test_what_is_logged_reaches_the_log_daemon(host):
    host.run_expect([0], "logger --tag auditor said-to-$(hostname)")
    found = host.run(
        "for n in $(seq 50); do sudo grep 'auditor: said-to' /var/log/syslog && exit; sleep 0.1; done; exit 1"
    )
    assert found.succeeded


def test_the_clock_is_kept_right(host):
    assert host.run("timedatectl show --property NTP --value").stdout == "yes\n"
    assert host.service("systemd-timesyncd").is_running
