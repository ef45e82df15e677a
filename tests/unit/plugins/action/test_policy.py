# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door through real runs of Ansible: always in check mode, and with rows that lie in the test's own folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

COLLECTION = Path(__file__).parents[4]
KNOB = "session_lock_idle_seconds"


@pytest.fixture(name="site")
def fixture_site(tmp_path):
    """A folder with etc/ and a copy of the collection with one role, whose row reads and would write in that etc/."""
    copy = tmp_path / "ansible_collections/commune/baseline"
    for folder in ("plugins", "catalogue", "roles/session_lock"):
        shutil.copytree(COLLECTION / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    rows = copy / "roles/session_lock/vars/linux.yml"
    first_row, _blank_line, _others = rows.read_text("utf-8").partition("\n\n")
    text = first_row.replace("/etc/", f"{tmp_path}/etc/") + "\n"
    rows.write_text(text.replace("    probe: login_shell\n", ""), "utf-8")  # which would ask about the real /etc
    (tmp_path / "etc/profile.d").mkdir(parents=True)
    return tmp_path


def role_file(site, role, file):
    return site / "ansible_collections/commune/baseline/roles" / role / file


def policy(site, arguments=None, **variables):
    """Run the action on this machine in check mode, with variables in the inventory; return its result."""
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory = site / "hosts.json"
    inventory.write_text(json.dumps({"all": {"hosts": {"pc": {**local, **variables}}}}))
    program = [sys.executable, "-m", "ansible.cli.adhoc", "pc", "--check", "--diff", f"--inventory={inventory}"]
    action = ["--module-name=commune.baseline.policy", "--args", json.dumps({"platform": "linux", **(arguments or {})})]
    done = subprocess.run(
        [*program, *action],
        cwd=site,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
            "ANSIBLE_COLLECTIONS_PATH": str(site),
            "ANSIBLE_HOME": str(site / "home"),
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_REMOTE_TEMP": str(site / "remote"),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal",
        },
        text=True,
        capture_output=True,
        check=False,
    )
    assert "DEPRECATION" not in done.stderr
    result, _end = json.JSONDecoder().raw_decode(re.split(r"^pc \| .+ => ", done.stdout, flags=re.MULTILINE)[1])
    return {**result, "failed": done.returncode == 2}


def row_of(result):
    (row,) = rows_of(result)
    return row


def rows_of(result):
    return [row for control in result["controls"] for row in json.loads(control["rows"])]


def add_role(site, role, *, default):
    """Give the copy a second role, with a copy of the first one's row under another id, and a knob of its own."""
    shutil.copytree(role_file(site, "session_lock", ""), role_file(site, role, ""))
    for file in ("vars/linux.yml", "meta/argument_specs.yml"):
        path = role_file(site, role, file)
        text = path.read_text("utf-8").replace("session_lock", role).replace("LNX-SHELL-TMOUT", f"LNX-{role}")
        path.write_text(text, "utf-8")
    role_file(site, role, "defaults/main.yml").write_text(yaml.safe_dump({f"{role}_idle_seconds": default}))


def test_check_mode_tells_what_fails_and_writes_nothing(site):
    result = policy(site)
    row = row_of(result)
    assert (row["state"], row["before"], row["desired"]) == ("fail", None, 600)
    assert (result["changed"], row["would_change"], row["changed"]) == (True, True, False)
    assert [path for path in (site / "etc").rglob("*") if path.is_file()] == []


def test_controls_are_returned_when_the_task_fails(site):
    result = policy(site)
    message = "of 1 controls 1 fail and 0 could not be assessed; not met although demanded: AC-08"
    assert (result["failed"], result["msg"]) == (True, message)
    (control,) = result["controls"]
    assert (control["control"], control["priority"], control["state"]) == ("AC-08", "must", "fail")
    assert control["title"]["vi"] == "Khóa màn hình sau 10 phút không sử dụng"
    assert row_of(result)["why"]["en"].startswith("A shell left open")
    assert "observations" not in result


def test_a_device_that_meets_its_rows_fails_nothing(site):
    (site / "etc/profile.d/local.sh").write_text("TMOUT=300\n")
    result = policy(site)
    assert (result["failed"], result["changed"], "msg" in result) == (False, False, False)
    row = row_of(result)
    assert (row["state"], row["after"], row["where"]) == ("pass", "300", f"{site}/etc/profile.d/local.sh:1")


def test_a_row_that_cannot_be_read_fails_the_task_too(site):
    (site / "etc/profile").mkdir()
    result = policy(site)
    message = "of 1 controls 0 fail and 1 could not be assessed; not met although demanded: AC-08"
    assert (result["failed"], result["msg"]) == (True, message)
    assert (row_of(result)["state"], row_of(result)["would_change"]) == ("not_assessed", False)


