# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who gets root's power on real hosts, by every way that sudo and newgrp themselves let somebody through."""

from __future__ import annotations

import subprocess

import pytest

from tests.integration.conftest import Controller
from tests.integration.trial import Trial

RULES = "/etc/sudoers.d/zz-trial"
ASKED = "sudo runuser --user {name} -- sudo --non-interactive --user {runas} id --user --name 2> /dev/null"


@pytest.fixture(name="trial")
def fixture_trial(session_lab, tmp_path):
    session_lab.reset()
    for host in session_lab.hosts.values():
        as_root(host, "for name in lan hoa; do useradd --create-home --shell /bin/bash $name; done; groupadd wheel")
    return Trial(Controller(session_lab), tmp_path)


@pytest.fixture(name="hosts")
def fixture_hosts(trial):
    return trial.controller.lab.hosts


def as_root(host, script):
    command = [*host.ssh_command(), "sudo sh -eu"]
    return subprocess.run(command, input=script, text=True, check=True, capture_output=True).stdout


def a_row(attribute, value, **fields):
    return {"id": "LNX-A", "kind": "privilege", "attribute": attribute, "connectivity": True, "value": value, **fields}


def is_let_through(host, rules, *, name="lan", runas="root"):
    """Tell whether sudo runs a program for an account without its password, by these rules alone."""
    subprocess.run(
        [*host.ssh_command(), f"sudo tee {RULES}"], input=rules, text=True, check=True, stdout=subprocess.DEVNULL
    )
    return host.ssh(ASKED.format(name=name, runas=runas), check=False).stdout.strip() == runas


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("lan ALL=(ALL) ALL\nDefaults:lan !authenticate\n", ["lan"]),
        ("User_Alias L = lan\nlan ALL=(ALL) ALL\nDefaults:L !authenticate\n", ["lan"]),
        ("lan ALL=(ALL) ALL\nDefaults>root !authenticate\n", ["Defaults>root"]),
        ("lan ALL=(ALL) ALL\nDefaults!/usr/bin/id !authenticate\n", ["Defaults!/usr/bin/id"]),
        ("lan ALL=(ALL) ALL\nDefaults@debian12,debian13 !authenticate\n", ["Defaults@debian12,debian13"]),
        ("lan ALL=(ALL) ALL\nDefaults exempt_group=lan\n", ["%lan"]),
        ("lan ALL=(ALL) PASSWD: ALL\nDefaults:lan exempt_group=lan\n", ["%lan"]),
        ("lan ALL=(ALL) NOPASSWD: /usr/bin/id, sudoedit /etc/hosts\n", ["lan: /usr/bin/id, sudoedit"]),
    ],
)
def test_who_is_asked_for_no_password_by_sudo_is_told(trial, hosts, rules, told):
    assert [is_let_through(host, rules) for host in hosts.values()] == [True, True]
    run = trial.run([a_row("without_password", [], groups=[])])
    assert [(run.row(name)["state"], run.row(name)["after"]) for name in hosts] == [("fail", told)] * 2


def test_who_is_asked_passes_whatever_else_is_set(trial, hosts):
    rules = (
        "lan ALL=(ALL) PASSWD: ALL\nhoa ALL=(ALL) ALL\nDefaults listpw=never, verifypw=never\n"
        "Defaults !authenticate\nDefaults authenticate\nDefaults:ops !authenticate\n"
        "Defaults exempt_group=lan, !exempt_group\n"
    )
    let_through = [is_let_through(host, rules, name=name) for host in hosts.values() for name in ("lan", "hoa")]
    run = trial.run([a_row("without_password", [], groups=[])])
    assert (any(let_through), {run.row(name)["state"] for name in hosts}) == (False, {"pass"})


FILES = "sudo sha256sum /etc/passwd /etc/shadow /etc/group /etc/gshadow; sudo stat --format '%a %U %G' /etc/gshadow"
OPENED = """
gpasswd --members ops sudo
gpasswd --administrators hoa sudo
printf 'sudo:Mat-Khau-Nhom-7\\n' | chgpasswd
"""
KNOWING_IT = "printf 'Mat-Khau-Nhom-7\\n' | sudo runuser --user lan -- sg sudo 'id --name --groups' 2> /dev/null"
BY_ADMINISTRATOR = "sudo runuser --user hoa -- gpasswd --add lan sudo > /dev/null 2>&1 && echo added"


def test_a_group_is_closed_to_whoever_knows_its_password_and_to_its_administrators(trial, hosts):
    row = a_row("administrators", ["ops"], groups=["sudo"])
    for host in hosts.values():
        as_root(host, OPENED)
        assert "sudo" in host.ssh(KNOWING_IT).stdout.split()
        assert host.ssh(BY_ADMINISTRATOR).stdout == "added\n"
        as_root(host, "gpasswd --delete lan sudo")
    before = {name: host.ssh(FILES).stdout for name, host in hosts.items()}
    checked, run, again = trial.run([row], "--check"), trial.run([row]), trial.run([row])
    (run_id,) = {result["run"] for result in run.results.values()}
    for name, host in hosts.items():
        assert checked.row(name)["before"] == {"sudo": ["group password", "group administrator hoa"]}
        states = [(one.row(name)["state"], one.row(name)["changed"]) for one in (checked, run, again)]
        assert states == [("fail", False), ("pass", True), ("pass", False)]
        assert "sudo" not in host.ssh(KNOWING_IT, check=False).stdout
        assert host.ssh(BY_ADMINISTRATOR, check=False).stdout == ""
        assert host.ssh("sudo grep -rE '[$](6|y)[$]' /var/lib/commune-baseline", check=False).stdout == ""
    trial.controller.playbook("playbooks/rollback.yml", "--extra-vars", f"run={run_id}")
    assert {name: host.ssh(FILES).stdout for name, host in hosts.items()} == before


def test_a_member_in_gshadow_alone_is_found_and_what_is_told_to_do_helps(trial, hosts):
    row = a_row("administrators", ["ops", "ospe"], groups=["sudo"])
    for host in hosts.values():
        as_root(host, "gpasswd --members ops sudo; sed -i 's/^sudo:.*/sudo:!::ops,lan/' /etc/gshadow")
    run = trial.run([row])
    for name, host in hosts.items():
        assert (run.row(name)["state"], run.row(name)["after"]) == ("fail", {"sudo": ["+lan"]})
        assert run.row(name)["reason"] == (
            "lan stands as a member of sudo only in /etc/gshadow: write all its members anew with gpasswd --members; "
            "perhaps misspelt, for there is no account here: ospe"
        )
        as_root(host, "gpasswd --members ops sudo")
    run = trial.run([row])
    assert {run.row(name)["after"] for name in hosts} == {"as listed; no account here: ospe"}
    assert {run.row(name)["state"] for name in hosts} == {"pass"}


def test_an_administrator_may_have_a_powerful_group_as_the_first(trial, hosts):
    for host in hosts.values():
        as_root(host, "groupadd docker; usermod --gid docker lan; usermod --gid disk hoa")
    row = a_row("powers", ["ops", "lan"], groups=["disk", "docker"])
    run = trial.run([row])
    for name, host in hosts.items():
        assert (run.row(name)["state"], run.row(name)["after"]) == ("fail", {"disk": ["+hoa"]})
        assert run.row(name)["reason"] == "hoa has disk as its first group: give it another with usermod --gid"
        as_root(host, "usermod --gid hoa hoa")
    run = trial.run([row])
    assert {run.row(name)["state"] for name in hosts} == {"pass"}
