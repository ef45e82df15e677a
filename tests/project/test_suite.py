# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The program behind `make test` never calls a run good that was not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.suite import interpreters, runner
from tests.suite.__main__ import ROOT, chosen
from tests.suite.runner import FAILED, PASSED, SKIPPED, Step
from tests.suite.steps import all_steps

GOOD, BAD = ("true",), ("false",)


def outcomes(tmp_path, *steps, strict=False):
    results = runner.run(steps, root=tmp_path, logs=tmp_path / "logs", strict=strict)
    return {result.step.name: result.outcome for result in results}


def test_a_failing_step_fails_what_waits_for_it_and_nothing_else(tmp_path):
    steps = [Step("last", GOOD, after=("middle",)), Step("middle", GOOD, after=("first",)), Step("first", BAD)]
    assert outcomes(tmp_path, *steps, Step("other", GOOD)) == {
        "first": FAILED,
        "middle": FAILED,
        "last": FAILED,
        "other": PASSED,
    }


def test_a_step_left_out_leaves_out_what_waits_for_it_and_says_why(tmp_path, capsys):
    steps = [Step("first", GOOD, skip_reason=lambda: "no such thing here"), Step("next", GOOD, after=("first",))]
    assert outcomes(tmp_path, *steps) == {"first": SKIPPED, "next": SKIPPED}
    assert "(no such thing here)" in capsys.readouterr().out


def test_in_strict_mode_a_step_left_out_is_a_failure(tmp_path):
    assert outcomes(tmp_path, Step("first", GOOD, skip_reason=lambda: "no"), strict=True) == {"first": FAILED}


def test_a_program_that_is_missing_is_a_failure(tmp_path):
    assert outcomes(tmp_path, Step("first", ("no-such-program",))) == {"first": FAILED}


def test_the_log_of_a_failing_step_is_shown(tmp_path, capsys):
    outcomes(tmp_path, Step("first", ("sh", "-c", "echo what went wrong; exit 3")))
    assert "| what went wrong" in capsys.readouterr().out


def test_the_summary_counts_and_names_every_test_left_out(tmp_path):
    skipped = Step("tests", ("echo", "SKIPPED [1] test_x.py:3: no root"))
    results = runner.run([skipped, Step("bad", BAD)], root=tmp_path, logs=tmp_path / "logs", strict=False)
    lines = runner.summary(results, tmp_path / "logs").splitlines()
    assert "  tests: SKIPPED [1] test_x.py:3: no root" in lines
    assert lines[-1] == "1 passed, 1 failed, 0 skipped"


def test_every_step_waits_only_for_steps_that_exist():
    steps = all_steps()
    assert {name for step in steps for name in step.after} <= {step.name for step in steps}
    assert len({step.name for step in steps}) == len(steps)


def test_a_named_step_brings_what_it_needs():
    assert [step.name for step in chosen(all_steps(), ["mypy plugins"])] == [
        "system packages",
        "venv main",
        "mypy plugins",
    ]


def test_an_unknown_step_is_refused_with_those_there_are():
    done = subprocess.run(
        [sys.executable, "-m", "tests.suite", "lnit"], cwd=ROOT, text=True, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("no step or group called lnit; there are: ")


def test_a_missing_interpreter_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setattr(interpreters, "NEW_CORE", ("3.99",))
    with pytest.raises(interpreters.InterpreterMissingError, match=r"no Python 3\.99 is here: install Debian's"):
        interpreters.second()
