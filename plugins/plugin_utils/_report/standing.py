# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""How all devices of the register stand, in the form of the record of a run, for the report.

The register holds the states; what a control is called, and why a row matters, stands in catalogue and roles.
"""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.module_utils._observation import EXCEPTED
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Catalogue, CatalogueError
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.control import judged
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import UNANSWERED
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.controls import facts_of, facts_of_row
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import PLATFORMS, rows_of_all_roles
from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices as registered
from ansible_collections.commune.baseline.plugins.plugin_utils._register import life_cycle, runs
from ansible_collections.commune.baseline.plugins.plugin_utils._report.words import NEVER

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader

Data = t.Mapping[str, t.Any]

_NO_ROW = {"kind": None, "parameter": None, "path": None, "compare": "=="}  # of a role that is no more


def standing(reader: Reader, record: Data, collection: Path) -> dict[str, t.Any]:
    """Return the record of a run with all devices of the register instead of its own, as they stand after it.

    A disposed device is left out, and counted. A device that was not assessed shows what the run changed on it, if
    anything. ``standing`` says how many devices there are, and which ones of the run nobody registered.
    """
    stored = [one.record for one in registered.find(reader)]
    devices = [one for one in stored if one["state"] != life_cycle.DISPOSED]
    facts = _Facts(collection)
    shown = _Shown(reader, record, facts)
    told = [shown.device(device) for device in devices]
    present = {device["name"] for device in devices}
    return {
        **record,
        "devices": told,
        "controls": {one["control"]: facts.control(one["control"]) for device in told for one in device["controls"]},
        "rows": {
            row["id"]: facts.row(row["id"]) for device in told for one in device["controls"] for row in one["rows"]
        },
        "standing": {
            "devices": len(devices),
            "assessed": sum(device["in_run"] for device in told),
            "disposed": len(stored) - len(devices),
            "unknown": [device["device"] for device in record["devices"] if device["device"] not in present],
        },
    }


class _Facts:
    """What holds for a control or a row on all devices."""

    def __init__(self, collection: Path) -> None:
        rows = [(platform, row) for platform in PLATFORMS for row in rows_of_all_roles(collection, platform)]
        self._rows = {row.id: row for _platform, row in rows}
        self._platforms = {row.id: platform for platform, row in rows}
        self._catalogue = Catalogue(collection / "catalogue")

    def baseline(self, seen: t.Iterable[str], platform: str | None) -> int:
        """Return how many rows the platforms of these rows have; without any, the platform that the register names."""
        of_rows = {self._platforms[id_] for id_ in seen if id_ in self._platforms}
        platforms = of_rows or {platform or "none"}
        return sum(one in platforms for one in self._platforms.values())

    def control(self, id_: str) -> Data:
        try:
            return facts_of(self._catalogue.control(id_))
        except CatalogueError:
            return {"title": {"vi": id_, "en": id_}, "priority": "could", "clauses": [], "parts": []}

    def row(self, id_: str) -> Data:
        if id_ not in self._rows:
            return _NO_ROW
        row = self._rows[id_]
        return {**facts_of_row(row), **{name: row.fields[name] for name in ("kind", "why", "fix")}}


class _Shown:
    """What the register holds of each device, by its name."""

    def __init__(self, reader: Reader, record: Data, facts: _Facts) -> None:
        self._facts = facts
        self._run = record["run"]
        self._number = runs.number_of(reader, self._run)
        self._last = {one["device"]: one for one in runs.last_runs(reader)}
        self._assessed = {one["device"]: one["finished_at"] for one in runs.last_runs(reader, outcome=runs.ASSESSED)}
        self._scopes = {one["device"]: one["scope"] for one in record["devices"]}
        self._rows: dict[str, list[Data]] = {}
        for row in runs.now(reader):
            self._rows.setdefault(row["device"], []).append(row)

    def device(self, device: Data) -> dict[str, t.Any]:
        name = device["name"]
        obstacle = self._obstacle(name)
        rows = [self._row(row) for row in self._rows.get(name, ())]
        baseline = self._facts.baseline((row["id"] for row in rows), device.get("platform"))
        return {
            "device": name,
            "class": device["class"],
            "model": " ".join(filter(None, (device.get("make"), device.get("model")))),
            "scope": self._scopes.get(name),
            "obstacle": obstacle,
            "assessed": self._assessed.get(name),
            "in_run": obstacle is None and self._last[name]["run"] == self._run,
            "unseen": None if obstacle else {"rows": len(rows), "baseline": baseline},
            "controls": self._controls([row for row in rows if obstacle is None or row["changed"]]),
        }

    def _obstacle(self, name: str) -> dict[str, str] | None:
        last = self._last.get(name)
        if last is None:
            return {"what": NEVER, "message": ""}
        if last["outcome"] == runs.ASSESSED:
            return None
        return {"what": last["outcome"], "message": "" if last["outcome"] == UNANSWERED else last["reason"] or ""}

    def _row(self, row: Data) -> dict[str, t.Any]:
        """Return a row in the form that the record of a run has; only what this run changed was changed."""
        detail = json.loads(row["detail"])
        changed = row["since"] == self._number and row["was"] is not None
        after = detail.get("after")
        return {
            "id": row["row"],
            "control": row["control"],
            "state": row["state"],
            "desired": detail.get("desired"),
            "before": json.loads(row["was"]) if changed else after,
            "after": after,
            "where": detail.get("where"),
            "reason": row.get("reason") or detail.get("reason"),
            "changed": changed,
            "would_change": False,
            **({"exception": detail["exception"]} if row["state"] == EXCEPTED else {}),
        }

    def _controls(self, rows: t.Iterable[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
        controls: dict[str, list[Data]] = {}
        for row in rows:
            parameter = self._facts.row(row["id"])["parameter"]
            controls.setdefault(row.pop("control"), []).append({**row, "parameter": parameter})
        return [
            judged({"control": id_, "parts": self._facts.control(id_)["parts"], "rows": of_control})
            for id_, of_control in sorted(controls.items())
        ]
