# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both databases keep: records, references, uniqueness, life cycle, the chain, and who was first."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register import (
    devices,
    events,
    kinds,
    records,
    service,
    tables,
    verification,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import (
    ConflictError,
    RecordError,
    RegisterError,
    SchemaError,
    StorageError,
    TransitionError,
    UnknownRecordError,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register

PC = {
    "name": "pc-01",
    "class": "workstation",
    "serial": "sn-1",
    "asset_tag": "ts/001",
    "zone": "lan",
    "macs": ["02-00-00-00-00-01"],
    "ips": ["10.1.0.1"],
    "media": [{"serial": "disk-1", "kind": "ssd", "bytes": 240_000_000_000}],
    "software": [{"name": "LibreOffice", "version": "7.4"}, {"name": "LibreOffice", "version": "24.2"}],
    "licences": [{"product": "Office", "seats": 1, "expires_on": "31/12/2027"}],
    "received_on": "5/1/2026",
}


def put(register, *given, **settings):
    with register.write("officer", **settings) as writer:
        return [devices.put(writer, one) for one in given]


def faults_of(register, anchors=()):
    with register.read() as reader:
        return verification.verify(reader, anchors).faults


def test_a_device_comes_back_as_it_was_put_in_one_form(register):
    put(register, PC)
    with register.read() as reader:
        stored = devices.get(reader, "PC-01")
    assert (stored.version, stored.record["state"]) == (1, "planned")
    assert stored.record["macs"] == ["02:00:00:00:00:01"]
    assert stored.record["serial"] == "SN-1"
    assert stored.record["received_on"] == "2026-01-05"
    assert stored.record["media"] == [{"serial": "DISK-1", "kind": "ssd", "model": None, "bytes": 240_000_000_000}]
    assert [one["version"] for one in stored.record["software"]] == ["7.4", "24.2"]
    assert stored.record["licences"][0]["expires_on"] == "2027-12-31"


def test_text_that_looks_like_a_program_stays_text(register):
    put(register, {**PC, "name": "{{ 7*7 }}", "location": "'; DROP TABLE devices; --"})
    with register.read() as reader:
        (stored,) = devices.find(reader)
    assert stored.record["name"] == "{{ 7*7 }}"
    assert stored.record["location"] == "'; DROP TABLE devices; --"


def test_a_repeated_put_changes_nothing_and_leaves_no_event(register):
    put(register, PC)
    (again,) = put(register, PC)
    assert not again.changed
    with register.read() as reader:
        assert len(devices.history(reader, "pc-01")) == 1


def test_a_change_keeps_what_it_does_not_name_and_its_event_holds_the_difference(register):
    put(register, PC)
    (change,) = put(register, {"name": "pc-01", "zone": "server", "serial": None})
    assert (change.before["zone"], change.after["zone"]) == ("lan", "server")
    with register.read() as reader:
        stored = devices.get(reader, "pc-01")
        last = devices.history(reader, "pc-01")[-1]
    assert (stored.version, stored.record["ips"], stored.record["serial"]) == (2, ["10.1.0.1"], None)
    assert (last["verb"], last["before"]) == ("change", '{"serial":"SN-1","zone":"lan"}')


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"serial": "SN-1"}, "serial"),
        ({"asset_tag": "TS/001"}, "asset_tag"),
        ({"macs": ["0200.0000.0001"]}, "macs"),
        ({"zone": "lan", "ips": ["10.1.0.1"]}, "ips"),
        ({"media": [{"serial": "Disk-1", "kind": "ssd"}]}, "media"),
    ],
)
def test_what_only_one_device_can_have_is_refused_to_a_second_with_its_owner(register, given, field):
    put(register, PC)
    with pytest.raises(RecordError, match="device pc-01 has it already") as caught:
        put(register, {"name": "pc-02", "class": "workstation", **given})
    assert [fault.field for fault in caught.value.faults] == [field]


def test_the_same_address_in_another_zone_is_no_fault(register):
    put(register, PC, {"name": "pc-02", "class": "workstation", "zone": "wifi_staff", "ips": ["10.1.0.1"]})


def test_all_faults_of_a_record_are_told_at_once_and_nothing_is_stored(register):
    put(register, PC)
    wrong = {
        "name": "pc-02",
        "class": "toaster",
        "serial": "sn-1",
        "custodian": "nobody",
        "macs": ["01:00:00:00:00:00"],
    }
    with pytest.raises(RecordError) as caught:
        put(register, {"name": "pc-03", "class": "server"}, wrong)
    assert {fault.field for fault in caught.value.faults} == {"class", "serial", "custodian", "macs[0]"}
    with register.read() as reader:
        assert [one.record["name"] for one in devices.find(reader)] == ["pc-01"]


