# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence and register when a run is killed between the two, when there is no room, and when two runs meet."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import random
import time
from pathlib import Path

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._door.signing import open_signer
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import storing
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import verification as of_evidence
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import EvidenceError  # noqa: F401 - below
from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, runs, verification
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError  # noqa: F401 - below
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register

PROCESS = multiprocessing.get_context("fork")
KILLS, DEVICES, ROWS = 20, 4, 10


def a_record(name, number):
    """A run in which every row of every device shows another state than in the one before."""
    row = {"state": ("pass", "fail")[number % 2], "desired": 1, "before": number, "after": number, "changed": False}
    shown = [{"control": "AC-08", "rows": [{"id": f"LNX-{one}", **row} for one in range(ROWS)]}]
    scope = {"rows": ROWS, "baseline": ROWS}
    return {
        **{"format": "commune.baseline.run/1", "kind": "policy", "run": name, "mode": "check", "limit": None},
        **{"began": "2026-03-02T08:00:00+07:00", "ended": "2026-03-02T08:05:00+07:00", "register": None},
        "devices": [
            {"device": f"pc-{one}", "obstacle": None, "scope": scope, "controls": shown} for one in range(DEVICES)
        ],
    }


def keep(signer, register, name, number):
    """Do what the callback does with a run that is over."""
    signer.keep(f"{name}.json", a_record(name, number))
    with register.write("officer") as writer:
        assert storing.store(writer, signer.store.folder) == []


def keep_for_ever(folder, place, told):
    signer, register = open_signer(folder), Register.open(place)
    for number in itertools.count(1):
        keep(signer, register, f"run-{number:05d}", number)
        told.send(number)


def keep_once(folder, place, name, times=1):
    signer, register = open_signer(folder), Register.open(place)
    for number in range(times):
        keep(signer, register, f"{name}-{number}", number)
    os._exit(0)


@pytest.fixture(name="register")
def fixture_register(register):
    with register.write("officer") as writer:
        for number in range(DEVICES):
            devices.put(writer, {"name": f"pc-{number}", "class": "workstation"})
    return register


def faults(register, *folders):
    """Return all faults of the register, and of each folder of evidence against it."""
    with register.read() as reader:
        found = list(verification.verify(reader).faults)
        anchors = storing.anchors_in(reader)
    for folder in folders:
        key = of_evidence.public_key_of(folder / "keys/public-00000001.pem")
        found += of_evidence.verify(folder, key, anchors=anchors).faults
    return found


def counted(foreign_sql, table):
    return int("".join(filter(str.isdigit, foreign_sql(f"SELECT COUNT(*) FROM {table}"))))  # noqa: S608 - a name of ours


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_run_that_is_killed_leaves_all_or_nothing_and_the_next_one_mends(
    register, place, foreign_sql, tmp_path, seed
):
    folder = tmp_path / "evidence"
    told, telling = PROCESS.Pipe(duplex=False)
    keeper = PROCESS.Process(target=keep_for_ever, args=(folder, place, telling))
    keeper.start()
    telling.close()
    assert told.poll(60)
    time.sleep(random.Random(seed).uniform(0, 0.1))  # noqa: S311 - no secret
    keeper.kill()
    keeper.join()
    stored = counted(foreign_sql, "runs")
    assert counted(foreign_sql, "observations") == stored * DEVICES * ROWS
    assert counted(foreign_sql, "events WHERE kind = 'evidence'") == stored
    mender = PROCESS.Process(target=keep_once, args=(folder, place, "after"))
    mender.start()
    mender.join()
    assert mender.exitcode == 0
    assert faults(register, folder) == []
    assert counted(foreign_sql, "runs") == len(list((folder / "runs").glob("*.json"))) >= stored + 1


def test_runs_of_two_folders_at_once_lose_nothing(register, place, foreign_sql, tmp_path):
    folders = [tmp_path / name for name in ("a", "b")]
    keepers = [PROCESS.Process(target=keep_once, args=(folder, place, folder.name, 10)) for folder in folders]
    for keeper in keepers:
        keeper.start()
    for keeper in keepers:
        keeper.join()
    assert [keeper.exitcode for keeper in keepers] == [0, 0]
    assert faults(register, *folders) == []
    assert (counted(foreign_sql, "runs"), counted(foreign_sql, "events WHERE kind = 'evidence'")) == (20, 20)


FILL = """
import json, subprocess, sys
from pathlib import Path
sys.path.insert(0, sys.argv[4])
evidence, place, disk = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={sys.argv[5]}", "none", disk], check=True)
from tests.integration.register import test_evidence_faults as faults
register = faults.Register.open(place, create=True)
with register.write("officer") as writer:
    for number in range(faults.DEVICES):
        faults.devices.put(writer, {"name": f"pc-{number}", "class": "workstation"})
signer = faults.open_signer(evidence)
try:
    for number in range(10_000):
        faults.keep(signer, register, f"run-{number:05d}", number)
except (faults.EvidenceError, faults.RegisterError) as error:
    sentence = str(error)
before = faults.faults_of(evidence, place)
subprocess.run(["mount", "-o", "remount,size=8m", disk], check=True)
faults.keep(signer, register, "after", 1)
print(json.dumps([sentence, number, before, faults.faults_of(evidence, place), faults.stored(place)]))
"""


def faults_of(folder, place):
    register = Register.open(place)
    found = faults(register, folder)
    register.close()
    return found


def stored(place):
    register = Register.open(place)
    with register.read() as reader:
        number = runs.number_of(reader, "after")
    register.close()
    return number


@pytest.mark.parametrize(("full", "size"), [("evidence", "400k"), ("register", "1m"), ("both", "1500k")])
def test_a_full_disk_is_told_loses_nothing_and_is_mended_once_there_is_room(tmp_path, child, full, size):
    if os.geteuid():
        pytest.skip("needs root: it mounts a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    evidence = (tmp_path if full == "register" else disk) / "evidence"
    place = (tmp_path if full == "evidence" else disk) / "register.db"
    root = str(Path(__file__).parents[3])
    filler = child(FILL, str(evidence), str(place), str(disk), root, size, prefix=("unshare", "--mount"))
    output, errors = filler.communicate()
    assert filler.returncode == 0, errors
    sentence, number, before, after, last = json.loads(output)
    assert "No space left on device" in sentence or "its disk is full" in sentence
    assert after == []
    assert [one for one in before if "no anchor" not in one and "no signed bundle" not in one] == []
    assert last in (number + 1, number + 2)
