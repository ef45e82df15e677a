# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import textwrap
from types import SimpleNamespace

import pytest
from ansible.plugins.loader import callback_loader


@pytest.fixture(name="evidence")
def fixture_evidence(monkeypatch):
    """The callback as Ansible loads it, with the language that is set; unset, its default."""

    def load(language=None):
        monkeypatch.delenv("COMMUNE_BASELINE_LANGUAGE", raising=False)
        if language:
            monkeypatch.setenv("COMMUNE_BASELINE_LANGUAGE", language)
        callback = callback_loader.get("commune.baseline.evidence")
        callback.set_options()
        return callback

    return load


@pytest.fixture(name="shown")
def fixture_shown(capsys):
    """End the run and return what was printed."""

    def end(callback):
        callback.v2_playbook_on_stats(None)
        return capsys.readouterr().out

    return end


RUN = "20261121-234501-2178"


def a_result(host="pc", action="commune.baseline.policy", **result):
    result = {"run": RUN, **result} if "controls" in result else result
    return SimpleNamespace(host=SimpleNamespace(name=host), task=SimpleNamespace(resolved_action=action), result=result)


def a_control(state, control="AC-08"):
    title = {"vi": "Khóa màn hình", "en": "Screen lock"}
    return {
        "control": control,
        "title": title,
        "priority": "must",
        "state": state,
        "parts": [],
        "looked_at": [],
        "rows": [],
    }


def block(text):
    """A blank line sets the table apart from what Ansible prints."""
    return "\n" + textwrap.dedent(text).lstrip("\n")


VIETNAMESE = block("""
    Kết quả theo thiết bị và biện pháp
    Thiết bị  Biện pháp  Kết quả  Nội dung
    pc        AC-08      ĐẠT      Khóa màn hình
    1/1 lượt kiểm tra biện pháp đạt
""")
ENGLISH = block("""
    Results by device and control
    Device  Control  Result  Content
    pc      AC-08    PASS    Screen lock
    1/1 checks of controls pass
""")


@pytest.mark.parametrize(("language", "expected"), [(None, VIETNAMESE), ("vi", VIETNAMESE), ("en", ENGLISH)])
def test_the_table_ends_the_run_in_the_language_that_is_set(evidence, shown, language, expected):
    callback = evidence(language)
    callback.v2_runner_on_ok(a_result(controls=[a_control("pass")]))
    assert shown(callback) == expected


def test_a_failed_task_with_controls_is_in_the_table(evidence, shown):
    callback = evidence("en")
    callback.v2_runner_on_failed(a_result(controls=[a_control("fail")], msg="1 of 1 controls are not met: AC-08"))
    assert shown(callback).splitlines()[3:] == ["pc      AC-08    FAIL    Screen lock", "0/1 checks of controls pass"]


def test_the_last_result_of_a_control_wins_and_the_others_stay(evidence, shown):
    callback = evidence("en")
    callback.v2_runner_on_failed(a_result(controls=[a_control("fail"), a_control("fail", "NT-11")]))
    callback.v2_runner_on_ok(a_result("pc2", controls=[a_control("fail")]))
    callback.v2_runner_on_ok(a_result(controls=[a_control("pass")]))
    assert shown(callback) == block("""
        Results by device and control
        Device  Control  Result  Content
        pc      AC-08    PASS    Screen lock
        pc      NT-11    FAIL    Screen lock
        pc2     AC-08    FAIL    Screen lock
        1/3 checks of controls pass
    """)


def test_a_device_that_cannot_be_reached_or_checked_is_not_assessed(evidence, shown):
    callback = evidence("en")
    callback.v2_runner_on_ok(a_result(controls=[a_control("pass")]))
    callback.v2_runner_on_unreachable(a_result("away", msg="Connection timed out", unreachable=True))
    callback.v2_runner_on_failed(a_result("broken", msg="no such role"))
    assert shown(callback) == block("""
        Results by device and control
        Device  Control  Result        Content
        pc      AC-08    PASS          Screen lock
        away    -        NOT ASSESSED  cannot be reached: Connection timed out
        broken  -        NOT ASSESSED  the check failed: no such role
        1/1 checks of controls pass; devices that could not be assessed: 2
    """)


