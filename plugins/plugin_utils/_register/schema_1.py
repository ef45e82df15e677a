# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Version 1 of the schema, in the words of both databases. What is released here is never changed: a new version is a
new file. ``{integer}`` is the database's own 64-bit whole number.

Dates are texts such as 2026-01-31, times such as 2026-01-31T08:00:00Z: both databases sort and compare them alike.
A whole number is a key that the register counts itself, under the lock that every writer takes.
"""

from __future__ import annotations

from ansible_collections.commune.baseline.plugins.plugin_utils._register.migration import Migration

_STATES = (
    "'planned', 'received', 'hardening', 'in_service', 'quarantined', 'in_repair', 'pending_disposal', 'sanitised',"
    " 'disposed'"
)

_TABLES = (
    # One row: the number of events and the hash of the last. Every writer locks it first.
    """CREATE TABLE chain (
        id {integer} PRIMARY KEY CHECK (id = 1),
        events {integer} NOT NULL CHECK (events >= 0),
        hash TEXT NOT NULL CHECK (length(hash) = 64))""",
    """INSERT INTO chain (id, events, hash) VALUES (1, 0, '{zeros}')""",
    """CREATE TABLE events (
        number {integer} PRIMARY KEY CHECK (number > 0),
        at TEXT NOT NULL CHECK (at LIKE '____-__-__T__:__:__Z'),
        who TEXT NOT NULL CHECK (who <> ''),
        verb TEXT NOT NULL,
        kind TEXT NOT NULL,
        record {integer} NOT NULL,
        name TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        document TEXT,
        previous TEXT NOT NULL UNIQUE,
        hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64))""",
    "CREATE INDEX events_of_record ON events (kind, record, number)",
    """CREATE TABLE people (
        id {integer} PRIMARY KEY,
        version {integer} NOT NULL,
        code TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL CHECK (name <> ''),
        post TEXT,
        department TEXT,
        commitment TEXT,
        started_on TEXT,
        left_on TEXT)""",
    """CREATE TABLE person_roles (
        owner {integer} NOT NULL REFERENCES people (id),
        position {integer} NOT NULL,
        role TEXT NOT NULL,
        PRIMARY KEY (owner, position),
        UNIQUE (owner, role))""",
    """CREATE TABLE devices (
        id {integer} PRIMARY KEY,
        version {integer} NOT NULL,
        name TEXT NOT NULL UNIQUE CHECK (name <> ''),
        name_folded TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL CHECK (state IN ({states})),
        class TEXT NOT NULL CHECK (class <> ''),
        type TEXT,
        platform TEXT,
        make TEXT,
        model TEXT,
        serial TEXT UNIQUE,
        asset_tag TEXT UNIQUE,
        zone TEXT,
        department TEXT,
        location TEXT,
        custodian TEXT REFERENCES people (code),
        system TEXT,
        origin TEXT,
        secrecy TEXT,
        received_on TEXT,
        connected_on TEXT,
        warranty_until TEXT,
        note TEXT,
        UNIQUE (id, zone),
        CHECK (class <> 'secret_workstation' OR zone IS NULL OR zone = 'secret'),
        CHECK (connected_on IS NULL OR received_on IS NULL OR connected_on >= received_on))""",
    "CREATE INDEX devices_by_state ON devices (state)",
    "CREATE INDEX devices_by_class ON devices (class)",
    "CREATE INDEX devices_by_zone ON devices (zone)",
    "CREATE INDEX devices_by_department ON devices (department)",
    "CREATE INDEX devices_by_custodian ON devices (custodian)",
    """CREATE TABLE device_macs (
        owner {integer} NOT NULL REFERENCES devices (id),
        position {integer} NOT NULL,
        mac TEXT NOT NULL UNIQUE CHECK (length(mac) = 17),
        PRIMARY KEY (owner, position))""",
    # The zone stands here too, so that the database itself keeps an address unique in its zone.
    """CREATE TABLE device_ips (
        owner {integer} NOT NULL,
        position {integer} NOT NULL,
        zone TEXT NOT NULL CHECK (zone <> 'secret'),
        ip TEXT NOT NULL,
        PRIMARY KEY (owner, position),
        UNIQUE (zone, ip),
        FOREIGN KEY (owner, zone) REFERENCES devices (id, zone))""",
    """CREATE TABLE device_media (
        owner {integer} NOT NULL REFERENCES devices (id),
        position {integer} NOT NULL,
        serial TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        model TEXT,
        bytes {integer} CHECK (bytes >= 0),
        PRIMARY KEY (owner, position))""",
    """CREATE TABLE device_software (
        owner {integer} NOT NULL REFERENCES devices (id),
        position {integer} NOT NULL,
        name TEXT NOT NULL,
        version TEXT,
        PRIMARY KEY (owner, position))""",
    "CREATE INDEX device_software_by_name ON device_software (name)",
    """CREATE TABLE device_licences (
        owner {integer} NOT NULL REFERENCES devices (id),
        position {integer} NOT NULL,
        product TEXT NOT NULL,
        reference TEXT,
        seats {integer} CHECK (seats >= 0),
        expires_on TEXT,
        PRIMARY KEY (owner, position))""",
    """CREATE TABLE approvals (
        id {integer} PRIMARY KEY,
        version {integer} NOT NULL,
        number TEXT NOT NULL CHECK (number <> ''),
        dated_on TEXT NOT NULL,
        subject TEXT NOT NULL,
        signer TEXT NOT NULL CHECK (signer <> ''),
        scope TEXT,
        expires_on TEXT,
        UNIQUE (number, dated_on, subject))""",
    """CREATE TABLE approval_devices (
        owner {integer} NOT NULL REFERENCES approvals (id),
        position {integer} NOT NULL,
        device TEXT NOT NULL REFERENCES devices (name),
        PRIMARY KEY (owner, position),
        UNIQUE (device, owner))""",
    """CREATE TABLE exceptions (
        id {integer} PRIMARY KEY,
        version {integer} NOT NULL,
        control TEXT NOT NULL,
        "row" TEXT,
        device TEXT REFERENCES devices (name),
        "group" TEXT,
        reason TEXT NOT NULL CHECK (reason <> ''),
        approver TEXT NOT NULL CHECK (approver <> ''),
        document TEXT NOT NULL CHECK (document <> ''),
        expires TEXT NOT NULL,
        withdrawn_on TEXT,
        CHECK ((device IS NULL) <> ("group" IS NULL)))""",
    """CREATE UNIQUE INDEX exceptions_key ON exceptions
        (control, document, COALESCE("row", ''), COALESCE(device, ''), COALESCE("group", ''))""",
    "CREATE INDEX exceptions_by_device ON exceptions (device)",
    """CREATE TABLE documents (
        id {integer} PRIMARY KEY,
        version {integer} NOT NULL,
        number TEXT NOT NULL CHECK (number <> ''),
        dated_on TEXT NOT NULL,
        title TEXT NOT NULL,
        form TEXT,
        path TEXT,
        sha256 TEXT,
        UNIQUE (number, dated_on, title))""",
    """CREATE TABLE document_devices (
        owner {integer} NOT NULL REFERENCES documents (id),
        position {integer} NOT NULL,
        device TEXT NOT NULL REFERENCES devices (name),
        PRIMARY KEY (owner, position),
        UNIQUE (device, owner))""",
    """CREATE TABLE sanitisations (
        id {integer} PRIMARY KEY,
        version {integer} NOT NULL,
        device TEXT NOT NULL REFERENCES devices (name),
        medium TEXT NOT NULL,
        done_on TEXT NOT NULL,
        method TEXT NOT NULL,
        tool TEXT,
        result TEXT NOT NULL CHECK (result IN ('done', 'failed')),
        done_by TEXT NOT NULL,
        verified_by TEXT,
        verified_on TEXT,
        document TEXT,
        detail TEXT,
        UNIQUE (device, medium, done_on, method))""",
    """CREATE TABLE duties_done (
        id {integer} PRIMARY KEY,
        version {integer} NOT NULL,
        duty TEXT NOT NULL,
        period TEXT NOT NULL,
        done_on TEXT NOT NULL,
        done_by TEXT NOT NULL,
        document TEXT,
        note TEXT,
        UNIQUE (duty, period))""",
    """CREATE TABLE proposals (
        id {integer} PRIMARY KEY,
        version {integer} NOT NULL,
        mac TEXT NOT NULL UNIQUE,
        ip TEXT,
        zone TEXT,
        hostname TEXT,
        seen_by TEXT NOT NULL,
        first_seen_on TEXT NOT NULL,
        last_seen_on TEXT NOT NULL,
        answer TEXT NOT NULL CHECK (answer IN ('open', 'registered', 'removed')),
        note TEXT)""",
    "CREATE INDEX proposals_by_answer ON proposals (answer)",
    """CREATE TABLE runs (
        number {integer} PRIMARY KEY CHECK (number > 0),
        run TEXT NOT NULL UNIQUE CHECK (run <> ''),
        mode TEXT NOT NULL CHECK (mode IN ('check', 'enforce')),
        started_at TEXT NOT NULL,
        finished_at TEXT NOT NULL)""",
    """CREATE TABLE run_devices (
        run {integer} NOT NULL REFERENCES runs (number),
        device {integer} NOT NULL REFERENCES devices (id),
        outcome TEXT NOT NULL CHECK (outcome IN ('assessed', 'unreachable', 'failed', 'unanswered')),
        reason TEXT,
        PRIMARY KEY (device, run))""",
    "CREATE INDEX run_devices_of_run ON run_devices (run)",
    # A row of the roles and its control, named once: observations would repeat them a million times.
    """CREATE TABLE checks (
        id {integer} PRIMARY KEY,
        "row" TEXT NOT NULL,
        control TEXT NOT NULL,
        UNIQUE ("row", control))""",
    # One for each change; it holds from its run until the run that follows it, which is none for the present one.
    """CREATE TABLE observations (
        id {integer} PRIMARY KEY,
        device {integer} NOT NULL REFERENCES devices (id),
        "check" {integer} NOT NULL REFERENCES checks (id),
        run {integer} NOT NULL REFERENCES runs (number),
        until {integer} REFERENCES runs (number),
        state TEXT NOT NULL CHECK (state IN ('pass', 'fail', 'not_assessed', 'excepted', 'not_applicable')),
        detail TEXT NOT NULL,
        was TEXT,
        CHECK (until IS NULL OR until > run))""",
    'CREATE UNIQUE INDEX observations_now ON observations (device, "check") WHERE until IS NULL',
    'CREATE INDEX observations_history ON observations (device, "check", run)',
    "CREATE INDEX observations_of_run ON observations (run)",
    "CREATE INDEX observations_ended ON observations (until) WHERE until IS NOT NULL",
)

_APPEND_ONLY = {
    "sqlite": tuple(
        f"CREATE TRIGGER events_no_{verb} BEFORE {verb} ON events"
        " BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
        for verb in ("update", "delete")
    ),
    "postgresql": (
        "CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RAISE EXCEPTION ''events are append-only''; END'",
        "CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events"
        " FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()",
    ),
}


def _statements(dialect: str) -> tuple[str, ...]:
    integer = {"sqlite": "INTEGER", "postgresql": "BIGINT"}[dialect]
    tables = (table.format(integer=integer, states=_STATES, zeros="0" * 64) for table in _TABLES)
    return (*tables, *_APPEND_ONLY[dialect])


FIRST = Migration(1, "first register", _statements)
