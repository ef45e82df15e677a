# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import Run


def a_row(name, state, *, before=None, after=None, changed=False):
    return {"id": name, "parameter": name, "state": state, "before": before, "after": after, "changed": changed}


def a_control(name, *rows):
    own = {"state": rows[-1]["state"], "looked_at": [row["parameter"] for row in rows]}
    return {"control": f"AC-0{name[-1]}", **own, "parts": ["LNX-a", "LNX-b"], "rows": list(rows)}


def an_answer(**states):
    """What the door returns for controls in these states, by the last digit of their ids."""
    controls = [a_control(name, a_row(f"LNX-{name}", state)) for name, state in states.items()]
    return {"controls": controls, "device_class": None, "check_mode": True, "change": None, "scope": {}}


def a_run(*answers, expected=()):
    run = Run()
    run.expect(expected)
    for name, states, failed in answers:
        run.answer(name, an_answer(**states), failed=failed)
    run.close()
    return run


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([("pc", {"c1": "pass"}, False)], 0),
        ([("pc", {"c1": "fail"}, True)], 2),
        ([("pc", {"c1": "not_assessed"}, True)], 2),
        ([("pc", {"c1": "fail"}, False)], 0),
        ([("pc", {"c1": "fail"}, True), ("pc", {"c1": "pass"}, False)], 0),
        ([("pc", {"c1": "fail"}, True), ("pc", {"c2": "pass"}, False)], 2),
        ([("pc", {"c1": "fail"}, True), ("other", {"c1": "pass"}, False)], 2),
        ([("pc", {"c1": "fail"}, True), ("pc", {"c1": "fail"}, False)], 0),
        ([("pc", {"c1": "pass"}, False), ("pc", {"c1": "fail"}, True)], 2),
        ([("pc", {"c1": "pass", "c2": "fail"}, True), ("pc", {"c1": "pass"}, False)], 2),
        ([], 3),
    ],
)
def test_the_last_word_on_every_control_decides_the_code(answers, code):
    assert a_run(*answers).exit_code == code


@pytest.mark.parametrize(
    ("obstacles", "code"),
    [
        ({"a": "failed"}, 2),
        ({"a": "unreachable"}, 4),
        ({"a": "failed", "b": "unreachable"}, 4),
    ],
)
def test_an_obstacle_has_the_code_that_ansible_gives_it(obstacles, code):
    run = Run()
    run.answer("pc", an_answer(c1="pass"), failed=False)
    for name, what in obstacles.items():
        run.hinder(name, what, "no")
    run.close()
    assert run.exit_code == code


def test_a_device_that_is_expected_and_does_not_answer_was_not_assessed():
    run = a_run(("pc", {"c1": "pass"}, False), expected=["pc", "silent"])
    assert {name: device.obstacle and device.obstacle.what for name, device in run.devices.items()} == {
        "pc": None,
        "silent": "unanswered",
    }
    assert run.exit_code == 3


@pytest.mark.parametrize(("expected", "devices"), [(["pc"], ["pc"]), ([], ["localhost", "pc"])])
def test_what_failed_elsewhere_counts_only_if_the_run_never_came_to_its_devices(expected, devices):
    run = Run()
    run.hinder("localhost", "failed", "no")
    run.expect(expected)
    run.hinder("pc", "failed", "no")
    run.close()
    assert list(run.devices) == devices


def test_a_device_without_a_single_control_was_not_assessed():
    assert a_run(("pc", {}, False)).exit_code == 3


def test_a_device_that_is_assessed_after_all_is_no_longer_hindered():
    run = Run()
    run.hinder("pc", "unreachable", "Connection timed out")
    run.answer("pc", an_answer(c1="pass"), failed=False)
    assert (run.devices["pc"].obstacle, run.exit_code) == (None, 0)


def test_a_refusal_of_the_door_is_not_made_good_by_what_it_shows_of_other_rows():
    run = Run()
    run.hinder("pc", "failed", "no such role", lasting=True)
    run.answer("pc", an_answer(c1="pass"), failed=False)
    assert (run.devices["pc"].obstacle.message, run.exit_code) == ("no such role", 2)


def test_a_device_that_is_lost_later_keeps_what_it_showed():
    run = a_run(("pc", {"c1": "pass"}, False))
    run.hinder("pc", "unreachable", "Connection timed out")
    assert (list(run.devices["pc"].controls), run.exit_code) == (["AC-01"], 4)


def test_the_last_result_of_a_control_wins_and_the_others_stay():
    run = a_run(("pc", {"c1": "fail", "c2": "fail"}, True), ("pc", {"c1": "pass"}, False))
    assert {name: one["state"] for name, one in run.devices["pc"].controls.items()} == {
        "AC-01": "pass",
        "AC-02": "fail",
    }


def of_two_roles(*answers):
    """Let roles call the door one by one, each with its rows of the one control; tell whether their tasks failed."""
    run = Run()
    for rows, failed in answers:
        run.answer("pc", {**an_answer(), "controls": [a_control("c1", *rows)]}, failed=failed)
    run.close()
    return run, run.devices["pc"].controls["AC-01"]


def test_rows_of_one_control_that_roles_bring_one_by_one_are_joined_and_judged_together():
    run, control = of_two_roles(([a_row("LNX-b", "fail")], True), ([a_row("LNX-a", "pass")], False))
    assert {row["id"]: row["state"] for row in control["rows"]} == {"LNX-b": "fail", "LNX-a": "pass"}
    assert (control["state"], control["looked_at"], run.exit_code) == ("fail", ["LNX-a", "LNX-b"], 2)


def test_a_row_that_is_seen_again_is_what_was_seen_last():
    run, control = of_two_roles(
        ([a_row("LNX-a", "fail"), a_row("LNX-b", "pass")], True), ([a_row("LNX-a", "not_assessed")], False)
    )
    assert (control["state"], control["looked_at"], run.exit_code) == ("not_assessed", ["LNX-b"], 0)


def test_what_a_run_wrote_it_wrote_though_it_looks_again():
    run, control = of_two_roles(
        ([a_row("LNX-a", "pass", before="0", after="1", changed=True)], False),
        ([a_row("LNX-a", "pass", before="1", after="1")], False),
    )
    assert control["rows"] == [a_row("LNX-a", "pass", before="0", after="1", changed=True)]
    assert run.changed


@pytest.mark.parametrize(("modes", "enforced"), [([True, True], False), ([True, False], True), ([False, True], True)])
def test_a_run_is_enforcing_if_one_of_its_tasks_was(modes, enforced):
    run = Run()
    for mode in modes:
        run.answer("pc", {**an_answer(c1="pass"), "check_mode": mode}, failed=False)
    assert run.enforced is enforced


def test_a_change_that_all_devices_name_is_kept_once():
    run = Run()
    for name, change in (("a", {"id": "1"}), ("b", {"id": "1"}), ("c", {"id": "2"}), ("d", None)):
        run.answer(name, {**an_answer(c1="pass"), "change": change}, failed=False)
    assert run.changes == [{"id": "1"}, {"id": "2"}]


def test_what_roles_look_at_one_by_one_is_one_scope():
    run = Run()
    for role, control in (("a", "c1"), ("b", "c2"), ("b", "c2")):
        answer = an_answer(**{control: "pass"})
        run.answer("pc", {**answer, "scope": {"roles": [role], "only": [], "baseline": 9}}, failed=False)
    assert run.devices["pc"].whole_scope == {"roles": ["a", "b"], "only": [], "baseline": 9, "rows": 2}
    run.expect(["away"])
    assert run.devices["away"].whole_scope is None
