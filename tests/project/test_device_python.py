# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs on a device runs there with nothing but an old Python: no Ansible, no library."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.suite import interpreters

COLLECTIONS = Path(__file__).parents[2] / ".ansible/collections"
PROGRAM = """
import json, sys
from ansible_collections.commune.baseline.plugins.module_utils._policy import engine, journal, rollback, writer
kept = journal.Journal("run", folder=sys.argv[1])
print(json.dumps([seen.as_dict() for seen in engine.run(json.load(sys.stdin), writer.Writer(kept, check_mode=False))]))
print(json.dumps(rollback.roll_back(kept, check_mode=False)))
"""


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.11", "3.12", "3.13"])
def test_the_engine_runs_under_python(version, tmp_path):
    python = interpreters.find(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    row = {
        "id": "X",
        "control": "AC-08",
        "kind": "option",
        "path": str(tmp_path / "idle.sh"),
        "grammar": "shell_readonly",
    }
    row |= {"key": "TMOUT", "desired": 600, "compare": "<=", "minimum": 1}
    done = subprocess.run(
        [python, "-S", "-c", PROGRAM, tmp_path / "journal"],
        input=json.dumps([row]),
        env={"PYTHONPATH": str(COLLECTIONS), "PYTHONDONTWRITEBYTECODE": "1"},
        text=True,
        capture_output=True,
        check=True,
    )
    (seen,), restored = (json.loads(line) for line in done.stdout.splitlines())
    assert (seen["state"], seen["changed"], seen["after"]) == ("pass", True, "600")
    assert restored == [row["path"]]
