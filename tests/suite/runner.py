# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs steps, two at a time where they do not wait for one another, and tells how each ended."""

from __future__ import annotations

import concurrent.futures
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
_MARKS = {PASSED: "ok", FAILED: "FAILED", SKIPPED: "skipped"}
_WORKERS = 2
_TAIL_LINES = 60
_SLOWEST = 10


@dataclass(frozen=True)
class Step:
    """One command of the suite, what has to be done before it, and why this machine may have to leave it out."""

    name: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    skip_reason: Callable[[], str | None] = lambda: None


@dataclass(frozen=True)
class Result:
    step: Step
    outcome: str
    seconds: float = 0.0
    reason: str = ""


def run(steps: Iterable[Step], *, root: Path, logs: Path, strict: bool) -> list[Result]:
    """Run the steps in an order that respects ``after``; in strict mode a step that would be left out fails instead."""
    waiting = list(steps)
    results: dict[str, Result] = {}
    logs.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(_WORKERS) as pool:
        running: dict[concurrent.futures.Future[Result], Step] = {}
        while waiting or running:
            for step in [step for step in waiting if set(step.after) <= results.keys()]:
                if len(running) < _WORKERS:
                    waiting.remove(step)
                    running[pool.submit(_run_step, step, results, root, logs, strict)] = step
            finished = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED).done
            for future in finished:
                result = future.result()
                results[running.pop(future).name] = result
                _show(result, logs)
    return list(results.values())


def summary(results: list[Result], logs: Path) -> str:
    """Return the ten slowest steps, everything that was left out with its reason, and the counts."""
    slowest = sorted(results, key=lambda result: -result.seconds)[:_SLOWEST]
    lines = ["", "Slowest steps:", *(f"  {result.seconds:7.1f} s  {result.step.name}" for result in slowest)]
    left_out = [f"{result.step.name}: {result.reason}" for result in results if result.outcome == SKIPPED]
    for result in results:
        left_out += [f"{result.step.name}: {line}" for line in _skipped_tests(_log(logs, result.step))]
    lines += ["Left out:", *(f"  {line}" for line in left_out)] if left_out else ["Left out: nothing"]
    counts = {outcome: sum(result.outcome == outcome for result in results) for outcome in _MARKS}
    lines.append(f"{counts[PASSED]} passed, {counts[FAILED]} failed, {counts[SKIPPED]} skipped")
    return "\n".join(lines)


def _run_step(step: Step, results: Mapping[str, Result], root: Path, logs: Path, strict: bool) -> Result:
    broken = [name for name in step.after if results[name].outcome != PASSED]
    reason = f"needs {', '.join(broken)}" if broken else step.skip_reason()
    if reason:
        blocked = any(results[name].outcome == FAILED for name in broken)
        return Result(step, FAILED if strict or blocked else SKIPPED, reason=reason)
    start = time.monotonic()
    reason = _execute(step, root, _log(logs, step))
    return Result(step, FAILED if reason else PASSED, time.monotonic() - start, reason)


def _execute(step: Step, root: Path, log: Path) -> str:
    """Run the step's command; return why it failed, or nothing."""
    environment = {**os.environ, **step.environment}
    with log.open("wb") as output:
        try:
            code = subprocess.run(
                step.command,
                cwd=root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
            ).returncode
        except OSError as error:
            return f"cannot run {step.command[0]}: {error.strerror}"
    return f"exit code {code}" if code else ""


def _show(result: Result, logs: Path) -> None:
    reason = f"  ({result.reason})" if result.reason else ""
    print(f"{_MARKS[result.outcome]:>7}  {result.seconds:6.1f} s  {result.step.name}{reason}", flush=True)
    log = _log(logs, result.step)
    if result.outcome == FAILED and result.seconds:
        tail = log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        print("\n".join([*(f"        | {line}" for line in tail), f"        whole log: {log}"]), flush=True)


def _log(logs: Path, step: Step) -> Path:
    return logs / f"{re.sub(r'[^a-z0-9.]+', '-', step.name.lower())}.log"


def _skipped_tests(log: Path) -> list[str]:
    """Return pytest's lines on skipped tests, each with its reason."""
    if not log.is_file():
        return []
    return [line for line in log.read_text(errors="replace").splitlines() if line.startswith("SKIPPED [")]
