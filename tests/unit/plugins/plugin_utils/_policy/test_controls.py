# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Control, Source
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.controls import (
    controls_of,
    from_text,
    summary,
    unmet,
    with_text,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import Row

STATES = ("pass", "fail", "not_assessed", "excepted", "not_applicable")
PRIORITIES = ("must", "should", "could")
WHY, FIX = {"vi": "Vì", "en": "Because"}, {"vi": "Sửa", "en": "Mend"}
# What each threshold lets count.
COUNTING = {"must": ["must"], "should": ["must", "should"], "could": ["must", "should", "could"], "never": []}


def a_row(row_id, control_id, **fields):
    sources = (Source("001:19.1.c", "khóa"), Source("002:5", "khóa"))
    expresses = {"idle": ["001:19.1.c"]}
    control = Control(control_id, "Khóa màn hình", "Screen lock", "should", sources, {"idle": 600}, expresses=expresses)
    return Row("lock", control, {"id": row_id, "why": WHY, "fix": FIX, **fields})


def seen(row_id, state):
    return {"id": row_id, "state": state, "after": "600"}


def test_a_control_joins_what_the_controller_and_the_device_know():
    rows = [a_row("LNX-A", "AC-08", parameter="idle", compare="<=")]
    assert controls_of(rows, [seen("LNX-A", "pass")]) == [
        {
            "control": "AC-08",
            "title": {"vi": "Khóa màn hình", "en": "Screen lock"},
            "priority": "should",
            "clauses": ["001:19.1.c", "002:5"],
            "parts": ["idle", "002:5"],
            "looked_at": ["idle"],
            "state": "pass",
            "rows": [
                {"id": "LNX-A", "state": "pass", "after": "600", "parameter": "idle", "path": None, "compare": "<="}
            ],
        }
    ]


def test_rows_come_back_from_their_text_byte_for_byte():
    rows = [a_row("LNX-A", "AC-08", parameter="idle"), a_row("LNX-B", "AC-09")]
    shown = [
        {**seen("LNX-A", "fail"), "before": "\udcff\n\x1b[2J"},
        {**seen("LNX-B", "pass"), "after": ["Sửa", None, 1]},
    ]
    controls = controls_of(rows, shown)
    told = with_text(controls)
    assert [type(control["rows"]) for control in told] == [str, str]
    assert from_text(told) == controls


def test_a_row_without_parameter_and_compare_shows_the_defaults():
    ((row,),) = (control["rows"] for control in controls_of([a_row("LNX-A", "AC-08")], [seen("LNX-A", "pass")]))
    assert (row["parameter"], row["compare"]) == (None, "==")


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        (("pass", "pass"), "pass"),
        (("pass", "fail"), "fail"),
        (("not_assessed", "fail"), "fail"),
        (("pass", "not_assessed"), "not_assessed"),
        (("excepted", "not_assessed"), "not_assessed"),
        (("pass", "excepted"), "excepted"),
        (("not_applicable", "pass"), "pass"),
        (("not_applicable", "not_applicable"), "not_applicable"),
    ],
)
def test_a_control_is_as_good_as_its_worst_row_in_any_order(states, worst):
    for order in (states, states[::-1]):
        rows = [a_row(f"LNX-{number}", "AC-08") for number in range(len(order))]
        observations = [seen(f"LNX-{number}", state) for number, state in enumerate(order)]
        (control,) = controls_of(rows, observations)
        assert (control["state"], [row["state"] for row in control["rows"]]) == (worst, list(order))


def test_rows_of_several_controls_do_not_mix_and_controls_are_sorted():
    rows = [a_row("LNX-B1", "NT-02"), a_row("LNX-A1", "AC-08"), a_row("LNX-B2", "NT-02")]
    observations = [seen("LNX-A1", "fail"), seen("LNX-B2", "pass"), seen("LNX-B1", "pass")]
    shown = [
        (control["control"], control["state"], [row["id"] for row in control["rows"]])
        for control in controls_of(rows, observations)
    ]
    assert shown == [("AC-08", "fail", ["LNX-A1"]), ("NT-02", "pass", ["LNX-B1", "LNX-B2"])]


def test_no_rows_make_no_controls():
    assert controls_of([], []) == []


@pytest.mark.parametrize(
    ("parameter", "state", "looked_at"),
    [
        ("idle", "pass", ["idle"]),
        ("idle", "fail", ["idle"]),
        ("idle", "excepted", ["idle"]),
        ("idle", "not_assessed", []),
        ("idle", "not_applicable", []),
        ("002:5", "pass", ["002:5"]),
        ("001:19.1.c", "pass", []),  # the parameter that expresses it is the part
        (None, "pass", []),
    ],
)
def test_a_part_was_looked_at_if_a_row_saw_on_the_device_what_is_true(parameter, state, looked_at):
    (control,) = controls_of([a_row("LNX-A", "AC-08", parameter=parameter)], [seen("LNX-A", state)])
    assert (control["parts"], control["looked_at"]) == (["idle", "002:5"], looked_at)


@pytest.mark.parametrize("state", STATES)
def test_only_a_row_that_fails_or_is_not_assessed_carries_advice(state):
    (control,) = controls_of([a_row("LNX-A", "AC-08")], [seen("LNX-A", state)])
    (row,) = control["rows"]
    advice = {"why": WHY, "fix": FIX} if state in ("fail", "not_assessed") else {}
    assert {name: row[name] for name in ("why", "fix") if name in row} == advice


@pytest.mark.parametrize(("fail_on", "priority", "state"), list(itertools.product(COUNTING, PRIORITIES, STATES)))
def test_a_control_is_unmet_if_its_priority_counts_and_it_fails_or_is_unknown(fail_on, priority, state):
    counts = priority in COUNTING[fail_on] and state in ("fail", "not_assessed")
    controls = [{"control": "AC-08", "priority": priority, "state": state}]
    assert unmet(controls, fail_on) == (["AC-08"] if counts else [])


def test_what_fails_and_what_is_unknown_is_counted_apart_from_what_is_demanded():
    states = {"AC-01": "fail", "AC-02": "not_assessed", "AC-03": "fail", "AC-04": "pass", "AC-05": "excepted"}
    controls = [{"control": name, "state": state} for name, state in states.items()]
    assert summary(controls, ["AC-01", "AC-02"]) == (
        "of 5 controls 2 fail and 1 could not be assessed; not met although demanded: AC-01, AC-02"
    )


def test_unmet_controls_are_named_in_their_order():
    states = {"AC-01": "fail", "AC-02": "pass", "AC-03": "not_assessed"}
    controls = [{"control": name, "priority": "must", "state": state} for name, state in states.items()]
    assert unmet(controls, "must") == ["AC-01", "AC-03"]
