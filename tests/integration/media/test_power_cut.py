# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A wipe that is killed, as power cuts kill it, goes on where its journal says that it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.integration.media import loops
from tests.integration.media.conftest import ORDER

ROOT = Path(__file__).parents[3]
# The module's own code, but that it notes more often how far it is: a medium of a test is small.
PROGRAM = """
import json, sys
from ansible.module_utils.testing import patch_module_args
from ansible_collections.commune.baseline.plugins.module_utils._media import journal, overwrite
from ansible_collections.commune.baseline.plugins.modules import media_sanitise
journal.FOLDER, overwrite._BETWEEN_SAVES = sys.argv[1], 8 << 20
with patch_module_args(json.loads(sys.argv[2])):
    media_sanitise.main()
"""


def test_a_killed_wipe_goes_on_where_it_stopped(run, loop, journals):
    medium = loop(512 * loops.MIB)
    arguments = json.dumps({**ORDER, "media": [medium.medium]})
    environment = {**os.environ, "PYTHONPATH": str(ROOT / ".ansible/collections")}
    command = [sys.executable, "-c", PROGRAM, str(journals), arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        while progress(journals) < 64 * loops.MIB:
            assert process.poll() is None, "it ended before it could be killed"
        process.send_signal(signal.SIGKILL)
    stopped_at = progress(journals)
    assert stopped_at < medium.size
    assert not loops.is_blank(medium)
    left_by_the_first = loops.output("cmp", f"--bytes={stopped_at}", str(medium.file), "/dev/zero")
    assert left_by_the_first == ""
    told = run("info")["media"]
    (own,) = [one["sanitisation"] for one in told if one["path"] == medium.path]
    assert (own["state"], own["percent"]) == ("running", round(100 * stopped_at / medium.size, 1))
    # Whoever began anew would take this away.
    with medium.file.open("r+b") as file:
        file.write(b"%PDF-1.7")
    assert run("sanitise", medium.medium)["media"][0]["state"] == "wiped"
    with medium.file.open("r+b") as file:
        assert file.read(8) == b"%PDF-1.7"
    seen = run("verify", medium.medium)
    assert [(one["first"], one["what"]) for one in seen["media"][0]["findings"]] == [(0, "a PDF")]
    assert run("sanitise", medium.medium)["media"][0]["state"] == "wiped"
    assert loops.is_blank(medium)


def test_a_wipe_that_another_order_began_begins_anew(run, loop, journals):
    medium = loop()
    run("sanitise", medium.medium)
    (path,) = journals.glob("*.json")
    entry = json.loads(path.read_text())
    path.write_text(json.dumps({**entry, "state": "running", "order": "11/QĐ-UBND"}))
    loops.full_of_letters(medium.file, 24 * loops.MIB)
    assert run("sanitise", medium.medium)["media"][0]["state"] == "wiped"
    assert loops.is_blank(medium)


def progress(journals: Path) -> int:
    try:
        return int(json.loads(next(journals.glob("*.json")).read_text()).get("done", 0))
    except (StopIteration, ValueError, FileNotFoundError):
        return 0
