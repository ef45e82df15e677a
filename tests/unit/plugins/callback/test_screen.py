# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible.plugins.loader import callback_loader
from ansible.utils.display import Display

CONTROLS = [{"control": "AC-08", "state": "fail", "rows": []}]
SUMMARY = "of 3 controls 1 fail and 2 could not be assessed; not met although demanded: AC-08, AC-09"
DIFF = {"before": {"LNX-SHELL-TMOUT": None}, "after": {"LNX-SHELL-TMOUT": 600}}


@pytest.fixture(name="screen")
def fixture_screen(monkeypatch):
    """The callback as Ansible loads it, with as many -v as given."""

    def load(verbosity=0):
        monkeypatch.setattr(Display(), "verbosity", verbosity)
        callback = callback_loader.get("commune.baseline.screen")
        callback.set_options()
        return callback

    return load


def a_result(**result):
    task = SimpleNamespace(
        _uuid="1",
        action="commune.baseline.policy",
        args={},
        check_mode=True,
        delegate_to=None,
        get_name=lambda: "Check all rows",
        get_path=lambda: "site.yml:1",
        loop=None,
        no_log=False,
    )
    return SimpleNamespace(host=SimpleNamespace(name="pc", get_name=lambda: "pc"), task=task, result=result)


def test_controls_are_left_out_and_everything_else_stays(screen, capsys):
    screen().v2_runner_on_failed(a_result(changed=True, controls=CONTROLS, msg=SUMMARY))
    printed = capsys.readouterr()
    assert "TASK [Check all rows]" in printed.out
    assert "AC-08" in printed.out.splitlines()[-1]
    assert '"rows"' not in printed.out


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", f"not met: [pc] => {SUMMARY}"),
        (
            "vi",
            "chưa đạt: [pc] => trong 3 biện pháp có 1 không đạt và 2 chưa kiểm tra được; "
            "phải đạt mà chưa đạt: AC-08, AC-09",
        ),
    ],
)
def test_what_is_not_met_is_said_in_the_language_of_the_table(screen, capsys, monkeypatch, language, line):
    monkeypatch.setenv("COMMUNE_BASELINE_LANGUAGE", language)
    screen().v2_runner_on_failed(a_result(changed=True, controls=CONTROLS, msg=SUMMARY))
    assert capsys.readouterr().out.splitlines()[-1] == line


VERDICT = {"vi": "pc chưa được đưa vào sử dụng:\n- một", "en": "pc does not go into service:\n- one"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_the_gate_says_is_told_as_lines_in_one_language(screen, capsys, monkeypatch, language):
    monkeypatch.setenv("COMMUNE_BASELINE_LANGUAGE", language)
    screen().v2_runner_on_failed(a_result(opens=False, open=[{"row": "A"}], msg="both", verdict=VERDICT))
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == VERDICT[language].splitlines()
    assert "both" not in "".join(lines)


@pytest.mark.parametrize("verbosity", [1, 2, 3])
def test_controls_are_shown_to_who_asks_for_more(screen, capsys, verbosity):
    screen(verbosity).v2_runner_on_failed(a_result(controls=CONTROLS, msg="not met"))
    assert '"AC-08"' in "".join(capsys.readouterr())


def test_printing_leaves_the_result_whole_for_other_callbacks(screen):
    result = a_result(controls=CONTROLS, msg="not met")
    screen().v2_runner_on_failed(result)
    assert result.result["controls"] == CONTROLS


def test_a_result_without_controls_is_printed_as_the_default_callback_does(screen, capsys):
    result = {"changed": False, "msg": "no space left", "rc": 1}
    for name in ("commune.baseline.screen", "ansible.builtin.default"):
        screen()
        callback = callback_loader.get(name)
        callback.set_options()
        callback.v2_runner_on_failed(a_result(**result))
    ours, theirs = capsys.readouterr().out.split("\nTASK ")[1:]
    assert ours == theirs


def test_a_failed_check_shows_its_diff(screen, capsys):
    screen().v2_runner_on_failed(a_result(changed=True, controls=CONTROLS, msg="not met", diff=DIFF))
    printed = capsys.readouterr().out.splitlines()
    assert '-    "LNX-SHELL-TMOUT": null' in printed
    assert '+    "LNX-SHELL-TMOUT": 600' in printed


@pytest.mark.parametrize(
    "result",
    [
        {"changed": True, "diff": DIFF, "msg": "another module"},
        {"changed": False, "diff": DIFF, "controls": CONTROLS, "msg": "not met"},
        {"changed": True, "controls": CONTROLS, "msg": "not met"},
    ],
)
def test_no_diff_is_shown_for_other_modules_or_where_nothing_would_change(screen, capsys, result):
    screen().v2_runner_on_failed(a_result(**result))
    assert "+++ after" not in capsys.readouterr().out


def test_an_error_that_the_play_ignores_is_marked(screen, capsys):
    screen().v2_runner_on_failed(a_result(controls=CONTROLS, msg="not met"), ignore_errors=True)
    assert "...ignoring" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("language", "more"), [("vi", ["không xóa gì cả: lệnh xóa không nêu phương tiện lưu trữ nào"]), ("en", [])]
)
def test_what_a_module_on_a_device_fails_for_is_told_in_vietnamese_too(screen, capsys, monkeypatch, language, more):
    monkeypatch.setenv("COMMUNE_BASELINE_LANGUAGE", language)
    screen().v2_runner_on_failed(a_result(msg="nothing was wiped: the order names no medium"))
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("không")] == more


def test_what_was_told_in_both_languages_is_not_told_again(screen, capsys, monkeypatch):
    monkeypatch.setenv("COMMUNE_BASELINE_LANGUAGE", "vi")
    screen().v2_runner_on_failed(a_result(msg="lệnh xóa không nêu phương tiện lưu trữ nào\nthe order names no medium"))
    assert not [line for line in capsys.readouterr().out.splitlines() if line.startswith("lệnh")]