def test_a_dry_run_finds_the_same_faults_and_changes_nothing(register):
    (change,) = put(register, PC, dry_run=True)
    assert change.changed
    with pytest.raises(RecordError):
        put(register, PC, {**PC, "name": "pc-02"}, dry_run=True)
    with register.read() as reader:
        assert devices.find(reader) == []
        assert events.head(reader.connection).events == 0


# Each of these goes past our code: the database alone must refuse it.
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE devices SET serial = 'SN-1' WHERE name = 'pc-02'",
        "UPDATE devices SET asset_tag = 'TS/001' WHERE name = 'pc-02'",
        "UPDATE devices SET name_folded = 'pc-01' WHERE name = 'pc-02'",
        "UPDATE devices SET state = 'lost' WHERE name = 'pc-02'",
        "UPDATE device_macs SET mac = '02:00:00:00:00:01'",
        "UPDATE device_ips SET ip = '10.1.0.1'",
        "UPDATE device_media SET serial = 'DISK-1'",
        "UPDATE events SET who = 'somebody'",
        "DELETE FROM events",
        "INSERT INTO exceptions (id, version, control, reason, approver, document, expires)"
        " VALUES (9, 1, 'AC-08', 'r', 'a', 'd', '2099-01-01')",
    ],
)
def test_the_database_itself_refuses(register, foreign_sql, statement):
    second = {"name": "pc-02", "class": "server", "zone": "lan", "macs": ["020000000002"], "ips": ["10.1.0.2"]}
    put(register, PC, {**second, "media": [{"serial": "disk-2", "kind": "hdd"}]})
    with pytest.raises(subprocess.CalledProcessError):
        foreign_sql(statement)


def test_a_connection_of_the_register_lets_no_reference_lead_nowhere(register):
    put(register, PC)
    with pytest.raises(StorageError, match="refuses the change"), register.write("officer") as writer:
        writer.connection.execute(sa.text("UPDATE devices SET custodian = 'nobody'"))


def test_a_device_lives_from_the_order_to_its_disposal(register):
    put(register, PC)
    steps = ["received", "hardening", "in_service", "quarantined", "pending_disposal", "sanitised", "disposed"]
    for step in steps:
        with register.write("officer") as writer:
            if step == "sanitised":
                records.put(writer, kinds.SANITISATION, WIPED)
            if step == "in_service":
                service.record(writer, devices.get(writer, "pc-01"), opens=True)
            assert devices.transition(writer, "pc-01", step, document="12/BB-UBND").changed
    with register.read() as reader:
        stored = devices.get(reader, "pc-01")
        told = devices.history(reader, "pc-01")
    assert [one["verb"] for one in told if one["verb"] != service.VERDICT] == ["add", *["transition"] * 7]
    assert {one["document"] for one in told if one["verb"] == "transition"} == {"12/BB-UBND"}
    assert stored.record["ips"] == []


@pytest.mark.parametrize("result", [None, "failed"])
def test_a_device_whose_medium_was_not_wiped_does_not_become_sanitised(register, result):
    put(register, PC)
    with register.write("officer") as writer:
        for step in ("received", "pending_disposal"):
            devices.transition(writer, "pc-01", step)
        if result:
            records.put(writer, kinds.SANITISATION, {**WIPED, "result": result})
    with register.write("officer") as writer, pytest.raises(RegisterError, match="its media DISK-1 are neither"):
        devices.transition(writer, "pc-01", "sanitised")


@pytest.mark.parametrize("left", [[], [{"serial": "disk-2", "kind": "ssd"}]])
def test_a_medium_that_is_dropped_while_its_device_awaits_disposal_is_still_to_be_wiped(register, left):
    put(register, PC)
    with register.write("officer") as writer:
        for step in ("received", "pending_disposal"):
            devices.transition(writer, "pc-01", step)
        devices.put(writer, {"name": "pc-01", "media": [*PC["media"], {"serial": "disk-3", "kind": "ssd"}]})
        devices.put(writer, {"name": "pc-01", "media": left})
        for one in left:
            records.put(writer, kinds.SANITISATION, {**WIPED, "medium": one["serial"]})
    with register.write("officer") as writer, pytest.raises(RegisterError, match="DISK-1, DISK-3 are neither"):
        devices.transition(writer, "pc-01", "sanitised")


