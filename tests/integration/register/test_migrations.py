# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From every former schema to the present one; a step that fails leaves what was; a newer schema is refused.

``former/<version>.sql`` is what a register of that version held, written by the code of its time. A new migration needs
the one of its own version, made the same way before the next one comes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register import (
    database,
    devices,
    kinds,
    migrations,
    records,
    runs,
    verification,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import SchemaError, StorageError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.migration import Migration
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register

FORMER = Path(__file__).with_name("former")
VERSIONS = [migration.version for migration in migrations.MIGRATIONS]
NEXT = VERSIONS[-1] + 1

# SQLAlchemy reads no index over an expression from SQLite; the store's tests try the one there is.
pytestmark = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")


def build(place, version):
    """Make a register as the code of a version left it."""
    engine = database.connect(place, create=True)
    with database.transaction(engine, writing=True) as connection:
        migrations.migrate(connection, "2026-03-02T01:00:00Z", migrations.MIGRATIONS[:version])
        for statement in (FORMER / f"{version}.sql").read_text("utf-8").split(";\n"):
            if statement:
                connection.exec_driver_sql(statement)
    engine.dispose()


def schema(place):
    """Return what the database itself says of its tables, without the order in which things were made."""
    engine = database.connect(place, create=False)
    with database.transaction(engine, writing=False) as connection:
        inspector = sa.inspect(connection)
        found = {
            table: (
                sorted((one["name"], str(one["type"]), one["nullable"]) for one in inspector.get_columns(table)),
                sorted((sorted(map(str, one["column_names"])), one["unique"]) for one in inspector.get_indexes(table)),
                sorted(sorted(one["column_names"]) for one in inspector.get_unique_constraints(table)),
                sorted(
                    (sorted(one["constrained_columns"]), one["referred_table"])
                    for one in inspector.get_foreign_keys(table)
                ),
                sorted(one["sqltext"] for one in inspector.get_check_constraints(table)),
            )
            for table in inspector.get_table_names()
        }
    engine.dispose()
    return found


def apply(place, *more):
    engine = database.connect(place, create=False)
    try:
        with database.transaction(engine, writing=True) as connection:
            migrations.migrate(connection, "2026-03-03T01:00:00Z", (*migrations.MIGRATIONS, *more))
    finally:
        engine.dispose()


def version(place):
    engine = database.connect(place, create=False)
    with database.transaction(engine, writing=False) as connection:
        found = migrations.version_of(connection)
    engine.dispose()
    return found


@pytest.mark.parametrize("former", VERSIONS)
def test_a_register_of_a_former_version_is_upgraded_and_says_what_it_said(place, former):
    build(place, former)
    register = Register.open(place)
    with register.read() as reader:
        assert verification.verify(reader).faults == ()
        device = devices.get(reader, "máy-01").record
        assert (device["state"], device["ips"], device["custodian"]) == (
            "received",
            ["10.1.0.1", "2001:db8::1"],
            "it01",
        )
        assert {kind: len(records.select(reader, kinds.KINDS[kind])) for kind in kinds.KINDS} == {
            **dict.fromkeys(kinds.KINDS, 1),
            "device": 2,
        }
        assert [one["state"] for one in runs.history(reader, "Máy-01", "LNX-1")] == ["fail", "pass"]
    with register.write("officer") as writer:
        assert devices.put(writer, {"name": "pc-09", "class": "server"}).changed
    register.close()


@pytest.mark.parametrize("former", VERSIONS)
def test_an_upgraded_schema_is_the_one_that_a_new_register_has(place, former, tmp_path, request):
    build(place, former)
    Register.open(place).close()
    fresh = str(tmp_path / "fresh.db")
    if "://" in place:
        fresh = request.getfixturevalue("server").new_database()
    Register.open(fresh, create=True).close()
    assert schema(place) == schema(fresh)


def test_the_versions_have_no_gap():
    assert list(range(1, NEXT)) == VERSIONS


def test_a_further_migration_is_applied_once(register, place):
    more = Migration(NEXT, "colour", lambda _dialect: ["ALTER TABLE devices ADD COLUMN colour TEXT"])
    apply(place, more)
    apply(place, more)
    assert version(place) == NEXT


def test_a_migration_that_fails_leaves_the_schema_as_it_was(register, place):
    before = schema(place)
    statements = [
        "ALTER TABLE devices ADD COLUMN colour TEXT",
        "CREATE TABLE paint (x TEXT)",
        "UPDATE nowhere SET x = 1",
    ]
    with pytest.raises(StorageError, match="nowhere"):
        apply(place, Migration(NEXT, "colour", lambda _dialect: statements))
    assert (version(place), schema(place)) == (VERSIONS[-1], before)


def test_a_newer_schema_is_refused_with_what_to_do(register, place, foreign_sql):
    foreign_sql(f"UPDATE migrations SET version = {NEXT} WHERE version = {VERSIONS[-1]}")  # noqa: S608 - two numbers
    for create in (False, True):
        with pytest.raises(
            SchemaError, match=f"version {NEXT} of its schema.*up to {VERSIONS[-1]}; upgrade the collection"
        ):
            Register.open(place, create=create)
