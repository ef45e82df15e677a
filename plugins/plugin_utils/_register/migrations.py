# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Bringing a database to the schema that this code knows, all steps in one transaction.

A runner of its own and not Alembic: there is a handful of steps, each a list of statements for two databases, so that
its folder of scripts, its configuration and its way of altering SQLite would be more than what it replaces.
"""

from __future__ import annotations

import typing as t

import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import SchemaError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.migration import Migration
from ansible_collections.commune.baseline.plugins.plugin_utils._register.schema_1 import FIRST

MIGRATIONS = (FIRST,)

_LEDGER = "CREATE TABLE migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)"


def version_of(connection: sa.Connection) -> int:
    """Return the version of the schema, 0 if there is none; raise SchemaError if something else lies there."""
    names = set(sa.inspect(connection).get_table_names())
    if "migrations" in names:
        return int(connection.execute(sa.text("SELECT COALESCE(MAX(version), 0) FROM migrations")).scalar_one())
    if names:
        raise SchemaError(f"the database holds no register but other tables, such as {min(names)}")
    return 0


def check_version(version: int, migrations: t.Sequence[Migration] = MIGRATIONS) -> None:
    """Raise SchemaError if a newer version of the collection wrote the schema."""
    newest = migrations[-1].version
    if version > newest:
        raise SchemaError(
            f"the register has version {version} of its schema, and this version of commune.baseline knows up to"
            f" {newest}; upgrade the collection on this machine"
        )


def statements(dialect: str, version: int) -> t.Iterator[str]:
    """Yield all that makes the schema of a version in an empty database."""
    yield _LEDGER
    for migration in MIGRATIONS:
        if migration.version <= version:
            yield from migration.statements(dialect)


def migrate(connection: sa.Connection, now: str, migrations: t.Sequence[Migration] = MIGRATIONS) -> None:
    """Apply, within the connection's transaction, the migrations that the database lacks."""
    version = version_of(connection)
    check_version(version, migrations)
    if version == 0:
        connection.exec_driver_sql(_LEDGER)
    for migration in migrations:
        if migration.version > version:
            for statement in migration.statements(connection.dialect.name):
                connection.exec_driver_sql(statement)
            connection.execute(
                sa.text("INSERT INTO migrations (version, name, applied_at) VALUES (:version, :name, :now)"),
                {"version": migration.version, "name": migration.name, "now": now},
            )
