# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The evidence of real runs of ansible-playbook: always in check mode, with one row that lies in the test's own folder.

A device that cannot be reached has an ssh program that says so: nothing leaves this machine.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

COLLECTION = Path(__file__).parents[4]
SENTENCE = {"vi": "Dòng thử.", "en": "A row on trial."}
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
AWAY = {"ansible_connection": "ssh", "ansible_ssh_executable": "{{ playbook_dir }}/no-ssh"}
DOOR = {"commune.baseline.policy": {}}
GO_ON = {**DOOR, "ignore_unreachable": True}


@pytest.fixture(name="site")
def fixture_site(tmp_path):
    """A folder with a file that its row is content with, and a copy of the collection with that row alone."""
    collection = tmp_path / "ansible_collections/commune/baseline"
    for folder in ("plugins", "catalogue"):
        shutil.copytree(COLLECTION / folder, collection / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(COLLECTION / "galaxy.yml", collection)
    row = {"id": "LNX-TRIAL", "control": "AC-08", "kind": "file", "attribute": "mode", "value": "0600", "why": SENTENCE}
    row |= {"path": str(tmp_path / "file"), "fix": SENTENCE}
    journal = collection / "plugins/module_utils/_policy/journal.py"
    journal.write_text(journal.read_text("utf-8").replace("/var/lib/commune-baseline", str(tmp_path)), "utf-8")
    rows = collection / "roles/trial/vars/linux.yml"
    rows.parent.mkdir(parents=True)
    rows.write_text(json.dumps({"__trial_rows": [row]}))
    (tmp_path / "file").touch(mode=0o600)
    (tmp_path / "no-ssh").write_text("#!/bin/sh\nexit 255\n")
    (tmp_path / "no-ssh").chmod(0o755)
    return tmp_path


@pytest.fixture(name="play")
def fixture_play(site):
    """Run a play with these tasks on these devices; return its code, its screen and the record it left, if any."""

    def run(*tasks, hosts=None, plays=None, arguments=(), umask=0o022, **settings):
        local = {"all": {"hosts": hosts if hosts is not None else {"pc": LOCAL}}}
        (site / "hosts.json").write_text(json.dumps(local))
        (site / "play.yml").write_text(json.dumps(plays or [a_play(*tasks)]))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        environment |= {
            "ANSIBLE_CALLBACKS_ENABLED": "commune.baseline.evidence",
            "ANSIBLE_COLLECTIONS_PATH": str(site),
            "ANSIBLE_HOME": str(site / "home"),
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_STDOUT_CALLBACK": "commune.baseline.screen",
            "COMMUNE_BASELINE_LANGUAGE": "en",
            **settings,
        }
        program = [sys.executable, "-m", "ansible.cli.playbook", "--check", "--inventory=hosts.json", "play.yml"]
        done = subprocess.run(
            [*program, *arguments], cwd=site, env=environment, umask=umask, text=True, capture_output=True, check=False
        )
        assert "Callback dispatch" not in done.stderr
        files = sorted((site / "evidence/runs").glob("*.json"))
        record = json.loads(files[-1].read_bytes()) if files else None
        return SimpleNamespace(code=done.returncode, screen=done.stdout, errors=done.stderr, record=record)

    return run


def a_play(*tasks, **fields):
    return {"hosts": "all", "gather_facts": False, "tasks": list(tasks), **fields}


def states(run):
    """Return what the record says of each device: its control's state, or what stood in the way."""
    return {
        device["device"]: device["obstacle"]["what"] if device["obstacle"] else device["controls"][0]["state"]
        for device in run.record["devices"]
    }


def break_row(site):
    (site / "file").chmod(0o644)


def test_a_run_ends_with_its_table_and_the_place_of_its_report(play, site):
    run = play(DOOR)
    *_screen, head, _heads, line, total, report = run.screen.splitlines()
    assert (head, total) == ("Results by device and control", "1/1 checks of controls pass")
    assert line.split()[:3] == ["pc", "AC-08", "PASS"]
    path = Path(report.removeprefix("Report: "))
    assert path.parent == site / "evidence/reports"
    assert path.read_bytes() == (path.parent / "latest.html").read_bytes()
    assert path.stem == run.record["run"]
    assert run.code == 0


def test_the_table_and_the_report_are_vietnamese_unless_told_otherwise(play, site):
    run = play(DOOR, COMMUNE_BASELINE_LANGUAGE="vi")
    assert "1/1 lượt kiểm tra biện pháp đạt" in run.screen
    assert '<html lang="vi">' in (site / "evidence/reports/latest.html").read_text("utf-8")


def test_the_record_says_who_ran_what_when_and_what_every_row_showed(play, site):
    break_row(site)
    run = play(DOOR, hosts={"pc": {**LOCAL, "baseline_device_class": "server"}})
    record = run.record
    assert record["operator"]["login"] == subprocess.check_output(["id", "-un"], text=True).strip()
    assert (record["mode"], record["playbooks"], record["site"]) == ("check", ["play.yml"], site.name)
    assert record["began"] <= record["ended"]
    ((device,), (row,)) = record["devices"], record["devices"][0]["controls"][0]["rows"]
    assert (device["class"], row["state"], row["before"], row["desired"]) == ("server", "fail", "0644", "0600")
    assert record["rows"]["LNX-TRIAL"]["why"] == SENTENCE


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_only_the_owner_can_read_evidence_whatever_the_umask(play, site, umask):
    play(DOOR, umask=umask, ANSIBLE_HOME=str(site / "home"), ANSIBLE_LOCAL_TEMP=str(site / "home/tmp"))
    evidence = site / "evidence"
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (evidence, *evidence.rglob("*")) if path.is_dir()}
    assert modes == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in evidence.rglob("*.*")} == {0o600}


