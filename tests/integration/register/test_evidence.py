# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs leave in both databases, and the report that is made of it; read by the databases' own programs."""

from __future__ import annotations

import ast
import json
import re
import shutil
import sqlite3
import subprocess

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
from tests.integration.register.office import AWAY, DOOR, LOCAL, ROWS, SENTENCE, new_office

FIRST, SECOND = ROWS
ON_SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)  # of which the other database changes nothing
OBSERVED = """SELECT d.name || ' ' || c."row" || ' ' || o.state || ' ' || o.run || ' ' || COALESCE(o.until, 0)
    FROM observations o JOIN devices d ON d.id = o.device JOIN checks c ON c.id = o."check" ORDER BY o.id"""
REACHED = """SELECT d.name || ' ' || r.run || ' ' || r.outcome || ' ' || COALESCE(r.reason, '-')
    FROM run_devices r JOIN devices d ON d.id = r.device ORDER BY r.run, d.name"""
ANCHORS = "SELECT record || ' ' || after FROM events WHERE kind = 'evidence' ORDER BY number"
# A row of a platform that no device of the office has: nobody misses it.
OF_WINDOWS = json.dumps(
    {
        "__trial_rows": [
            {
                "id": "WIN-TRIAL",
                "control": "AC-08",
                "kind": "registry",
                "key": "SOFTWARE\\Trial",
                "name": "Trial",
                "type": "DWord",
                "value": 1,
                "why": SENTENCE,
                "fix": SENTENCE,
            }
        ]
    }
)
RUNS = "SELECT run || ' ' || mode FROM runs ORDER BY number"


@pytest.fixture(name="office")
def fixture_office(tmp_path, place):
    """A site with three devices in its register."""
    register = Register.open(place, create=True)
    with register.write("officer") as writer:
        for name in ("pc-01", "pc-02", "pc-03"):
            devices.put(writer, {"name": name, "class": "workstation"})
    register.close()
    (tmp_path / "office").mkdir()
    return new_office(tmp_path / "office", place)


@pytest.fixture(name="lines")
def fixture_lines(foreign_sql):
    """Ask the database for one text in each row."""

    def ask(question):
        answer = foreign_sql(question)
        if answer.startswith("["):
            return [line for (line,) in ast.literal_eval(answer)]
        return [line.strip() for line in answer.splitlines() if line.strip()]

    return ask


