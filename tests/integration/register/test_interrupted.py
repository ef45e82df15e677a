# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verbs that are killed, meet, or find no room, as real processes: all or nothing, and a sentence that says so."""

from __future__ import annotations

import contextlib
import csv
import os
import random
import signal
import sqlite3
import time
from pathlib import Path

import openpyxl
import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, verification

KILLS = 20
ROWS = 150
MOVED = 12
MOUNT = """mount -t tmpfs -o size=3m none "$0" && mkdir "$0/full" && mount -t tmpfs -o size=4k none "$0/full" || exit
"$@"
ls -A "$0/full" > "$0.left" """
SMALL_DISKS = ("unshare", "--mount", "sh", "-c", MOUNT)


def take(path, **options):
    return {"commune.baseline.register_import": {"src": str(path), **options}}


def sheet(path, headings, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def faults(register):
    with register.read() as reader:
        return verification.verify(reader).faults


@pytest.fixture(name="writing")
def fixture_writing(place, foreign_sql):
    """Tell, past the register, whether somebody holds its lock and has not committed yet."""

    def on_sqlite():
        with sqlite3.connect(place, timeout=0, isolation_level=None) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            except sqlite3.OperationalError:
                return True
            return False

    def on_postgresql():
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL"
        return foreign_sql(query) != "0"

    return on_postgresql if "://" in place else on_sqlite


def processes_over(place):
    """Return all processes that work on a register; Ansible takes its own out of the group of the first."""
    wanted = f"COMMUNE_BASELINE_REGISTER={place}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if wanted in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found


def kill_while(process, begun, seconds, place):
    """Kill a program and all its processes that many seconds after it has begun; tell whether it was still running."""
    while process.poll() is None and not begun():
        time.sleep(0.002)
    begin = time.monotonic()
    while process.poll() is None and time.monotonic() - begin < seconds:
        time.sleep(0.002)
    was_running = process.poll() is None
    while found := processes_over(place):
        for one in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
    process.communicate()
    return was_running


def span_of(process, begun):
    """Return how many seconds it takes from where it has begun to its end."""
    while not begun():
        time.sleep(0.002)
    begin = time.monotonic()
    process.communicate()
    return time.monotonic() - begin


def points(place, span):
    """Return random moments of a span; on the second database an early one: it is the same code above a server."""
    choice = random.Random(20)  # noqa: S311 - no secret
    return [span / 10] if "://" in place else [choice.uniform(0, span) for _kill in range(KILLS)]


def test_an_import_that_is_killed_leaves_all_of_it_or_nothing(register, verbs, place, tmp_path, foreign_sql, writing):
    def file(number):
        rows = [[f"pc-{number}-{row}", "server", f"SN-{number}-{row}", "x" * 200] for row in range(ROWS)]
        return sheet(tmp_path / f"{number}.csv", ["Name", "Class", "Serial", "Note"], rows)

    span = span_of(verbs.start(take(file("whole"))), writing)
    interrupted = 0
    for number, point in enumerate(points(place, span)):
        interrupted += kill_while(verbs.start(take(file(number))), writing, point, place)
        stored = foreign_sql(f"SELECT count(*) FROM devices WHERE name LIKE 'pc-{number}-%'").strip("[](),\n")  # noqa: S608
        assert int(stored) in (0, ROWS)
        assert faults(register) == ()
    assert interrupted
    assert "SN-WHOLE-0" in foreign_sql("SELECT serial FROM devices WHERE name = 'pc-whole-0'")


def test_a_transition_that_is_killed_is_taken_or_not(register, verbs, place, foreign_sql):
    def steps(number):
        names = [f"pc-{number}-{one}" for one in range(MOVED)]
        with register.write("officer") as writer:
            for name in names:
                devices.put(writer, {"name": name, "class": "server"})
        step = {"name": "{{ item }}", "state": "received"}
        before = moved()
        return verbs.start({"commune.baseline.device_transition": step, "loop": names}), lambda: moved() > before

    def moved():
        return int(foreign_sql("SELECT count(*) FROM events WHERE verb = 'transition'").strip("[](),\n"))

    span = span_of(*steps("whole"))
    interrupted = 0
    for number, point in enumerate(points(place, span)):
        interrupted += kill_while(*steps(number), point, place)
        received = foreign_sql("SELECT count(*) FROM devices WHERE state = 'received'").strip("[](),\n")
        assert int(received) == moved()
        assert faults(register) == ()
    assert interrupted
    assert moved() > MOVED


def test_two_controllers_that_import_at_once_lose_nothing(register, verbs, tmp_path, foreign_sql):
    names = [f"pc-{number}" for number in range(ROWS)]
    with register.write("officer") as writer:
        for name in names:
            devices.put(writer, {"name": name, "class": "server"})
    files = [
        sheet(tmp_path / "one.csv", ["Name", "Location"], [[name, "Phòng 1"] for name in names]),
        sheet(tmp_path / "two.csv", ["Name", "Department"], [[name, "Văn phòng"] for name in names]),
    ]
    for (result,) in [verbs.results(done) for done in [verbs.start(take(file)) for file in files]]:
        assert len(result["updated"]) == ROWS, result
    both = "SELECT count(*) FROM devices WHERE location = 'Phòng 1' AND department = 'Văn phòng' AND version = 3"
    assert foreign_sql(both).strip("[](),\n") == str(ROWS)
    assert faults(register) == ()


def test_of_two_controllers_that_take_a_device_two_ways_one_is_told_where_it_is(register, verbs, foreign_sql):
    with register.write("officer") as writer:
        devices.put(writer, {"name": "pc-01", "class": "server"}, state="received")
    steps = [{"name": "pc-01", "state": state} for state in ("hardening", "pending_disposal")]
    started = [verbs.start({"commune.baseline.device_transition": step}) for step in steps]
    results = [verbs.results(done)[0] for done in started]
    (taken,) = [result for result in results if not result.get("failed")]
    (refused,) = [result for result in results if result.get("failed")]
    state = taken["device"]["state"]
    assert f"thiết bị pc-01 đang ở trạng thái {state}, không chuyển được sang " in refused["msg"]
    assert f"device pc-01 is {state} and cannot become " in refused["msg"]
    assert state in foreign_sql("SELECT state FROM devices")
    assert faults(register) == ()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_what_somebody_changed_after_an_export_is_not_overwritten_by_its_import(verbs, tmp_path, foreign_sql, ending):
    path = tmp_path / f"so.{ending}"
    both = [{"commune.baseline.device": {"name": f"pc-0{one}", "class": "server"}} for one in (1, 2)]
    verbs.run(*both, {"commune.baseline.register_export": {"dest": str(path)}})
    (changed,) = verbs.run({"commune.baseline.device": {"name": "pc-01", "location": "Phòng 2"}})
    assert changed["version"] == 2
    edit(path, {"pc-01": "Phòng 1", "pc-02": "Phòng 3"})
    (refused,) = verbs.run(take(path))
    (fault,) = refused["faults"]
    assert (fault["row"], fault["value"]) == (2, "1")
    assert "changed it at 20" in fault["reason"]
    assert "sau khi tệp này được xuất; hãy xuất lại và sửa lại" in refused["msg"]
    assert "Phòng 3" not in foreign_sql("SELECT location FROM devices")
    edit(path, {"pc-01": "Phòng 2", "pc-02": "Phòng 3"})
    taken, again = verbs.run(take(path), take(path))
    assert (taken["updated"], again["changed"]) == (["device pc-02"], False)


def edit(path, locations):
    """Write locations into an export as a person would."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            headings, *rows = csv.reader(file)
        for row in rows:
            row[headings.index("Vị trí")] = locations[row[0]]
        sheet(path, headings, rows)
        return
    book = openpyxl.load_workbook(path)
    columns = {cell.value: cell.column for cell in book["Thiết bị"][1]}
    for row in book["Thiết bị"].iter_rows(min_row=2):
        row[columns["Vị trí"] - 1].value = locations[row[0].value]
    book.save(path)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: it mounts a small disk")
def test_an_import_and_an_export_that_find_no_room_say_so_and_lose_nothing(tmp_path, verbs):
    disk = tmp_path / "disk"
    disk.mkdir()
    place = {"register": str(disk / "register.db")}
    rows = [[f"pc-{row}", "server", "x" * 2000] for row in range(1500)]
    large = sheet(tmp_path / "large.csv", ["Name", "Class", "Note"], rows)
    first, refused, verified, found, exported = verbs.run(
        {"commune.baseline.device": {"name": "pc-first", "class": "server", "create": True, **place}},
        take(large, **place),
        {"commune.baseline.register_verify": place},
        {"commune.baseline.device_info": place},
        {"commune.baseline.register_export": {"dest": f"{disk}/full/so.xlsx", **place}},
        prefix=(*SMALL_DISKS, str(disk)),
    )
    assert first["changed"]
    vietnamese, english = refused["msg"].splitlines()
    assert "đĩa đầy hoặc hỏng" in vietnamese
    assert "its disk is full" in english
    assert english.endswith("nothing was stored")
    assert (verified["faults"], [one["name"] for one in found["devices"]]) == ([], ["pc-first"])
    assert "cannot be written: No space left on device" in exported["msg"]
    assert (tmp_path / "disk.left").read_text() == ""