@pytest.mark.parametrize(
    ("arguments", "variables", "failed"),
    [
        ({"fail_on": "could"}, {}, True),
        ({"fail_on": "never"}, {}, False),
        ({}, {"baseline_fail_on": "never"}, False),
        ({}, {"baseline_fail_on": "{{ 'never' }}"}, False),
        ({"fail_on": "must"}, {"baseline_fail_on": "never"}, True),
    ],
)
def test_fail_on_decides_whether_the_task_fails_and_nothing_else(site, arguments, variables, failed):
    result = policy(site, arguments, **variables)
    assert (result["failed"], "msg" in result, row_of(result)["state"]) == (failed, failed, "fail")


def test_a_priority_that_does_not_exist_is_named_before_the_device_is_touched(site):
    result = policy(site, baseline_fail_on="may")
    assert (result["failed"], "controls" in result) == (True, False)
    assert result["msg"] == "site: value of baseline_fail_on must be one of: must, should, could, never, got: may"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"fail_on": "may"}, "value of fail_on must be one of: must, should, could, never, got: may"),
        ({"roles": ["nope"]}, "role 'nope' has no rows for linux; roles that have: session_lock"),
        ({"roles": ["../x"]}, "role '../x' has no rows for linux; roles that have: session_lock"),
        (
            {"roles": []},
            "roles names no role; leave it out to use all",
        ),
    ],
)
def test_a_wrong_argument_is_answered_with_one_sentence(site, arguments, sentence):
    result = policy(site, arguments)
    assert (result["failed"], result["msg"], "controls" in result) == (True, sentence, False)


@pytest.mark.parametrize("argument", [{"platform": "vax"}, {"rolls": ["session_lock"]}])
def test_an_argument_that_does_not_exist_is_named(site, argument):
    result = policy(site, argument)
    assert result["failed"]
    assert next(iter(argument)) in result["msg"]


@pytest.mark.parametrize(
    ("variables", "desired"),
    [
        ({KNOB: "300"}, 300),
        ({KNOB: "{{ minutes * 60 }}", "minutes": 5}, 300),
        ({KNOB: "{{ other }}", "other": "{{ another }}", "another": 240}, 240),
    ],
)
def test_the_knob_of_the_inventory_wins_and_is_resolved(site, variables, desired):
    assert row_of(policy(site, **variables))["desired"] == desired


def test_a_default_may_refer_to_other_variables(site):
    role_file(site, "session_lock", "defaults/main.yml").write_text(f'{KNOB}: "{{{{ minutes * 60 }}}}"\nminutes: 10\n')
    assert row_of(policy(site))["desired"] == 600
    assert row_of(policy(site, minutes=2))["desired"] == 120


def test_a_row_with_a_constant_needs_no_knob(site):
    rows = role_file(site, "session_lock", "vars/linux.yml")
    rows.write_text(rows.read_text("utf-8").replace(f"knob: {KNOB}", "value: 120"), "utf-8")
    assert row_of(policy(site, **{KNOB: 300}))["desired"] == 120


@pytest.mark.parametrize("value", ["soon", [600], "{{ 'so' ~ 'on' }}"])
def test_a_knob_of_the_wrong_type_names_its_role_and_itself(site, value):
    result = policy(site, **{KNOB: value})
    assert (result["failed"], "controls" in result) == (True, False)
    assert result["msg"].startswith(f"role session_lock: argument '{KNOB}' is of type ")


def test_a_knob_that_refers_to_nothing_names_what_is_missing(site):
    result = policy(site, **{KNOB: "{{ nowhere }}"})
    assert result["failed"]
    assert "'nowhere' is undefined" in result["msg"]


def test_all_roles_with_rows_are_used_unless_some_are_named(site):
    add_role(site, "console_lock", default=300)
    every, one = policy(site), policy(site, {"roles": ["console_lock"]}, console_lock_idle_seconds=60)
    assert {row["id"]: row["desired"] for row in rows_of(every)} == {"LNX-console_lock": 300, "LNX-SHELL-TMOUT": 600}
    assert (row_of(one)["id"], row_of(one)["desired"]) == ("LNX-console_lock", 60)


def test_a_wrong_knob_of_a_role_that_is_not_used_does_no_harm(site):
    add_role(site, "console_lock", default="soon")
    assert row_of(policy(site, {"roles": ["session_lock"]}))["desired"] == 600
    assert policy(site)["msg"].startswith("role console_lock: argument 'console_lock_idle_seconds'")


def test_a_fault_in_the_rows_of_a_role_is_one_sentence(site):
    rows = role_file(site, "session_lock", "vars/linux.yml")
    rows.write_text(rows.read_text("utf-8").replace("control: AC-08", "control: AC-99"), "utf-8")
    assert policy(site)["msg"] == f"{rows}: row LNX-SHELL-TMOUT: the catalogue has no control 'AC-99'"


def test_a_device_whose_engine_cannot_run_says_so_and_shows_no_controls(site):
    result = policy(site, ansible_python_interpreter="/nowhere/python3")
    assert (result["failed"], "controls" in result) == (True, False)
    assert "/nowhere/python3" in json.dumps(result)