@pytest.mark.parametrize(
    ("task", "hosts", "code", "shown"),
    [
        (GO_ON, {"pc": LOCAL, "away": AWAY}, 4, {"pc": "pass", "away": "unreachable"}),
        ({**DOOR, "when": "inventory_hostname == 'b'"}, {"b": LOCAL, "c": LOCAL}, 3, {"b": "pass", "c": "unanswered"}),
        ({**DOOR, "no_log": True}, {"pc": LOCAL}, 3, {"pc": "unanswered"}),
        ({**DOOR, "async": 10, "ignore_errors": True}, {"pc": LOCAL}, 2, {"pc": "failed"}),
        ({"commune.baseline.policy": {"roles": ["no"]}, "ignore_errors": True}, {"pc": LOCAL}, 2, {"pc": "failed"}),
    ],
)  # fmt: skip
def test_a_device_that_was_not_assessed_is_never_a_success(play, task, hosts, code, shown):
    run = play(task, hosts=hosts)
    assert (run.code, states(run)) == (code, shown)
    assert "devices that could not be assessed: 1" in run.screen


@pytest.mark.parametrize(
    "task",
    [{**DOOR, "ignore_errors": True}, {"block": [DOOR], "rescue": [{"debug": {"msg": "never mind"}}]}],
)
def test_a_control_that_is_not_met_is_no_success_even_if_the_play_forgives_it(play, site, task):
    break_row(site)
    run = play(task)
    assert (run.code, states(run)) == (2, {"pc": "fail"})


def test_what_fails_and_is_met_later_in_the_run_is_a_success(play, site):
    break_row(site)
    repair = {"ansible.builtin.file": {"path": str(site / "file"), "mode": "0600"}, "check_mode": False}
    run = play({**DOOR, "ignore_errors": True}, repair, DOOR)
    assert (run.code, states(run)) == (0, {"pc": "pass"})


