# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user of the machine, or a program that runs on it, can and cannot do."""

from __future__ import annotations

CLOSED = [
    "cat /etc/shadow",
    "cat /etc/crontab",
    "cat /var/log/auth.log",
    "ls /etc/cron.d",
    "ls /etc/cron.daily",
    "ls /etc/sudoers.d",
]
MODULES = ["dccp", "sctp", "rds", "tipc", "cramfs", "ksmbd"]
# What the kernel calls systemd-coredump with: %P %u %g %s %t %c %h of core(5). The process still has to be there.
CRASH = """
echo memory | sudo /usr/lib/systemd/systemd-coredump $$ 0 0 11 $(date +%s) 18446744073709551615 host
for n in $(seq 50); do sudo coredumpctl info $$ 2> /dev/null | grep '^ *Storage:' && exit; sleep 0.1; done
"""


def test_an_ordinary_user_cannot_look_into_what_is_the_administrators(host, lan):
    assert [command for command in CLOSED if host.run(f"sudo {command}").failed] == []
    seen = {command: host.run(f"sudo -u {lan} {command}") for command in CLOSED}
    assert [command for command in CLOSED if "Permission denied" not in seen[command].stderr] == []


def test_people_cannot_look_into_each_others_homes_and_new_files(host, lan):
    host.run_expect([0], "sudo su %s -c 'touch /tmp/new-%s'", lan, lan)
    assert host.run(f"sudo -u nobody cat /tmp/new-{lan}").failed
    assert host.run(f"sudo -u nobody ls /home/{lan}").failed
    assert host.run(f"sudo -u {lan} ls /home/{lan}").succeeded


def test_what_an_administrator_makes_with_sudo_can_be_read_by_services(host):
    host.run_expect([0], "sudo touch /etc/made-by-hand")
    assert host.run("sudo -u nobody cat /etc/made-by-hand").succeeded
    host.run_expect([0], "sudo rm /etc/made-by-hand")


def test_a_program_that_sudo_starts_cannot_reach_the_terminal(at_terminal):
    own, given = at_terminal("sh -c 'tty; sudo tty'").stdout.split()
    assert own.startswith("/dev/pts/")
    assert given.startswith("/dev/pts/")
    assert own != given


def test_what_is_done_with_sudo_stands_in_the_journal(host):
    host.run_expect([0], "sudo true the-auditor-asks")
    assert host.run("sudo journalctl --sync && sudo journalctl --quiet --grep 'COMMAND=.*the-auditor-as[k]s'").stdout


def test_an_idle_login_shell_closes_after_ten_minutes(host):
    assert host.run("echo 'echo $TMOUT' | bash -li 2> /dev/null").stdout.strip() == "600"


def test_nothing_can_be_started_from_shared_memory(host):
    host.run_expect([0], "cp /bin/true /dev/shm/tried && cp /bin/true /home/ops/tried")
    assert host.run("/home/ops/tried").rc == 0
    refused = host.run("/dev/shm/tried")  # noqa: S108 no file of this machine
    assert refused.rc == 126
    assert "Permission denied" in refused.stderr


def test_the_memory_of_a_crashed_program_is_not_kept(host):
    assert host.run(CRASH).stdout.strip() == "Storage: none"


def test_a_module_that_nobody_needs_cannot_be_loaded(host):
    tried = {module: host.run(f"sudo modprobe {module}").stderr for module in MODULES}
    assert [module for module in MODULES if "Error running install command '/bin/false'" not in tried[module]] == []
