# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts on real hosts: written by the system's own tools, taken back byte for byte, and never our own login."""

from __future__ import annotations

import subprocess

import pytest

from tests.integration.conftest import Controller
from tests.integration.trial import Trial

ROLLBACK = "playbooks/rollback.yml"
FILES = "sudo sha256sum /etc/passwd /etc/shadow /etc/group /etc/gshadow; sudo stat --format '%a %U %G' /etc/shadow"
SETUP = """
set -eu
useradd --create-home lan
useradd --create-home blank
printf 'lan:Mot-Mat-Khau-9\\n' | chpasswd --crypt-method SHA512
usermod --password '' blank
chage --lastday "$(date --utc --date '10 days ago' +%F)" lan
usermod --shell /bin/sh games
gpasswd --members lan,ops users
usermod --append --groups sudo ops
"""
ROWS = [
    {"attribute": "maximum_days", "name": "lan", "value": 90, "compare": "<=", "minimum": 1},
    {"attribute": "warn_days", "accounts": "people", "value": 14, "compare": ">="},
    {"attribute": "inactive_days", "name": "lan", "value": 30},
    {"attribute": "password", "accounts": "everyone", "value": ["set", "locked"], "compare": "in"},
    {"attribute": "shell", "name": "games", "value": ["/usr/sbin/nologin"], "compare": "in"},
    {"attribute": "members", "group": "users", "value": ["ops", "blank"]},
]
ROWS = [{"id": f"LNX-ACCOUNT-{row['attribute']}", "kind": "account", "connectivity": True, **row} for row in ROWS]


@pytest.fixture(name="trial")
def fixture_trial(session_lab, tmp_path):
    session_lab.reset()
    for host in session_lab.hosts.values():
        subprocess.run([*host.ssh_command(), "sudo sh"], input=SETUP, text=True, check=True, capture_output=True)
    return Trial(Controller(session_lab), tmp_path)


@pytest.fixture(name="hosts")
def fixture_hosts(trial):
    return trial.controller.lab.hosts


def roll_back(trial, run):
    (run_id,) = {result["run"] for result in run.results.values()}
    return trial.controller.playbook(ROLLBACK, "--extra-vars", f"run={run_id}")


def shadow(host, account):
    return host.ssh(f"sudo getent shadow {account}").stdout.strip().split(":")


def test_rows_are_predicted_written_once_and_taken_back_byte_for_byte(trial, hosts):
    before = {name: host.ssh(FILES).stdout for name, host in hosts.items()}
    checked = trial.run(ROWS, "--check")
    assert {name: host.ssh(FILES).stdout for name, host in hosts.items()} == before
    first, second = trial.run(ROWS), trial.run(ROWS)
    for name, host in hosts.items():
        assert {seen["would_change"] for seen in checked.rows(name).values()} == {True}
        assert {(seen["state"], seen["changed"]) for seen in first.rows(name).values()} == {("pass", True)}
        assert {(seen["state"], seen["changed"]) for seen in second.rows(name).values()} == {("pass", False)}
        assert shadow(host, "lan")[3:7] == ["0", "90", "14", "30"]
        assert shadow(host, "blank")[1] == "!"
        assert host.ssh("getent passwd games").stdout.strip().endswith(":/usr/sbin/nologin")
        assert host.ssh("getent group users").stdout.strip().endswith(":ops,blank")
        assert host.ssh("sudo grep -rE '[$](6|y)[$]' /var/lib/commune-baseline", check=False).stdout == ""
    roll_back(trial, first)
    assert {name: host.ssh(FILES).stdout for name, host in hosts.items()} == before


def test_a_password_that_was_set_after_the_run_outlives_its_rollback(trial, hosts):
    lock = {"id": "LNX-LOCK", "kind": "account", "name": "blank", "attribute": "password", "value": "locked"}
    run = trial.run([{**lock, "connectivity": True}])
    for host in hosts.values():
        host.ssh("printf 'blank:Mat-Khau-Moi-7\\n' | sudo chpasswd")
    new = {name: shadow(host, "blank") for name, host in hosts.items()}
    refused = roll_back(trial, run)
    assert refused.exit_code != 0
    assert {name: shadow(host, "blank") for name, host in hosts.items()} == new


