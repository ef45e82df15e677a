# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make audit` on a real machine, by somebody who may not even use sudo there."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.integration.schedule.conftest import install_project
from tests.integration.tree import changes, manifest

CHECKOUT = "/home/clerk/commune-baseline"
BUILT = CHECKOUT.lstrip("/") + "/build"


@pytest.fixture(scope="module", name="clerk")
def fixture_clerk(office):
    """Run a command in a clerk's own checkout, as the clerk or as another user; all have the same short PATH."""
    office.root("useradd --create-home clerk")
    install_project(office, CHECKOUT)
    office.root("chown -R clerk: /home/clerk")

    def run(*command, user="clerk", **settings):
        variables = [f"{name}={value}" for name, value in {"PATH": "/usr/bin:/bin", **settings}.items()]
        words = ["sudo", "-u", user, "--set-home", "env", *variables, ".venv/main/bin/python", "-B", *command]
        return office.root(f"cd {CHECKOUT} && {shlex.join(words)}", check=False)

    return run


def rows_of(done):
    """Return the observation of every row, from what Ansible itself printed."""
    controls = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index("=> {") + 3 :])[0]["controls"]
    return {row["id"]: row for control in controls for row in json.loads(control["rows"])}


def states(done):
    return {name: row["state"] for name, row in rows_of(done).items()}


def test_an_audit_changes_nothing_outside_the_folder_of_built_things(office, clerk):
    before = manifest(office.controller)
    done = clerk("-m", "tests.audit")
    changed = changes(before, manifest(office.controller))
    temporary = office.root("find /tmp /var/tmp /dev/shm /run -user clerk").stdout
    assert "lượt kiểm tra biện pháp đạt" in done.stdout
    assert [name for name in changed if not f"{name}/".startswith(f"{BUILT}/")] == []
    assert temporary == ""


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("vi", "Mã kết thúc 2: có biện pháp bắt buộc chưa đạt hoặc chưa kiểm tra được."),
        ("en", "Exit code 2: a control that must be met is not, or could not be looked at."),
    ],
)
def test_the_exit_code_is_explained_in_the_language_that_is_set(clerk, language, sentence):
    done = clerk("-m", "tests.audit", COMMUNE_BASELINE_LANGUAGE=language)
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1].startswith(sentence)


def test_an_audit_that_cannot_work_says_so(clerk):
    done = clerk("-m", "tests.audit", "--limit", "nobody", COMMUNE_BASELINE_LANGUAGE="en")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        1,
        "Exit code 1: the audit could not do its work; the reason stands above.",
    )


def test_what_only_root_can_read_is_not_assessed_and_the_rest_is_what_root_sees(clerk):
    command = ("-m", "tests.audit", "-v", "--extra-vars", "baseline_device_class=server")
    seen, seen_by_root = (
        states(clerk(*command, user=user, ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default"))
        for user in ("clerk", "root")
    )
    wrong = {
        row: (seen_by_root[row], state)
        for row, state in seen.items()
        if state not in (seen_by_root[row], "not_assessed")
    }
    assert wrong == {}
    assert "not_assessed" in seen.values()
    assert "pass" in seen.values()


CLOSED = "install -d -m 0700 /etc/systemd/journald.conf.d /etc/security/pwquality.conf.d"
DROP_IN = "/etc/systemd/system/getty@tty1.service.d/login.conf"
CLOSED_FILE = f"install -D -m 0600 /dev/stdin {DROP_IN}"
AUTOLOGIN = "[Service]\\nExecStart=\\nExecStart=-/sbin/agetty --autologin clerk - linux\\n"


def test_a_closed_folder_that_could_hold_another_value_leaves_the_row_unassessed(office, clerk):
    office.root(CLOSED)
    seen = rows_of(clerk("-m", "tests.audit", "-v", ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default"))
    folders = {
        "LNX-JOURNAL-Storage": "/etc/systemd/journald.conf.d",
        "LNX-PWQUALITY-minlen": "/etc/security/pwquality.conf.d",
    }
    for row, folder in folders.items():
        assert (seen[row]["state"], seen[row]["reason"]) == ("not_assessed", f"cannot read {folder}: Permission denied")


def test_what_systemd_has_read_is_known_even_of_a_file_that_is_closed_to_the_user(office, clerk):
    """systemd tells everybody what a unit runs, and whether a file of it has changed since."""

    def console():
        seen = rows_of(clerk("-m", "tests.audit", "-v", ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default"))
        return {key: seen["LNX-LOGIN-ConsoleAutologin"][key] for key in ("state", "after", "reason")}

    office.root(f"printf '[Service]\\n' | {CLOSED_FILE}; systemctl daemon-reload")
    harmless = console()
    office.root(f"printf '{AUTOLOGIN}' | {CLOSED_FILE}")
    unread = console()
    office.root("systemctl daemon-reload")
    read = console()
    outdated = "files of getty@tty1.service changed since systemd read them: run systemctl daemon-reload"
    assert harmless == {"state": "pass", "after": [], "reason": None}
    assert unread == {"state": "fail", "after": [], "reason": outdated}
    assert read == {"state": "fail", "after": ["getty@tty1.service"], "reason": None}
