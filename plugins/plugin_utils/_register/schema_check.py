# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Whether the database is built as the migrations build it: a trigger that is gone lets events be edited unseen.

The same migrations are run in an empty place, a database in memory or a schema that is taken back at once, and both
are asked alike. Tables of others beside the register's are none of its business; what is put on its own tables is.
"""

from __future__ import annotations

import secrets
import sqlite3
import typing as t

import sqlalchemy as sa
from sqlalchemy import exc

from ansible_collections.commune.baseline.plugins.plugin_utils._register import migrations

# By kind and name: the table that it belongs to, and its definition in the database's own words.
_Built = dict[tuple[str, str], tuple[str, str]]

_NOT_ALLOWED = "42501"
_SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite@_%' ESCAPE '@'"
# Names of the schema itself are left out by searching it alone, and by cutting it from the definitions of indexes.
_POSTGRESQL = """
WITH ours AS (SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p'))
SELECT 'table', relname::text, relname::text, '' FROM ours
UNION ALL SELECT 'column', o.relname || '.' || a.attname, o.relname::text,
    format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull::text || ' '
        || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
    FROM ours o JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = o.oid AND d.adnum = a.attnum
UNION ALL SELECT 'constraint', o.relname || '.' || c.conname, o.relname::text,
    pg_get_constraintdef(c.oid) || ' ' || c.convalidated::text
    FROM ours o JOIN pg_constraint c ON c.conrelid = o.oid
UNION ALL SELECT 'index', i.relname::text, o.relname::text,
    replace(pg_get_indexdef(x.indexrelid), ' ON ' || current_schema() || '.', ' ON ')
    FROM ours o JOIN pg_index x ON x.indrelid = o.oid JOIN pg_class i ON i.oid = x.indexrelid
UNION ALL SELECT 'trigger', t.tgname::text, o.relname::text,
    pg_get_triggerdef(t.oid, true) || ' ' || t.tgenabled::text || ' ' || p.prosrc
    FROM ours o JOIN pg_trigger t ON t.tgrelid = o.oid AND NOT t.tgisinternal JOIN pg_proc p ON p.oid = t.tgfoid
UNION ALL SELECT 'trigger of a constraint', min(t.tgname::text), o.relname::text, 'disabled'
    FROM ours o JOIN pg_trigger t ON t.tgrelid = o.oid AND t.tgisinternal AND t.tgenabled <> 'O' GROUP BY o.relname
UNION ALL SELECT 'rule', r.rulename::text, o.relname::text, pg_get_ruledef(r.oid, true)
    FROM ours o JOIN pg_rewrite r ON r.ev_class = o.oid
"""


def faults_of_schema(connection: sa.Connection) -> list[str]:
    """Return a sentence for everything that is missing, altered, or added to a table of the register."""
    try:
        expected, held = (_sqlite if connection.dialect.name == "sqlite" else _postgresql)(connection)
    except exc.DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _NOT_ALLOWED:
            raise
        reason = " ".join(str(error.orig).split())
        return [f"schema: it could not be compared, for which this login must be able to create a schema ({reason})"]
    tables = {table for table, _definition in expected.values()}
    faults = [f"schema: {kind} {name} is missing" for kind, name in sorted(expected.keys() - held.keys())]
    for (kind, name), (table, definition) in sorted(held.items()):
        if (kind, name) not in expected:
            faults += [f"schema: {kind} {name} was added to table {table}"] if table in tables else []
        elif expected[kind, name] != (table, definition):
            faults.append(f"schema: {kind} {name} was altered")
    return faults


def _sqlite(connection: sa.Connection) -> tuple[_Built, _Built]:
    empty = sqlite3.connect(":memory:")
    try:
        for statement in migrations.statements(connection.dialect.name, migrations.version_of(connection)):
            empty.execute(statement)
        expected = _built(empty.execute(_SQLITE))
    finally:
        empty.close()
    return expected, _built(connection.exec_driver_sql(_SQLITE))


def _postgresql(connection: sa.Connection) -> tuple[_Built, _Built]:
    version = migrations.version_of(connection)
    held = _built(connection.exec_driver_sql(_POSTGRESQL))
    name = f"register_check_{secrets.token_hex(8)}"
    with connection.begin_nested() as attempt:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        connection.exec_driver_sql(f"SET LOCAL search_path TO {name}")
        for statement in migrations.statements(connection.dialect.name, version):
            connection.exec_driver_sql(statement)
        expected = _built(connection.exec_driver_sql(_POSTGRESQL))
        attempt.rollback()
    return expected, held


def _built(rows: t.Iterable[t.Sequence[t.Any]]) -> _Built:
    return {(kind, name): (table, " ".join((definition or "").split())) for kind, name, table, definition in rows}
