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
