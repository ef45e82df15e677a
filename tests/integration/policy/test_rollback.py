# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run is taken back exactly: the host's whole file tree is what it was."""

from __future__ import annotations

import pytest

from tests.integration.tree import manifest

HARDEN = ("playbooks/harden.yml", "--extra-vars", '{"baseline_only": ["LNX-SHELL-TMOUT"]}')
ROLLBACK = "playbooks/rollback.yml"
FILE = "/etc/profile.d/zz-commune-baseline.sh"


@pytest.mark.parametrize(
    "before",
    [
        "true",
        f"sudo install -m 600 -o ops -g games /dev/stdin {FILE} <<< 'TMOUT=0'",
        f"echo TMOUT=0 | sudo tee /etc/elsewhere; sudo ln -s /etc/elsewhere {FILE}",
    ],
    ids=["absent", "another owner and mode", "a link"],
)
def test_rolling_back_restores_the_file_tree_and_twice_is_harmless(controller, before):
    hosts = controller.lab.hosts.values()
    for host in hosts:
        host.ssh(before)
    trees = [manifest(host) for host in hosts]
    run = controller.playbook(*HARDEN)
    (run_id,) = {result["run"] for result in run.results.values()}
    changed = [manifest(host) for host in hosts]
    first = controller.playbook(ROLLBACK, "--extra-vars", f"run={run_id}")
    restored = [manifest(host) for host in hosts]
    second = controller.playbook(ROLLBACK, "--extra-vars", f"run={run_id}")
    assert all(new != old for new, old in zip(changed, trees, strict=True))
    assert restored == trees == [manifest(host) for host in hosts]
    assert [[result["changed"] for result in run.results.values()] for run in (first, second)] == [
        [True, True],
        [False, False],
    ]


def test_only_root_can_read_the_journal(controller):
    controller.playbook(*HARDEN, "--limit", "debian12")
    journal = controller.lab.host("debian12").ssh("ls /var/lib/commune-baseline/journal/*", check=False)
    assert "Permission denied" in journal.stderr


def test_a_run_that_no_device_knows_is_refused(controller):
    screen = controller.screen("playbooks/rollback.yml", "--extra-vars", "run=20261125-999999-1")
    assert "No device here knows run 20261125-999999-1" in screen
    assert controller.playbook("playbooks/rollback.yml", "--extra-vars", "run=20261125-999999-1").exit_code == 2
