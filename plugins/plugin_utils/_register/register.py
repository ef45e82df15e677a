# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The register of a site: open it, read at one moment, write all or nothing.

    register = Register.open("register.db", create=True)
    with register.write("it01") as writer:
        change = devices.put(writer, {"name": "pc-01", "class": "workstation"})
    with register.read() as reader:
        devices.find(reader, state="in_service")

``devices``, ``records`` (all other kinds), ``runs`` and ``verification`` hold the verbs. A dry run does everything and
takes it back, so that it finds every fault that the real one would.
"""

from __future__ import annotations

import contextlib
import datetime
import typing as t

import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register import (
    database,
    events,
    migrations,
    text,
    words,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError, SchemaError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.fields import Context

_MIGRATION_LOCK = 0x636F6D6D756E65  # any number of its own will do


class Reader(t.NamedTuple):
    """What reads the register: a connection that sees one moment, and what records are judged by."""

    connection: sa.Connection
    context: Context


class Writer(t.NamedTuple):
    """What writes the register: a reader that others wait for, and the chain of events."""

    connection: sa.Connection
    context: Context
    chain: events.Chain

    @property
    def head(self) -> events.Head:
        """What evidence keeps as an anchor; valid once the writing is done."""
        return self.chain.head


class Register:
    """A database that holds a register of the schema that this code knows."""

    def __init__(self, engine: sa.Engine, zones: words.Zones) -> None:
        self._engine = engine
        self._zones = zones

    @classmethod
    def open(cls, place: str, *, create: bool = False, zones: words.Zones | None = None) -> Register:
        """Open the register at a path or URL, upgrading its schema; raise SchemaError or StorageError.

        Without ``zones``, devices lie in those of the default site.
        """
        engine = database.connect(place, create=create)
        try:
            with database.transaction(engine, writing=False) as connection:
                version = migrations.version_of(connection)
            migrations.check_version(version)
            if version == 0 and not create:
                raise SchemaError(f"the database {engine.url.render_as_string()} holds no register")
            if version < migrations.MIGRATIONS[-1].version:
                _upgrade(engine)
        except RegisterError:
            engine.dispose()
            raise
        return cls(engine, words.DEFAULT_ZONES if zones is None else zones)

    def close(self) -> None:
        self._engine.dispose()

    @contextlib.contextmanager
    def read(self) -> t.Iterator[Reader]:
        """Give a reader that sees the register as it is now, whatever others write meanwhile."""
        with database.transaction(self._engine, writing=False) as connection:
            yield Reader(connection, self._context(_now()))

    @contextlib.contextmanager
    def write(self, who: str, *, dry_run: bool = False, now: datetime.datetime | None = None) -> t.Iterator[Writer]:
        """Give a writer; commit at the end, or take everything back on an error and in a dry run."""
        try:
            name = text.line(who, 128)
        except text.WrongError as error:
            raise RegisterError(f"who writes the register is {who!r:.60}: {error}") from None
        if not name:
            raise RegisterError("the register is not written by nobody: say who")
        moment = now or _now()
        with database.transaction(self._engine, writing=True) as connection:
            chain = events.Chain(connection, name, moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
            yield Writer(connection, self._context(moment), chain)
            if dry_run:
                connection.rollback()
            else:
                chain.close()

    def _context(self, moment: datetime.datetime) -> Context:
        return Context(moment.astimezone().date(), self._zones)


def _upgrade(engine: sa.Engine) -> None:
    with database.transaction(engine, writing=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        migrations.migrate(connection, _now().strftime("%Y-%m-%dT%H:%M:%SZ"))


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
