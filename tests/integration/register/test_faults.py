# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The register when processes die, meet, or find no room: all or nothing, and a sentence that says so."""

from __future__ import annotations

import datetime
import itertools
import json
import multiprocessing
import os
import random
import resource
import time

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._register import database, devices, runs, verification
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import ConflictError, StorageError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register

START = datetime.datetime(2026, 3, 2, 1, 0, tzinfo=datetime.UTC)
ROWS = [{"id": f"LNX-{number}", "control": "AC-08", "state": "pass", "after": "no"} for number in range(20)]
PROCESS = multiprocessing.get_context("fork")
KILLS, BATCH, WRITERS, ROUNDS = 20, 8, 3, 12


def write_for_ever(place, told):
    """Write batch after batch in a transaction each: records, steps of life and a run; tell each that is committed."""
    register = Register.open(place)
    for batch in itertools.count(1):
        names = [f"pc-{batch}-{number}" for number in range(BATCH)]
        with register.write("officer") as writer:
            for name in names:
                devices.put(writer, {"name": name, "class": "workstation", "serial": name})
            for name in names:
                devices.transition(writer, name, "received")
            shown = [runs.Assessment(name, runs.ASSESSED, ROWS) for name in names]
            runs.store(writer, runs.Run(f"run-{batch}", "check", START, START), shown)
        told.send(batch)


def last_of(told):
    """Return the last number that was sent before the other end died."""
    number = 0
    try:
        while told.poll():
            number = told.recv()
    except EOFError:
        pass
    return number


def contents(register):
    """Return the batches that are there, judged by their devices, by their states and by their runs; and all faults."""
    with register.read() as reader:
        stored = devices.find(reader)
        faults = verification.verify(reader).faults
        shown = {one["device"] for one in runs.now(reader)}
    received = [one for one in stored if one.record["state"] == "received"]
    return len(stored) / BATCH, len(received) / BATCH, len(shown) / BATCH, faults


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_writer_leaves_all_of_what_it_was_told_is_stored_and_nothing_of_the_rest(register, place, seed):
    told, telling = PROCESS.Pipe(duplex=False)
    writer = PROCESS.Process(target=write_for_ever, args=(place, telling))
    writer.start()
    telling.close()
    assert told.poll(60)
    time.sleep(random.Random(seed).uniform(0, 0.15))  # noqa: S311 - no secret
    writer.kill()
    writer.join()
    committed = last_of(told)
    by_name, by_state, by_run, faults = contents(register)
    assert faults == ()
    assert by_name == by_state == by_run
    assert committed <= by_name <= committed + 1


def add_software(place, who):
    """Add to a list that others add to as well: read, change, write, and again if somebody was faster."""
    register = Register.open(place)
    for number in range(ROUNDS):
        while True:
            with register.read() as reader:
                stored = devices.get(reader, "pc-01")
            longer = [*stored.record["software"], {"name": f"{who}-{number}"}]
            try:
                with register.write(who) as writer:
                    devices.put(writer, {"name": "pc-01", "software": longer}, version=stored.version)
                break
            except ConflictError:
                continue
    os._exit(0)


def test_writers_at_the_same_time_lose_nothing(register, place):
    with register.write("officer") as writer:
        devices.put(writer, {"name": "pc-01", "class": "workstation"})
    writers = [PROCESS.Process(target=add_software, args=(place, f"officer{number}")) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with register.read() as reader:
        stored = devices.get(reader, "pc-01")
        assert verification.verify(reader).faults == ()
    assert len(stored.record["software"]) == WRITERS * ROUNDS
    assert stored.version == 1 + WRITERS * ROUNDS


def open_new(place):
    Register.open(place, create=True).close()
    os._exit(0)


def test_controllers_that_make_the_same_register_at_once_make_one(place):
    makers = [PROCESS.Process(target=open_new, args=(place,)) for _number in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert [maker.exitcode for maker in makers] == [0] * 4


def test_a_reader_sees_one_moment_while_another_writes(register):
    with register.read() as reader:
        before = devices.find(reader)
        with register.write("officer") as writer:
            devices.put(writer, {"name": "pc-01", "class": "workstation"})
        assert devices.find(reader) == before == []


def test_who_waits_too_long_for_another_writer_is_told(register, place, monkeypatch):
    monkeypatch.setattr(database, "LOCK_SECONDS", 1)
    impatient = Register.open(place)
    with register.write("officer") as writer:
        devices.put(writer, {"name": "pc-01", "class": "workstation"})
        with pytest.raises(StorageError, match="is being written by somebody else"), impatient.write("colleague"):
            pass
    impatient.close()


FILL = """
import json, sys
from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, verification
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import StorageError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
exec(sys.argv[2])
register = Register.open(sys.argv[1], create=True)
batch = 0
try:
    while True:
        with register.write("officer") as writer:
            for number in range(200):
                devices.put(writer, {"name": f"pc-{batch}-{number}", "class": "workstation", "note": "x" * 500})
        batch += 1
except StorageError as error:
    sentence = str(error)
with register.read() as reader:
    faults = verification.verify(reader).faults
    print(json.dumps([sentence, batch, len(devices.find(reader)), faults]))
"""
SMALL_DISK = (
    "import subprocess; subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'none', sys.argv[3]], check=True)"
)
SMALL_FILE = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, {resource.RLIM_INFINITY}))"


@pytest.mark.parametrize(("limit", "prefix"), [(SMALL_DISK, ("unshare", "--mount")), (SMALL_FILE, ())])
def test_a_full_disk_is_told_and_loses_nothing(tmp_path, child, limit, prefix):
    if prefix and os.geteuid():
        pytest.skip("needs root: it mounts a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    filler = child(FILL, str(folder / "register.db"), limit, str(folder), prefix=prefix)
    output, errors = filler.communicate()
    assert filler.returncode == 0, errors
    sentence, batches, stored, faults = json.loads(output)
    assert "its disk is full" in sentence
    assert sentence.endswith("nothing was stored")
    assert stored == batches * 200 > 0
    assert faults == []