CHAU = {"code": "chau", "name": "Can bo Chau", "roles": ["thu_truong"]}
NO_MEDIA = {
    **{"number": "12/BB-UBND", "dated_on": "2026-01-31", "subject": "Thanh lý", "signer": "chau"},
    "devices": ["pc-01"],
}


@pytest.mark.parametrize(
    ("approval", "document", "reason"),
    [
        ({}, "12/BB-UBND", None),
        ({}, "12/BB-UBND", " "),
        ({}, None, "it was delivered without"),
        ({}, "13/BB-UBND", "it was delivered without"),
        ({"devices": []}, "12/BB-UBND", "it was delivered without"),
        ({"expires_on": "2026-02-01"}, "12/BB-UBND", "it was delivered without"),
        ({"dated_on": "2025-01-31"}, "12/BB-UBND", "it was delivered without"),
        (None, "12/BB-UBND", "it was delivered without"),
    ],
)
@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_device_of_which_no_medium_is_known_is_not_sanitised_by_that(register, approval, document, reason):
    put(register, PC)
    with register.write("officer") as writer:
        devices.put(writer, {"name": "pc-01", "media": []})
        records.put(writer, kinds.PERSON, {**CHAU, "started_on": "2026-01-01"})
        if approval is not None:
            records.put(writer, kinds.APPROVAL, {**NO_MEDIA, **approval})
        for step in ("received", "pending_disposal"):
            devices.transition(writer, "pc-01", step)
    with register.write("officer") as writer, pytest.raises(RegisterError, match="the register knows no medium of it"):
        devices.transition(writer, "pc-01", "sanitised", document=document, reason=reason)


def test_a_device_has_no_media_if_somebody_says_so_under_an_approval_or_its_class_has_none(register):
    put(register, {**PC, "media": []})
    put(register, {"name": "ups-01", "class": "support"})
    with register.write("officer") as writer:
        records.put(writer, kinds.PERSON, CHAU)
        records.put(writer, kinds.APPROVAL, NO_MEDIA)
        for name in ("pc-01", "ups-01"):
            for step in ("received", "pending_disposal"):
                devices.transition(writer, name, step)
        assert devices.transition(writer, "ups-01", "sanitised").changed
        why = {"document": "12/BB-UBND", "reason": "it was delivered without"}
        assert devices.transition(writer, "pc-01", "sanitised", **why).changed
    with register.read() as reader:
        assert devices.get(reader, "pc-01").record["note"].endswith("sanitised: it was delivered without")
        assert devices.history(reader, "pc-01")[-1]["document"] == "12/BB-UBND"


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_medium_that_was_noted_by_mistake_goes_before_the_device_awaits_its_disposal(register):
    put(register, {**PC, "media": [*PC["media"], {"serial": "not-there", "kind": "hdd"}]})
    with register.write("officer") as writer:
        for step in ("received", "pending_disposal", "quarantined"):
            devices.transition(writer, "pc-01", step)
        devices.put(writer, {"name": "pc-01", "media": PC["media"]})
        devices.transition(writer, "pc-01", "pending_disposal")
        records.put(writer, kinds.SANITISATION, WIPED)
        assert devices.transition(writer, "pc-01", "sanitised").changed


def test_an_illegal_step_names_the_legal_ones_and_changes_nothing(register):
    put(register, PC)
    with register.write("officer") as writer, pytest.raises(TransitionError, match=r"it can go to received$"):
        devices.transition(writer, "pc-01", "in_service")
    with register.read() as reader:
        assert devices.get(reader, "pc-01").record["state"] == "planned"


def test_a_step_already_taken_changes_nothing(register):
    put(register, PC)
    with register.write("officer") as writer:
        assert not devices.transition(writer, "pc-01", "planned").changed


def test_a_writer_who_read_an_old_version_is_told_who_was_faster(register):
    put(register, PC)
    with register.read() as reader:
        version = devices.get(reader, "pc-01").version
    with register.write("colleague") as writer:
        devices.put(writer, {"name": "pc-01", "location": "P. 201"}, version=version)
    with register.write("officer") as writer, pytest.raises(ConflictError, match="was changed by colleague at 20"):
        devices.put(writer, {"name": "pc-01", "location": "P. 105"}, version=version)
    with register.read() as reader:
        assert devices.get(reader, "pc-01").record["location"] == "P. 201"


