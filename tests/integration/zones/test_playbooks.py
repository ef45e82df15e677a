# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks of the zones by the real ansible-playbook, on a site with a register and no firewall of its own."""

from __future__ import annotations

import json
import os
import re

import pytest

from tests.integration.zones.namespace import listed
from tests.integration.zones.playbooks import ROOT, new_site, play, state_of
from tests.integration.zones.site import SITE

REASON = "Nghi nhiễm mã độc"


@pytest.fixture(name="site")
def fixture_site(tmp_path):
    return new_site(tmp_path / "site", SITE.read_text("utf-8"))


def test_a_device_is_isolated_in_the_register_and_the_officer_told_which_cable_to_pull(site):
    code, tasks, printed = play(site, "isolate", device="PC-01", reason=REASON)
    assert code == 3  # no device matches: there is no firewall that could cut it off
    state, note = state_of(site)
    assert (state, note.split(": ", 1)[1]) == ("quarantined", REASON)
    assert "Could not match" not in printed
    vietnamese, english = tasks["Name the port, the addresses, and what is left"]["msg"]
    assert "không nêu tường lửa nào" in vietnamese
    assert "Gi0/7 @ sw-1" in vietnamese
    assert "put Gi0/7 @ sw-1 into the quarantine VLAN" in english


def test_a_device_whose_address_its_zone_has_no_more_is_quarantined_all_the_same(site):
    zones = site / "group_vars/all/zones.yml"
    zones.write_text(zones.read_text("utf-8").replace("10.20.10.", "10.21.10."), "utf-8")
    play(site, "isolate", device="pc-01", reason=REASON)
    assert state_of(site)[0] == "quarantined"


def test_nothing_is_isolated_or_released_without_a_device_or_a_reason_of_several_words(site):
    for extra in ({"device": "pc-01"}, {"reason": REASON}, {"device": "pc-01", "reason": "Nghi"}):
        for name in ("isolate", "release"):
            code, tasks, _printed = play(site, name, **extra)
            assert code in (2, 3)  # 3: nor is there a firewall
            assert "Hãy nêu thiết bị và lý do" in tasks["Ask for the device and the reason"]["msg"]
    assert state_of(site) == ("in_service", None)


def test_check_mode_isolates_nothing(site):
    assert play(site, "isolate", "--check", device="pc-01", reason=REASON)[1]["Record it in the register"]["changed"]
    assert state_of(site) == ("in_service", None)


def test_a_device_that_does_not_pass_the_gate_stays_in_quarantine(site):
    play(site, "isolate", device="pc-01", reason=REASON)
    code, tasks, _printed = play(site, "release", device="pc-01", reason="Đã cài lại")
    assert code == 2
    assert "pc-01 does not go into service" in tasks["Say why"]["msg"]
    state, note = state_of(site)
    assert state == "quarantined"
    assert [line.split(": ", 1)[1] for line in note.splitlines()][1] == "Đã cài lại"


def test_a_device_in_service_is_not_put_into_quarantine_by_the_wrong_name(site):
    code, tasks, _printed = play(site, "release", device="pc-01", reason="Đã cài lại")
    assert code == 2
    asked = tasks["Ask the register whether it may come back"]
    assert "pc-01 is in_service and cannot become hardening" in asked["msg"]
    assert state_of(site) == ("in_service", None)


def test_a_plan_of_two_files_is_shown_and_nothing_is_written(site):
    former = site.parent / "former.yml"
    former.write_text(SITE.read_text("utf-8").replace("services: [smb, https]", "services: [smb]"), "utf-8")
    code, tasks, _printed = play(site, "zones_plan", "--check", before=str(former))
    assert code == 0
    shown = tasks["Show the plan"]["msg"]
    assert shown[0] == "Thêm 1, bỏ 0, đổi 0."
    assert "dịch vụ https (tcp/443, udp/443)" in shown[2]
    assert tasks["Compare it with the model"]["changed"] is False


def test_a_plan_for_a_model_without_a_firewall_says_so_instead_of_nothing(site):
    code, tasks, _printed = play(site, "zones_plan")
    assert code == 2
    said = tasks["Stop if the zone model names no firewall of the inventory"]["msg"]
    assert "không nêu tường lửa nào" in said
    assert "names no firewall of the inventory" in said


def test_a_fault_of_the_model_is_told_with_file_and_line(site):
    zones = site / "group_vars/all/zones.yml"
    zones.write_text(zones.read_text("utf-8").replace("[smb, https]", "[smb, htps]"), "utf-8")
    code, tasks, _printed = play(site, "zones_plan", before=str(zones))
    assert code == 2
    said = tasks["Compare it with the model"]["msg"]
    assert re.search(r"zones\.yml, line \d+: htps is no service", said)


def test_the_plan_for_a_firewall_keeps_a_quarantined_device_apart(site):
    play(site, "isolate", device="pc-01", reason=REASON)
    empty = listed("table inet docker {}\n")
    tasks = [{"commune.baseline.zones_plan": {"ruleset": empty}, "register": "planned"}]
    playbook = site.parent / "ask.yml"
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    _code, found, _printed = play(site, os.path.relpath(playbook.with_suffix(""), ROOT / "playbooks"))
    (result,) = found.values()
    ends = {flow["policy"]: flow["to"][0]["names"] for flow in result["plan"]["flows"]}
    assert ends["quan-tri.lan"] == ["pc-01.lan"]
    assert result["plan"]["other_tables"] == ["inet docker"]


def test_both_diagrams_are_drawn_once(site):
    wanted = {"title": "UBND xã", "dest": str(site.parent / "diagrams")}
    code, tasks, _printed = play(site, "zones_diagram", **wanted)
    assert code == 0
    assert tasks["Draw both diagrams"]["changed"]
    assert "pc&#45;01" in (site.parent / "diagrams/logical.svg").read_text("utf-8")
    assert play(site, "zones_diagram", **wanted)[1]["Draw both diagrams"]["changed"] is False


def test_a_diagram_is_not_put_where_the_next_run_would_read_it_as_a_list_of_devices(site):
    code, tasks, _printed = play(site, "zones_diagram", dest=str(site / "diagrams"))
    assert code == 2
    assert "would be read as a list of devices" in tasks["Draw both diagrams"]["msg"]
    assert not (site / "diagrams").exists()
