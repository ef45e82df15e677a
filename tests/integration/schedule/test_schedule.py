# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The job on a real controller: it fires, works alone, records how it ended, and goes again without a trace."""

from __future__ import annotations

import contextlib
import re
import sqlite3

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
from tests.integration.schedule.conftest import CHECKOUT, NAME, SITE
from tests.lab import waiting

# The times of the schedule never come while the tests run: what fires, a test has fired.
FAR_AWAY = {"drift_schedule_days": ["sun"], "drift_schedule_times": ["03:00"], "drift_schedule_random_delay_minutes": 0}

# Somebody else writes there all the time: systemd, its journal, and Ansible's temporary files.
BUSY = ("proc", "run", "tmp", "var/tmp", "var/log", "var/lib/systemd", "root", "home/baseline/.ansible")
STAMP = "/run/stamp"
WRONG = (
    ("user", "root", "drift_schedule_user is 'root', which is root; name an ordinary user"),
    ("user", "stranger", "drift_schedule_user is 'stranger', whom this machine does not know"),
    ("times", [870], "drift_schedule_times is [870]; a time is written in quotes"),
    ("days", ["t2"], "mon, tue, wed, thu, fri, sat, sun. Got no match for: t2"),
    ("vault_password_file", "/root/vault", "The vault password file /root/vault was not found"),
    ("days", ["mon", "mon"], "every day is named once"),
    ("times", ["09:30", "09:30"], "every time is named once"),
    ("times", ["09:30\n"], "a time is written in quotes"),
    ("timeout_minutes", 100000, "drift_schedule_timeout_minutes is 100000; a run ends within 1 to 1440 minutes"),
    ("random_delay_minutes", 100000, "drift_schedule_random_delay_minutes is 100000; a run begins within 0 to 240"),
    ("vault_password_file", "/root/vault\n", "drift_schedule_vault_password_file: no absolute path of the controller"),
    ("register", "postgresql://a:b@db/c", "drift_schedule_register has more than one line, or a password"),
    ("name", "", f"drift_schedule_name is ''; a schedule is called {NAME}, or {NAME}- and more"),
    ("name", "cron", "drift_schedule_name is 'cron'"),
    ("name", "commune-baseline-revert-1", "drift_schedule_name is 'commune-baseline-revert-1'"),
    ("name", f"{NAME}\n", "drift_schedule_name is 'commune-baseline-drift"),
)


