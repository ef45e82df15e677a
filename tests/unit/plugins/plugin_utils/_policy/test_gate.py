# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Control, Source
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue_files import read_all
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.coverage import Place, parts_of
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.gate import (
    NO_DEMANDS,
    Open,
    accepted_by,
    demanded_of,
    naming_controls,
    opening,
    served_at,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import Row, rows_of_all_roles
from ansible_collections.commune.baseline.plugins.plugin_utils._register.approvals import Signers

COLLECTION = Path(__file__).parents[5]
TODAY = datetime.date(2026, 3, 1)
PC = Place("workstation", "linux")
NOBODY: frozenset[str] = frozenset()


def a_control(control_id, parameters=("length", "classes"), **fields):
    sources = (Source("001:1", "dài"), Source("001:2", "giữ kín"))
    values = {"applies_to": ("workstation",), "expresses": {"length": ["001:1", "001:2"]}, **fields}
    return Control(control_id, "Mật khẩu", "Passwords", "must", sources, dict.fromkeys(parameters, 8), **values)


def a_row(control, row_id, parameter, **fields):
    return Row("lock", control, {"id": row_id, "kind": "option", "parameter": parameter, **fields})


def shown(control, **states):
    """Return what the door returns of a control, with the states of its rows by their ids."""
    rows = [{"id": name, "parameter": "length", "state": state} for name, state in states.items()]
    return {"control": control.id, "rows": rows}


def an_approval(**fields):
    whole = {"number": "12/QĐ", "signer": "ct01", "dated_on": "2026-01-15", "expires_on": "2026-03-01"}
    return {**whole, "subject": "Nghiệm thu", "scope": "AC-01", "devices": ["pc-01"], **fields}


ONE = a_control("AC-01")
ROWS = {"linux": [a_row(ONE, "A", "length"), a_row(ONE, "B", "length"), a_row(ONE, "C", "classes")]}
SERVED = served_at(PC, [ONE], ROWS)


def gate(accepted=NOBODY, **states):
    return opening([ONE], SERVED, [shown(ONE, **states)], accepted)


def test_a_device_of_which_every_demanded_row_passes_comes_in():
    assert gate(A="pass", B="pass", C="pass") == ()


def test_one_passing_row_of_several_opens_nothing():
    assert gate(A="pass") == (
        Open("not_assessed", "AC-01", "length", "B"),
        Open("not_assessed", "AC-01", "classes", "C"),
    )


@pytest.mark.parametrize("state", ["fail", "not_assessed"])
def test_a_row_that_fails_or_is_not_known_keeps_the_gate_shut_whatever_was_accepted(state):
    assert gate({"AC-01"}, A="pass", B="pass", C=state) == (Open(state, "AC-01", "classes", "C"),)


def test_a_word_that_is_no_state_is_taken_as_not_known():
    assert gate(A="pass", B="pass", C="PASS") == (Open("not_assessed", "AC-01", "classes", "C"),)


def test_a_row_that_nobody_expected_counts_where_it_fails():
    assert gate(A="pass", B="pass", C="pass", D="fail") == (Open("fail", "AC-01", "length", "D"),)


def test_a_row_that_two_answers_show_counts_by_the_worse():
    both = [shown(ONE, A="fail", B="pass", C="pass"), shown(ONE, A="pass", B="pass", C="pass")]
    assert opening([ONE], SERVED, both, NOBODY) == (Open("fail", "AC-01", "length", "A"),)


def test_an_exception_in_force_meets_its_row():
    assert gate(A="excepted", B="pass", C="excepted") == ()


def test_a_control_that_no_result_names_is_demanded_all_the_same():
    assert {one.row for one in opening([ONE], SERVED, [], {"AC-01"})} == {"A", "B", "C"}


def test_a_part_that_no_row_covers_is_not_yet_until_an_approver_accepts_the_control():
    served = served_at(PC, [ONE], {"linux": ROWS["linux"][:2]})
    results = [shown(ONE, A="pass", B="pass")]
    assert opening([ONE], served, results, NOBODY) == (Open("not yet", "AC-01", "classes"),)
    assert opening([ONE], served, results, {"AC-02"}) == (Open("not yet", "AC-01", "classes"),)
    assert opening([ONE], served, results, {"AC-01"}) == ()


def test_a_part_whose_rows_have_no_meaning_on_the_device_is_not_yet():
    assert gate(A="pass", B="not_applicable", C="not_applicable") == (Open("not yet", "AC-01", "classes"),)
    assert gate({"AC-01"}, A="pass", B="pass", C="not_applicable") == ()


def test_rows_of_another_platform_or_class_serve_nothing_here():
    elsewhere = {"windows": ROWS["linux"], "linux": [a_row(ONE, "A", "length", when={"class": ["server"]})]}
    served = served_at(PC, [ONE], elsewhere)
    assert [one.state for one in opening([ONE], served, [], NOBODY)] == ["not yet", "not yet"]


def test_a_device_that_no_engine_reaches_needs_everything_accepted():
    printer = a_control("AC-01", applies_to=("printer",))
    served = served_at(Place("printer", None), [printer], ROWS)
    assert [one.state for one in opening([printer], served, [], NOBODY)] == ["not yet", "not yet"]
    assert opening([printer], served, [], {"AC-01"}) == ()


def test_only_what_must_be_and_can_be_seen_on_the_device_is_demanded_of_its_class():
    others = [
        a_control("AC-02", kind="schedule"),
        a_control("AC-03", kind="evidence"),
        a_control("AC-04", applies_to=("server",)),
        a_control("AC-05", kind="check"),
        a_control("AC-06", kind="schedule", also_kinds=("evidence", "check")),
        a_control("AC-07", kind="evidence", also_kinds=("schedule",)),
    ]
    assert [control.id for control in demanded_of([ONE, *others], "workstation")] == ["AC-01", "AC-05", "AC-06"]


@pytest.mark.parametrize(
    ("device_class", "demanded"),
    [
        ("workstation", {"AL-06", "IV-02", "IV-04", "MI-01", "VR-03"}),
        ("network_device", {"AL-06", "IV-02", "IV-04", "MI-01", "VR-03", "WL-02"}),
        ("printer", {"IV-02", "IV-04", "MI-01"}),
    ],
)
def test_a_control_that_is_a_duty_and_can_be_seen_on_the_device_too_is_demanded(device_class, demanded):
    every = {control.id for control in demanded_of(read_all(COLLECTION / "catalogue").controls.values(), device_class)}
    assert every & {"AL-06", "IV-02", "IV-04", "MI-01", "VR-03", "WL-02"} == demanded


def test_a_class_of_which_nothing_is_demanded_does_not_come_in_by_that():
    assert opening([], {}, [], NOBODY) == (Open(NO_DEMANDS),)
    itself = a_control("ER-02")
    assert opening([itself], served_at(PC, [itself], {}), [], NOBODY) == (Open(NO_DEMANDS),)


def test_the_gate_answers_the_control_that_asks_for_it_but_not_a_row_of_it_that_fails():
    itself = a_control("ER-02")
    served = {**SERVED, **served_at(PC, [itself], {"linux": [a_row(itself, "K", "length")]})}
    others = shown(ONE, A="pass", B="pass", C="pass")
    assert opening([ONE, itself], served, [others, shown(itself, K="pass")], NOBODY) == ()
    closed = opening([ONE, itself], served, [others, shown(itself, K="fail")], {"ER-02"})
    assert closed == (Open("fail", "ER-02", "length", "K"),)


@pytest.mark.parametrize(
    ("fields", "accepted"),
    [
        ({}, {"AC-01"}),
        ({"scope": "AC-01, AC-02;ER-02\nIV-01"}, {"AC-01", "AC-02", "ER-02", "IV-01"}),
        ({"scope": "tất cả trừ AC-01"}, set()),
        ({"scope": "AC-01x"}, set()),
        ({"scope": None}, set()),
        ({"devices": ["pc-02"]}, set()),
        ({"devices": []}, set()),
        ({"expires_on": None}, {"AC-01"}),
        ({"expires_on": "2026-02-28"}, set()),
        ({"dated_on": "2026-03-02", "expires_on": None}, set()),
    ],
)
def test_an_approval_accepts_the_controls_that_it_lists_for_its_devices_until_its_last_day(fields, accepted):
    assert naming_controls("pc-01", [an_approval(**fields)], TODAY).keys() == accepted


def test_a_control_is_accepted_by_an_approval_whose_signature_counts_and_by_no_other():
    boss = {"code": "ct01", "roles": ["chu_tich"], "started_on": None, "left_on": None}
    naming = naming_controls("pc-01", [an_approval(), an_approval(scope="AC-02", signer="ai đó")], TODAY)
    assert accepted_by(naming, Signers({"ct01": boss}, ["thu_truong", "chu_tich"])) == {"AC-01"}
    assert accepted_by(naming, Signers({"ct01": boss}, ["thu_truong"])) == set()


def the_real_demands():
    demanded = demanded_of(read_all(COLLECTION / "catalogue").controls.values(), PC.device_class)
    served = served_at(PC, demanded, {PC.platform: rows_of_all_roles(COLLECTION, PC.platform)})
    results = []
    for control in demanded:
        parameters = {row: name for name, serving in served[control.id].items() for row in serving.rows}
        rows = [{"id": row, "parameter": name, "state": "pass"} for row, name in parameters.items()]
        results.append({"control": control.id, "rows": rows})
    return demanded, served, results


DEMANDED, REAL, PASSING = the_real_demands()
EVERY_ROW = [(number, row) for number, one in enumerate(PASSING) for row in range(len(one["rows"]))]
EVERYTHING = frozenset(control.id for control in DEMANDED)


def test_what_is_not_yet_of_a_real_workstation_is_what_no_row_covers():
    not_yet = {
        (control.id, part)
        for control in DEMANDED
        for part in parts_of(control)
        if control.id != "ER-02" and not REAL[control.id][part].rows
    }
    assert not_yet
    assert {(one.control, one.part) for one in opening(DEMANDED, REAL, PASSING, NOBODY)} == not_yet
    assert opening(DEMANDED, REAL, PASSING, EVERYTHING) == ()


@given(st.sampled_from(EVERY_ROW))
def test_the_gate_shuts_when_any_one_result_is_missing(place):
    control, row = place
    results = copy.deepcopy(PASSING)
    missing = results[control]["rows"].pop(row)
    (one,) = opening(DEMANDED, REAL, results, EVERYTHING)
    assert (one.state, one.control, one.row) == ("not_assessed", PASSING[control]["control"], missing["id"])


@given(st.sets(st.sampled_from(EVERY_ROW), min_size=1), st.sampled_from(["fail", "not_assessed"]), st.data())
def test_no_acceptance_covers_a_row_that_fails_or_is_not_known(places, state, data):
    results = copy.deepcopy(PASSING)
    for control, row in places:
        results[control]["rows"][row]["state"] = state
    accepted = EVERYTHING - data.draw(st.sets(st.sampled_from(sorted(EVERYTHING))))
    closed = {one.row for one in opening(DEMANDED, REAL, results, accepted) if one.state == state}
    assert closed == {PASSING[control]["rows"][row]["id"] for control, row in places}


@given(st.sampled_from([number for number, one in enumerate(PASSING) if one["rows"]]))
def test_a_control_whose_results_are_all_missing_does_not_come_in_by_that(number):
    rest = PASSING[:number] + PASSING[number + 1 :]
    assert {one.row for one in opening(DEMANDED, REAL, rest, EVERYTHING)} == {
        row["id"] for row in PASSING[number]["rows"]
    }
