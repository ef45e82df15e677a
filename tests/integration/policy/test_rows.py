# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All rows of all roles on real hosts: predicted, applied, proven by the programs that they concern, taken back, broken
by hand and found, corrected. What proves and breaks a row stands in tests/rows, and uses nothing of ours."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from tests.integration.conftest import ROOT, SUITES, Controller
from tests.integration.tree import changes, manifest
from tests.lab.zones import office

HOSTS = list(SUITES)
CLASSES = {"debian12": "server", "debian13": "workstation"}
# What a site decides, so that no row is left without an answer.
SITE = {
    "baseline_device_class": f"{{{{ {CLASSES}[inventory_hostname] }}}}",
    "account_policy_administrators": ["ops", "rowboss"],
    "account_policy_service_accounts": ["rowrobot"],
    "ssh_server_allowed_sources": ["10.77.0.0/24", "127.0.0.0/8"],
    "ssh_server_allowed_groups": ["ops"],
    "removable_media_registered": ["0951:1666 001A92053B6AF580"],
    "ssh_server_authentication_methods": "publickey,password",
    "patching_mirror": "http://10.77.0.1",
    "patching_proxy": "DIRECT",
    "software_control_allowed": ["[!z]*"],  # whatever other trials bring, but what the trials of this one do
    "software_control_server_roles": ["trial"],
    "software_control_roles": {"trial": {"software": ["[!zl]*", "l[!o]*"], "listeners": []}},
    "host_firewall_offer": {
        "zone": "control",
        "services": [],
        "managers": ["10.77.0.1"],
        "gateways": ["10.77.0.1"],
        "outbound": "any",
    },
}
CLASS = ("--extra-vars", json.dumps(SITE))
CHECK, HARDEN = ("playbooks/drift.yml", "--check", *CLASS), ("playbooks/harden.yml", *CLASS)
ROLLBACK = "playbooks/rollback.yml"
# What a row of kind command, a second account with uid 0 or the past of an account shows, a person corrects.
BY_HAND = {
    "by hand": "userdel --force rowzero; userdel --force rowtwin; userdel rowplain; "
    "rm -r /etc/systemd/system/getty@tty9.service.d; systemctl daemon-reload; "
    "timedatectl set-timezone Asia/Ho_Chi_Minh; "
    "for name in rowperson rowfuture rowidle; do chage --lastday 0 $name; done; "
    "passwd --lock guest; rm /etc/sudoers.d/rowguest /etc/sudoers.d/rowboss; "
    "systemctl stop rowtelnet; rm /etc/NetworkManager/system-connections/row.nmconnection; "
    "rm /etc/udev/rules.d/60-site.rules; userdel rowshell; rm -r /usr/share/xsessions; "
    "mv /var/tmp/light-locker /usr/bin; "
    "apt-mark unhold cron; dpkg --purge $(dpkg-deb -f /tmp/pending.deb Package) zz-row anydesk; "
    "rm /etc/apt/sources.list.d/row.list /etc/apt/apt.conf.d/zzz-row; rm /usr/local/bin/zz-row; systemctl stop rowweb; "
    "rm -r /var/tmp/row /var/lib/clamav/row.fp /var/lib/commune-baseline-antivirus; "
    "cp /root/daily.cud /var/lib/clamav; systemctl restart clamav-daemon; "
    "touch /var/lib/commune-baseline/malware-handled"
}
TRIALS = {
    row: {**trial, "role": file.stem}
    for file in sorted((ROOT / "tests/rows").glob("*.yml"))
    for row, trial in yaml.safe_load(file.read_text("utf-8")).items()
}
FEWEST_ROWS = 150
MARK = "=== "


def expected(row, host, name):
    """Return a field of a row's trial, which may differ by host."""
    value = TRIALS[row].get(name)
    return value.get(host) if isinstance(value, dict) else value


def shell(host, commands):
    """Run commands as root on a host, one after the other, each in a shell of its own; return what each printed."""
    script = "exec 2> /dev/null\n" + "".join(
        f"printf '\\n{MARK}%s\\n' {shlex.quote(row)}; timeout 120 sh -c {shlex.quote(command)} < /dev/null\n"
        for row, command in commands.items()
    )
    command = [*host.ssh_command(), "sudo", "sh", "-s"]
    done = subprocess.run(command, input=script, text=True, capture_output=True, check=False, timeout=900)
    printed = (part.partition("\n") for part in done.stdout.split(f"\n{MARK}")[1:])
    return {row: text.strip() for row, _newline, text in printed}