def test_a_failure_without_a_message_is_shown_too(evidence, shown):
    callback = evidence("en")
    callback.v2_runner_on_failed(a_result("broken"))
    callback.v2_runner_on_unreachable(a_result("away"))
    assert shown(callback).splitlines()[3:5] == [
        "away    -        NOT ASSESSED  cannot be reached:",
        "broken  -        NOT ASSESSED  the check failed: no_log hides the reason",
    ]


def test_a_device_that_is_assessed_after_all_is_no_longer_an_obstacle(evidence, shown):
    callback = evidence("en")
    callback.v2_runner_on_unreachable(a_result(msg="Connection timed out"))
    callback.v2_runner_on_failed(a_result("pc2", msg="no such role"))
    callback.v2_runner_on_ok(a_result(controls=[a_control("pass")]))
    assert shown(callback).splitlines()[3:] == [
        "pc      AC-08    PASS          Screen lock",
        "pc2     -        NOT ASSESSED  the check failed: no such role",
        "1/1 checks of controls pass; devices that could not be assessed: 1",
    ]


def test_a_run_without_controls_prints_nothing(evidence, shown):
    callback = evidence()
    callback.v2_runner_on_ok(a_result(msg="pong"))
    callback.v2_runner_on_ok(a_result(controls=[]))
    assert shown(callback) == ""


def test_an_error_that_the_play_ignores_leaves_the_device_unassessed_all_the_same(evidence, shown):
    callback = evidence("en")
    callback.v2_runner_on_failed(a_result(msg="no such role"), ignore_errors=True)
    assert shown(callback).splitlines()[-1] == "0/0 checks of controls pass; devices that could not be assessed: 1"


def test_two_runs_do_not_share_what_they_saw(evidence, shown):
    evidence("en").v2_runner_on_ok(a_result(controls=[a_control("pass")]))
    assert shown(evidence("en")) == ""


@pytest.mark.parametrize(("changed", "last"), [(True, f"run={RUN}"), (False, "1/1 checks of controls pass")])
def test_a_run_that_changed_something_says_how_to_take_it_back(evidence, shown, changed, last):
    row = {"id": "X", "state": "pass", "changed": changed, "would_change": False, "reason": None, "where": None}
    row |= {"path": None, "parameter": None, "before": None, "after": "1", "desired": 1, "compare": "=="}
    callback = evidence("en")
    callback.v2_runner_on_ok(a_result(controls=[{**a_control("pass"), "rows": [row]}]))
    assert shown(callback).splitlines()[-1].endswith(last)


@pytest.mark.parametrize(
    ("action", "states"), [("ansible.builtin.debug", ["PASS"]), ("commune.baseline.policy", ["PASS", "NOT ASSESSED"])]
)
def test_a_device_that_was_assessed_is_no_obstacle_for_another_task_that_fails(evidence, shown, action, states):
    callback = evidence("en")
    callback.v2_runner_on_ok(a_result(controls=[a_control("pass")]))
    callback.v2_runner_on_failed(a_result(action=action, msg="no"))
    printed = shown(callback)
    assert [state for state in ("PASS", "NOT ASSESSED") if f" {state} " in printed] == states


def test_the_controls_of_a_loop_are_in_the_table(evidence, shown):
    callback = evidence("en")
    items = [{"run": RUN, "controls": [a_control("pass", name)]} for name in ("AC-08", "AC-09")]
    callback.v2_runner_on_ok(a_result(results=items))
    assert shown(callback).splitlines()[-1] == "2/2 checks of controls pass"


@pytest.mark.parametrize("foreign", ["text", ["AC-08"], [{"id": 1}], None])
def test_what_another_task_calls_controls_is_left_alone(evidence, shown, foreign):
    callback = evidence("en")
    callback.v2_runner_on_ok(SimpleNamespace(host=SimpleNamespace(name="pc"), result={"controls": foreign}))
    assert shown(callback) == ""


def test_a_play_without_devices_says_that_nothing_was_looked_at(evidence, capsys):
    evidence("en").v2_playbook_on_no_hosts_matched()
    assert capsys.readouterr().out == "No device of the inventory matches: nothing was looked at.\n"
