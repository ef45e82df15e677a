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
    assert '"state": "planned"' in first["diff"]["before"]
    assert '"state": "received"' in first["diff"]["after"]
    assert (again["changed"], again["version"]) == (False, 2)
    assert "12/BBBG" in foreign_sql("SELECT document FROM events WHERE verb = 'transition'")


def test_the_reason_of_a_step_is_added_to_the_note_with_the_day_and_kept_in_the_history(verbs, foreign_sql):
    reason = "Máy có dấu hiệu mã độc: {{ 7*7 }}"
    step = {"commune.baseline.device_transition": {"name": "pc-01", "state": "received", "reason": Unsafe(reason)}}
    *_added, moved, again, told = verbs.run(
        device(**PC, note="Máy của văn thư"), step, step, info(name="pc-01", history=True)
    )
    first, second = moved["device"]["note"].splitlines()
    assert first == "Máy của văn thư"
    assert second.endswith(f" received: {reason}")
    assert (again["changed"], again["device"]["note"]) == (False, moved["device"]["note"])
    assert told["devices"][0]["history"][-1]["after"] == {"note": moved["device"]["note"], "state": "received"}
    assert "received: Máy có dấu hiệu" in foreign_sql("SELECT note FROM devices")


def test_an_illegal_step_names_the_legal_ones_and_a_state_that_is_none_names_all(verbs, foreign_sql):
    step = {"commune.baseline.device_transition": {"name": "pc-01", "state": "disposed"}}
    wrong = {"commune.baseline.device_transition": {"name": "pc-01", "state": "retired"}}
    unknown = {"commune.baseline.device_transition": {"name": "pc-02", "state": "received"}}
    _added, illegal, misspelt, missing = verbs.run(device(**PC), step, wrong, unknown)
    assert illegal["failed"]
    said = "device pc-01 is planned and cannot become disposed; from there it can go to received"
    assert illegal["msg"].splitlines()[-1] == said
    assert "retired" in misspelt["msg"]
    assert "in_service" in misspelt["msg"]
    assert missing["msg"].splitlines() == ["sổ thiết bị không có thiết bị pc-02", "the register knows no device pc-02"]
    assert "planned" in foreign_sql("SELECT state FROM devices")


APPROVAL = {"number": "15/QĐ-UBND", "dated_on": "31/01/2026", "subject": "Đưa máy tính vào sử dụng"}


BOSS = {"code": "ct01", "name": "Chủ tịch UBND", "roles": ["chu_tich"]}


def person(**options):
    return {"commune.baseline.person": options}


def approval(**options):
    return {"commune.baseline.approval": {**APPROVAL, **options}}


def test_an_approval_is_recorded_once_and_can_be_given_an_end(verbs, foreign_sql):
    signed = {"signer": "ct01", "devices": ["pc-01"]}
    _boss, _added, first, again, ended = verbs.run(
        person(**BOSS), device(**PC), approval(**signed), approval(**signed), approval(expires_on="31/12/2026")
    )
    assert (first["changed"], first["approval"]["dated_on"], first["approval"]["devices"]) == (
        True,
        "2026-01-31",
        ["pc-01"],
    )
    assert (again["changed"], again["version"]) == (False, 1)
    assert (ended["changed"], ended["version"], ended["approval"]["signer"]) == (True, 2, "ct01")
    assert "2026-12-31" in foreign_sql("SELECT expires_on FROM approvals")


def test_an_approval_without_a_signer_or_for_an_unknown_device_is_refused_with_all_faults(verbs, foreign_sql):
    nobody, stranger = verbs.run(
        approval(devices=["pc-09"], dated_on="2999-01-31"), approval(signer="Chủ tịch UBND", devices=["pc-09"])
    )
    assert {fault["field"] for fault in nobody["faults"]} == {"signer", "devices[0]", "dated_on"}
    assert "signer is 'Chủ tịch UBND': the register knows no person of this code" in stranger["msg"]
    assert nobody["failed"]
    assert stranger["failed"]
    assert "15/QĐ-UBND" not in foreign_sql("SELECT number FROM approvals")


def info(**options):
    return {"commune.baseline.device_info": options}