def test_nobody_loses_what_we_came_in_by_and_no_account_is_deleted(trial, hosts):
    for host in hosts.values():
        host.ssh("sudo useradd --non-unique --uid 0 toor 2> /dev/null")
        host.ssh("printf 'ops:Mot-Mat-Khau-9\\n' | sudo chpasswd")
    before = {name: host.ssh(FILES).stdout for name, host in hosts.items()}
    rows = [
        {"attribute": "password", "name": "ops", "value": "locked"},
        {"attribute": "shell", "name": "ops", "value": "/usr/sbin/nologin"},
        {"attribute": "expires", "name": "ops", "value": 1},
        {"attribute": "members", "group": "sudo", "value": []},
        {"attribute": "uid", "accounts": "everyone", "value": "unique"},
    ]
    run = trial.run([{"id": f"LNX-{row['attribute']}", "kind": "account", "connectivity": True, **row} for row in rows])
    for name, host in hosts.items():
        assert len(run.rows(name)) == len(rows)
        for seen in run.rows(name).values():
            assert (seen["state"], seen["changed"], bool(seen["reason"])) == ("fail", False, True)
        assert host.ssh(FILES).stdout == before[name]


def test_nobody_with_an_old_password_is_shut_out_at_once(trial, hosts):
    for host in hosts.values():
        host.ssh("sudo chage --lastday 2020-01-01 lan; printf 'blank:Mat-Khau-Moi-7\\n' | sudo chpasswd")
    row = {"id": "LNX-AGE", "kind": "account", "accounts": "people", "attribute": "maximum_days", "connectivity": True}
    row |= {"value": 90, "compare": "<=", "minimum": 1}
    checked, run = trial.run([row], "--check"), trial.run([row])
    for name, host in hosts.items():
        assert checked.row(name)["reason"] == run.row(name)["reason"]
        assert run.row(name)["reason"].startswith("lan would be shut out at once")
        assert (run.row(name)["state"], shadow(host, "lan")[4], shadow(host, "blank")[4]) == ("fail", "99999", "90")
        assert host.ssh("sudo su lan -c 'echo in'").stdout == "in\n"


def test_a_line_that_cannot_be_parsed_lets_nothing_pass(trial, hosts):
    for host in hosts.values():
        host.ssh("printf ' toor::%s:0\\nbroken\\n' ' 0' | sudo tee -a /etc/passwd")
    rows = [{"attribute": "uid", "accounts": "everyone", "value": "unique"}]
    rows = [{"id": f"LNX-{row['attribute']}", "kind": "account", "connectivity": True, **row} for row in rows]
    run = trial.run(rows, "--check")
    for name, host in hosts.items():
        assert host.ssh("getent passwd toor").stdout == "toor::0:0:::\n"
        assert run.row(name)["state"] == "not_assessed"
        assert run.row(name)["reason"].startswith("/etc/passwd:")
        host.ssh("sudo sed -i '/^broken$/d' /etc/passwd")
    run = trial.run(rows, "--check")
    for name in hosts:
        assert (run.row(name)["state"], run.row(name)["before"]) == ("fail", {"toor": 0})


def test_our_own_password_is_told_where_sudo_asks_for_none_and_a_person_locks_it(trial, hosts):
    row = {"id": "LNX-KEY", "kind": "account", "attribute": "key_only", "value": [], "connectivity": True}
    for host in hosts.values():
        host.ssh("printf 'ops:Mot-Mat-Khau-9\\n' | sudo chpasswd; sudo chage --lastday 2026-11-01 --maxdays 9999 ops")
    with_password = trial.run([row])
    for name, host in hosts.items():
        seen = with_password.row(name)
        assert (seen["state"], seen["after"], seen["changed"]) == ("fail", {"ops": "set"}, False)
        end = host.ssh("LC_ALL=C sudo chage --iso8601 --list ops | sed -n 's/^Password expires.*: //p'").stdout.strip()
        assert f"which ends on {end} and shuts us out then" in seen["reason"]
        host.ssh("sudo passwd --lock ops")
    by_key = trial.run([row])
    assert {by_key.row(name)["state"] for name in hosts} == {"pass"}
