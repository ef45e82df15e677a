# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy door against real hosts: what is broken is broken by hand, what is proven is asked of the host's shell."""

from __future__ import annotations

import shlex
import subprocess
import time

import pytest

from tests.integration.conftest import SUITES, Controller
from tests.integration.tree import changes, manifest

ONLY = ("--extra-vars", '{"baseline_only": ["LNX-SHELL-TMOUT"]}')
DRIFT, HARDEN = ("playbooks/drift.yml", *ONLY), ("playbooks/harden.yml", *ONLY)
FILE = "/etc/profile.d/zz-commune-baseline.sh"
HOSTS = list(SUITES)


def time_out(host):
    """Ask a login shell of the host how long it may idle; empty if it may for ever."""
    return host.ssh("echo 'echo \"$TMOUT\"' | timeout 5 bash -li 2>/dev/null", check=False).stdout.strip()


def test_check_mode_on_a_fresh_host_fails_predicts_the_change_and_changes_nothing(controller):
    before = {name: manifest(host) for name, host in controller.lab.hosts.items()}
    run = controller.playbook(*DRIFT, "--check")
    assert run.exit_code == 2
    for name in HOSTS:
        row = run.row(name)
        assert (row["state"], row["before"], row["would_change"], row["changed"]) == ("fail", None, True, False)
        assert (
            run.results[name]["msg"]
            == "of 1 controls 1 fail and 0 could not be assessed; not met although demanded: AC-08"
        )
    for name, host in controller.lab.hosts.items():
        assert changes(before[name], manifest(host)) == {}


def test_hardening_takes_effect_and_a_second_run_changes_nothing(controller):
    first, second = controller.playbook(*HARDEN), controller.playbook(*DRIFT)
    assert (first.exit_code, second.exit_code) == (0, 0)
    for name, host in controller.lab.hosts.items():
        assert (first.results[name]["changed"], first.row(name)["state"]) == (True, "pass")
        assert (second.results[name]["changed"], second.row(name)["state"]) == (False, "pass")
        assert time_out(host) == "600"


@pytest.fixture(scope="module", name="hardened")
def fixture_hardened(session_lab):
    """Hosts that are hardened once; every test that breaks them sees to it that they are so again."""
    session_lab.reset()
    controller = Controller(session_lab)
    assert controller.playbook(*HARDEN).exit_code == 0
    return controller


BROKEN = (
    f"rm {FILE}",
    f"truncate --size=0 {FILE}",
    f"sed --in-place s/600/86400/g {FILE}",
    f"echo TMOUT=-1 > {FILE}",
    f"chmod 600 {FILE}",
    f"echo readonly TMOUT=0 > {FILE}",
    f"echo 'if [ -n \\\"$BASH\\\" ]; then' > {FILE}",
    f"rm {FILE}; echo '[ $(id -u) = 0 ] && TMOUT=600' > /etc/profile.d/local.sh",
    f"rm {FILE}; echo 'off() {{ TMOUT=600; }}' > /etc/profile.d/local.sh",
    f"rm {FILE}; echo 'TMOUT=600' > '/etc/profile.d/a b.sh'",
)


@pytest.mark.parametrize("commands", list(zip(BROKEN[::2], BROKEN[1::2], strict=True)))
def test_a_setting_broken_by_hand_is_found_and_corrected(hardened, commands):
    controller = hardened
    for host, command in zip(controller.lab.hosts.values(), commands, strict=True):
        host.ssh(f"sudo sh -c {shlex.quote(command)}")
        assert time_out(host) != "600"
    found, corrected = controller.playbook(*DRIFT, "--check"), controller.playbook(*DRIFT)
    assert [found.row(name)["state"] for name in HOSTS] == ["fail", "fail"]
    assert [corrected.row(name)["state"] for name in HOSTS] == ["pass", "pass"]
    for host in controller.lab.hosts.values():
        assert time_out(host) == "600"
        host.ssh("sudo rm -f /etc/profile.d/local.sh '/etc/profile.d/a b.sh'")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("mkfifo /etc/profile.d/a.sh", "a login bash did not answer within 10 s"),
        ("echo exit > /etc/profile.d/a.sh", "a login bash ended without an answer; look for errors in /etc/profile.d"),
    ],
)
def test_a_shell_that_does_not_answer_is_not_assessed_and_nothing_is_written(controller, command, reason):
    controller.lab.host("debian12").ssh(f"sudo sh -c {shlex.quote(command)}")
    run = controller.playbook(*DRIFT, "--limit", "debian12")
    row = run.row("debian12")
    assert (run.exit_code, row["state"], row["changed"], row["reason"]) == (2, "not_assessed", False, reason)