def test_devices_are_found_in_any_form_that_people_type_with_what_happened_to_them(verbs):
    step = {"commune.baseline.device_transition": {"name": "pc-01", "state": "received", "document": "12/BBBG"}}
    other = device(name="pc-02", **{"class": "server"})
    *_made, by_name, by_mac, by_serial, none, both, every = verbs.run(
        device(**PC), other, step,
        info(name="PC-01", history=True), info(mac="0200.0000.0001"), info(serial="Sn-1"), info(name="pc-09"),
        info(state="received", **{"class": "server"}), info(),
    )  # fmt: skip
    (found,) = by_name["devices"]
    assert (found["name"], found["next_states"], found["version"]) == ("pc-01", ["hardening", "pending_disposal"], 2)
    assert [event["verb"] for event in found["history"]] == ["add", "transition"]
    assert (found["history"][1]["document"], found["history"][1]["after"]) == ("12/BBBG", {"state": "received"})
    assert [one["name"] for one in by_mac["devices"]] == [one["name"] for one in by_serial["devices"]] == ["pc-01"]
    assert none["devices"] == both["devices"] == []
    assert [one["name"] for one in every["devices"]] == ["pc-01", "pc-02"]
    assert "history" not in every["devices"][0]


def test_a_wanted_value_that_cannot_be_is_refused_with_what_would_be_right(verbs):
    misspelt, unknown = verbs.run(info(zone="lann", mac="02:00"), info(state="retired"))
    assert [fault["field"] for fault in misspelt["faults"]] == ["mac", "zone"]
    assert "quarantine" in misspelt["msg"]
    assert "in_service" in unknown["msg"]


def test_a_person_is_recorded_once_and_leaves(verbs, foreign_sql):
    officer = {"code": "it01", "name": "Cán bộ CNTT", "roles": ["it_officer"], "document": "03/QĐ-UBND"}
    person = "commune.baseline.person"
    first, again, left, refused = verbs.run(
        {person: officer},
        {person: officer},
        {person: {"code": "it01", "left_on": "30/06/2026"}},
        {person: {"code": "it02", "roles": ["officer"]}},
    )
    assert (first["changed"], first["person"]["roles"], again["changed"]) == (True, ["it_officer"], False)
    assert (left["person"]["left_on"], left["person"]["roles"]) == ("2026-06-30", ["it_officer"])
    assert {fault["field"] for fault in refused["faults"]} == {"name", "roles[0]"}
    assert "03/QĐ-UBND" in foreign_sql("SELECT document FROM events WHERE number = 1")
    assert "it02" not in foreign_sql("SELECT code FROM people")


def test_an_exception_is_recorded_once_and_withdrawn(verbs, foreign_sql):
    key = {"control": "SV-02", "row": "LNX-SERVICE-rpcbind", "device": "pc-01", "document": "12/QĐ-UBND"}
    granted = {**key, "reason": "Máy quét cũ", "approver": "Chủ tịch UBND", "expires": "31/01/2099"}
    exception = "commune.baseline.baseline_exception"
    _added, first, again, withdrawn, refused = verbs.run(
        device(**PC),
        {exception: granted},
        {exception: granted},
        {exception: {**key, "withdrawn_on": "2026-01-02"}},
        {exception: {**granted, "group": "servers"}},
    )
    assert (first["changed"], first["baseline_exception"]["expires"], again["changed"]) == (True, "2099-01-31", False)
    assert (withdrawn["changed"], withdrawn["baseline_exception"]["withdrawn_on"]) == (True, "2026-01-02")
    assert "either a device or a group" in refused["msg"]
    assert "2026-01-02" in foreign_sql("SELECT withdrawn_on FROM exceptions")