def test_devices_are_found_by_what_they_have(register):
    put(register, PC, {"name": "sw-01", "class": "network_device", "zone": "mgmt"})
    with register.read() as reader:
        assert [one.record["name"] for one in devices.find(reader, zone="mgmt")] == ["sw-01"]
        assert devices.find(reader, zone="lan", state="disposed") == []
        assert devices.find_by_mac(reader, "0200.0000.0001").record["name"] == "pc-01"
        assert devices.find_by_mac(reader, "02:00:00:00:00:ff") is None
        with pytest.raises(UnknownRecordError, match="knows no device pc-09"):
            devices.get(reader, "pc-09")
        with pytest.raises(RegisterError, match="not by colour"):
            devices.find(reader, colour="blue")


WIPED = {
    **{"device": "pc-01", "medium": "disk-1", "done_on": "1/2/2026"},
    **{"method": "purge", "result": "done", "done_by": "it01"},
}
SIGNER = (kinds.PERSON, {"code": "it01", "name": "Cán bộ CNTT", "roles": ["it_officer", "van_phong"]})
OTHERS = [
    SIGNER,
    (
        kinds.APPROVAL,
        {
            "number": "12/QĐ-UBND",
            "dated_on": "2/3/2026",
            "subject": "IV-06",
            "signer": "it01",
            "devices": ["pc-01"],
        },
    ),
    (
        kinds.EXCEPTION,
        {
            "control": "AC-08",
            "device": "pc-01",
            "reason": "máy họp",
            "approver": "it01",
            "document": "1",
            "expires": "2099-01-01",
        },
    ),
    (
        kinds.DOCUMENT,
        {"number": "3/BB", "dated_on": "1/2/2026", "title": "Bàn giao", "sha256": "A" * 64, "devices": ["pc-01"]},
    ),
    (kinds.SANITISATION, WIPED),
    (kinds.DUTY, {"duty": "AL-06", "period": "2026-Q3", "done_on": "30/9/2026", "done_by": "it01"}),
    (
        kinds.PROPOSAL,
        {
            "mac": "0200.0000.0099",
            "seen_by": "sw-01",
            "first_seen_on": "1/2/2026",
            "last_seen_on": "1/2/2026",
            "answer": "open",
        },
    ),
]


@pytest.mark.parametrize(("kind", "given"), OTHERS, ids=[kind.name for kind, _given in OTHERS])
def test_every_other_kind_is_kept_by_its_key_and_chained(register, kind, given):
    put(register, PC)
    with register.write("officer") as writer:
        if kind is kinds.APPROVAL:
            records.put(writer, *SIGNER)
        assert records.put(writer, kind, given).changed
    with register.write("officer") as writer:
        assert not records.put(writer, kind, given).changed
    with register.read() as reader:
        (stored,) = records.select(reader, kind)
        key = [given.get(name) for name in kind.key]
        assert records.get(reader, kind, *key) == stored
        assert [one["verb"] for one in records.history_of(reader, kind, *key)] == ["add"]
    assert faults_of(register) == ()


def test_every_kind_is_tried_here():
    assert {kind.name for kind, _given in OTHERS} == kinds.KINDS.keys() - {"device"}


def test_the_tables_of_the_queries_are_those_of_the_database(register):
    with register.read() as reader:
        inspector = sa.inspect(reader.connection)
        for table in tables.ALL:
            assert {column["name"] for column in inspector.get_columns(table.name)} == {c.name for c in table.columns}
        assert set(inspector.get_table_names()) == {"migrations", *(table.name for table in tables.ALL)}


def test_a_new_file_can_be_read_by_its_owner_alone(tmp_path):
    path = tmp_path / "site" / "register.db"
    register = Register.open(str(path), create=True)
    with register.write("officer") as writer:
        devices.put(writer, PC)
        modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in [path.parent, *path.parent.iterdir()]}
    register.close()
    assert modes == {"site": 0o700, "register.db": 0o600, "register.db-wal": 0o600, "register.db-shm": 0o600}


def test_a_register_that_is_not_there_is_told_and_not_made(tmp_path):
    with pytest.raises(SchemaError, match=r"there is no register at .*register\.db"):
        Register.open(str(tmp_path / "register.db"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["mysql://h/d", "postgresql://nobody:hunter2@127.0.0.1:1/none", "://"])
def test_a_place_that_cannot_be_used_is_told_without_its_password(place):
    with pytest.raises(StorageError) as caught:
        Register.open(place)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_no_database_is_told(tmp_path):
    Path(tmp_path / "register.db").write_text("mật khẩu" * 200)
    with pytest.raises(StorageError, match="file is not a database"):
        Register.open(str(tmp_path / "register.db"))


def test_a_database_of_something_else_is_left_alone(register, place, foreign_sql):
    foreign_sql("DROP TABLE migrations")
    with pytest.raises(SchemaError, match="holds no register but other tables"):
        Register.open(place, create=True)