def test_the_door_decides_which_states_are_no_success(play, site):
    break_row(site)
    run = play({"commune.baseline.policy": {"fail_on": "never"}})
    assert (run.code, states(run)) == (0, {"pc": "fail"})


def test_a_loop_over_the_door_is_judged_by_what_each_round_showed(play):
    rounds = {"loop": [["no"], ["trial"]], "ignore_errors": True}
    run = play({"commune.baseline.policy": {"roles": "{{ item }}"}, **rounds})
    assert (run.code, states(run)) == (2, {"pc": "failed"})
    assert "pc      AC-08    PASS" in run.screen


def test_batches_that_never_had_their_turn_were_not_assessed(play, site):
    break_row(site)
    hosts = dict.fromkeys(("a", "b", "c"), LOCAL)
    run = play(plays=[a_play(DOOR, serial=1)], hosts=hosts)
    assert (run.code, states(run)) == (2, {"a": "fail", "b": "unanswered", "c": "unanswered"})


def test_a_limit_leaves_out_devices_and_that_is_no_failure(play):
    run = play(DOOR, hosts={"pc": LOCAL, "away": AWAY}, arguments=["--limit=pc"])
    assert (run.code, states(run)) == (0, {"pc": "pass"})


def test_a_device_lost_in_an_earlier_play_is_in_the_evidence_of_the_later_one(play):
    plays = [a_play({"ansible.builtin.ping": {}}), a_play(DOOR)]
    run = play(plays=plays, hosts={"pc": LOCAL, "away": AWAY})
    assert (run.code, states(run)) == (4, {"pc": "pass", "away": "unreachable"})


def test_a_run_in_which_no_device_matches_is_no_success(play):
    run = play(plays=[a_play(DOOR, hosts="nobody")])
    assert (run.code, run.record) == (3, None)
    assert "No device of the inventory matches: nothing was looked at." in run.screen


def test_the_controller_that_fails_before_any_device_is_looked_at_is_no_device_and_leaves_no_evidence(play, site):
    plays = [a_play({"ansible.builtin.fail": {}}, hosts="localhost", connection="local"), a_play(DOOR)]
    run = play(plays=plays)
    assert (run.code, run.record) == (3, None)
    assert not (site / "evidence").exists()


@pytest.fixture(name="run_to_take_back")
def fixture_run_to_take_back(play, site):
    """The id of a run that corrected the row."""
    break_row(site)
    return play({**DOOR, "check_mode": False}).record["run"]


def roll_back(run, **fields):
    return {"commune.baseline.linux_rollback": {"run": run}, "check_mode": False, **fields}


def test_a_rollback_leaves_a_record_and_a_table_of_what_was_restored(play, site, run_to_take_back):
    report = (site / "evidence/reports/latest.html").read_bytes()
    run = play(roll_back(run_to_take_back), COMMUNE_BASELINE_LANGUAGE="vi")
    assert (run.code, run.record["kind"], run.record["playbooks"]) == (0, "rollback", ["play.yml"])
    assert run.record["operator"]["login"]
    ((restored,),) = (device["restored"] for device in run.record["devices"])
    assert restored == {"run": run_to_take_back, "known": True, "names": [f"{site}/file"]}
    assert stat.S_IMODE((site / "file").stat().st_mode) == 0o644
    shown = [" ".join(line.split()) for line in run.screen.splitlines()]
    assert f"pc {run_to_take_back} ĐÃ HOÀN TÁC {site}/file" in shown
    assert shown[-1] == f"Hồ sơ: {site}/evidence/runs/{run.record['run']}.json"
    assert (site / "evidence/reports/latest.html").read_bytes() == report


def test_a_rollback_that_a_device_refuses_is_told_with_its_reason(play, site, run_to_take_back):
    (site / "file").chmod(0o640)
    run = play(roll_back(run_to_take_back, ignore_errors=True), COMMUNE_BASELINE_LANGUAGE="vi")
    assert (run.code, run.record["kind"], states(run)) == (2, "rollback", {"pc": "failed"})
    (line,) = [line for line in run.screen.splitlines() if "KHÔNG HOÀN TÁC ĐƯỢC" in line]
    assert f"sau lần chạy đó đã có người khác sửa, nên không hoàn tác gì cả: {site}/file" in line


