# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages on real hosts: from Debian's mirror, from a repository of the test's own, and without any network."""

from __future__ import annotations

import subprocess

import pytest

from tests.integration.conftest import Controller
from tests.integration.tree import changes, manifest
from tests.integration.trial import Trial
from tests.lab import image

ROLLBACK = "playbooks/rollback.yml"

# A repository below /srv/repository. tiny-tool needs tiny-library, tiny-rival rules tiny-tool out, and tiny-gone is in
# the index alone.
REPOSITORY = r"""
set -eu
make() {
    name=$1; shift
    mkdir -p /tmp/$name/DEBIAN /tmp/$name/usr/share/$name /tmp/$name/etc/$name
    echo "$name" > /tmp/$name/usr/share/$name/file
    echo "as shipped" > /tmp/$name/etc/$name/settings.conf
    echo "/etc/$name/settings.conf" > /tmp/$name/DEBIAN/conffiles
    printf 'Package: %s\nVersion: 1:1.0\nArchitecture: all\nMaintainer: test <test@example.org>\n' "$name" \
        > /tmp/$name/DEBIAN/control
    for field; do echo "$field" >> /tmp/$name/DEBIAN/control; done
    echo "Description: $name" >> /tmp/$name/DEBIAN/control
    chown -R root:root /tmp/$name
    file=/srv/repository/${name}_1.0_all.deb
    dpkg-deb --build /tmp/$name "$file" > /dev/null
    { cat /tmp/$name/DEBIAN/control
      echo "Filename: ./${name}_1.0_all.deb"
      echo "Size: $(stat --format %s "$file")"
      echo "SHA256: $(sha256sum "$file" | cut -d ' ' -f 1)"
      echo; } >> /srv/repository/Packages
    rm -r /tmp/$name
}
mkdir -p /srv/repository
make tiny-library
make tiny-tool 'Depends: tiny-library'
make tiny-rival 'Conflicts: tiny-tool'
make tiny-gone 'Depends: tiny-library'
rm /srv/repository/tiny-gone_1.0_all.deb
rm -f /etc/apt/sources.list
echo 'deb [trusted=yes] copy:/srv/repository ./' > /etc/apt/sources.list.d/tiny.list
apt-get -qq update
rm -f /var/cache/apt/archives/*.deb
"""
CLEAN = """
set -eu
systemctl stop holder.service 2> /dev/null || true
dpkg --purge tiny-tool tiny-library tiny-rival 2> /dev/null || true
rm -rf /srv/repository /var/lib/commune-baseline
"""
INSTALLED = {"id": "LNX-TOOL", "kind": "package", "package": "tiny-tool", "value": "installed"}
ABSENT = {"id": "LNX-LIBRARY", "kind": "package", "package": "tiny-library", "compare": "absent"}
HOLD_LOCK = "import fcntl, time; file = open('/var/lib/dpkg/lock-frontend', 'w'); fcntl.lockf(file, 2); time.sleep(99)"
QUERY = "dpkg-query --show --showformat='${Package} ${Version} ${db:Status-Status}\\n' 'tiny-*' 2> /dev/null || true"


@pytest.fixture(scope="module", name="fresh")
def fixture_fresh(session_lab):
    session_lab.reset()
    return Controller(session_lab)


@pytest.fixture(name="trial")
def fixture_trial(fresh, tmp_path):
    """Hosts with the repository, and nothing of it installed."""
    for host in fresh.lab.hosts.values():
        as_root(host, f"{CLEAN}{REPOSITORY}")
    return Trial(fresh, tmp_path)


@pytest.fixture(name="hosts")
def fixture_hosts(trial):
    return trial.controller.lab.hosts


def as_root(host, script):
    done = subprocess.run(
        [*host.ssh_command(), "sudo", "sh"], input=script, text=True, capture_output=True, check=True, timeout=120
    )
    return done.stdout


def seen(run, host):
    return {row: (seen["state"], seen["changed"], seen["would_change"]) for row, seen in run.rows(host).items()}


def roll_back(trial, run):
    (run_id,) = {result["run"] for result in run.results.values()}
    return trial.controller.playbook(ROLLBACK, "--extra-vars", f"run={run_id}")


