# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change past the register shows, whatever it is; and what an anchor adds to that."""

from __future__ import annotations

import datetime
import hashlib
import json

import pytest
import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register import (
    devices,
    kinds,
    records,
    runs,
    verification,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
from ansible_collections.commune.baseline.plugins.plugin_utils._register.runs import Assessment, Run

START = datetime.datetime(2026, 3, 2, 1, 0, tzinfo=datetime.UTC)
ROW = {"id": "LNX-1", "control": "AC-08", "state": "fail", "desired": 600, "after": 0}


@pytest.fixture(name="register")
def fixture_register(register):
    """Six events: a person, two devices, a step, two runs of which the second shows a change."""
    with register.write("officer") as writer:
        records.put(writer, kinds.PERSON, {"code": "it01", "name": "Cán bộ CNTT"})
        addresses = {"macs": ["020000000001"], "ips": ["10.1.0.1"]}
        devices.put(writer, {"name": "pc-01", "class": "workstation", "zone": "lan", **addresses})
        devices.put(writer, {"name": "pc-02", "class": "workstation"})
        devices.transition(writer, "pc-01", "received")
    for day, state in enumerate(("fail", "pass")):
        start = START + datetime.timedelta(days=day)
        with register.write("officer") as writer:
            run = Run(f"run-{day}", "check", start, start)
            runs.store(writer, run, [Assessment("pc-01", runs.ASSESSED, [{**ROW, "state": state}])])
    return register


def verify(register, *anchors):
    with register.read() as reader:
        return verification.verify(reader, anchors)


def test_an_untouched_register_has_no_fault(register):
    verdict = verify(register)
    assert verdict.faults == ()
    assert verdict.head.events == 6
    assert verify(register, verdict.head).faults == ()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE events SET who = 'somebody' WHERE number = 2", "event 2 was edited"),
        ("UPDATE events SET document = '1/QĐ' WHERE number = 6", "event 6 was edited"),
        ("UPDATE events SET after = 'none' WHERE number = 3", "event 3 was edited"),
        ("UPDATE events SET after = '[]' WHERE number = 5", "event 5 was edited"),
        ("UPDATE events SET kind = 'other' WHERE number = 5", "event 5 was edited"),
        ("UPDATE events SET record = 77 WHERE number = 1", "event 1 was edited"),
        ("DELETE FROM events WHERE number = 3", "between event 2 and event 4, events are missing"),
        ("DELETE FROM events WHERE number = 1", "between event 0 and event 2, events are missing"),
        ("DELETE FROM events WHERE number = 6", "the register counts 6 events and holds 5: the end was cut"),
        ("DELETE FROM events", "the register counts 6 events and holds 0: the end was cut"),
        ("UPDATE events SET number = CASE number WHEN 2 THEN 93 ELSE 2 END WHERE number IN (2)", "event 93"),
        ("DELETE FROM chain", "the register counts 0 events and holds 6: the end was cut"),
        ("UPDATE chain SET events = 5", "the register counts 5 events and holds 6"),
        ("UPDATE devices SET zone = 'dmz' WHERE name = 'pc-02'", "device pc-02 was changed past the register: zone"),
        ("UPDATE devices SET state = 'in_service' WHERE id = 1", "device pc-01 was changed past the register: state"),
        ("UPDATE people SET name = 'B'", "person it01 was changed past the register: name"),
        ("UPDATE device_macs SET mac = '02:00:00:00:00:07'", "device pc-01 was changed past the register: macs"),
        ("DELETE FROM devices WHERE name = 'pc-02'", "device pc-02 was removed past the register"),
        ("INSERT INTO people (id, version, code, name) VALUES (9, 1, 'x', 'X')", "person number 9 was added past"),
        ("UPDATE observations SET state = 'pass' WHERE id = 1", "run run-0 or what it showed was changed"),
        ("DELETE FROM observations WHERE id = 2", "run run-1 or what it showed was changed"),
        ("UPDATE run_devices SET outcome = 'failed' WHERE run = 2", "run run-1 or what it showed was changed"),
        ("UPDATE checks SET control = 'AC-09'", "run run-0 or what it showed was changed"),
        ("UPDATE runs SET finished_at = started_at || 'x' WHERE number = 1", "run run-0 or what it showed was changed"),
        ("INSERT INTO runs VALUES (3, 'x', 'check', 'a', 'b')", "run x was added past the register"),
        ("UPDATE observations SET until = 99 WHERE id = 2", "run 99 was added past the register"),
        (
            "INSERT INTO observations SELECT 9, device, \"check\", 98, 99, 'pass', detail, was FROM observations"
            " WHERE id = 2",
            "run 98 was added past the register",
        ),
        (
            "INSERT INTO run_devices SELECT 97, device, outcome, reason FROM run_devices WHERE run = 2",
            "run 97 was added past the register",
        ),
        ("UPDATE devices SET version = 1 WHERE id = 1", "device pc-01 was changed past the register: version"),
        ("UPDATE people SET version = 2", "person it01 was changed past the register: version"),
        ("UPDATE devices SET name_folded = 'x' WHERE id = 2", "device pc-02 was changed past the register: name_fold"),
        ("UPDATE device_ips SET zone = 'server'", "device pc-01 was changed past the register: ips_zone"),
    ],
)  # fmt: skip
def test_a_change_past_the_register_shows(register, tamper, statement, fault):
    tamper(statement)
    faults = verify(register).faults
    assert any(one.startswith(fault) for one in faults), faults


