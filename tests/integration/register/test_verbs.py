# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs of the register by the real ansible-playbook, over both databases; what is stored is read by the others."""

from __future__ import annotations

from tests.integration.register.conftest import Unsafe

PC = {"name": "pc-01", "class": "workstation", "zone": "lan", "serial": "sn-1", "macs": ["02-00-00-00-00-01"]}


def device(**options):
    return {"commune.baseline.device": options}


def test_a_device_is_registered_once_and_changed_where_it_is_named(verbs, foreign_sql):
    first, again, change = verbs.run(device(**PC), device(**PC), device(name="pc-01", location="Phòng 201"))
    assert (first["changed"], first["version"], first["device"]["state"]) == (True, 1, "planned")
    assert first["device"]["macs"] == ["02:00:00:00:00:01"]
    assert (again["changed"], again["version"]) == (False, 1)
    assert (change["changed"], change["version"], change["device"]["serial"]) == (True, 2, "SN-1")
    assert "Phòng 201" in foreign_sql("SELECT location FROM devices")


def test_text_that_looks_like_a_template_or_a_statement_is_stored_as_typed(verbs, foreign_sql):
    name, note = "{{ 7*7 }}", "'; DROP TABLE devices; --"
    task = device(name=Unsafe(name), **{"class": "server"}, note=Unsafe(note))
    shown = {"ansible.builtin.debug": {"msg": "{{ stored.device.name }} {{ stored.device.note }}"}}
    stored, printed = verbs.run({**task, "register": "stored"}, shown)
    assert stored["device"]["name"] == name
    assert printed["msg"] == f"{name} {note}"
    assert name in foreign_sql("SELECT name FROM devices")


def test_a_device_goes_through_its_life_once_and_is_shown_before_and_after(verbs, foreign_sql):
    step = {"commune.baseline.device_transition": {"name": "PC-01", "state": "received", "document": "12/BBBG"}}
    shown, *_rest = verbs.run(device(**PC), step, arguments=["--check", "--diff"])
    assert (shown["changed"], foreign_sql("SELECT * FROM events").count("pc-01")) == (True, 0)
    _added, first, again = verbs.run(device(**PC), step, step, arguments=["--diff"])
    assert (first["changed"], first["version"], first["device"]["state"]) == (True, 2, "received")
    assert (first["diff"]["before"]["state"], first["diff"]["after"]["state"]) == ("planned", "received")
    assert (again["changed"], again["version"]) == (False, 2)
    assert "12/BBBG" in foreign_sql("SELECT document FROM events WHERE verb = 'transition'")


def test_an_illegal_step_names_the_legal_ones_and_a_state_that_is_none_names_all(verbs, foreign_sql):
    step = {"commune.baseline.device_transition": {"name": "pc-01", "state": "disposed"}}
    wrong = {"commune.baseline.device_transition": {"name": "pc-01", "state": "retired"}}
    unknown = {"commune.baseline.device_transition": {"name": "pc-02", "state": "received"}}
    _added, illegal, misspelt, missing = verbs.run(device(**PC), step, wrong, unknown)
    assert illegal["failed"]
    assert illegal["msg"] == "device pc-01 is planned and cannot become disposed; from there it can go to received"
    assert "retired" in misspelt["msg"]
    assert "in_service" in misspelt["msg"]
    assert missing["msg"] == "the register knows no device pc-02"
    assert "planned" in foreign_sql("SELECT state FROM devices")


APPROVAL = {"number": "15/QĐ-UBND", "dated_on": "31/01/2026", "subject": "Đưa máy tính vào sử dụng"}


def approval(**options):
    return {"commune.baseline.approval": {**APPROVAL, **options}}


def test_an_approval_is_recorded_once_and_can_be_given_an_end(verbs, foreign_sql):
    signed = {"signer": "Chủ tịch UBND", "devices": ["pc-01"]}
    _added, first, again, ended = verbs.run(
        device(**PC), approval(**signed), approval(**signed), approval(expires_on="31/12/2026")
    )
    assert (first["changed"], first["approval"]["dated_on"], first["approval"]["devices"]) == (
        True,
        "2026-01-31",
        ["pc-01"],
    )
    assert (again["changed"], again["version"]) == (False, 1)
    assert (ended["changed"], ended["version"], ended["approval"]["signer"]) == (True, 2, "Chủ tịch UBND")
    assert "2026-12-31" in foreign_sql("SELECT expires_on FROM approvals")


def test_an_approval_without_a_signer_or_for_an_unknown_device_is_refused_with_all_faults(verbs, foreign_sql):
    (refused,) = verbs.run(approval(devices=["pc-09"], dated_on="2999-01-31"))
    assert refused["failed"]
    assert {fault["field"] for fault in refused["faults"]} == {"signer", "devices[0]", "dated_on"}
    assert "15/QĐ-UBND" not in foreign_sql("SELECT number FROM approvals")
