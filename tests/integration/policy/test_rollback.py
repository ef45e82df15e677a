# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run is taken back exactly: the digest of the host's whole file tree is what it was."""

from __future__ import annotations

import pytest

# Left out of the digest, each because something else than a row writes there all the time.
EXCLUSIONS = (
    "proc", "sys", "dev", "run", "tmp",  # the kernel's, or gone at the next boot
    "var/log", "var/lib/systemd", "var/cache",  # logs, clocks and caches
    "var/lib/commune-baseline",  # the journal itself
    "home/ops/.ansible", "root/.ansible",  # Ansible's temporary files
)  # fmt: skip
HARDEN, ROLLBACK = "playbooks/harden.yml", "playbooks/rollback.yml"
FILE = "/etc/profile.d/zz-commune-baseline.sh"


def tree_digest(host):
    """Return a digest of the names, owners, modes, extended attributes and contents of all files."""
    left_out = " ".join(f"--exclude=./{folder}" for folder in EXCLUSIONS)
    options = "--create --directory=/ --sort=name --xattrs --acls --numeric-owner --warning=none"
    options += " --mtime=@0 --pax-option=delete=atime,delete=ctime"
    return host.ssh(f"sudo tar {options} {left_out} --file=- . | sha256sum").stdout


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
    digests = [tree_digest(host) for host in hosts]
    run = controller.playbook(HARDEN)
    (run_id,) = {result["run"] for result in run.results.values()}
    changed = [tree_digest(host) for host in hosts]
    first = controller.playbook(ROLLBACK, "--extra-vars", f"run={run_id}")
    restored = [tree_digest(host) for host in hosts]
    second = controller.playbook(ROLLBACK, "--extra-vars", f"run={run_id}")
    assert all(new != old for new, old in zip(changed, digests, strict=True))
    assert restored == digests == [tree_digest(host) for host in hosts]
    assert [[result["changed"] for result in run.results.values()] for run in (first, second)] == [
        [True, True],
        [False, False],
    ]


def test_only_root_can_read_the_journal(controller):
    controller.playbook(HARDEN, "--limit", "debian12")
    journal = controller.lab.host("debian12").ssh("ls /var/lib/commune-baseline/journal/*", check=False)
    assert "Permission denied" in journal.stderr