def test_nothing_is_written_into_a_register_that_lost_the_count_of_its_events(register, tamper, foreign_sql):
    tamper("DELETE FROM chain")
    with pytest.raises(RegisterError, match="was removed, so nothing is written"), register.write("it01") as writer:
        devices.put(writer, {"name": "pc-09", "class": "server"})
    assert "pc-09" not in foreign_sql("SELECT name FROM devices")


def test_two_events_that_changed_places_show(register, tamper):
    tamper("UPDATE events SET number = 92 WHERE number = 2")
    tamper("UPDATE events SET number = 2 WHERE number = 3")
    tamper("UPDATE events SET number = 3 WHERE number = 92")
    assert "event 2 was edited" in verify(register).faults


def test_a_cut_end_with_a_corrected_count_shows_only_against_an_anchor(register, tamper):
    anchor = verify(register).head
    tamper("DELETE FROM run_devices WHERE run = 2")
    tamper("DELETE FROM observations WHERE run = 2")
    tamper("UPDATE observations SET until = NULL")
    tamper("DELETE FROM runs WHERE number = 2")
    tamper("DELETE FROM events WHERE number = 6")
    tamper("UPDATE chain SET events = 5, hash = (SELECT hash FROM events WHERE number = 5)")
    assert verify(register).faults == ()
    assert verify(register, anchor).faults == ("evidence was anchored to event 6, which is not there: the end was cut",)


def test_a_chain_made_anew_shows_only_against_an_anchor(register):
    """Computed here by the standard library alone, from the words of the documentation."""
    anchor = verify(register).head
    with register.write("officer") as writer:
        triggers = []
        if writer.connection.dialect.name == "postgresql":
            writer.connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        else:
            query = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = writer.connection.execute(query).all()
        for name, _sql in triggers:
            writer.connection.execute(sa.text(f"DROP TRIGGER {name}"))
        previous = "0" * 64
        for row in writer.connection.execute(sa.text("SELECT * FROM events ORDER BY number")).mappings().all():
            event = {**row, "who": "somebody", "previous": previous}
            del event["hash"]
            text = json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            previous = hashlib.sha256(text.encode()).hexdigest()
            change = "UPDATE events SET who = 'somebody', previous = :previous, hash = :hash WHERE number = :number"
            writer.connection.execute(sa.text(change), {**event, "hash": previous})
        for _name, sql in triggers:
            writer.connection.exec_driver_sql(sql)
        writer.chain.head = writer.head._replace(hash=previous)
    assert verify(register).faults == ()
    assert verify(register, anchor).faults == ("event 6 is not the one that evidence was anchored to",)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", ["record = 'x'", "who = x'00ff'", "after = x'00ff'"])