def test_a_file_masked_by_a_link_to_dev_null_is_left_alone(controller):
    host = controller.lab.host("debian12")
    host.ssh(f"sudo ln -s /dev/null {FILE}")
    row = controller.playbook(*HARDEN, "--limit", "debian12").row("debian12")
    assert (row["state"], row["reason"]) == ("fail", f"cannot write {FILE}: it is no regular file")
    assert host.ssh("test -c /dev/null && echo device").stdout == "device\n"


def test_a_task_that_is_delegated_is_refused(controller, tmp_path):
    playbook = tmp_path / "site.yml"
    task = "{commune.baseline.policy: {}, become: true, delegate_to: debian13}"
    playbook.write_text(f"- hosts: debian12\n  gather_facts: false\n  tasks: [{task}]\n")
    assert "delegate_to would credit this device" in controller.playbook(str(playbook)).results["debian12"]["msg"]


def test_a_setting_that_another_file_overrides_is_never_called_done(controller):
    host = controller.lab.host("debian12")
    host.ssh("echo 'readonly TMOUT=0' | sudo tee /etc/profile.d/aa-local.sh")
    run = controller.playbook(*HARDEN, "--limit", "debian12")
    assert (run.exit_code, run.row("debian12")["state"]) == (2, "fail")
    assert run.row("debian12")["reason"] == "it is written, but /etc/profile.d/aa-local.sh:1 decides the value"
    assert time_out(host) == "0"
    host.ssh("sudo rm /etc/profile.d/aa-local.sh")
    assert controller.playbook(*DRIFT, "--limit", "debian12").row("debian12")["state"] == "pass"


def test_a_stricter_value_of_the_host_is_kept(controller):
    host = controller.lab.host("debian12")
    host.ssh("echo 'TMOUT=120' | sudo tee /etc/profile.d/local.sh")
    run = controller.playbook(*HARDEN, "--limit", "debian12")
    assert (run.row("debian12")["state"], run.row("debian12")["after"]) == ("pass", "120")
    assert time_out(host) == "120"
    host.ssh("echo 'TMOUT=0' >> ~/.bashrc; echo '. ~/.bashrc; TMOUT=0' >> ~/.profile")
    assert time_out(host) == "120"
    assert controller.playbook(*DRIFT, "--limit", "debian12").results["debian12"]["changed"] is False


def test_an_idle_session_over_ssh_ends_by_itself(controller):
    assert controller.playbook(*HARDEN, "--extra-vars", "session_lock_idle_seconds=2").exit_code == 0
    for host in controller.lab.hosts.values():
        command = ["timeout", "30", "ssh", "-F", controller.lab.ssh_config, "-tt", host.name]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
            begun = time.monotonic()
            printed = session.stdout.read()
            session.stdin.close()
        assert "timed out waiting for input: auto-logout" in printed
        assert time.monotonic() - begun >= 2


def test_a_knob_of_the_wrong_type_stops_before_the_host_is_touched(controller):
    run = controller.playbook(*HARDEN, "--limit", "debian12", "--extra-vars", "session_lock_idle_seconds=soon")
    assert run.exit_code == 2
    assert "role session_lock: argument 'session_lock_idle_seconds'" in run.results["debian12"]["msg"]
    assert time_out(controller.lab.host("debian12")) == ""


def test_a_role_can_be_used_alone_from_another_playbook(controller, tmp_path):
    playbook = tmp_path / "site.yml"
    playbook.write_text("- hosts: all\n  gather_facts: false\n  roles: [commune.baseline.session_lock]\n")
    run = controller.playbook(str(playbook), "--limit", "debian13")
    assert (run.exit_code, run.rows("debian13")["LNX-SHELL-TMOUT"]["state"]) == (0, "pass")
    assert time_out(controller.lab.host("debian13")) == "600"


def test_the_playbook_runs_by_its_name_too(controller):
    assert controller.playbook("commune.baseline.drift", "--check", *ONLY).row("debian13")["state"] == "fail"


def test_a_device_that_cannot_be_reached_is_not_assessed(controller, tmp_path):
    inventory = tmp_path / "hosts.yml"
    inventory.write_text("all: {hosts: {away: {ansible_host: 10.77.0.250, ansible_ssh_args: -o ConnectTimeout=1}}}\n")
    screen = controller.screen(*DRIFT, "--check", "--inventory", str(inventory), "--limit", "away,debian12")
    away = [line for line in screen.splitlines() if line.startswith("away ") and "CHƯA KIỂM TRA" in line]
    assert len(away) == 1
    assert "0/1 lượt kiểm tra biện pháp đạt; thiết bị chưa kiểm tra được: 1" in screen.splitlines()
