# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""From observations of rows to the states of controls."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import FAIL, NOT_ASSESSED, TAKEN_BACK
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import PRIORITIES, Control
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.control import judged
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.coverage import parts_of
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import Row
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.site import SiteException, with_exception

FAIL_ON = (*PRIORITIES, "never")


Observations = t.Sequence[t.Mapping[str, t.Any]]


def controls_of(
    rows: t.Iterable[Row],
    observations: Observations,
    exception_for: t.Callable[[Row], SiteException | None] = lambda _row: None,
) -> list[dict[str, t.Any]]:
    """Join what the device returned with what the controller knows; a control's state is its worst row's.

    What no row looked at is no part of that state: ``looked_at`` says which parts it is about.
    """
    seen = {observation["id"]: observation for observation in observations}
    controls: dict[str, dict[str, t.Any]] = {}
    for row in rows:
        control = controls.setdefault(row.control.id, {"control": row.control.id, **facts_of(row.control), "rows": []})
        control["rows"].append(_with_advice(row, with_exception(seen[row.id], exception_for(row))))
    return sorted(map(judged, controls.values()), key=lambda control: str(control["control"]))


def facts_of(control: Control) -> dict[str, t.Any]:
    """Return what is true of a control on every device."""
    return {
        "title": {"vi": control.title_vi, "en": control.title_en},
        "priority": control.priority,
        "clauses": list(control.clauses),
        "parts": parts_of(control),
    }


def facts_of_row(row: Row) -> dict[str, t.Any]:
    """Return what is true of a row on every device, and the device need not know."""
    return {
        "compare": row.fields.get("compare", "=="),
        **{name: row.fields.get(name) for name in ("parameter", "path")},
    }


def with_text(controls: t.Iterable[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Return the controls with their rows as JSON text: Ansible copies every value of a result, for each callback."""
    return [{**control, "rows": json.dumps(control["rows"], ensure_ascii=False)} for control in controls]


def from_text(controls: t.Iterable[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Return what ``with_text`` got."""
    return [{**control, "rows": json.loads(control["rows"])} for control in controls]


def unmet(controls: t.Iterable[t.Mapping[str, t.Any]], fail_on: str) -> list[str]:
    """Return the ids of controls of this priority or a higher one that fail or could not be assessed."""
    counting = PRIORITIES[: FAIL_ON.index(fail_on) + 1] if fail_on != "never" else ()
    return [
        control["control"]
        for control in controls
        if control["priority"] in counting and control["state"] in (FAIL, NOT_ASSESSED)
    ]


def summary(controls: t.Iterable[t.Mapping[str, t.Any]], missed: t.Sequence[str]) -> str:
    """Return the sentence of a task that fails: how all controls stand, and which unmet ones make it fail."""
    states = [control["state"] for control in controls]
    failing, unknown = states.count(FAIL), states.count(NOT_ASSESSED)
    return (
        f"of {len(states)} controls {failing} fail and {unknown} could not be assessed; "
        f"not met although demanded: {', '.join(missed)}"
    )


def _with_advice(row: Row, observation: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Add what the device need not know, and the row's reason and remedy in words where it does not pass."""
    joined = {**observation, **facts_of_row(row)}
    if observation["state"] in (FAIL, NOT_ASSESSED):
        joined.update(why=row.fields["why"], fix=row.fields["fix"])
    return joined


def taken_back(written: Observations, now: Observations, rows: t.Iterable[t.Mapping[str, t.Any]]) -> Observations:
    """Join what was written with what the device shows after it took the rows back that cut the connection."""
    cutting = {row["id"] for row in rows if row.get("connectivity")}
    shown = {observation["id"]: observation for observation in now}
    return [
        {**shown[one["id"]], "reason": TAKEN_BACK} if one["id"] in cutting and one["changed"] else one
        for one in written
    ]  # fmt: skip
