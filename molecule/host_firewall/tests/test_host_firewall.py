# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who reaches a host that guards itself, and whom it reaches."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.lab.network import GATEWAY, host_namespace, lab_namespace

OFFERED, CLOSED, SSH = 631, 8530, 22
LAB = os.environ["LAB_NAME"]
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3)"


@pytest.fixture(name="address")
def fixture_address(host):
    return host.check_output("ip -4 -o addr show dev eth0 | sed -n 's/.*inet \\([0-9.]*\\).*/\\1/p'")


@pytest.fixture(name="neighbour")
def fixture_neighbour(host):
    (other,) = {"debian12", "debian13"} - {host.backend.get_hostname()}
    return host_namespace(lab=LAB, host=other)


def reaches(namespace, address, port):
    command = ["ip", "netns", "exec", namespace, sys.executable, "-c", CONNECT, address, str(port)]
    return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0


def test_both_services_listen(host):
    for port in (OFFERED, CLOSED):
        assert host.socket(f"tcp://0.0.0.0:{port}").is_listening


def test_a_neighbour_reaches_what_neighbours_offer_each_other_and_nothing_else(neighbour, address):
    assert reaches(neighbour, address, OFFERED)
    assert not reaches(neighbour, address, CLOSED)
    assert not reaches(neighbour, address, SSH)


def test_the_controller_comes_in_and_has_no_more_than_that(address):
    assert reaches(lab_namespace(LAB), address, SSH)
    assert not reaches(lab_namespace(LAB), address, CLOSED)


def test_the_host_begins_nothing_that_no_policy_allows(host):
    asked = f"timeout 5 bash -c '< /dev/tcp/{GATEWAY}/{SSH}'"
    refused = host.run(asked)
    assert refused.failed
    host.run_expect([0], "sudo nft insert rule inet commune_host output tcp dport 22 counter accept")
    try:
        host.run(asked)
        assert "packets 0" not in host.check_output("sudo nft list chain inet commune_host output | grep 'dport 22'")
    finally:
        host.run_expect([0], "sudo nft -f /etc/nftables/commune_host.nft")
