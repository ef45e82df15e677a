# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A disk without room: the row says so, and every file stays whole."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Controller
from tests.integration.tree import changes, manifest
from tests.integration.trial import Trial

JOURNALS = "/var/lib/commune-baseline"
FULL = "/etc/full.d"
NO_ROOM = "No space left on device"
OPTION = {"kind": "option", "grammar": "equals", "key": "minlen", "compare": ">="}


@pytest.fixture(scope="module", name="trial")
def fixture_trial(session_lab, tmp_path_factory):
    session_lab.reset()
    return Trial(Controller(session_lab), tmp_path_factory.mktemp("trial"))


@pytest.fixture(name="fill")
def fixture_fill(trial):
    """Put a file system without room over a folder of all hosts, for one test; it holds a file of somebody's."""
    filled = []

    def fill(folder):
        for host in trial.controller.lab.hosts.values():
            host.ssh(f"sudo mkdir -p {folder} && sudo mount -t tmpfs -o size=64k trial {folder}")
            filled.append((host, folder))
            host.ssh(
                f"sudo sh -c 'echo minlen = 3 > {folder}/theirs.conf; cat /dev/zero > {folder}/filler'", check=False
            )

    yield fill
    for host, folder in filled:
        host.ssh(f"sudo umount {folder}")


def files(host, folder):
    return host.ssh(f"cd {folder}; sudo find . -type f -exec sha256sum {{}} + | sort").stdout


def test_a_file_on_a_full_disk_stays_as_it_is_and_the_row_says_why(trial, fill):
    fill(FULL)
    hosts = trial.controller.lab.hosts
    before = {name: files(host, FULL) for name, host in hosts.items()}
    run = trial.run([{**OPTION, "id": "LNX-FULL", "path": f"{FULL}/theirs.conf", "value": 300}])
    for name, host in hosts.items():
        row = run.row(name)
        assert (row["state"], row["changed"], row["after"]) == ("fail", False, "3")
        assert NO_ROOM in row["reason"]
        assert files(host, FULL) == before[name]


@pytest.mark.parametrize("connectivity", [False, True])
def test_without_room_for_the_journal_nothing_is_written(trial, fill, connectivity):
    fill(JOURNALS)
    hosts = trial.controller.lab.hosts
    before = {name: manifest(host) for name, host in hosts.items()}
    row = {**OPTION, "id": "LNX-UNKEPT", "path": "/etc/unkept.d/ours.conf", "value": 8, "connectivity": connectivity}
    run = trial.run([row])
    for name, host in hosts.items():
        assert (run.row(name)["state"], run.row(name)["changed"]) == ("fail", False)
        assert NO_ROOM in run.row(name)["reason"]
        assert changes(before[name], manifest(host)) == {}
        assert host.ssh("systemctl list-units --all --no-legend 'commune*'").stdout == ""
