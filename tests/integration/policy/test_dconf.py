# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Databases and profiles of dconf that a host has of its own; what counts is what gsettings shows a user."""

from __future__ import annotations

import subprocess

import pytest

from tests.integration.conftest import Controller
from tests.integration.tree import changes, manifest
from tests.integration.trial import Trial

ROLLBACK = "playbooks/rollback.yml"
ROW = {
    "id": "LNX-IDLE",
    "kind": "dconf",
    "key": "/org/gnome/desktop/session/idle-delay",
    "type": "uint32",
    "value": 600,
    "compare": "<=",
    "minimum": 1,
}
PACKAGES = """
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq install -y --no-install-recommends dconf-cli dconf-gsettings-backend gsettings-desktop-schemas \
    libglib2.0-bin > /dev/null
"""
# A database of the site's own, in which the key is locked.
SITE = """
set -eu
mkdir -p /etc/dconf/profile /etc/dconf/db/site.d/locks
printf 'user-db:user\\nsystem-db:site\\n' > /etc/dconf/profile/user
printf '[org/gnome/desktop/session]\\nidle-delay=uint32 %s\\n' {seconds} > /etc/dconf/db/site.d/10-site
echo /org/gnome/desktop/session/idle-delay > /etc/dconf/db/site.d/locks/10-site
dconf compile /etc/dconf/db/site /etc/dconf/db/site.d
"""
CLEAN = "rm -rf /etc/dconf/profile /etc/dconf/db/* /var/lib/commune-baseline\n"
SEEN = """
home=$(mktemp -d)
chown nobody "$home"
for verb in get writable; do
    runuser -u nobody -- env HOME="$home" gsettings $verb org.gnome.desktop.session idle-delay
done
rm -r "$home"
"""


@pytest.fixture(scope="module", name="fresh")
def fixture_fresh(session_lab):
    session_lab.reset()
    for host in session_lab.hosts.values():
        as_root(host, PACKAGES)
    return Controller(session_lab)


@pytest.fixture(name="trial")
def fixture_trial(fresh, tmp_path):
    for host in fresh.lab.hosts.values():
        as_root(host, CLEAN)
    return Trial(fresh, tmp_path)


@pytest.fixture(name="hosts")
def fixture_hosts(trial):
    return trial.controller.lab.hosts


def as_root(host, script):
    command = [*host.ssh_command(), "sudo", "sh"]
    return subprocess.run(command, input=script, text=True, capture_output=True, check=True, timeout=180).stdout


def seen(host):
    return as_root(host, SEEN).splitlines()


def test_a_weaker_lock_of_the_site_gives_way_and_comes_back_with_the_rollback(trial, hosts):
    for host in hosts.values():
        as_root(host, SITE.format(seconds=3600))
    before = {name: manifest(host) for name, host in hosts.items()}
    assert [seen(host) for host in hosts.values()] == [["uint32 3600", "false"]] * 2
    run = trial.run([ROW])
    assert [run.row(name)["state"] for name in hosts] == ["pass", "pass"]
    assert [seen(host) for host in hosts.values()] == [["uint32 600", "false"]] * 2
    (run_id,) = {result["run"] for result in run.results.values()}
    assert trial.controller.playbook(ROLLBACK, "--extra-vars", f"run={run_id}").exit_code == 0
    assert [changes(before[name], manifest(host)) for name, host in hosts.items()] == [{}, {}]


def test_a_stricter_lock_of_the_site_stays_and_nothing_is_written(trial, hosts):
    for host in hosts.values():
        as_root(host, SITE.format(seconds=300))
    run = trial.run([ROW])
    assert [(run.row(name)["state"], run.row(name)["changed"]) for name in hosts] == [("pass", False)] * 2
    assert [seen(host) for host in hosts.values()] == [["uint32 300", "false"]] * 2


def test_a_stricter_value_of_the_site_is_locked_as_it_is(trial, hosts):
    for host in hosts.values():
        as_root(host, SITE.format(seconds=300) + "rm -r /etc/dconf/db/site.d/locks\n")
        as_root(host, "dconf compile /etc/dconf/db/site /etc/dconf/db/site.d")
    assert [seen(host) for host in hosts.values()] == [["uint32 300", "true"]] * 2
    trial.run([ROW])
    assert [seen(host) for host in hosts.values()] == [["uint32 300", "false"]] * 2


def test_updating_all_databases_by_hand_changes_nothing(trial, hosts):
    trial.run([ROW])
    for host in hosts.values():
        as_root(host, "touch /etc/dconf/db/commune-baseline.d && dconf update")
    assert [seen(host) for host in hosts.values()] == [["uint32 600", "false"]] * 2
    again = trial.run([ROW])
    assert [(again.row(name)["state"], again.row(name)["changed"]) for name in hosts] == [("pass", False)] * 2


def test_without_the_program_the_settings_are_not_assessed_and_nothing_is_written(trial, hosts):
    for host in hosts.values():
        as_root(host, "mv /usr/bin/dconf /var/tmp")
    try:
        run = trial.run([ROW])
    finally:
        for host in hosts.values():
            as_root(host, "mv /var/tmp/dconf /usr/bin")
    assert [(run.row(name)["state"], run.row(name)["changed"]) for name in hosts] == [("not_assessed", False)] * 2