@pytest.mark.parametrize(
    "task", [{"ansible.builtin.fail": {"msg": "no"}, "ignore_errors": True}, {**DOOR, "tags": ["x"]}]
)
def test_a_run_that_does_not_come_to_the_door_leaves_nothing_and_keeps_its_code(play, task):
    run = play(task, arguments=["--tags=untagged"])
    assert (run.code, run.record, "Results by device" in run.screen) == (0, None, False)


def test_a_folder_that_others_may_read_stops_the_run_before_it_begins(play, site):
    (site / "evidence").mkdir(mode=0o755)
    (site / "evidence").chmod(0o755)
    run = play(DOOR)
    assert run.code == 3
    assert f"others may read it (mode 0755); chmod 0700 {site}/evidence" in run.errors
    assert "TASK" not in run.screen


def test_what_keeps_evidence_from_being_stored_is_told_in_the_language_of_the_table(play, site):
    (site / "evidence").write_text("")
    errors = play(DOOR, COMMUNE_BASELINE_LANGUAGE="vi").errors
    assert f"không lưu được bằng chứng vào {site}/evidence: đây không phải là thư mục" in errors


def test_a_folder_that_is_none_stops_the_run_before_it_begins(play, site):
    (site / "evidence").write_text("")
    run = play(DOOR)
    assert (run.code, "TASK" in run.screen) == (3, False)
    assert f"evidence cannot be stored in {site}/evidence: it is no folder" in run.errors


def test_evidence_that_cannot_be_stored_in_the_end_is_no_success(play, site):
    command = {"ansible.builtin.command": f"rm -r {site}/evidence/runs", "check_mode": False}
    run = play(DOOR, command)
    assert run.code == 3
    assert f"evidence cannot be stored in {site}/evidence/runs/" in run.errors
    assert "1/1 checks of controls pass" in run.screen


