# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Windows PC of the register goes through the gate into service, into quarantine and back, by the playbooks."""

from __future__ import annotations

import pytest

from tests.doubles.windows.machine import Machine
from tests.integration.windows.site import site

WRONG = ("--extra-vars", "ansible_password=wrong")
REFUSED = "Windows không chấp nhận tài khoản hoặc mật khẩu"
ONE = ("--extra-vars", "device=pc", "--extra-vars", "reason='nghi có mã độc'")


@pytest.fixture(name="machine")
def fixture_machine():
    machine = Machine()
    machine.defender_status["FullScanAge"] = 1  # no playbook scans
    return machine


def test_a_pc_goes_into_service_through_the_gate_and_comes_back_from_quarantine(tmp_path, machine):
    with site(tmp_path, machine) as one:
        looked = one.playbook("enroll.yml", "--check", expected=2)
        assert "khi chạy thật sẽ được sửa" in looked
        assert (machine.writes, one.state()) == ([], "received")

        shown = one.playbook("enroll.yml", expected=2)
        assert "không đạt ở dòng" not in shown
        assert one.state() == "hardening"
        assert machine.template["System Access"]["LockoutBadCount"] == "5"
        one.accept(shown)
        one.playbook("enroll.yml")
        assert one.state() == "in_service"
        assert "changed=1" not in one.playbook("enroll.yml")

        one.playbook("isolate.yml", *ONE, expected=3)  # there is no firewall that could cut it off
        assert one.state() == "quarantined"
        machine.firewall["Private"]["Enabled"] = "False"
        refused = one.playbook("release.yml", *ONE, *WRONG, expected=4)
        assert f"- {REFUSED}" in refused
        assert f"không kết nối được: {REFUSED}" in refused
        assert (one.state(), machine.firewall["Private"]["Enabled"]) == ("quarantined", "False")
        one.playbook("release.yml", *ONE)
        assert (one.state(), machine.firewall["Private"]["Enabled"]) == ("in_service", "True")


def test_another_pc_is_stopped_before_the_first_change(tmp_path, machine):
    with site(tmp_path, machine, serial="PC-0002") as one:
        screen = one.playbook("enroll.yml", expected=2)
        assert "thiết bị báo số sê-ri 'PC-0001', còn sổ thiết bị ghi 'PC-0002': đây là thiết bị khác" in screen
        assert (machine.writes, one.state()) == ([], "received")


def test_a_pc_that_does_not_let_us_in_stays_in_hardening_and_the_gate_says_why(tmp_path, machine):
    with site(tmp_path, machine) as one:
        screen = one.playbook("enroll.yml", *WRONG, expected=2)
        assert "không kết nối được với thiết bị nên chưa kiểm tra được gì" in screen
        assert REFUSED in screen
        assert (machine.writes, one.state()) == ([], "hardening")
