# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the handbook tells a new user, from an empty site to devices in service, on real hosts."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from tests.integration.register.conftest import ROOT, _sqlite
from tests.integration.register.controller import Office
from tests.integration.tree import manifest
from tests.lab.host import Host
from tests.lab.zones import office as zones

SITE = "inventories/xa-thu"
VALUES = {
    "account_policy_administrators": ["ops"],
    "ssh_server_allowed_sources": ["10.77.0.0/24"],
    "patching_mirror": "http://10.77.0.1",
    "patching_proxy": "DIRECT",
    "software_control_allowed": ["cron", "kmod"],
    "software_control_server_roles": [],
    "host_firewall_offer": {
        "services": [],
        "managers": ["10.77.0.1"],
        "gateways": ["10.77.0.1"],
        "outbound": "{{ 'model' if baseline_device_class == 'server' else 'any' }}",
    },
}
# A container has no firmware; this is where setup asks for the number then.
FIRMWARE = "printf '#!/bin/sh\\necho {serial}\\n' | sudo install -m 755 /dev/stdin /usr/sbin/dmidecode"
PREPARE = "sudo timedatectl set-timezone Asia/Ho_Chi_Minh && sudo apt-get -qq update"
EXCEPTED = {
    "LNX-TIME-NTP": "LG-01",
    # The image is as old as its release; tests/integration/policy/test_patching.py has patches.
    "LNX-PATCH-Overdue": "PT-01",
    "LNX-PATCH-Restart": "PT-01",
    "LNX-PATCH-Pending": "PT-03",
}
EXCEPTION = {
    "group": "all",
    "reason": "Máy thử là container",
    "approver": "ct01",
    "document": "01/QĐ-UBND",
    "expires": "2099-12-31",
}
PEOPLE = [
    {"Mã": "ct01", "Họ và tên": "Chủ tịch UBND", "Vai trò": "chu_tich"},
    {"Mã": "it01", "Họ và tên": "Cán bộ CNTT", "Vai trò": "it_officer"},
]
PRINTER = {"Tên thiết bị": "may-in-01", "Loại thiết bị": "Máy in", "Hệ điều hành": "Không có", "Trạng thái": "Đã nhận"}


@dataclass(frozen=True)
class Commune:
    """The new site, and what its officer types."""

    office: Office

    def ansible(self, verb: str, *arguments: str, **options: Any) -> str:
        task = ["-m", f"commune.baseline.{verb}", *(["-a", json.dumps(options)] if options else [])]
        return self._run("ansible", "localhost", *task, *arguments).stdout

    def playbook(self, name: str, *arguments: str, expected: int = 0) -> str:
        """Run a playbook and return what the officer sees."""
        done = self._run("ansible-playbook", str(ROOT / "playbooks" / name), *arguments)
        assert done.returncode == expected, done.stdout + done.stderr
        assert "DEPRECATION" not in done.stderr
        assert "Could not match" not in done.stderr
        return done.stdout

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.office.run(program, "-i", SITE, *arguments, **self.office.unlocked)

    def states(self) -> dict[str, str]:
        found = _sqlite(str(self.office.folder / SITE / "register.db"), "SELECT name || ' ' || state FROM devices")
        return dict(re.findall(r"'(\S+) (\S+)'", found))


@pytest.fixture(name="commune")
def fixture_commune(office, lab):
    """A site whose values are set, and whose devices and people an officer has written into the template."""
    assert office.new_site("xa-thu").returncode == 0
    values = office.folder / SITE / "group_vars/all/lab.yml"
    values.write_text(yaml.safe_dump({**lab.variables, **VALUES}))
    zones.write(office.folder / SITE, zones.text())
    commune = Commune(office)
    sheet = office.folder / "mau.xlsx"
    commune.ansible("register_export", dest=str(sheet), template=True)
    devices = [a_device(lab.host("debian12"), "Máy chủ", "SN-12"), a_device(lab.host("debian13"), "Máy trạm", "SN-13")]
    fill(sheet, {"Thiết bị": [*devices, PRINTER], "Nhân sự": PEOPLE})
    looked = commune.ansible("register_import", "--check", src=str(sheet))
    assert "CHANGED" in looked, looked
    assert commune.states() == {}
    commune.ansible("register_import", src=str(sheet), document="02/QĐ-UBND")
    for row, control in EXCEPTED.items():
        commune.ansible("baseline_exception", **EXCEPTION, control=control, row=row)
    for name, serial in (("debian12", "SN-12"), ("debian13", "SN-13")):
        lab.host(name).ssh(f"{FIRMWARE.format(serial=serial)} && {PREPARE}", timeout=300)
    return commune


def a_device(host: Host, device_class: str, serial: str) -> dict[str, str]:
    common = {"Hệ điều hành": "Linux", "Vùng mạng": "control", "Trạng thái": "Đã nhận"}
    return {
        **{"Tên thiết bị": host.name, "Loại thiết bị": device_class, "Số sê-ri": serial, "Địa chỉ IP": host.address},
        **common,
    }