def on_all(lab, field):
    """Run what the trials say on all hosts at once; return what was printed, by host."""
    with ThreadPoolExecutor() as pool:
        printed = pool.map(lambda host: shell(host, commands(host, field)), lab.hosts.values())
    return dict(zip(lab.hosts, printed, strict=True))


def commands(host, field):
    return {row: command for row in TRIALS if (command := expected(row, host.name, field))}


def states(run, host):
    return {row: seen["state"] for row, seen in run.rows(host).items()}


def faults(run, host, wanted="pass"):
    """Return the rows that are not in the state wanted, but for those whose trial says why they cannot be."""
    return {
        row: (seen["state"], seen["before"], seen["after"], seen["desired"], seen["reason"])
        for row, seen in run.rows(host).items()
        if seen["state"] != (expected(row, host, "expect") or wanted)
    }


@pytest.fixture(scope="module", name="controller")
def fixture_controller(session_lab):
    """Fresh hosts, with what some rows want to see gone."""
    session_lab.reset()
    model = office.write(session_lab.folder, office.text())
    on_all(session_lab, "setup")
    yield Controller(session_lab)
    model.unlink()


@pytest.fixture(scope="module", name="fresh")
def fixture_fresh(controller):
    return {name: manifest(host) for name, host in controller.lab.hosts.items()}


@pytest.fixture(scope="module", name="checked")
def fixture_checked(controller, fresh):
    return controller.playbook(*CHECK)


@pytest.fixture(scope="module", name="hardened")
def fixture_hardened(controller, checked):
    return controller.playbook(*HARDEN)


def test_every_row_has_a_trial_and_every_trial_a_row(checked):
    for name in HOSTS:
        assert checked.rows(name).keys() == TRIALS.keys()
    assert len(TRIALS) >= FEWEST_ROWS


def test_a_check_of_a_fresh_host_changes_nothing(controller, fresh, checked):
    for name, host in controller.lab.hosts.items():
        assert changes(fresh[name], manifest(host)) == {}


def test_hardening_meets_every_row_and_changes_what_was_predicted(checked, hardened):
    for name in HOSTS:
        assert faults(hardened, name) == {}
        predicted = {row for row, seen in checked.rows(name).items() if seen["would_change"]}
        assert {row for row, seen in hardened.rows(name).items() if seen["changed"]} == predicted


def test_a_second_run_changes_nothing(controller, hardened):
    again = controller.playbook(*HARDEN)
    assert [again.results[name]["changed"] for name in HOSTS] == [False] * len(HOSTS)


@pytest.fixture(scope="module", name="taken_back")
def fixture_taken_back(controller, hardened):
    (run,) = {result["run"] for result in hardened.results.values()}
    return controller.playbook(ROLLBACK, "--extra-vars", f"run={run}")


def test_rolling_back_restores_the_whole_file_tree(controller, fresh, taken_back):
    assert taken_back.exit_code == 0, taken_back.results
    for name, host in controller.lab.hosts.items():
        assert changes(fresh[name], manifest(host)) == {}


def test_rolling_back_restores_what_every_row_showed(controller, checked, taken_back):
    now = controller.playbook(*CHECK)
    for name in HOSTS:
        before = {row: seen["before"] for row, seen in checked.rows(name).items()}
        assert {row: seen["before"] for row, seen in now.rows(name).items()} == before


@pytest.fixture(scope="module", name="hardened_again")
def fixture_hardened_again(controller, taken_back):
    return controller.playbook(*HARDEN)


def unproven(lab):
    """Return the rows of every host whose proof does not print what it should."""
    return {
        (name, row): text
        for name, printed in on_all(lab, "proof").items()
        for row, text in printed.items()
        if not re.fullmatch(str(expected(row, name, "prints")), text, re.DOTALL)
    }


def test_hardening_after_a_rollback_meets_every_row(hardened_again):
    assert [faults(hardened_again, name) for name in HOSTS] == [{}] * len(HOSTS)


@pytest.fixture(scope="module", name="broken")
def fixture_broken(controller, hardened_again):
    on_all(controller.lab, "break")
    return controller.playbook(*CHECK)


def test_every_row_that_is_broken_by_hand_fails(broken):
    for name in HOSTS:
        shown = states(broken, name)
        assert {row: shown[row] for row in TRIALS if expected(row, name, "break") and shown[row] != "fail"} == {}


def test_drift_is_corrected_and_the_programs_concerned_show_the_effect_of_every_row(controller, broken):
    for host in controller.lab.hosts.values():
        shell(host, BY_HAND)
    corrected = controller.playbook(*HARDEN)
    assert [faults(corrected, name) for name in HOSTS] == [{}] * len(HOSTS)
    assert unproven(controller.lab) == {}
