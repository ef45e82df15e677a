# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A whole register, as it is at one moment, in another place: a file of SQLite or a database of PostgreSQL."""

from __future__ import annotations

import typing as t

import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register import database, events, tables
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import StorageError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Register

_ROWS_AT_ONCE = 1000


def copy(source: Reader, place: str) -> events.Head:
    """Make at ``place`` the register that the reader sees; return its head. Raise StorageError if one is there."""
    Register.open(place, create=True).close()
    engine = database.connect(place, create=False)
    try:
        with database.transaction(engine, writing=True) as connection:
            if events.head(connection).events:
                raise StorageError(f"{engine.url.render_as_string(hide_password=True)} holds a register already")
            for table in _in_order(connection):
                _fill(connection, table, source.connection)
            return events.head(connection)
    finally:
        engine.dispose()


def _in_order(connection: sa.Connection) -> t.Iterator[sa.TableClause]:
    """Give the tables so that what a row refers to comes before it."""
    known = {table.name: table for table in tables.ALL}
    for name, _references in sa.inspect(connection).get_sorted_table_and_fkc_names():
        if name in known:
            yield known[name]


def _fill(target: sa.Connection, table: sa.TableClause, source: sa.Connection) -> None:
    if table is tables.CHAIN:
        target.execute(sa.delete(table))
    rows = source.execute(sa.select(table), execution_options={"yield_per": _ROWS_AT_ONCE}).mappings()
    for part in rows.partitions():
        target.execute(sa.insert(table), [dict(row) for row in part])