def fill(path: Path, pages: dict[str, list[dict[str, str]]]) -> None:
    """Write rows below the headings of a template, as a person would, with a program that is none of ours."""
    book = openpyxl.load_workbook(path)
    for page, rows in pages.items():
        sheet = book[page]
        columns = {cell.value.removesuffix(" *"): cell.column for cell in sheet[1]}
        for number, row in enumerate(rows, start=2):
            for heading, value in row.items():
                sheet.cell(number, columns[heading], value)
    book.save(path)


def accept(commune: Commune, number: str, shown: str, *names: str) -> None:
    """Record the approval that the gate asked for, with the list that it printed."""
    (scope, *_same) = set(re.findall(r"scope là ((?:[A-Z]{2}-[0-9]{2}(?:, )?)+)", shown))
    approval = {"number": number, "dated_on": "2026-01-31", "subject": "Nghiệm thu", "signer": "ct01"}
    done = commune.ansible("approval", **approval, scope=scope, devices=list(names))
    assert "CHANGED" in done, done


def test_devices_of_a_new_site_come_into_service_as_the_handbook_says(commune, lab):
    assert commune.states() == dict.fromkeys(("debian12", "debian13", "may-in-01"), "received")
    hosts = {name: lab.host(name) for name in ("debian12", "debian13")}
    before = {name: manifest(host) for name, host in hosts.items()}
    looked = commune.playbook("enroll.yml", "--check", expected=2)
    assert "khi chạy thật sẽ được sửa" in looked
    assert re.findall("^(debian12|may-in-01) .*CHƯA KIỂM TRA.*lỗi", looked, re.MULTILINE) == []
    assert {name: manifest(host) for name, host in hosts.items()} == before
    assert set(commune.states().values()) == {"received"}

    shown = {name: commune.playbook("enroll.yml", "--limit", name, expected=2) for name in commune.states()}
    assert set(commune.states().values()) == {"hardening"}
    assert re.findall("không đạt ở dòng.*|chưa kiểm tra được dòng.*", "".join(shown.values())) == []
    for number, (name, screen) in enumerate(shown.items(), start=15):
        accept(commune, f"{number}/QĐ-UBND", screen, name)
    commune.playbook("enroll.yml")
    assert set(commune.states().values()) == {"in_service"}

    assert "changed=1" not in commune.playbook("enroll.yml")
    for playbook in ("harden.yml", "drift.yml"):
        screen = commune.playbook(playbook)
        assert "debian12" in screen
        assert "may-in-01" not in screen
    assert "agrees with all its" in commune.ansible("register_verify")


@pytest.fixture(name="empty")
def fixture_empty(office):
    assert office.new_site("xa-thu").returncode == 0
    return Commune(office)


# Its name is the address at which nothing listens: the register takes no address of this machine.
SILENT = {"name": "127.0.0.79", "class": "workstation", "platform": "linux", "zone": "lan"}


def named(*devices: dict[str, Any]) -> tuple[str, ...]:
    return ("--extra-vars", json.dumps({"enroll_devices": devices, "ansible_port": 9}))


def test_a_device_that_is_named_is_registered_and_stays_in_hardening_if_it_does_not_answer(empty):
    looked = empty.playbook("enroll.yml", "--check", *named(SILENT))
    assert "127.0.0.79 sẽ được ghi vào sổ" in looked
    assert empty.states() == {}
    for _time in range(2):
        screen = empty.playbook("enroll.yml", *named(SILENT), expected=2)
        assert "không kết nối được với thiết bị nên chưa kiểm tra được gì" in screen
        assert "chưa có gì kiểm tra" not in screen
        assert empty.states() == {"127.0.0.79": "hardening"}


def test_faulty_data_of_a_device_stop_before_anything_is_taken_further(empty):
    screen = empty.playbook("enroll.yml", *named({**SILENT, "zone": "lann"}), expected=2)
    assert "zone is 'lann': one of" in screen
    assert empty.states() == {}


def test_a_device_that_was_set_apart_comes_back_only_when_it_is_named(empty):
    printer = {"name": "may-in-01", "class": "printer", "platform": "none"}
    empty.ansible("device", **printer, state="received")
    for state in ("hardening", "quarantined"):
        empty.ansible("device_transition", name="may-in-01", state=state)
    empty.playbook("enroll.yml")
    assert empty.states() == {"may-in-01": "quarantined"}
    empty.playbook("enroll.yml", *named({"name": "may-in-01"}), expected=2)
    assert empty.states() == {"may-in-01": "hardening"}


def test_two_ways_of_naming_at_once_are_refused(empty):
    empty.ansible("device", name="may-in-01", platform="none", state="received", **{"class": "printer"})
    screen = empty.playbook("enroll.yml", "--limit", "may-in-01", *named({"name": "may-in-01"}), expected=2)
    assert "Use either --limit or enroll_devices, not both" in screen
    assert empty.states() == {"may-in-01": "received"}


def test_a_host_that_the_register_does_not_have_is_named_as_such(empty):
    hosts = empty.office.folder / "hosts.yml"
    hosts.write_text("all: {hosts: {pc-77: {ansible_connection: local}}}")
    screen = empty.playbook("enroll.yml", "-i", str(hosts), expected=2)
    assert "The register has no device of this name" in screen
    assert empty.states() == {}
