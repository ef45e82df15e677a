# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device of the register on its way into service, by the playbook, on a real host."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue_files import read_all
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.gate import demanded_of
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import rows_of_all_roles
from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, records
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import APPROVAL, PERSON
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
from tests.integration.conftest import ROOT
from tests.integration.tree import manifest

ENROLL = ("playbooks/enroll.yml", "--limit", "debian12", "--extra-vars", '{"baseline_device_class": "workstation"}')
# A container has no firmware; this is where setup asks for the number then.
FIRMWARE = "printf '#!/bin/sh\\necho SN-1\\n' | sudo install -m 755 /dev/stdin /usr/sbin/dmidecode"


@pytest.fixture(name="register")
def fixture_register(tmp_path, monkeypatch):
    monkeypatch.setenv("COMMUNE_BASELINE_REGISTER", str(tmp_path / "register.db"))
    monkeypatch.setenv("COMMUNE_BASELINE_EVIDENCE", str(tmp_path / "evidence"))
    register = Register.open(str(tmp_path / "register.db"), create=True)
    yield register
    register.close()


def registered(register, **fields):
    with register.write("canbo") as writer:
        devices.put(writer, {"name": "debian12", "class": "workstation", "platform": "linux", **fields})


def state(register):
    with register.read() as reader:
        return devices.get(reader, "debian12").record["state"]


def test_another_device_is_stopped_before_the_first_change(controller, register):
    host = controller.lab.host("debian12")
    host.ssh(FIRMWARE)
    registered(register, serial="SN-2")
    before = manifest(host)
    screen = controller.screen(*ENROLL)
    assert "thiết bị báo số sê-ri 'SN-1', còn sổ thiết bị ghi 'SN-2': đây là thiết bị khác" in screen
    assert (state(register), manifest(host)) == ("planned", before)


def test_a_device_with_failing_rows_stays_in_hardening_whatever_was_accepted(controller, register, tmp_path):
    controller.lab.host("debian12").ssh(FIRMWARE)
    registered(register, serial="SN-1")
    everything = demanded_of(read_all(ROOT / "catalogue").controls.values(), "workstation")
    approval = {"number": "15/QĐ-UBND", "dated_on": "2026-01-31", "subject": "Nghiệm thu", "signer": "ct01"}
    scope = {"scope": ", ".join(control.id for control in everything), "devices": ["debian12"]}
    with register.write("canbo") as writer:
        records.put(writer, PERSON, {"code": "ct01", "name": "Chủ tịch UBND", "roles": ["chu_tich"]})
        records.put(writer, APPROVAL, {**approval, **scope})
    run = controller.playbook(*ENROLL)
    shown = run.results["debian12"]
    assert (run.exit_code, shown["serial"]["compared"], state(register)) == (2, "same", "hardening")
    assert {one["state"] for one in shown["open"]} == {"fail", "not_assessed"}
    assert "LNX-ADMIN-Members" in {one["row"] for one in shown["open"]}  # nobody has said who administers
    assert shown["accepted"]
    with contextlib.closing(sqlite3.connect(tmp_path / "register.db")) as foreign:
        assert foreign.execute(
            "SELECT mode, outcome FROM runs JOIN run_devices ON run_devices.run = number"
        ).fetchall() == [("enforce", "assessed")]
        (rows,) = foreign.execute("SELECT COUNT(*) FROM observations WHERE until IS NULL").fetchone()
    assert rows == len(rows_of_all_roles(ROOT, "linux"))
