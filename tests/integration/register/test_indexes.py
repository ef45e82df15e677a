# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every question that is asked of one record, one device or one run is answered by an index, in both databases."""

from __future__ import annotations

import datetime
import re

import pytest
import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, kinds, records, runs

START = datetime.datetime(2026, 3, 2, 1, 0, tzinfo=datetime.UTC)
DEVICE = {
    **{"name": "pc-01", "class": "workstation", "serial": "s", "asset_tag": "t", "zone": "lan", "custodian": "it01"},
    **{"macs": ["020000000001"], "ips": ["10.1.0.1"], "media": [{"serial": "m", "kind": "ssd"}]},
}
# One row each, or as many as there are rows in the roles.
SMALL = {"chain", "checks", "runs"}


def find(name):
    return lambda reader: devices.find(reader, **{name: "x"})


QUESTIONS = {
    "a device": lambda reader: devices.get(reader, "pc-01"),
    "a device by its MAC": lambda reader: devices.find_by_mac(reader, "020000000001"),
    **{f"devices by {name}": find(name) for name in devices.FILTERS},
    "the history of a device": lambda reader: devices.history(reader, "pc-01"),
    "a person": lambda reader: records.lookup(reader, kinds.PERSON, {"code": "it01"}),
    "an approval": lambda reader: records.lookup(
        reader, kinds.APPROVAL, {"number": "1", "dated_on": "2026-01-01", "subject": "s"}
    ),
    "an exception": lambda reader: records.lookup(
        reader, kinds.EXCEPTION, {"control": "AC-08", "device": "pc-01", "document": "1"}
    ),
    "a proposal": lambda reader: records.lookup(reader, kinds.PROPOSAL, {"mac": "020000000001"}),
    "how a device stands": lambda reader: runs.now(reader, "pc-01"),
    "the last run of a device": lambda reader: runs.last_runs(reader, "pc-01"),
    "the history of a row": lambda reader: runs.history(reader, "pc-01", "LNX-1"),
    "what a run left": lambda reader: runs.digest_of(reader.connection, 1),
}


def plans_of(connection, question):
    """Return the plan of every query that a question asks, and what each was."""
    asked = []
    sa.event.listen(connection, "before_cursor_execute", listener := lambda *given: asked.append(given[2:4]))
    question()
    sa.event.remove(connection, "before_cursor_execute", listener)
    assert asked
    if connection.dialect.name == "postgresql":
        # On a table of a few rows an index does not pay; the question is whether there is one.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    explain = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}[connection.dialect.name]
    for statement, parameters in asked:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE")):
            plan = connection.exec_driver_sql(explain + statement, parameters).all()
            yield statement, "\n".join(str(line[-1]) for line in plan)


def scanned(plan):
    """Return the tables that a plan reads from end to end."""
    return {one or other for one, other in re.findall(r"SCAN (?:TABLE )?(\w+)|Seq Scan on (\w+)", plan)}


@pytest.fixture(name="register")
def fixture_register(register):
    with register.write("officer") as writer:
        records.put(writer, kinds.PERSON, {"code": "it01", "name": "A"})
        devices.put(writer, DEVICE)
        run = runs.Run("run-1", "check", START, START)
        row = {"id": "LNX-1", "control": "AC-08", "state": "pass"}
        runs.store(writer, run, [runs.Assessment("pc-01", runs.ASSESSED, [row])])
    return register


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_is_answered_by_an_index(register, question):
    with register.read() as reader:
        for statement, plan in plans_of(reader.connection, lambda: question(reader)):
            assert scanned(plan) <= SMALL, f"{statement}\n{plan}"


def write(writer):
    devices.put(
        writer,
        {
            **DEVICE,
            "name": "pc-02",
            "macs": ["020000000002"],
            "serial": "s2",
            "asset_tag": "t2",
            "ips": [],
            "media": [],
        },
    )
    devices.put(writer, {"name": "pc-01", "zone": "server", "ips": ["10.1.0.9"]})
    devices.transition(writer, "pc-01", "received")
    row = {"id": "LNX-1", "control": "AC-08", "state": "fail"}
    runs.store(writer, runs.Run("run-2", "check", START, START), [runs.Assessment("pc-01", runs.ASSESSED, [row])])


def test_what_writing_asks_is_answered_by_an_index(register):
    with register.write("officer", dry_run=True) as writer:
        for statement, plan in plans_of(writer.connection, lambda: write(writer)):
            assert scanned(plan) <= SMALL, f"{statement}\n{plan}"


def test_a_question_without_an_index_would_be_seen(register):
    query = sa.text("SELECT * FROM devices WHERE note = 'x'")
    with register.read() as reader:
        ((_statement, plan),) = plans_of(reader.connection, lambda: reader.connection.execute(query))
    assert scanned(plan) == {"devices"}