def test_evidence_never_lies_where_ansible_would_read_it_as_a_list_of_devices(play, site):
    folder = site / "inventory"
    folder.mkdir()
    (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": {"pc": LOCAL}}}))
    refused = play(DOOR, arguments=["--inventory=inventory", "--limit=pc"], hosts={})
    assert (refused.code, (folder / "evidence").exists()) == (3, False)
    assert "put ignore_patterns = ^evidence$ below [inventory]" in refused.errors
    kept = play(DOOR, arguments=["--inventory=inventory"], hosts={}, ANSIBLE_INVENTORY_IGNORE_REGEX="^evidence$")
    assert (kept.code, len(list((folder / "evidence/runs").iterdir()))) == (0, 1)


def test_a_run_that_looks_at_a_part_of_the_baseline_says_so_in_table_record_and_report(play, site):
    rows = site / "ansible_collections/commune/baseline/roles/trial/vars/linux.yml"
    ((row,),) = json.loads(rows.read_text()).values()
    rows.write_text(json.dumps({"__trial_rows": [row, {**row, "id": "LNX-OTHER", "control": "AC-09"}]}))
    run = play(DOOR, arguments=["--limit=pc", "--extra-vars", json.dumps({"baseline_only": ["AC-08"]})])
    (scope,) = (device["scope"] for device in run.record["devices"])
    assert scope == {"rows": 1, "baseline": 2, "only": ["AC-08"], "roles": [], "unneeded": []}
    assert run.record["limit"] == "pc"
    told = "ONLY A PART: 1 of 2 rows on pc (baseline_only: AC-08)"
    assert told in run.screen
    assert told in (site / "evidence/reports/latest.html").read_text("utf-8")
    whole = play(DOOR)
    assert (whole.record["devices"][0]["scope"]["rows"], whole.record["limit"]) == (2, None)
    assert "ONLY A PART" not in whole.screen


def test_an_exception_that_nothing_needs_is_in_the_record_and_in_the_table(play):
    allowed = {"control": "AC-08", "device": "pc", "reason": "Máy quầy", "approver": "CT", "document": "1/QĐ"}
    allowed["expires"] = "2999-01-31"
    run = play(DOOR, arguments=["--extra-vars", json.dumps({"baseline_exceptions": [allowed]})])
    (device,) = run.record["devices"]
    assert device["scope"]["unneeded"] == [{**allowed, "row": None, "group": None}]
    assert "Exception in force that is not needed: AC-08 on pc until 2999-01-31 (1/QĐ)." in run.screen


def test_the_change_that_a_run_belongs_to_is_in_its_record(play):
    change = {"id": "07/2026", "reason": "Quý III", "requester": "Văn phòng", "approver": "Chủ tịch"}
    run = play(DOOR, arguments=["--extra-vars", json.dumps({"baseline_change": change})])
    assert run.record["changes"] == [change]


def test_an_enforcing_run_without_the_change_it_needs_is_refused(play, site):
    """Enforcing by its own word, not that of the program: the door refuses before it asks the device anything."""
    break_row(site)
    variables = ["--extra-vars", json.dumps({"baseline_change_required": True, "baseline_change": {"id": "7"}})]
    refused, looked = play({**DOOR, "check_mode": False}, arguments=variables), play(DOOR, arguments=variables)
    assert (refused.code, refused.record["devices"][0]["controls"]) == (2, [])
    assert "baseline_change: lacks reason, requester, approver" in refused.record["devices"][0]["obstacle"]["message"]
    assert stat.S_IMODE((site / "file").stat().st_mode) == 0o644
    assert states(looked) == {"pc": "fail"}


def test_the_record_of_a_run_is_signed_for_programs_that_know_nothing_of_us(play, site):
    run = play(DOOR)
    line, signature = (site / "evidence/bundles/00000001.bundle").read_bytes().splitlines()
    record = site / "evidence/runs" / f"{run.record['run']}.json"
    total = subprocess.check_output(["sha256sum", record], text=True).split()[0]
    assert json.loads(line)["records"] == {record.name: total}
    (site / "line").write_bytes(line)
    (site / "signature").write_bytes(base64.b64decode(signature))
    command = "openssl pkeyutl -verify -rawin -pubin -inkey evidence/keys/public-00000001.pem -in line"
    subprocess.run([*command.split(), "-sigfile", "signature"], cwd=site, check=True)


def test_a_run_that_could_not_sign_touches_no_device_and_says_so(play, site):
    play(DOOR)
    (site / "evidence/keys/private.pem").unlink()
    run = play(DOOR)
    assert "evidence cannot be signed: " in run.errors
    assert "private.pem is missing or not the key that the last bundle asks for; take it from a backup" in run.errors
    assert "Results by device" not in run.screen
    assert (run.code, len(list((site / "evidence/runs").iterdir()))) == (3, 1)


def test_a_run_whose_bundle_cannot_be_stored_at_its_end_says_so_and_does_not_end_with_0(play, site):
    bundles = site / "evidence/bundles"
    lost = {"ansible.builtin.command": f"rm -r {bundles}", "check_mode": False}
    run = play(DOOR, lost)
    assert f"evidence cannot be stored in {bundles}/00000001.bundle: No such file or directory" in run.errors
    assert run.code == 3


def test_a_library_that_is_missing_for_signing_stops_the_run_before_it_begins(play, site):
    (site / "rfc8785.py").write_text("raise ModuleNotFoundError(name='rfc8785')")
    run = play(DOOR, PYTHONPATH=str(site))
    assert "does not find the Python library rfc8785; install the project with its libraries" in run.errors
    assert (run.code, run.record) == (3, None)
