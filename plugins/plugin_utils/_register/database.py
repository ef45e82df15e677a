# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Connections to SQLite or PostgreSQL, made so that both keep the same promises.

A transaction that writes begins with the lock that all writers take, so that they follow one another; one that only
reads sees one moment. What is committed outlives the end of the process and of the power.
"""

from __future__ import annotations

import contextlib
import os
import stat
import typing as t
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event, exc

from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import SchemaError, StorageError

LOCK_SECONDS = 60
_FULL = ("database or disk is full", "disk I/O error", "No space left on device")
_POSTGRESQL_FULL = "53100"
_BUSY = ("database is locked", "lock timeout")
_READ_ONLY = ("readonly database", "read-only transaction", "permission denied")


def connect(place: str, *, create: bool) -> sa.Engine:
    """Return an engine for a path or a URL; raise StorageError or SchemaError if there can be none.

    A new SQLite file can be read by its owner alone, and so can a folder made for it.
    """
    url = _url(place)
    if url.get_backend_name() == "postgresql":
        options = f"-c lock_timeout={LOCK_SECONDS}s -c timezone=UTC"
        return sa.create_engine(url, hide_parameters=True, connect_args={"options": options})
    path = Path(url.database or "").absolute()
    _prepare_file(path, create=create)
    engine = sa.create_engine(url.set(database=str(path)), hide_parameters=True, connect_args={"timeout": LOCK_SECONDS})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextlib.contextmanager
def transaction(engine: sa.Engine, *, writing: bool) -> t.Iterator[sa.Connection]:
    """Give a connection in a transaction; commit it at the end, roll it back on any error."""
    options: dict[str, t.Any] = {"writing": writing}
    if engine.dialect.name == "postgresql":
        # A writer waits for the lock and then reads what the one before it committed.
        options["isolation_level"] = "READ COMMITTED" if writing else "REPEATABLE READ"
    with translated_errors(engine), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextlib.contextmanager
def translated_errors(engine: sa.Engine) -> t.Iterator[None]:
    """Turn the databases' errors into one sentence each."""
    try:
        yield
    except exc.DBAPIError as error:
        raise StorageError(_sentence(engine, error)) from error


def _sentence(engine: sa.Engine, error: exc.DBAPIError) -> str:
    place = engine.url.render_as_string(hide_password=True)
    reason = " ".join(str(error.orig).split())
    if any(sign in reason for sign in _FULL) or getattr(error.orig, "sqlstate", None) == _POSTGRESQL_FULL:
        return f"the register {place} cannot write: its disk is full or faulty ({reason}); nothing was stored"
    if any(sign in reason for sign in _BUSY):
        return f"the register {place} is being written by somebody else for more than {LOCK_SECONDS} s; try again later"
    if any(sign in reason for sign in _READ_ONLY):
        return f"the register {place} cannot be written by this user ({reason}); nothing was stored"
    if isinstance(error, exc.IntegrityError):
        return f"the register {place} refuses the change ({reason}); nothing was stored"
    return f"the register {place} cannot be used: {reason}"


def _url(place: str) -> sa.URL:
    if "://" not in place:
        return sa.URL.create("sqlite", database=place)
    try:
        url = sa.make_url(place)
    except exc.ArgumentError:
        raise StorageError("the place of the register is no path and no URL such as postgresql://host/name") from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StorageError(f"the register is kept in sqlite or postgresql, not in {url.get_backend_name()}")
    return url.set(drivername={"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}[url.get_backend_name()])


def _prepare_file(path: Path, *, create: bool) -> None:
    try:
        if not create and not path.exists():
            raise SchemaError(f"there is no register at {path}")
        if create and not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True)
        if create and not path.exists():
            # SQLite gives its journal the mode of the file.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if path.stat().st_uid == os.geteuid() and stat.S_IMODE(path.stat().st_mode) != 0o600:
            path.chmod(0o600)
    except OSError as error:
        raise StorageError(f"the register {path} cannot be opened: {error.strerror}") from error


def _set_up_sqlite(connection: t.Any, _record: t.Any) -> None:
    connection.isolation_level = None  # the driver would begin by itself, and not before every statement
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
