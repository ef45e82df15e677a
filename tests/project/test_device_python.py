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


MEDIA = """
import json, sys
from ansible_collections.commune.baseline.plugins.module_utils._media import journal, listing, sanitise, verification
journal.FOLDER = sys.argv[1]
print(json.dumps(listing.listing()))
"""


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.11", "3.12", "3.13"])
def test_media_are_listed_under_python(version, tmp_path):
    done = run_with(version, MEDIA, tmp_path / "journals")
    assert all({"path", "identity", "capabilities"} <= medium.keys() for medium in json.loads(done))


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.11", "3.12", "3.13"])
def test_the_engine_runs_under_python(version, tmp_path):
    row = {
        "id": "X",
        "control": "AC-08",
        "kind": "option",
        "path": str(tmp_path / "idle.sh"),
        "grammar": "shell_readonly",
    }
    row |= {"key": "TMOUT", "desired": 600, "compare": "<=", "minimum": 1}
    done = run_with(version, PROGRAM, tmp_path / "journal", json.dumps([row]))
    (seen,), restored = (json.loads(line) for line in done.splitlines())
    assert (seen["state"], seen["changed"], seen["after"]) == ("pass", True, "600")
    assert restored == [row["path"]]


def run_with(version, program, folder, text=""):
    """Return what a program prints under a Python that has nothing but its standard library."""
    python = interpreters.find(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    done = subprocess.run(
        [python, "-S", "-c", program, folder],
        input=text,
        env={"PYTHONPATH": str(COLLECTIONS), "PYTHONDONTWRITEBYTECODE": "1"},
        text=True,
        capture_output=True,
        check=True,
    )
    return done.stdout
