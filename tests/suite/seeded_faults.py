# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make faults`: the gates themselves are put to the test. Each fault is planted in a copy; its gate must turn red.

Every gate must be green on the copy without a fault first, or its red would prove nothing.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

from tests.suite.collection_tree import copy_to
from tests.suite.environment import ROOT, link_collection

_COPY = ROOT / "build/faults"


@dataclass(frozen=True)
class Fault:
    """One change of a file that a gate (a step of the suite) has to find."""

    gate: str
    file: str
    old: str
    new: str


_COMPARE = "plugins/module_utils/_policy/compare.py"
_ROLLBACK = "plugins/modules/linux_rollback.py"
_ROLE = "roles/session_lock"
FAULTS = (
    Fault("ruff check", _COMPARE, "import re\n", "import re\nimport os\n"),
    Fault("ruff format", _COMPARE, "import re\n", "import  re\n"),
    Fault("mypy plugins", _COMPARE, "def _text(value: t.Any) -> str:", "def _text(value: t.Any) -> int:"),
    Fault("yamllint", f"{_ROLE}/defaults/main.yml", "seconds: 600", "seconds:  600"),
    Fault("ansible-lint", "playbooks/drift.yml", "commune.baseline.policy:", "ansible.builtin.shell: 'true'\n      x:"),
    Fault("shellcheck", "tests/lab/keep_running.sh", 'echo $$ >"$1/', "echo $$ >$1/"),
    Fault("changelog", "changelogs/config.yaml", "changes_format: combined", "changes_format: none"),
    Fault("documentation", "plugins/modules/policy.py", "M(commune.baseline.linux_policy)", "M(commune.baseline.gone)"),
    Fault("ansible-test sanity, main Python", _ROLLBACK, "    type: str\n", "    type: dict\n"),
    Fault("ansible-test units, second Python", _COMPARE, "return _text(value) == _text(desired)", "return True"),
    Fault("pytest", f"{_ROLE}/defaults/main.yml", "600", "900"),
    Fault("molecule session_lock, main Python", f"{_ROLE}/vars/linux.yml", "key: TMOUT", "key: TIMEOUT"),
)


def main() -> int:
    copy_to(_COPY)
    (_COPY / ".venv").symlink_to(ROOT / ".venv")
    link_collection(_COPY)
    gates = list(dict.fromkeys(fault.gate for fault in FAULTS))
    if not is_green(*gates):
        print("the gates are not all green without a fault: see", _COPY / "build/logs")
        return 1
    missed = [fault for fault in FAULTS if not turns_red(fault)]
    print(f"{len(FAULTS) - len(missed)} of {len(FAULTS)} seeded faults turned their gate red")
    return bool(missed)


def turns_red(fault: Fault) -> bool:
    file = _COPY / fault.file
    sound = file.read_text("utf-8")
    if fault.old not in sound:
        raise SystemExit(f"{fault.file} does not hold {fault.old!r}: adapt the fault to the change")
    file.write_text(sound.replace(fault.old, fault.new), "utf-8")
    red = not is_green(fault.gate)
    file.write_text(sound, "utf-8")
    print(f"{'red' if red else 'STILL GREEN':>12}  {fault.gate}: {fault.file}", flush=True)
    return red


def is_green(*gates: str) -> bool:
    command = [sys.executable, "-m", "tests.suite", *gates]
    return subprocess.run(command, cwd=_COPY, stdout=subprocess.DEVNULL, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
