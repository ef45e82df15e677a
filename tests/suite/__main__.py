# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Usage: python3 -m tests.suite [GROUP | STEP ...]   (all steps if none is named; what they need runs too)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from tests.suite import runner
from tests.suite.environment import ROOT
from tests.suite.steps import all_steps

_LOGS = ROOT / "build/logs"


def chosen(steps: list[runner.Step], names: list[str]) -> list[runner.Step]:
    """Return the steps that are named, or whose group is, with everything they wait for."""
    known = {step.name for step in steps} | {group for step in steps for group in step.groups}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"no step or group called {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    if not names:
        return steps
    wanted = {step.name for step in steps if {step.name, *step.groups} & set(names)}
    return _with_needs(steps, wanted)


def _with_needs(steps: list[runner.Step], wanted: Iterable[str]) -> list[runner.Step]:
    by_name = {step.name: step for step in steps}
    needed: set[str] = set()
    open_names = list(wanted)
    while open_names:
        name = open_names.pop()
        if name not in needed:
            needed.add(name)
            open_names += by_name[name].after
    return [step for step in steps if step.name in needed]


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - whatever python3 the machine has may start this
        raise SystemExit(f"Python 3.11 or later is needed, this is {sys.version.split()[0]}: install python3.11")
    strict = os.environ.get("CI") == "true"
    results = runner.run(chosen(all_steps(), sys.argv[1:]), root=ROOT, logs=_LOGS, strict=strict)
    print(runner.summary(results, _LOGS))
    return any(result.outcome == runner.FAILED for result in results)


if __name__ == "__main__":
    sys.exit(main())