@pytest.fixture(scope="module", name="scheduled")
def fixture_scheduled(office):
    office.root(f"touch {STAMP}")
    done = office.schedule(**FAR_AWAY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"/etc/systemd/system/{NAME}.timer" in written(office)
    return office


@pytest.fixture(name="installed")
def fixture_installed(scheduled):
    """An office whose schedule was set just now, and has no records."""
    records = f"{SITE}/evidence/schedule/{NAME}"
    scheduled.root(f"systemctl stop {NAME}.service; rm -f {records}/*.json; touch {records}.json")
    return scheduled


def changed(done):
    return int(re.findall(r"changed=(\d+)", done.stdout)[-1])


def written(office):
    """Return every file and folder whose content, owner, mode or name changed since the stamp."""
    busy = " -o ".join(f"-path /{folder}" for folder in BUSY)
    return office.root(f"find / -xdev -mindepth 1 \\( {busy} \\) -prune -o -cnewer {STAMP} -print").stdout.splitlines()


def wait_for(condition):
    assert waiting.holds(condition, within=30)


def kill_a_run(office):
    office.root(f"systemctl start --no-block {NAME}.service")
    office.root(
        f"for _ in $(seq 200); do pid=$(systemctl show --property MainPID --value {NAME}.service);"
        " [ $pid -gt 0 ] && break; sleep 0.05; done; kill -KILL $pid"
    )
    wait_for(lambda: [record for record in office.records() if "ended" in record])


def test_check_mode_on_a_fresh_controller_says_what_it_would_write_and_writes_nothing(office):
    office.root(f"touch {STAMP}")
    done = office.schedule("--check", "--diff", **FAR_AWAY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "+OnCalendar=Sun *-*-* 03:00:00" in done.stdout
    assert written(office) == []


def test_root_follows_no_link_in_the_evidence_of_the_user(office):
    of_root, theirs = "/srv/of-root", f"{SITE}/evidence"
    kept = f"{of_root}/schedule/{NAME}.json"
    office.root(f"install -d {of_root}/schedule; echo mine > {kept}; sudo -u baseline ln -s {of_root} {theirs}")
    set_, removed = office.schedule(**FAR_AWAY), office.schedule(drift_schedule_state="absent")
    seen = office.root(f"stat --format '%U %a' {of_root} {of_root}/schedule {kept}; cat {kept}").stdout
    office.root(f"rm -r {of_root} {theirs}")
    assert seen.splitlines() == ["root 755", "root 755", "root 644", "mine"]
    assert (set_.returncode, removed.returncode) == (2, 2)
    told = f"baseline cannot make {theirs}/schedule/{NAME}: mkdir: cannot create directory"
    assert told in set_.stdout + set_.stderr


def test_a_unit_of_another_is_never_touched(office):
    unit = "/etc/systemd/system/commune-baseline-drift-old.service"
    office.root(f"printf '[Service]\\nExecStart=/bin/true\\n' > {unit}")
    done = [office.schedule(drift_schedule_name="commune-baseline-drift-old", **knobs) for knobs in (
        FAR_AWAY, {"drift_schedule_state": "absent"})]  # fmt: skip
    left = office.root(f"cat {unit}; rm {unit}").stdout
    assert left == "[Service]\nExecStart=/bin/true\n"
    for one in done:
        assert one.returncode == 2
        assert f"{unit} is there and was not written by this role" in one.stdout + one.stderr


def test_a_second_run_changes_nothing_and_systemd_has_no_complaint(installed):
    assert changed(installed.schedule(**FAR_AWAY)) == 0
    assert installed.root(f"systemd-analyze verify {NAME}.service {NAME}.timer 2>&1").stdout == ""


def test_a_controller_that_was_off_catches_up_as_the_ordinary_user_and_only_looks(installed):
    stamp = f"/var/lib/systemd/timers/stamp-{NAME}.timer"
    installed.root(f"systemctl stop {NAME}.timer; touch -d '10 days ago' {stamp}; systemctl start {NAME}.timer")
    wait_for(lambda: [record for record in installed.records() if "ended" in record])
    (record,) = installed.records()
    assert (record["result"], record["how"], record["status"]) == ("success", "exited", "2")
    owners = installed.root(f"find {SITE}/evidence/schedule/{NAME} -name '*.json' -printf '%u %m\\n'").stdout
    assert owners == "baseline 600\n"
    assert installed.device.ssh("ls /etc/profile.d/zz-commune-baseline.sh", check=False).returncode == 2


@pytest.fixture(name="register")
def fixture_register(installed):
    """A register beside the inventory, with the device in it."""
    file = installed.controller.root / SITE.lstrip("/") / "register.db"
    register = Register.open(str(file), create=True)
    with register.write("officer") as writer:
        devices.put(writer, {"name": "device", "class": "workstation"})
    register.close()
    installed.root(f"chown baseline: {SITE}/register.db")
    yield file
    for one in file.parent.glob("register.db*"):
        one.unlink()


def test_the_job_stores_what_it_showed_in_the_register_and_takes_it_for_no_list_of_devices(installed, register):
    installed.start()
    (record,) = installed.records()
    assert (record["result"], record["status"]) == ("success", "2")
    with contextlib.closing(sqlite3.connect(register)) as foreign:
        # Bundles that other tests left in the evidence follow into the new register.
        last = "SELECT outcome FROM run_devices WHERE run = (SELECT max(number) FROM runs)"
        assert foreign.execute(last).fetchall() == [("assessed",)]


def test_a_run_that_is_killed_is_recorded_as_such(installed):
    kill_a_run(installed)
    (record,) = installed.records()
    assert (record["result"], record["how"], record["status"]) == ("signal", "killed", "KILL")


def test_a_run_without_ansible_is_recorded_too(installed):
    program = f"{CHECKOUT}/.venv/main/bin/ansible-playbook"
    installed.root(f"mv {program} {program}.away")
    assert installed.start().returncode == 1
    installed.root(f"mv {program}.away {program}")
    (record,) = installed.records()
    assert (record["result"], record["status"]) == ("exit-code", "203")


def test_the_next_table_tells_of_a_run_that_was_killed_and_of_those_that_did_not_happen(installed):
    installed.root(f"touch -d '22 days ago' {SITE}/evidence/schedule/{NAME}.json")
    kill_a_run(installed)
    table = installed.playbook("drift", "--check", user="baseline").stdout
    assert re.search(rf"^Lịch {NAME}: lần chạy lúc \S+ \S+ bị ngắt giữa chừng \(KILL\)", table, re.MULTILINE)
    assert re.search(rf"^Lịch {NAME}: số lần chạy đến hạn mà không diễn ra: \d+ \(\S+ 03:00", table, re.MULTILINE)
    assert f"Lịch {NAME}: chưa có lần chạy nào thành công" in table
    installed.start()
    assert "Lịch " not in installed.playbook("drift", "--check", user="baseline").stdout


def test_a_run_that_lost_its_power_is_told_by_the_next_table(installed):
    installed.root(f"systemctl start --no-block {NAME}.service")
    wait_for(installed.records)
    installed.root(f"systemctl kill --signal STOP {NAME}.service")
    before = installed.controller.boot_id()
    installed.controller.ssh("sudo systemctl reboot --force --force", check=False)
    installed.controller.wait_for_login(other_than=before)
    assert ["ended" in record for record in installed.records()] == [False]
    table = installed.playbook("drift", "--check", user="baseline").stdout
    assert re.search(rf"^Lịch {NAME}: .* bị ngắt giữa chừng \(mất điện hoặc bị tắt máy\)", table, re.MULTILINE)


def test_the_job_does_nothing_beside_a_run_that_was_started_by_hand(installed):
    installed.root(f"flock {SITE}/evidence systemctl start {NAME}.service", check=False)
    (record,) = installed.records()
    assert (record["result"], record["status"]) == ("exit-code", "3")
    journal = installed.root(f"journalctl --unit {NAME}").stdout
    assert f"một lần chạy khác cho danh sách thiết bị này đang làm việc (nó giữ {SITE}/evidence)" in journal


def test_a_run_by_hand_does_nothing_beside_the_job(installed):
    installed.root(f"systemctl start --no-block {NAME}.service")
    wait_for(lambda: installed.root(f"flock --nonblock {SITE}/evidence true", check=False).returncode)
    installed.root(f"systemctl kill --signal STOP {NAME}.service")
    by_hand = installed.playbook("drift", "--check", user="baseline")
    installed.root(f"systemctl kill --signal CONT {NAME}.service")
    assert by_hand.returncode == 3
    assert "một lần chạy khác cho danh sách thiết bị này đang làm việc" in by_hand.stderr
    wait_for(lambda: [record for record in installed.records() if "ended" in record])
    assert [record["status"] for record in installed.records()] == ["2"]


def test_enforcing_corrects_the_device(installed):
    assert installed.schedule(**FAR_AWAY, drift_schedule_mode="enforce").returncode == 0
    installed.start()
    assert "TMOUT" in installed.device.ssh("cat /etc/profile.d/zz-commune-baseline.sh").stdout


def test_what_is_wrong_is_told_before_anything_is_written(office):
    office.root(f"touch {STAMP}")
    for knob, value, sentence in WRONG:
        done = office.schedule(**{f"drift_schedule_{knob}": value})
        assert done.returncode == 2
        assert sentence in done.stdout + done.stderr
    assert written(office) == []


def test_absent_removes_everything_but_the_records(installed):
    installed.start()
    assert changed(installed.schedule(drift_schedule_state="absent")) > 0
    assert changed(installed.schedule(drift_schedule_state="absent")) == 0
    left = installed.root(
        f"find / -xdev -mindepth 1 -name '*{NAME}*' -not -path '/proc/*'; systemctl list-units --all '{NAME}*' -q"
    )
    assert left.stdout == f"{SITE}/evidence/schedule/{NAME}\n"
    assert len(installed.records()) == 1
