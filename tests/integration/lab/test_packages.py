# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What guests get of the Debian mirror, and that they get nothing else."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.lab.support import HOSTS
from tests.lab import image, network

if t.TYPE_CHECKING:
    from tests.lab.lab import Lab

_ASK = """
import http.client, sys
connection = http.client.HTTPConnection(sys.argv[1])
connection.request(sys.argv[2], sys.argv[3])
print(connection.getresponse().status)
"""


@pytest.mark.parametrize("host", HOSTS)
def test_a_guest_installs_a_package_that_apt_has_verified(lab: Lab, host: str) -> None:
    if image.mirror() is None:
        pytest.skip("this machine names no Debian mirror")
    guest = lab.host(host)

    guest.ssh("sudo apt-get update && sudo apt-get install --yes tree", timeout=120)

    assert guest.ssh("dpkg-query --show --showformat='${Status}' tree").stdout == "install ok installed"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/debian"),
        ("GET", "/ubuntu/dists/noble/InRelease"),
        ("GET", "/debian/../debian-archive/README"),
        ("GET", "/debian/%2e%2e/debian-archive/README"),
        ("GET", "http://www.debian.org/debian/README"),
        ("CONNECT", "www.debian.org:443"),
        ("POST", "/debian/README"),
    ],
)
def test_a_guest_gets_nothing_but_files_below_the_mirror(lab: Lab, method: str, path: str) -> None:
    script = f"/usr/bin/python3 -c '{_ASK}' {network.GATEWAY} {method} {path}"

    assert lab.host("debian12").ssh(script).stdout.strip() in {"403", "501"}
