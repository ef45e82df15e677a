# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PAM on real hosts, proven by people who log in: with su, which asks libpam as every service does."""

from __future__ import annotations

import subprocess

import pytest

from tests.integration.conftest import Controller
from tests.integration.trial import Trial

ROLLBACK = "playbooks/rollback.yml"
RIGHT, WRONG = "Mot-Mat-Khau-9", "khong-dung"
ROWS = [
    {
        "id": "LNX-PREAUTH",
        "service": "common-auth",
        "stack": "auth",
        "module": "pam_faillock.so",
        "arguments": ["preauth"],
        "value": "required",
        "before": "pam_unix.so",
    },
    {
        "id": "LNX-AUTHFAIL",
        "service": "common-auth",
        "stack": "auth",
        "module": "pam_faillock.so",
        "arguments": ["authfail"],
        "value": "[default=die]",
        "after": "pam_unix.so",
    },
    {
        "id": "LNX-ACCOUNT",
        "service": "common-account",
        "stack": "account",
        "module": "pam_faillock.so",
        "value": "required",
    },
    {
        "id": "LNX-BLANK",
        "service": "common-auth",
        "stack": "auth",
        "module": "pam_unix.so",
        "argument": "nullok",
        "compare": "absent",
    },
    {
        "id": "LNX-HISTORY",
        "service": "common-password",
        "stack": "password",
        "module": "pam_pwhistory.so",
        "argument": "remember",
        "value": 5,
        "compare": ">=",
        "arguments": ["use_authtok"],
        "before": "pam_unix.so",
    },
]
ROWS = [{"kind": "pam", "connectivity": True, **row} for row in ROWS]
SETUP = f"""
set -eu
useradd --create-home lan
useradd --create-home blank
printf 'lan:{RIGHT}\\n' | chpasswd --crypt-method SHA512
usermod --password '' blank
echo 'deny = 5' >> /etc/security/faillock.conf
echo 'dictcheck = 0' >> /etc/security/pwquality.conf
sed -i '1i # edited by hand \\xe9' /etc/pam.d/common-auth
"""
# Answers each prompt of a program with the next of some words, as a person at a terminal does; exits as it exits.
PERSON = """
import os, pty, re, sys
program, words = sys.argv[1].split(), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(program[0], program)
said = b""
try:
    while True:
        said += os.read(terminal, 1024)
        if words and re.search(rb"assword: ?$", said):
            os.write(terminal, words.pop(0).encode() + b"\\n")
            said = b""
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.fixture(scope="module", name="trial")
def fixture_trial(session_lab, tmp_path_factory):
    session_lab.reset()
    for host in session_lab.hosts.values():
        subprocess.run([*host.ssh_command(), "sudo sh"], input=SETUP, text=True, check=True, capture_output=True)
        subprocess.run([*host.ssh_command(), "cat > /tmp/person"], input=PERSON, text=True, check=True)
    return Trial(Controller(session_lab), tmp_path_factory.mktemp("trial"))


@pytest.fixture(scope="module", name="hosts")
def fixture_hosts(trial):
    return trial.controller.lab.hosts


@pytest.fixture(scope="module", name="before")
def fixture_before(hosts):
    """What the hosts are before any row is applied, and who can log in then."""
    logins = {name: (logs_in(host, "lan", RIGHT), logs_in(host, "blank", "")) for name, host in hosts.items()}
    assert set(logins.values()) == {(True, True)}
    return {name: files(host) for name, host in hosts.items()}


@pytest.fixture(scope="module", name="hardened")
def fixture_hardened(trial, before):
    return trial.run(ROWS)


def files(host):
    return host.ssh("sudo sh -c 'sha256sum /etc/pam.d/*; stat --format \"%a %U %G\" /etc/pam.d/*'").stdout


def answers(host, program, *words):
    quoted = " ".join(f"'{word}'" for word in (program, *words))
    return host.ssh(f"python3 /tmp/person {quoted}", check=False).returncode == 0


def logs_in(host, account, password):
    return answers(host, f"su {account} -c true", password)


def changes_password(host, old, new):
    return answers(host, "sudo -u lan passwd", old, new, new)


def test_check_mode_predicts_what_is_written_and_writes_nothing(trial, hosts, before):
    checked = trial.run(ROWS, "--check")
    for name, host in hosts.items():
        assert {(seen["state"], seen["would_change"]) for seen in checked.rows(name).values()} == {("fail", True)}
        assert files(host) == before[name]


def test_a_second_run_changes_nothing(trial, hosts, hardened):
    second = trial.run(ROWS)
    for name in hosts:
        assert {(seen["state"], seen["changed"]) for seen in hardened.rows(name).values()} == {("pass", True)}
        assert {(seen["state"], seen["changed"]) for seen in second.rows(name).values()} == {("pass", False)}


def test_five_wrong_passwords_close_the_door_to_the_right_one(hosts, hardened):
    for host in hosts.values():
        assert logs_in(host, "lan", RIGHT)
        assert [logs_in(host, "lan", WRONG) for _attempt in range(5)] == [False] * 5
        assert not logs_in(host, "lan", RIGHT)
        host.ssh("sudo faillock --user lan --reset")
        assert logs_in(host, "lan", RIGHT)
        assert host.ssh("sudo -n id --user").stdout == "0\n"


def test_a_right_password_makes_the_wrong_ones_before_it_forgotten(hosts, hardened):
    for host in hosts.values():
        for _round in range(2):
            assert [logs_in(host, "lan", WRONG) for _attempt in range(4)] == [False] * 4
            assert logs_in(host, "lan", RIGHT)


def test_a_blank_password_opens_nothing(hosts, hardened):
    for host in hosts.values():
        assert not logs_in(host, "blank", "")


def test_a_former_password_is_not_taken_again(hosts, hardened):
    for host in hosts.values():
        assert changes_password(host, RIGHT, "Mat-Khau-Thu-Hai-2")
        assert not changes_password(host, "Mat-Khau-Thu-Hai-2", RIGHT)
        assert changes_password(host, "Mat-Khau-Thu-Hai-2", "Mat-Khau-Thu-Ba-3")
        host.ssh(f"printf 'lan:{RIGHT}\\n' | sudo chpasswd --crypt-method SHA512")


def test_pam_auth_update_leaves_the_edited_files_alone(hosts, hardened):
    for host in hosts.values():
        edited = files(host)
        said = host.ssh("sudo DEBIAN_FRONTEND=noninteractive pam-auth-update --package --enable mkhomedir 2>&1").stdout
        assert "Local modifications to /etc/pam.d/common-*, not updating" in said
        assert files(host) == edited


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"module": "pam_nothing.so"}, "is not installed, and nobody could log in any more"),
        ({"module": "pam_permit.so", "value": "[default=die]"}, "nobody could pass"),
    ],
)
def test_what_would_lock_everybody_out_is_refused(trial, hosts, hardened, changes, reason):
    edited = {name: files(host) for name, host in hosts.items()}
    row = {"id": "LNX-OUT", "kind": "pam", "service": "common-auth", "stack": "auth", "value": "required"}
    run = trial.run([{**row, "connectivity": True, **changes}])
    for name, host in hosts.items():
        assert reason in run.row(name)["reason"]
        assert files(host) == edited[name]
        assert logs_in(host, "lan", RIGHT)


def test_a_row_that_somebody_undid_is_found(trial, hosts, hardened):
    for host in hosts.values():
        host.ssh("sudo sed -i.kept '/authfail/d; s/pam_unix.so/& nullok/' /etc/pam.d/common-auth")
    run = trial.run(ROWS, "--check")
    for name, host in hosts.items():
        failing = {row for row, seen in run.rows(name).items() if seen["state"] == "fail"}
        assert failing == {"LNX-AUTHFAIL", "LNX-BLANK"}
        host.ssh("sudo mv /etc/pam.d/common-auth.kept /etc/pam.d/common-auth")


def test_the_run_is_taken_back_byte_for_byte(trial, hosts, before, hardened):
    (run_id,) = {result["run"] for result in hardened.results.values()}
    trial.controller.playbook(ROLLBACK, "--extra-vars", f"run={run_id}")
    for name, host in hosts.items():
        assert files(host) == before[name]
        assert logs_in(host, "blank", "")


def test_people_of_a_second_authenticator_still_get_in(trial, hosts, before):
    """A program stands in for a directory service: it knows one password, which no file of the host does."""
    directory = (
        '#!/bin/sh\nread -r word || true\n[ "${word%?}" = Mat-Khau-Thu-Muc ] || [ "$word" = Mat-Khau-Thu-Muc ]\n'
    )
    for host in hosts.values():
        subprocess.run(
            [*host.ssh_command(), "sudo sh -c 'cat > /usr/local/bin/directory; chmod 755 /usr/local/bin/directory'"],
            input=directory,
            text=True,
            check=True,
        )
        host.ssh(
            "sudo sed -i -e 's/success=1/success=2/' -e '/pam_unix.so/a auth [success=1 default=ignore] pam_exec.so "
            "expose_authtok quiet /usr/local/bin/directory' /etc/pam.d/common-auth"
        )
        assert logs_in(host, "lan", RIGHT)
        assert logs_in(host, "lan", "Mat-Khau-Thu-Muc")
    first, second = trial.run(ROWS), trial.run(ROWS)
    for name, host in hosts.items():
        assert {seen["state"] for seen in first.rows(name).values()} == {"pass"}
        assert {(seen["state"], seen["changed"]) for seen in second.rows(name).values()} == {("pass", False)}
        assert logs_in(host, "lan", RIGHT)
        assert logs_in(host, "lan", "Mat-Khau-Thu-Muc")
        assert [logs_in(host, "lan", WRONG) for _attempt in range(5)] == [False] * 5
        assert not logs_in(host, "lan", "Mat-Khau-Thu-Muc")
        host.ssh("sudo faillock --user lan --reset")
        lines = host.ssh("grep -E '^auth' /etc/pam.d/common-auth").stdout.splitlines()
        modules = [next(word for word in line.split() if word.startswith("pam_")) for line in lines]
        assert modules[1:4] == ["pam_unix.so", "pam_exec.so", "pam_faillock.so"]
        host.ssh("sudo sed -i -e '/pam_exec/{s/success=2/success=1/;h;d}' -e '/authfail/G' /etc/pam.d/common-auth")
    run = trial.run(ROWS, "--check")
    for name in hosts:
        assert "keeps pam_exec.so of" in run.rows(name)["LNX-AUTHFAIL"]["reason"]