def test_an_exception_from_what_the_catalogue_does_not_have_is_refused_with_all_other_faults(verbs, foreign_sql):
    granted = {"group": "servers", "reason": "x", "approver": "Chủ tịch", "document": "1/QĐ", "expires": "31/01/2099"}
    exception = "commune.baseline.baseline_exception"
    results = verbs.run(
        *({exception: {**granted, "control": wrong}} for wrong in ("SV-99", "SV-2", "XX-01", "../SV-02", "sv-02")),
        {exception: {**granted, "control": "SV-99", "expires": "31/01/2020"}},
        {exception: {**granted, "control": "SV-02"}},
    )
    *refused, several, taken = results
    for result in refused:
        (fault,) = result["faults"]
        assert (fault["field"], fault["right"]) == ("control", "the id of a control of the catalogue, such as SV-02")
        assert "mã của một biện pháp trong danh mục, như SV-02" in result["msg"].splitlines()[0]
    assert [fault["field"] for fault in several["faults"]] == ["control", "expires"]
    assert taken["changed"]
    assert foreign_sql("SELECT count(*) FROM exceptions").strip("[](),\n") == "1"


def test_an_exception_from_a_control_that_is_no_more_can_be_withdrawn(verbs, foreign_sql):
    exception = "commune.baseline.baseline_exception"
    key = {"control": "SV-02", "group": "servers", "document": "1/QĐ"}
    verbs.run({exception: {**key, "reason": "x", "approver": "Chủ tịch", "expires": "31/01/2099"}})
    foreign_sql("UPDATE exceptions SET control = 'SV-99'")
    (withdrawn,) = verbs.run({exception: {**key, "control": "SV-99", "withdrawn_on": "2026-01-02"}})
    assert withdrawn["changed"]


def test_an_event_that_was_edited_into_nonsense_is_told_and_the_rest_of_the_history_too(verbs, tamper):
    verbs.run(device(**PC), device(name="pc-01", location="Phòng 201"))
    tamper("UPDATE events SET after = 'no JSON' WHERE number = 1")
    info = {"commune.baseline.device_info": {"name": "pc-01", "history": True}}
    found, verified = verbs.run(info, verify(fail=False))
    first, second = found["devices"][0]["history"]
    assert (first["edited"], first["after"]) == (True, {})
    assert (second["edited"], second["after"]) == (False, {"location": "Phòng 201"})
    (warning,) = found["warnings"]
    assert warning.splitlines() == [
        "sự kiện 1 của pc-01 đã bị sửa ngoài sổ: hãy chạy register_verify",
        "event 1, of pc-01, was edited past the register: run register_verify",
    ]
    assert "event 1 was edited" in verified["faults"]
    assert "sự kiện 1 đã bị sửa" in verified["msg"]


def verify(**options):
    return {"commune.baseline.register_verify": options}


def test_an_edit_past_the_verbs_is_told_with_its_place_and_fails(verbs, foreign_sql):
    step = {"commune.baseline.device_transition": {"name": "pc-01", "state": "received"}}
    *_made, sound = verbs.run(device(**PC), step, verify())
    assert (sound.get("failed", False), sound["faults"], sound["head"]["events"]) == (False, [], 2)
    foreign_sql("UPDATE devices SET state = 'in_service', zone = NULL")
    found, told = verbs.run(verify(), verify(fail=False))
    assert (found["failed"], found["faults"]) == (True, ["device pc-01 was changed past the register: state, zone"])
    assert all(fault in found["msg"] for fault in found["faults"])
    assert (told.get("failed", False), told["faults"]) == (False, found["faults"])


def test_a_cut_end_with_a_corrected_count_shows_against_a_head_that_was_kept(verbs, tamper):
    person = {"commune.baseline.person": {"code": "it01", "name": "Cán bộ CNTT"}}
    *_made, kept = verbs.run(device(**PC), person, verify())
    tamper("DELETE FROM events WHERE number = 2")
    tamper("DELETE FROM people")
    tamper("UPDATE chain SET events = 1, hash = (SELECT hash FROM events WHERE number = 1)")
    alone, anchored = verbs.run(verify(), verify(anchors=[kept["head"]]))
    assert alone["faults"] == []
    assert anchored["failed"]
    assert "evidence was anchored to event 2, which is not there: the end was cut" in anchored["msg"]


def test_verbs_take_the_defaults_of_their_group(verbs, tmp_path):
    missing = tmp_path / "none.db"
    block = {
        "block": [info(), verify()],
        "module_defaults": {"group/commune.baseline.register": {"register": str(missing)}},
    }
    for result in verbs.run(block):
        assert result["msg"].splitlines()[-1] == f"there is no register at {missing}"