def test_what_only_sqlite_takes_for_a_value_shows_as_edited(register, tamper, what):
    tamper(f"UPDATE events SET {what} WHERE number = 3")  # noqa: S608 - from the list above
    assert "event 3 was edited" in verify(register).faults


SCHEMA = [
    ("sqlite", "DROP TRIGGER events_no_update", "schema: trigger events_no_update is missing"),
    ("sqlite", "DROP INDEX observations_now", "schema: index observations_now is missing"),
    ("sqlite", "ALTER TABLE devices ADD COLUMN secret TEXT", "schema: table devices was altered"),
    (
        "sqlite",
        "CREATE TRIGGER quiet AFTER INSERT ON events BEGIN UPDATE devices SET zone = NULL; END",
        "schema: trigger quiet was added to table events",
    ),
    ("postgresql", "DROP TRIGGER events_append_only ON events", "schema: trigger events_append_only is missing"),
    (
        "postgresql",
        "ALTER TABLE events DISABLE TRIGGER events_append_only",
        "schema: trigger events_append_only was altered",
    ),
    (
        "postgresql",
        "CREATE OR REPLACE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "schema: trigger events_append_only was altered",
    ),
    ("postgresql", "CREATE RULE quiet AS ON DELETE TO events DO INSTEAD NOTHING", "schema: rule quiet was added"),
    (
        "postgresql",
        "ALTER TABLE devices DISABLE TRIGGER ALL",
        "schema: trigger of a constraint RI_ConstraintTrigger",
    ),
    (
        "postgresql",
        "ALTER TABLE runs DROP CONSTRAINT runs_mode_check",
        "schema: constraint runs.runs_mode_check is missing",
    ),
    ("postgresql", "ALTER TABLE devices ALTER COLUMN class DROP NOT NULL", "schema: column devices.class was altered"),
]


@pytest.mark.parametrize(("database", "statement", "fault"), SCHEMA)
def test_a_schema_that_was_altered_shows(request, tmp_path, database, statement, fault):
    place = str(tmp_path / "r.db") if database == "sqlite" else request.getfixturevalue("server").new_database()
    register = Register.open(place, create=True)
    with register.write("officer") as writer:
        devices.put(writer, {"name": "pc-01", "class": "workstation"})
        writer.connection.exec_driver_sql(statement)
    faults = verify(register).faults
    register.close()
    assert len(faults) == 1, faults
    assert faults[0].startswith(fault), faults


@pytest.mark.parametrize(
    ("database", "statement"),
    [
        ("sqlite", "CREATE TABLE of_others (id INTEGER PRIMARY KEY)"),
        ("sqlite", "ANALYZE"),
        ("postgresql", "CREATE TABLE of_others (id BIGINT PRIMARY KEY)"),
    ],
)
def test_what_others_keep_beside_the_register_is_no_fault_of_its_schema(request, tmp_path, database, statement):
    place = str(tmp_path / "r.db") if database == "sqlite" else request.getfixturevalue("server").new_database()
    register = Register.open(place, create=True)
    with register.write("officer") as writer:
        writer.connection.exec_driver_sql(statement)
    assert verify(register).faults == ()
    register.close()


def test_a_table_that_is_gone_is_told_and_no_crash(register):
    with register.write("officer") as writer:
        writer.connection.exec_driver_sql("DROP TABLE duties_done")
    faults = verify(register).faults
    assert "schema: table duties_done is missing" in faults
    assert faults[-1].startswith("because of that, nothing else could be read: ")


def test_a_login_that_cannot_compare_the_schema_does_not_say_that_it_is_right(server):
    place = server.new_database()
    Register.open(place, create=True).close()
    database = place.partition("?")[0].rpartition("/")[2]
    server.sql(database, f"CREATE ROLE clerk_of_{database} LOGIN")
    server.sql(database, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO clerk_of_{database}")
    register = Register.open(place.replace("postgres@", f"clerk_of_{database}@"))
    (fault,) = verify(register).faults
    register.close()
    assert fault.startswith("schema: it could not be compared, for which this login must be able to create a schema (")
