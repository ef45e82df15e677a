# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Runs and what they showed: one observation for each change, not for each run.

An observation holds from its run until the run that showed something else. A run that corrected a row leaves one, even
if the row shows after it what it showed before. A device that a run did not assess keeps its observations, but whoever
asks how it stands is told ``not_assessed``; of a row whose exception has ended, that it fails.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import json
import typing as t

import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.module_utils._observation import EXCEPTED, FAIL, NOT_ASSESSED
from ansible_collections.commune.baseline.plugins.plugin_utils._register import tables
from ansible_collections.commune.baseline.plugins.plugin_utils._register.canonical import canonical
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.events import Event, next_id
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Writer

ASSESSED = "assessed"
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
    """What a run showed of one device: observations of rows as the door returns them, or why it was not assessed.

    ``outcome`` is ASSESSED or what stood in the way (``_evidence.run``), which is told with a reason; some rows may
    have been seen before that.
    """

    device: str
    outcome: str
    observations: t.Sequence[t.Mapping[str, t.Any]] = ()
    reason: str | None = None


class Outcome(t.NamedTuple):
    """What storing a run wrote, and the devices that nobody registered, of which it wrote nothing."""

    number: int
    devices: int
    observations: int
    unknown: tuple[str, ...] = ()


def number_of(reader: Reader | Writer, run: str) -> int | None:
    """Return the number that the register gave a run, None if it was not stored."""
    found: int | None = reader.connection.execute(sa.select(_RUNS.c.number).where(_RUNS.c.run == run)).scalar()
    return found


def store(writer: Writer, run: Run, assessments: t.Iterable[Assessment]) -> Outcome:
    """Store a run and what it showed that is new; raise RegisterError if it is stored already."""
    connection = writer.connection
    if number_of(writer, run.id) is not None:
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
    return Outcome(number, **counts, unknown=tuple(sorted(changes.unknown)))


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
        self.unknown: set[str] = set()
        self.written = 0

    def add(self, batch: t.Sequence[Assessment]) -> None:
        ids = self._ids(batch)
        known = [one for one in batch if one.device in ids]
        now = self._present(ids[one.device] for one in known)
        new: list[dict[str, t.Any]] = []
        over: list[int] = []
        for one in known:
            self._compare(ids[one.device], one, now, new, over)
        reached = [
            {"run": self._run, "device": ids[one.device], "outcome": one.outcome, "reason": _text(one.reason)}
            for one in known
        ]
        if reached:
            self._connection.execute(sa.insert(_RUN_DEVICES), reached)
        if over:
            until = sa.update(_OBSERVED).where(_OBSERVED.c.id == sa.bindparam("old")).values(until=self._run)
            self._connection.execute(until, [{"old": id_} for id_ in over])
        if new:
            self._connection.execute(sa.insert(_OBSERVED), new)
        self._next += len(new)
        self.written += len(new)

    def _ids(self, batch: t.Sequence[Assessment]) -> dict[str, int]:
        """Return the ids of the devices that are known; raise RegisterError if one stands in the run twice."""
        names = [one.device for one in batch]
        query = sa.select(_DEVICES.c.name, _DEVICES.c.id).where(_DEVICES.c.name.in_(names))
        ids = {name: int(id_) for name, id_ in self._connection.execute(query)}
        before = len(self.devices) + len(self.unknown)
        self.devices.update(ids.values())
        self.unknown.update(set(names) - ids.keys())
        if len(self.devices) + len(self.unknown) != before + len(batch):
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
        assessment: Assessment,
        now: dict[int, dict[int, tuple[int, str, str]]],
        new: list[dict[str, t.Any]],
        over: list[int],
    ) -> None:
        present = now.get(device, {})
        for one in assessment.observations:
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
        if self._complete and assessment.outcome == ASSESSED:
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
    """Return how the rows of these devices (none: of all) stand; of one that the last run did not assess, unknown.

    ``since`` is the number of the run that showed it first, ``was`` the value before, as JSON, if that run corrected
    it.
    """
    c = _OBSERVED.c
    last = {one["device"]: one for one in last_runs(reader, *devices)}
    query = (
        sa.select(
            *(_DEVICES.c.name.label("device"), _CHECKS.c.row, _CHECKS.c.control),
            *(c.state, c.detail, c.was, c.run.label("since")),
        )
        .join_from(_OBSERVED, _DEVICES, _DEVICES.c.id == c.device)
        .join(_CHECKS, _CHECKS.c.id == c.check)
        .where(c.until.is_(None))
        .order_by(_DEVICES.c.name, _CHECKS.c.control, _CHECKS.c.row)
    )
    if devices:
        query = query.where(_DEVICES.c.name.in_(devices))
    today = reader.context.today.isoformat()
    return [_standing(dict(row), last[row["device"]], today) for row in reader.connection.execute(query).mappings()]


def last_runs(reader: Reader | Writer, *devices: str, outcome: str | None = None) -> list[dict[str, t.Any]]:
    """Return, for these devices (none: for all) that were in a run, the last one and how it went for them.

    With an outcome, the last one that went so.
    """
    c, later = _RUN_DEVICES.c, _RUN_DEVICES.alias("later")
    of_device = (later.c.device == _DEVICES.c.id, *([later.c.outcome == outcome] if outcome else []))
    newest = sa.select(sa.func.max(later.c.run)).where(*of_device).scalar_subquery()
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


def _standing(row: dict[str, t.Any], last: t.Mapping[str, t.Any], today: str) -> dict[str, t.Any]:
    if last["outcome"] == ASSESSED:
        # Only what fails is ever excepted, and past its date an exception does not count.
        return {**row, "state": FAIL, "last_state": EXCEPTED} if _is_over(row, today) else row
    return {**row, "state": NOT_ASSESSED, "reason": last["reason"] or last["outcome"], "last_state": row["state"]}


def _is_over(row: t.Mapping[str, t.Any], today: str) -> bool:
    """Tell whether a row is excepted by an exception that has ended."""
    if row["state"] != EXCEPTED:
        return False
    exception = json.loads(row["detail"]).get("exception") or {}
    return bool(exception.get("expires", "") < today)


def _detail(observation: t.Mapping[str, t.Any]) -> str:
    return _json({name: observation[name] for name in _COMPARED if observation.get(name) is not None})


def _json(value: t.Any) -> str:
    """Return a value of a device as JSON that every database takes: a device's bytes need be no text."""
    text = canonical(value)
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _text(reason: str | None) -> str | None:
    """Return what a device said as text that every database takes."""
    return reason and reason.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def _time(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
