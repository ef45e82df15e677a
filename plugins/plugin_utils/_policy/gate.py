# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The gate of enrolment: what still keeps a device out of service (ER-02, 001:16.5.c).

What is demanded comes from the catalogue, never from the results: nothing passes by being absent. A control is judged
part by part, so that one passing row of five does not open it. A part that no row looked at is 'not yet', and an
approver may accept that; nobody can accept a row that fails or that could not be assessed.
"""

from __future__ import annotations

import datetime
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import (
    EXCEPTED,
    FAIL,
    NOT_APPLICABLE,
    NOT_ASSESSED,
    PASS,
    worst_state,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Control
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.coverage import (
    NOT_YET,
    Place,
    Served,
    coverage,
    parts_of,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import Row
from ansible_collections.commune.baseline.plugins.plugin_utils._register.approvals import Signers, is_for

NO_DEMANDS = "no demands"
_PRIORITY = "must"
_KINDS = frozenset({"enforce", "check"})
# ER-02 asks that all others be met before a device is connected: the gate itself is what answers it. Its rows count
# like all others; for its parts that no row looks at, nobody need accept anything.
_THE_GATE_ITSELF = frozenset({"ER-02"})
_MET = (PASS, EXCEPTED)
_CLOSED_BY = (FAIL, NOT_ASSESSED)
_CONTROL_ID = re.compile(r"[A-Z]{2}-[0-9]{2}")

Record = t.Mapping[str, t.Any]
Records = t.Iterable[Record]
# What serves each parameter and clause of each control, at the device's place.
Serving = t.Mapping[str, t.Mapping[str, Served]]


class Open(t.NamedTuple):
    """One thing that keeps the gate shut: a row that fails or could not be assessed, or a part that is 'not yet'."""

    state: str
    control: str | None = None
    part: str | None = None
    row: str | None = None


def demanded_of(controls: t.Iterable[Control], device_class: str) -> tuple[Control, ...]:
    """Return the controls that a device of this class must meet before it goes into service."""
    return tuple(
        control
        for control in controls
        if control.priority == _PRIORITY
        and {control.kind, *control.also_kinds} & _KINDS
        and device_class in control.applies_to
    )


def served_at(place: Place, demanded: t.Iterable[Control], rows: t.Mapping[str, t.Sequence[Row]]) -> Serving:
    """Return what serves each parameter and clause of the controls, by the rows of each platform."""
    platforms = {place.device_class: [place.platform] if place.platform else []}
    served = {}
    for control in demanded:
        named = coverage(control, rows, platforms)
        served[control.id] = {name: places[place] for name, places in named.items()}
    return served


def naming_controls(device: str, approvals: Records, today: datetime.date) -> dict[str, list[Record]]:
    """Return the approvals in force that name controls for a device, by the controls.

    An approval names controls if its scope is a list of their ids and nothing else: prose may say the contrary.
    """
    naming: dict[str, list[Record]] = {}
    for approval in approvals:
        for name in _controls_in(approval["scope"] or "") if is_for(approval, device, today) else ():
            naming.setdefault(name, []).append(approval)
    return naming


def accepted_by(naming: t.Mapping[str, t.Iterable[Record]], signers: Signers) -> frozenset[str]:
    """Return the controls of which parts may be 'not yet', by the approvals whose signature counts."""
    return frozenset(name for name, some in naming.items() if any(signers.fault_of(one) is None for one in some))


def opening(
    demanded: t.Sequence[Control], served: Serving, results: Records, accepted: t.Container[str]
) -> tuple[Open, ...]:
    """Return what keeps the gate shut; it opens if there is nothing. ``results`` are the controls of one device."""
    if all(control.id in _THE_GATE_ITSELF for control in demanded):
        return (Open(NO_DEMANDS),)
    shown = [dict(control) for control in results]
    return tuple(
        one
        for control in demanded
        for one in _of_control(control, served[control.id], shown, accepted)
    )  # fmt: skip


def _of_control(
    control: Control, served: t.Mapping[str, Served], results: Records, accepted: t.Container[str]
) -> t.Iterator[Open]:
    parts = {row: name for name, serving in served.items() for row in serving.rows}
    states: dict[str, list[str]] = {row: [] for row in parts}
    for row in (row for result in results if result["control"] == control.id for row in result["rows"]):
        parts.setdefault(row["id"], row["parameter"])
        states.setdefault(row["id"], []).append(row["state"])
    worst = {row: _worst(some) for row, some in states.items()}
    yield from (Open(state, control.id, parts[row], row) for row, state in worst.items() if state in _CLOSED_BY)
    if control.id in accepted or control.id in _THE_GATE_ITSELF:
        return
    for part in parts_of(control):
        of_part = [worst[row] for row in served[part].rows]
        if not any(state in _MET or state in _CLOSED_BY for state in of_part):
            yield Open(NOT_YET, control.id, part)


def _worst(states: t.Sequence[str]) -> str:
    """Return the worst of what a row showed; a word that is no state says nothing."""
    known = (*_MET, NOT_APPLICABLE, *_CLOSED_BY)
    return worst_state(state if state in known else NOT_ASSESSED for state in states)


def _controls_in(scope: str) -> list[str]:
    words = re.split(r"[\s,;]+", scope.strip(" \t\r\n,;"))
    return words if all(_CONTROL_ID.fullmatch(word) for word in words) else []