def test_an_installation_is_predicted_done_once_and_taken_back_without_a_trace(trial, hosts):
    before = {name: manifest(host) for name, host in hosts.items()}
    checked = trial.run([INSTALLED], "--check")
    assert [changes(before[name], manifest(host)) for name, host in hosts.items()] == [{}, {}]
    first, second = trial.run([INSTALLED]), trial.run([INSTALLED])
    for name, host in hosts.items():
        assert [seen(run, name)["LNX-TOOL"] for run in (checked, first, second)] == [
            ("fail", False, True),
            ("pass", True, False),
            ("pass", False, False),
        ]
        assert as_root(host, QUERY).splitlines() == ["tiny-library 1:1.0 installed", "tiny-tool 1:1.0 installed"]
        assert as_root(host, "apt-mark showauto 'tiny-*'").split() == ["tiny-library"]
    roll_back(trial, first)
    assert [changes(before[name], manifest(host)) for name, host in hosts.items()] == [{}, {}]


def test_a_removal_is_taken_back_without_a_network_with_marks_and_edited_settings(trial, hosts):
    edit = (
        "echo edited > /etc/tiny-library/settings.conf; rm /etc/tiny-tool/settings.conf; chmod 2755 /usr/share/tiny-*"
    )
    for host in hosts.values():
        as_root(host, f"apt-get -qq install tiny-tool > /dev/null; {edit}; rm -f /var/cache/apt/archives/*.deb")
    before = {name: (manifest(host), as_root(host, QUERY)) for name, host in hosts.items()}
    first, second = trial.run([ABSENT]), trial.run([ABSENT])
    for name, host in hosts.items():
        assert [seen(run, name)["LNX-LIBRARY"] for run in (first, second)] == [
            ("pass", True, False),
            ("pass", False, False),
        ]
        assert as_root(host, "ls -d /usr/share/tiny-* || true") == ""
        assert as_root(host, "cat /etc/tiny-library/settings.conf") == "edited\n"
        as_root(host, "rm -r /srv/repository /var/lib/apt/lists/*")
    roll_back(trial, first)
    for name, host in hosts.items():
        differences = changes(before[name][0], manifest(host))
        assert [file for file in differences if not file.startswith("srv")] == []
        assert as_root(host, QUERY) == before[name][1]
        assert as_root(host, "apt-mark showauto 'tiny-*'").split() == ["tiny-library"]
        assert as_root(host, "dpkg --audit; ls /var/lib/commune-baseline/packages") == ""


@pytest.mark.parametrize(
    ("setup", "package", "complaint"),
    [
        ("true", "tiny-nowhere", "E: Unable to locate package tiny-nowhere"),
        ("true", "tiny-gone", "tiny-gone_1.0_all.deb"),
        ("apt-get -qq install tiny-tool > /dev/null", "tiny-rival", "apt would remove tiny-tool"),
        (
            "dpkg --unpack /srv/repository/tiny-tool_1.0_all.deb > /dev/null 2>&1",
            "tiny-rival",
            "dpkg is in the middle of tiny-tool:all",
        ),
        (
            f'systemd-run --quiet --unit=holder python3 -c "{HOLD_LOCK}"; sleep 1',
            "tiny-rival",
            "another program is changing packages",
        ),
    ],
)
def test_what_cannot_be_installed_says_why_and_leaves_nothing_half_done(trial, hosts, setup, package, complaint):
    for host in hosts.values():
        as_root(host, setup)
    before = {name: as_root(host, QUERY) for name, host in hosts.items()}
    run = trial.run([{**INSTALLED, "package": package}])
    for name, host in hosts.items():
        assert complaint in run.row(name)["reason"]
        assert (run.row(name)["state"], run.row(name)["changed"]) == ("fail", False)
        assert as_root(host, QUERY) == before[name]


def test_what_the_device_needs_is_not_removed(trial, hosts):
    names = ["openssh-server", "sudo", "systemd", "dpkg", "python3", "libpam-pwquality"]
    run = trial.run([{**ABSENT, "id": f"LNX-{name}", "package": name} for name in names])
    for name, host in hosts.items():
        assert {(seen["state"], seen["changed"]) for seen in run.rows(name).values()} == {("fail", False)}
        status = host.ssh(f"dpkg-query --show --showformat='${{db:Status-Status}} ' {' '.join(names)}").stdout
        assert status.split() == ["installed"] * len(names)


def test_a_package_comes_from_debians_own_mirror(fresh, tmp_path):
    if image.mirror() is None:
        pytest.skip("this machine names no Debian mirror")
    fresh.lab.reset()
    for host in fresh.lab.hosts.values():
        host.ssh("sudo apt-get -qq update", timeout=120)
    run = Trial(fresh, tmp_path).run([{**INSTALLED, "package": "tree"}])
    for name, host in fresh.lab.hosts.items():
        assert (run.row(name)["state"], run.row(name)["changed"]) == ("pass", True)
        assert "tree v" in host.ssh("tree --version").stdout
