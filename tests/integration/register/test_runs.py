# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in both databases: what is written, what is not, and how a device stands."""

from __future__ import annotations

import datetime
import json

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import FAILED, UNANSWERED, UNREACHABLE
from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, runs
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import (
    RegisterError,
    StorageError,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.runs import Assessment, Run

START = datetime.datetime(2026, 3, 2, 1, 0, tzinfo=datetime.UTC)


def row(number, state="pass", **values):
    given = {"desired": 600, "before": 600, "after": 600, "where": None, "reason": None, "changed": False}
    return {"id": f"LNX-{number}", "control": "AC-08", "kind": "option", "state": state, **given, **values}


def store(register, day, *assessments, complete=True):
    start = START + datetime.timedelta(days=day)
    run = Run(f"run-{day}", "enforce", start, start + datetime.timedelta(minutes=5), complete)
    with register.write("officer") as writer:
        return runs.store(writer, run, assessments)


def assessed(*observations, device="pc-01"):
    return Assessment(device, runs.ASSESSED, observations)


@pytest.fixture(name="register")
def fixture_register(register):
    with register.write("officer") as writer:
        devices.put(writer, {"name": "pc-01", "class": "workstation"})
        devices.put(writer, {"name": "pc-02", "class": "workstation"})
    return register


def now(register, *names):
    with register.read() as reader:
        return {(one["device"], one["row"]): one["state"] for one in runs.now(reader, *names)}


def history(register, number):
    with register.read() as reader:
        return [(one["run"], one["state"]) for one in runs.history(reader, "pc-01", f"LNX-{number}")]


def test_a_run_that_shows_nothing_new_writes_no_observation(register):
    assert store(register, 1, assessed(row(1), row(2))).observations == 2
    assert store(register, 2, assessed(row(1), row(2))).observations == 0
    assert now(register) == {("pc-01", "LNX-1"): "pass", ("pc-01", "LNX-2"): "pass"}


@pytest.mark.parametrize(
    "change", [{"state": "fail"}, {"after": 900}, {"reason": "two lines set it"}, {"where": "/a:2"}]
)
def test_what_changed_is_written_and_only_that(register, change):
    store(register, 1, assessed(row(1), row(2)))
    assert store(register, 2, assessed({**row(1), **change}, row(2))).observations == 1
    assert [run for run, _state in history(register, 1)] == ["run-1", "run-2"]
    assert [run for run, _state in history(register, 2)] == ["run-1"]


def test_a_correction_is_written_though_the_row_passes_before_and_after(register):
    store(register, 1, assessed(row(1)))
    assert store(register, 2, assessed(row(1, before=0, changed=True))).observations == 1
    with register.read() as reader:
        last = runs.history(reader, "pc-01", "LNX-1")[-1]
    assert (last["state"], last["was"], json.loads(last["detail"])) == ("pass", "0", {"after": 600, "desired": 600})


def test_a_device_that_was_not_reached_is_not_assessed_and_keeps_what_it_last_showed(register):
    store(register, 1, assessed(row(1)), assessed(row(1), device="pc-02"))
    silent = Assessment("pc-01", UNREACHABLE, reason="no route to host")
    assert store(register, 2, silent, assessed(row(1), device="pc-02")).observations == 0
    with register.read() as reader:
        one, other = runs.now(reader)
        last = {each["device"]: each["outcome"] for each in runs.last_runs(reader)}
    assert (one["state"], one["last_state"], one["reason"]) == ("not_assessed", "pass", "no route to host")
    assert other["state"] == "pass"
    assert last == {"pc-01": "unreachable", "pc-02": "assessed"}
    assert store(register, 3, assessed(row(1))).observations == 0
    assert now(register, "pc-01") == {("pc-01", "LNX-1"): "pass"}


def test_a_row_that_a_complete_run_no_longer_shows_ends_and_one_of_a_part_stays(register):
    store(register, 1, assessed(row(1), row(2)))
    store(register, 2, assessed(row(1)), complete=False)
    assert now(register) == {("pc-01", "LNX-1"): "pass", ("pc-01", "LNX-2"): "pass"}
    store(register, 3, assessed(row(1)))
    assert now(register) == {("pc-01", "LNX-1"): "pass"}
    assert history(register, 2) == [("run-1", "pass")]


@pytest.mark.parametrize("value", ["\udce9t\udcff", "a\x00b", {"k": ["\ud800"]}, "ngân hàng"])
def test_bytes_of_a_device_that_are_no_text_are_kept_and_compared(register, value):
    assert store(register, 1, assessed(row(1, after=value))).observations == 1
    assert store(register, 2, assessed(row(1, after=value))).observations == 0


def test_devices_that_nobody_registered_are_named_and_the_others_are_stored(register):
    outcome = store(register, 1, assessed(row(1), device="pc-09"), assessed(row(1)), assessed(device="pc-08"))
    assert (outcome.devices, outcome.observations, outcome.unknown) == (1, 1, ("pc-08", "pc-09"))
    assert now(register) == {("pc-01", "LNX-1"): "pass"}
    assert store(register, 2, assessed(row(1), device="pc-09")).devices == 0


def test_what_a_device_showed_before_something_came_in_the_way_is_kept_and_nothing_ends(register):
    store(register, 1, assessed(row(1), row(2)))
    cut_off = Assessment("pc-01", FAILED, [row(1, before=0, changed=True)], "sudo wants a password")
    assert store(register, 2, cut_off).observations == 1
    assert now(register) == {("pc-01", "LNX-1"): "not_assessed", ("pc-01", "LNX-2"): "not_assessed"}
    assert history(register, 1) == [("run-1", "pass"), ("run-2", "pass")]
    store(register, 3, Assessment("pc-01", UNANSWERED, reason="it was left out"))
    with register.read() as reader:
        assert [one["outcome"] for one in runs.last_runs(reader)] == ["unanswered"]
        assert [one["run"] for one in runs.last_runs(reader, outcome=runs.ASSESSED)] == ["run-1"]


@pytest.mark.parametrize(("reason", "kept"), [("a\x00b", "a\N{REPLACEMENT CHARACTER}b"), ("\udce9t\u00e9", "?t\u00e9")])
def test_a_reason_that_is_no_text_does_not_keep_the_run_out(register, reason, kept):
    store(register, 1, Assessment("pc-01", FAILED, reason=reason))
    with register.read() as reader:
        assert [one["reason"] for one in runs.last_runs(reader)] == [kept]


@pytest.mark.parametrize(("days", "state"), [(0, "excepted"), (-1, "fail")])
def test_a_row_whose_exception_has_ended_fails_though_no_run_has_come_since(register, days, state):
    ends = datetime.datetime.now().astimezone().date() + datetime.timedelta(days=days)
    allowed = {"reason": "a", "approver": "b", "document": "c", "expires": ends.isoformat()}
    store(register, 1, assessed(row(1, "excepted", exception=allowed)))
    assert now(register) == {("pc-01", "LNX-1"): state}


def test_a_run_or_a_device_in_it_is_stored_once(register):
    store(register, 1, assessed(row(1)))
    with pytest.raises(RegisterError, match="run run-1 is in the register already"):
        store(register, 1, assessed(row(1)))
    with pytest.raises(RegisterError, match="stands twice"):
        store(register, 2, assessed(row(1)), assessed(row(1)))


def test_a_state_that_is_none_is_refused(register):
    with pytest.raises(StorageError, match="refuses the change"):
        store(register, 1, assessed(row(1, state="passed")))
