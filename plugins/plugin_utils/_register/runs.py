# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Runs and what they showed: one observation for each change, not for each run.

An observation holds from its run until the run that showed something else. A run that corrected a row leaves one, even
if the row shows after it what it showed before. A device that a run did not reach keeps its observations, but whoever
asks how it stands is told ``not_assessed``.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import typing as t

import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.module_utils._observation import NOT_ASSESSED
from ansible_collections.commune.baseline.plugins.plugin_utils._register import tables
from ansible_collections.commune.baseline.plugins.plugin_utils._register.canonical import canonical
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError, UnknownRecordError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.events import Event, next_id
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Writer

ASSESSED, UNREACHABLE, FAILED = "assessed", "unreachable", "failed"
_DEVICES_AT_ONCE = 200
# What makes an observation another one, besides its state.
_COMPARED = ("desired", "after", "where", "reason", "exception")
_DEVICES = tables.RECORDS["device"]
_OBSERVED, _RUN_DEVICES, _RUNS, _CHECKS = tables.OBSERVATIONS, tables.RUN_DEVICES, tables.RUNS, tables.CHECKS


class Run(t.NamedTuple):
    """One run of a playbook. ``complete``: it looked at all rows, so a row it does not show is no longer one."""

    id: str
    mode: str
    started_at: datetime.datetime
    finished_at: datetime.datetime
    complete: bool = True


class Assessment(t.NamedTuple):
    """What a run showed of one device: observations of rows as the door returns them, or why there are none."""

    device: str
    outcome: str
    observations: t.Sequence[t.Mapping[str, t.Any]] = ()
    reason: str | None = None


class Outcome(t.NamedTuple):
    """What storing a run wrote."""

    number: int
    devices: int
    observations: int


def store(writer: Writer, run: Run, assessments: t.Iterable[Assessment]) -> Outcome:
    """Store a run and what it showed that is new; raise UnknownRecordError if a device is not registered."""
    connection = writer.connection
    if connection.execute(sa.select(_RUNS.c.number).where(_RUNS.c.run == run.id)).first():
        raise RegisterError(f"run {run.id} is in the register already")
    values = {"mode": run.mode, "started_at": _time(run.started_at), "finished_at": _time(run.finished_at)}
    number = next_id(connection, _RUNS, "number")
    connection.execute(sa.insert(_RUNS), {"number": number, "run": run.id, **values})
    changes = _Changes(connection, number, complete=run.complete)
    remaining = iter(assessments)
    while batch := list(itertools.islice(remaining, _DEVICES_AT_ONCE)):
        changes.add(batch)
    counts = {"devices": len(changes.devices), "observations": changes.written}
    after = {**values, **counts, "digest": digest_of(connection, number)}
    writer.chain.append(Event("store", "run", number, run.id, {}, after))
    return Outcome(number, *counts.values())


class _Changes:
    """Compares what a run showed with what the register holds, batch after batch, and writes the difference."""

    def __init__(self, connection: sa.Connection, run: int, *, complete: bool) -> None:
        self._connection = connection
        self._run = run
        self._complete = complete
        self._next = next_id(connection, _OBSERVED)
        self._checks: dict[tuple[str, str], int] = {
            (row, control): id_ for id_, row, control in connection.execute(sa.select(_CHECKS))
        }
        self.devices: set[int] = set()
        self.written = 0

    def add(self, batch: t.Sequence[Assessment]) -> None:
        ids = self._ids(batch)
        now = self._present(ids[one.device] for one in batch if one.outcome == ASSESSED)
        new: list[dict[str, t.Any]] = []
        over: list[int] = []
        for one in batch:
            if one.outcome == ASSESSED:
                self._compare(ids[one.device], one.observations, now, new, over)
        reached = [
            {"run": self._run, "device": ids[one.device], "outcome": one.outcome, "reason": one.reason} for one in batch
        ]
        self._connection.execute(sa.insert(_RUN_DEVICES), reached)
        if over:
            until = sa.update(_OBSERVED).where(_OBSERVED.c.id == sa.bindparam("old")).values(until=self._run)
            self._connection.execute(until, [{"old": id_} for id_ in over])
        if new:
            self._connection.execute(sa.insert(_OBSERVED), new)
        self._next += len(new)
        self.written += len(new)

    def _ids(self, batch: t.Sequence[Assessment]) -> dict[str, int]:
        """Return the ids of the devices; raise if one is unknown or stands in the run twice."""
        names = [one.device for one in batch]
        query = sa.select(_DEVICES.c.name, _DEVICES.c.id).where(_DEVICES.c.name.in_(names))
        ids = {name: int(id_) for name, id_ in self._connection.execute(query)}
        unknown = sorted(set(names) - ids.keys())
        if unknown:
            raise UnknownRecordError(f"the register knows no device {', '.join(unknown)}; nothing was stored")
        known = len(self.devices)
        self.devices.update(ids.values())
        if len(self.devices) != known + len(batch):
            raise RegisterError("a device stands twice in one run; nothing was stored")
        return ids

    def _present(self, devices: t.Iterable[int]) -> dict[int, dict[int, tuple[int, str, str]]]:
        """Return id, state and detail of what holds now, by device and check."""
        c = _OBSERVED.c
        query = sa.select(c.device, c.check, c.id, c.state, c.detail).where(
            c.device.in_(list(devices)), c.until.is_(None)
        )
        now: dict[int, dict[int, tuple[int, str, str]]] = {}
        for device, check, id_, state, detail in self._connection.execute(query):
            now.setdefault(device, {})[check] = (id_, state, detail)
        return now

    def _compare(
        self,
        device: int,
        observations: t.Iterable[t.Mapping[str, t.Any]],
        now: dict[int, dict[int, tuple[int, str, str]]],
        new: list[dict[str, t.Any]],
        over: list[int],
    ) -> None:
        present = now.get(device, {})
        for one in observations:
            check, detail = self._check(one["id"], one["control"]), _detail(one)
            id_, *held = present.pop(check, (None, "", ""))
            if held == [one["state"], detail] and not one.get("changed"):
                continue
            over += [id_] if id_ is not None else []
            was = _json(one.get("before")) if one.get("changed") else None
            new.append(
                {
                    **{"id": self._next + len(new), "device": device, "check": check, "run": self._run},
                    **{"until": None, "state": one["state"], "detail": detail, "was": was},
                }
            )
        if self._complete:
            over += [id_ for id_, _state, _detail in present.values()]

    def _check(self, row: str, control: str) -> int:
        if (row, control) not in self._checks:
            id_ = len(self._checks) + 1
            self._connection.execute(sa.insert(_CHECKS), {"id": id_, "row": row, "control": control})
            self._checks[row, control] = id_
        return self._checks[row, control]