def words(office):
    """Return the text of the report."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", office.report, flags=re.S).split())


def sums(office):
    return [subprocess.check_output(["sha256sum", path], text=True).split()[0] for path in office.bundles]


def test_a_run_leaves_what_changed_and_an_anchor_of_its_bundle(office, lines):
    office.file(SECOND).chmod(0o644)
    assert office.run().code == 0
    office.file(SECOND).chmod(0o600)
    assert office.run().code == 0
    assert lines(OBSERVED) == [
        f"pc-01 {FIRST} pass 1 0",
        f"pc-01 {SECOND} fail 1 2",
        f"pc-01 {SECOND} pass 2 0",
    ]
    assert lines(REACHED) == ["pc-01 1 assessed -", "pc-01 2 assessed -"]
    names = sorted(path.stem for path in (office.evidence / "runs").iterdir())
    assert lines(RUNS) == [f"{name} check" for name in names]
    assert lines(ANCHORS) == [f'{number} {{"bundle":"{total}"}}' for number, total in enumerate(sums(office), start=1)]


@ON_SQLITE
def test_a_device_that_was_off_is_not_assessed_and_keeps_what_it_showed(office, lines):
    office.run(pc_01=LOCAL, pc_02=LOCAL)
    assert office.run(pc_01=LOCAL, pc_02=AWAY, task={**DOOR, "ignore_unreachable": True}).code == 4
    assert [line.split()[2] for line in lines(REACHED)] == ["assessed", "assessed", "assessed", "unreachable"]
    assert all(line.split()[3] != "-" for line in lines(REACHED) if "unreachable" in line)
    assert [line for line in lines(OBSERVED) if line.startswith("pc-02")] == [
        f"pc-02 {FIRST} pass 1 0",
        f"pc-02 {SECOND} pass 1 0",
    ]
    assert "2 of 3 devices could not be assessed" in words(office)
    left_out = office.run(pc_01=LOCAL, pc_02=LOCAL, task={**DOOR, "when": "inventory_hostname == 'pc-01'"})
    assert left_out.code == 3
    assert lines(REACHED)[-1] == "pc-02 3 unanswered this run left it out, or ended before its turn"


@ON_SQLITE
def test_the_report_shows_all_devices_of_the_register_whatever_the_run_was_about(office):
    office.file(FIRST).chmod(0o644)
    office.run(pc_01=LOCAL, pc_02=LOCAL)
    office.file(FIRST).chmod(0o600)
    office.run("--limit=pc-02", pc_01=LOCAL, pc_02=LOCAL)
    shown = words(office)
    assert "The register holds 3 devices, of which this run assessed 1." in shown
    assert "4 checks = 2 controls on 2 devices" in shown
    assert "1 FAIL of 4" in shown
    assert "3 PASS of 4" in shown
    assert "1 of 3 devices could not be assessed" in shown
    assert "pc-03 it is in the register, and was never assessed" in shown
    assert "A row on trial." in shown
    assert "This report is made of the register" in shown


@ON_SQLITE
def test_the_register_tells_whom_to_check_and_gets_what_they_showed(office, place):
    register = Register.open(place)
    with register.write("officer") as writer:
        devices.put(writer, {"name": "pc-02", "platform": "linux"})
        for state in ("received", "hardening"):
            devices.transition(writer, "pc-02", state)
    register.close()
    local = {name: f"'{value}'" for name, value in LOCAL.items()}
    (office.folder / "register.yml").write_text(
        json.dumps(
            {"plugin": "commune.baseline.register", "register": place, "states": ["hardening"], "compose": local}
        )
    )
    (office.folder / "play.yml").write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [DOOR]}]))
    run = office.start("play.yml", "--check", inventory="register.yml", COMMUNE_BASELINE_REGISTER="")
    assert run.code == 0, run.screen + run.errors
    assert "pc-02 workstation · assessed" in words(office)
    assert "2 PASS of 2" in words(office)
    assert "2 of 3 devices could not be assessed" in words(office)


@ON_SQLITE
def test_a_run_of_a_part_ends_nothing_of_the_rest_and_the_report_says_what_was_never_seen(office, lines):
    part = ["--extra-vars", json.dumps({"baseline_only": ["AC-08"]})]
    (office.folder / "ansible_collections/commune/baseline/roles/trial/vars/windows.yml").write_text(OF_WINDOWS)
    office.run(*part)
    assert "NOT ALL SEEN: so far 1 of 2 rows were looked at on pc-01." in words(office)
    office.run()
    assert "NOT ALL SEEN" not in words(office)
    office.run(*part)
    assert lines(OBSERVED) == [f"pc-01 {FIRST} pass 1 0", f"pc-01 {SECOND} pass 2 0"]
    assert "2 PASS of 2" in words(office)


@ON_SQLITE
def test_a_row_that_is_no_more_ends_with_the_next_whole_run(office, lines):
    office.run()
    rows = office.folder / "ansible_collections/commune/baseline/roles/trial/vars/linux.yml"
    first, _second = json.loads(rows.read_text())["__trial_rows"]
    rows.write_text(json.dumps({"__trial_rows": [first]}))
    office.run("--limit=pc-01")
    assert lines(OBSERVED)[1] == f"pc-01 {SECOND} pass 1 0"
    office.run()
    assert lines(OBSERVED)[1] == f"pc-01 {SECOND} pass 1 3"


@ON_SQLITE
def test_what_an_enforcing_run_corrected_is_kept_and_shown_and_a_rollback_is_no_assessment(office, lines):
    office.file(FIRST).chmod(0o644)
    run = office.run(task={**DOOR, "check_mode": False})
    assert (run.code, lines(RUNS)[0].split()[1]) == (0, "enforce")
    assert lines("SELECT was FROM observations WHERE was IS NOT NULL") == ['"0644"']
    assert "This run wrote 1 rows on 1 devices." in words(office)
    (name,) = (path.stem for path in (office.evidence / "runs").iterdir())
    undone = office.run(task={"commune.baseline.linux_rollback": {"run": name}, "check_mode": False})
    assert (undone.code, oct(office.file(FIRST).stat().st_mode)[-3:]) == (0, "644")
    assert (len(lines(RUNS)), len(lines(ANCHORS))) == (1, 2)


@ON_SQLITE
def test_a_device_that_nobody_registered_is_named_and_the_others_are_stored(office, lines):
    run = office.run(pc_01=LOCAL, laptop=LOCAL)
    assert run.code == 3
    assert "the register knows no device laptop: what runs" in run.errors
    assert lines(REACHED) == ["pc-01 1 assessed -"]
    assert "Not in the register, and so not in this report: laptop" in words(office)
    assert office.run(pc_01=LOCAL).code == 0


@ON_SQLITE
def test_a_register_that_comes_later_gets_what_earlier_runs_showed_and_names_an_unknown_device_once(office, place):
    shutil.move(place, f"{place}.later")
    nameless = {"COMMUNE_BASELINE_REGISTER": ""}
    for _number in range(2):
        assert office.run(pc_01=LOCAL, laptop=LOCAL, **nameless).code == 0
    shutil.move(f"{place}.later", place)
    run = office.run()
    assert (run.code, run.errors.count("the register knows no device laptop")) == (3, 1)
    assert sqlite3.connect(place).execute("SELECT run FROM run_devices ORDER BY run").fetchall() == [(1,), (2,), (3,)]


def test_what_could_not_be_stored_is_told_and_stored_by_the_next_run(office, lines, foreign_sql):
    foreign_sql("UPDATE migrations SET version = 99")
    office.file(FIRST).chmod(0o644)
    run = office.run(task={"commune.baseline.policy": {}})
    assert run.code == 3  # and not 2, which a schedule takes for success
    office.file(FIRST).chmod(0o600)
    assert "is not in the register: the register has version 99 of its schema" in run.errors
    assert "This report is made of the file runs/" in words(office)
    foreign_sql("UPDATE migrations SET version = 1")
    assert (lines(RUNS), len(office.bundles)) == ([], 1)
    assert office.run().code == 0
    assert (len(lines(RUNS)), len(lines(ANCHORS)), len(lines(OBSERVED))) == (2, 2, 3)
    assert lines(RUNS) == sorted(lines(RUNS))


@ON_SQLITE
def test_a_register_that_somebody_else_holds_is_told_in_the_language_of_the_officer(office, place):
    holder = sqlite3.connect(place)
    holder.execute("BEGIN IMMEDIATE")
    run = office.run()
    told = office.start("play.yml", "--check", COMMUNE_BASELINE_LANGUAGE="vi")
    holder.rollback()
    holder.close()
    assert run.code == 3
    assert "is being written by somebody else for more than 1 s; try again later" in run.errors
    assert "kết quả của lần chạy này không có trong sổ thiết bị" in told.errors
    assert len(office.bundles) == 2


@ON_SQLITE
def test_a_register_that_is_named_and_not_there_is_told_and_one_that_nobody_names_is_none(office, place):
    shutil.move(place, f"{place}.away")
    run = office.run()
    assert (run.code, "there is no register at" in run.errors) == (3, True)
    nameless = office.start("play.yml", "--check", COMMUNE_BASELINE_REGISTER="")
    assert (nameless.code, nameless.errors) == (0, "")
    shutil.copy(f"{place}.away", office.folder / "register.db")
    beside = office.start("play.yml", "--check", COMMUNE_BASELINE_REGISTER="")
    assert (beside.code, len(office.bundles)) == (0, 3)
    stored = sqlite3.connect(office.folder / "register.db").execute("SELECT COUNT(*) FROM runs").fetchone()
    assert stored == (3,)


def verified(office, **options):
    key = office.evidence / "keys/public-00000001.pem"
    result = office.verb("evidence_verify", folder=str(office.evidence), public_key=str(key), **options)
    return result["faults"], result["unseen"]


@ON_SQLITE
def test_evidence_that_was_cut_added_or_exchanged_shows_against_the_register(office):
    for _number in range(3):
        office.run()
    with_register = {"register": office.place}
    assert verified(office, **with_register) == ([], None)
    first, _second, last = office.bundles
    kept, record = last.read_bytes(), json.loads(last.read_bytes().splitlines()[0])["records"]
    last.unlink()
    (office.evidence / "runs" / next(iter(record))).rename(office.folder / "record")
    assert verified(office)[0] == []  # the folder alone does not tell
    assert verified(office, **with_register)[0] == ["the register is anchored to bundle 3, which is not here"]
    again = office.run()
    assert again.code == 3
    assert f"bundles/{last.name} is not the one that the register is anchored to" in again.errors
    assert "This report is made of the file runs/" in words(office)
    assert verified(office, **with_register)[0] == [
        f"bundles/{last.name} is not the one that the register is anchored to"
    ]
    assert kept != last.read_bytes()
    first.unlink()
    assert f"bundles/{first.name} is missing" in verified(office, **with_register)[0]


@ON_SQLITE
def test_a_bundle_without_an_anchor_is_named(office, tamper):
    office.run()
    tamper("DELETE FROM events WHERE kind = 'evidence'")
    faults, unseen = verified(office, register=office.place)
    assert "bundles/00000001.bundle has no anchor in the register" in faults[0]
    assert unseen


@ON_SQLITE
def test_an_event_that_was_edited_shows_and_one_whose_chain_was_made_anew_against_the_evidence(office, tamper):
    office.run()
    office.run()
    assert office.verb("register_verify", evidence=str(office.evidence))["faults"] == []
    tamper("UPDATE events SET who = 'somebody' WHERE number = 1")
    assert "event 1 was edited" in office.verb("register_verify")["faults"]
    tamper("UPDATE events SET hash = 'x' || substr(hash, 2) WHERE number = 3")
    told = office.verb("register_verify", evidence=str(office.evidence))["faults"]
    assert "event 3 is not the one that evidence was anchored to" in told


@ON_SQLITE
def test_what_was_changed_before_the_register_had_it_is_not_stored_and_told(office, lines, foreign_sql):
    foreign_sql("UPDATE migrations SET version = 99")
    office.run()
    foreign_sql("UPDATE migrations SET version = 1")
    (record,) = (office.evidence / "runs").iterdir()
    record.write_text(record.read_text("utf-8").replace('"state":"pass"', '"state":"fail"'), "utf-8")
    run = office.run()
    assert run.code == 3
    assert f"runs/{record.name} is not what bundles/00000001.bundle tells of" in run.errors
    assert (len(lines(RUNS)), [line.split()[0] for line in lines(ANCHORS)]) == (1, ["2"])
    assert "fail" not in " ".join(lines(OBSERVED))


@ON_SQLITE
def test_the_variable_that_names_the_register_may_be_a_template_and_one_without_a_value_stops_the_run(office, place):
    named = {**LOCAL, "baseline_register": "{{ folder_of_the_site }}/register.db"}
    folder = place.removesuffix("/register.db")
    nameless = {"COMMUNE_BASELINE_REGISTER": ""}
    assert office.run("--extra-vars", f"folder_of_the_site={folder}", pc_01=named, **nameless).code == 0
    assert sqlite3.connect(place).execute("SELECT COUNT(*) FROM runs").fetchone() == (1,)
    stopped = office.run(pc_01=named, **nameless)
    assert (stopped.code, "TASK" in stopped.screen, "folder_of_the_site" in stopped.errors) == (3, False, True)
