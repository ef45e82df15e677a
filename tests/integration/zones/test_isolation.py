# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device is isolated and released on a real firewall, whose rules nft itself tells."""

from __future__ import annotations

import re
import shutil

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._register import records
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import APPROVAL, PERSON
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
from tests.integration.zones.playbooks import new_site, play, state_of
from tests.lab.zones import office

FIREWALL = "debian13"
STOPPED = r"ip saddr 10\.20\.10\.77 ip daddr != 10\.20\.99\.10 .*jump denied"


@pytest.fixture(scope="module", name="host")
def fixture_host(session_lab):
    session_lab.reset()
    return session_lab.hosts[FIREWALL]


@pytest.fixture(scope="module", name="site")
def fixture_site(session_lab, host, tmp_path_factory):
    device = {"name": FIREWALL, "class": "network_device", "zone": "mgmt", "platform": "linux"}
    site = new_site(tmp_path_factory.mktemp("isolation") / "site", office.text(FIREWALL), device)
    shutil.copy(session_lab.inventory, site / "hosts.yml")
    return site


def forward(host):
    return host.ssh("sudo nft list chain inet commune_zones forward").stdout


def isolate(site):
    return play(site, "isolate", device="pc-01", reason="Nghi nhiễm mã độc")


def test_the_firewall_cuts_the_device_off_and_says_so_again_in_every_run(site, host):
    code, tasks, printed = isolate(site)
    assert code == 0, printed
    assert tasks["Check and correct the rules between the zones"]["changed"]
    assert re.search(STOPPED, forward(host))
    again = play(site, "zones_firewalls")
    assert (again[0], again[1]["Check and correct the rules between the zones"]["changed"]) == (0, False)
    assert play(site, "zones_plan", "--limit", FIREWALL)[1]["Compare it with the model"]["plan"]["differs"] is False


def test_it_stays_cut_off_as_long_as_the_gate_does_not_let_it_through(site, host):
    isolate(site)
    code, tasks, _printed = play(site, "release", device="pc-01", reason="Đã cài lại")
    assert code == 2
    assert "pc-01 does not go into service" in tasks["Say why"]["msg"]
    assert state_of(site)[0] == "quarantined"
    assert re.search(STOPPED, forward(host))


def test_it_comes_back_once_the_gate_is_passed(site, host):
    isolate(site)
    refused = play(site, "release", device="pc-01", reason="Đã cài lại")[1]["Say why"]["msg"]
    approve(site, sorted(set(re.findall(r"^- ([A-Z]{2}-\d\d) ", refused, re.MULTILINE))))
    code, _tasks, printed = play(site, "release", device="pc-01", reason="Đã cài lại")
    assert code in (0, 3), printed  # 3: no run has looked at pc-01, whose platform is none of ours
    assert state_of(site)[0] == "in_service"
    assert "10.20.10.77" not in forward(host)


def approve(site, controls):
    """Accept for the computer what no row looks at yet, as an approver would."""
    chairman = {"code": "ct01", "name": "Chủ tịch UBND", "roles": ["chu_tich"]}
    accepted = {"number": "1/QĐ", "dated_on": "2026-01-31", "subject": "Nghiệm thu", "signer": "ct01"}
    register = Register.open(str(site / "register.db"))
    with register.write("officer") as writer:
        records.put(writer, PERSON, chairman)
        records.put(writer, APPROVAL, {**accepted, "devices": ["pc-01"], "scope": ", ".join(controls)})
    register.close()