def digest_of(connection: sa.Connection, number: int) -> str:
    """Return the SHA-256 of all that a run left in the register: what it reached, showed, and ended."""
    c = _OBSERVED.c
    reached = sa.select(_RUN_DEVICES).where(_RUN_DEVICES.c.run == number).order_by(_RUN_DEVICES.c.device)
    shown = sa.select(c.id, c.device, _CHECKS.c.row, _CHECKS.c.control, c.state, c.detail, c.was)
    shown = shown.join_from(_OBSERVED, _CHECKS, _CHECKS.c.id == c.check).where(c.run == number).order_by(c.id)
    ended = sa.select(c.id).where(c.until == number).order_by(c.id)
    whole = hashlib.sha256()
    for query in (reached, shown, ended):
        for row in connection.execute(query, execution_options={"yield_per": 1000}):
            whole.update(canonical(list(row)).encode() + b"\n")
        whole.update(b"\n")
    return whole.hexdigest()


def now(reader: Reader | Writer, *devices: str) -> list[dict[str, t.Any]]:
    """Return how the rows of these devices (none: of all) stand; of one that the last run did not reach, unknown."""
    c = _OBSERVED.c
    last = {one["device"]: one for one in last_runs(reader, *devices)}
    query = (
        sa.select(
            _DEVICES.c.name.label("device"), _CHECKS.c.row, _CHECKS.c.control, c.state, c.detail, c.run.label("since")
        )
        .join_from(_OBSERVED, _DEVICES, _DEVICES.c.id == c.device)
        .join(_CHECKS, _CHECKS.c.id == c.check)
        .where(c.until.is_(None))
        .order_by(_DEVICES.c.name, _CHECKS.c.control, _CHECKS.c.row)
    )
    if devices:
        query = query.where(_DEVICES.c.name.in_(devices))
    return [_standing(dict(row), last[row["device"]]) for row in reader.connection.execute(query).mappings()]


def last_runs(reader: Reader | Writer, *devices: str) -> list[dict[str, t.Any]]:
    """Return, for these devices (none: for all) that were in a run, the last one and how it went for them."""
    c, later = _RUN_DEVICES.c, _RUN_DEVICES.alias("later")
    newest = sa.select(sa.func.max(later.c.run)).where(later.c.device == _DEVICES.c.id).scalar_subquery()
    query = (
        sa.select(_DEVICES.c.name.label("device"), _RUNS.c.run, _RUNS.c.finished_at, c.outcome, c.reason)
        .join_from(_DEVICES, _RUN_DEVICES, (c.device == _DEVICES.c.id) & (c.run == newest))
        .join(_RUNS, _RUNS.c.number == c.run)
        .order_by(_DEVICES.c.name)
    )
    if devices:
        query = query.where(_DEVICES.c.name.in_(devices))
    return [dict(row) for row in reader.connection.execute(query).mappings()]


def history(reader: Reader | Writer, device: str, row: str) -> list[dict[str, t.Any]]:
    """Return every change that a row showed on a device, oldest first."""
    c = _OBSERVED.c
    query = (
        sa.select(_RUNS.c.run, _RUNS.c.finished_at, c.state, c.detail, c.was)
        .join_from(_OBSERVED, _DEVICES, _DEVICES.c.id == c.device)
        .join(_CHECKS, _CHECKS.c.id == c.check)
        .join(_RUNS, _RUNS.c.number == c.run)
        .where(_DEVICES.c.name == device, _CHECKS.c.row == row)
        .order_by(c.run)
    )
    return [dict(one) for one in reader.connection.execute(query).mappings()]


def _standing(row: dict[str, t.Any], last: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    if last["outcome"] == ASSESSED:
        return row
    return {**row, "state": NOT_ASSESSED, "reason": last["reason"] or last["outcome"], "last_state": row["state"]}


def _detail(observation: t.Mapping[str, t.Any]) -> str:
    return _json({name: observation[name] for name in _COMPARED if observation.get(name) is not None})


def _json(value: t.Any) -> str:
    """Return a value of a device as JSON that every database takes: a device's bytes need be no text."""
    text = canonical(value)
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _time(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
