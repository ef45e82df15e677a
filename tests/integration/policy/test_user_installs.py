# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an ordinary person who logs in can install on a workstation, and what a server does beside its tasks."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.conftest import Controller
from tests.lab import image

KNOBS = {
    "baseline_fail_on": "never",
    "software_control_allowed": ["cron", "kmod", "packagekit*", "local:/opt/listed"],
    "software_control_server_roles": ["web"],
    "software_control_roles": {"web": {"software": ["cron", "kmod"], "listeners": ["tcp/8080 /usr/bin/python3*"]}},
}
INSTALL = "org.freedesktop.packagekit.package-install"
MAY = f"pkcheck --action-id {INSTALL} --process $$ 2> /dev/null; echo $?"  # 0: yes, 1: no, 2: only after a password
PREPARE = """
set -eu
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends packagekit packagekit-tools polkitd
useradd --create-home --shell /bin/bash person
useradd --create-home --shell /bin/bash --groups sudo officer
for name in person officer; do
    install -d -o $name -m 700 /home/$name/.ssh
    install -o $name -m 600 /home/ops/.ssh/authorized_keys /home/$name/.ssh/authorized_keys
done
"""
BUILD = r"""
set -eu
mkdir -p /srv/d/DEBIAN
printf 'Package: own\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n' > /srv/d/DEBIAN/control
dpkg-deb --build /srv/d /srv/d.deb
dpkg --install /srv/d.deb
"""
# As careless rules go: everybody may.
CARELESS = "polkit.addRule(function(action, subject) { return polkit.Result.YES; });"


@pytest.fixture(scope="module", name="hosts")
def fixture_hosts(session_lab):
    """Hosts with PackageKit, an ordinary user and an administrator."""
    if image.mirror() is None:
        pytest.skip("this machine names no Debian mirror")
    session_lab.reset()
    hosts = list(session_lab.hosts.values())
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda host: as_root(host, PREPARE), hosts))
    return hosts


@pytest.fixture(name="run")
def fixture_run(session_lab, tmp_path):
    """Run the door with the role."""

    def run(device_class, *arguments, **knobs):
        play = {"hosts": "all", "gather_facts": False, "become": True}
        play["vars"] = {**KNOBS, "baseline_device_class": device_class, **knobs}
        play["tasks"] = [{"commune.baseline.policy": {"roles": ["software_control"]}}]
        (tmp_path / "play.yml").write_text(json.dumps([play]))
        return Controller(session_lab).playbook(str(tmp_path / "play.yml"), *arguments)

    return run


def as_root(host, script):
    command = [*host.ssh_command(), "sudo", "sh"]
    return subprocess.run(command, input=script, text=True, capture_output=True, check=True, timeout=300).stdout


def as_user(host, name, script):
    """Log in as somebody and run a script; return what it said on both ways."""
    command = [*host.ssh_command()[:-1], "-l", name, host.name, "sh"]
    done = subprocess.run(command, input=script, text=True, capture_output=True, check=False, timeout=120)
    return done.stdout + done.stderr


def careless(host):
    """Let another rule give everybody every right."""
    as_root(host, f"echo '{CARELESS}' > /usr/share/polkit-1/rules.d/05-careless.rules; sleep 2")


def test_nobody_but_administrators_installs_by_polkit_whatever_other_rules_say(hosts, run):
    for host in hosts:
        careless(host)
        assert as_user(host, "person", MAY).split()[-1] == "0"
    hardened, again = run("workstation"), run("workstation")
    for host in hosts:
        shown = hardened.rows(host.name)
        assert {row: shown[row]["state"] for row in shown if "POLKIT" in row} == {
            "LNX-POLKIT-folder-owner": "pass",
            "LNX-POLKIT-folder-group": "pass",
            "LNX-POLKIT-folder-mode": "pass",
            "LNX-POLKIT-Install": "pass",
        }
        assert not any(row["changed"] for row in again.rows(host.name).values())
        assert as_user(host, "person", MAY).split()[-1] == "1"
        assert as_user(host, "officer", MAY).split()[-1] == "0"


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("apt-get --yes install tree", "are you root?"),
        ("apt-get --yes remove cron", "are you root?"),
        ("cd /tmp && apt-get download tree > /dev/null && /usr/bin/dpkg --install tree_*.deb", "superuser privilege"),
        ("pkcon --noninteractive install tree", "ot authorized|ailed to obtain authentication"),
    ],
)
def test_a_person_who_logs_in_installs_and_removes_nothing(hosts, run, command, complaint):
    run("workstation")
    for host in hosts:
        said = as_user(host, "person", f"PATH=/usr/sbin:/sbin:$PATH; {command}; rm -f /tmp/tree_*.deb")
        assert any(part in said for part in complaint.split("|")), said
        assert "ii  tree " not in as_root(host, "dpkg-query --list")
        assert "ii  cron " in as_root(host, "dpkg-query --list")


def test_what_is_not_on_the_list_is_told_with_its_origin(hosts, run):
    for host in hosts:
        as_root(
            host, "DEBIAN_FRONTEND=noninteractive apt-get -qq install -y tree; apt-mark auto tree; mkdir /opt/listed"
        )
        as_root(host, "mkdir /opt/chat; ln -s /bin/true /usr/local/bin/own")
        as_user(host, "person", "mkdir Downloads; touch Downloads/Chat.AppImage")
        as_root(host, BUILD)
    checked = run("workstation", "--check")
    for host in hosts:
        release = as_root(host, ". /etc/os-release; echo $VERSION_CODENAME").strip()
        told = checked.rows(host.name)["LNX-SOFTWARE-Listed"]["before"].splitlines()
        version = as_root(host, "dpkg-query --show --showformat='${Version}' tree")
        assert f"tree {version} (Debian {release})" in told
        assert "own 1 (no archive that apt knows)" in told
        assert "appimage:Chat.AppImage (/home/person/Downloads/Chat.AppImage)" in told
        assert "local:/opt/chat (/opt/chat)" in told
        assert "local:/usr/local/bin/own (/usr/local/bin/own)" in told
        assert [one for one in told if "listed" in one or one.startswith(("cron", "packagekit "))] == []


def test_a_service_outside_the_tasks_of_a_server_is_told_and_left_alone(hosts, run):
    serve = "systemd-run --quiet --unit=web{0} --working-directory=/srv python3 -m http.server {0} --bind {1}"
    for host in hosts:
        for port, address in ((8080, "0.0.0.0"), (8099, "0.0.0.0"), (8100, "127.0.0.1")):  # noqa: S104 - within the lab
            as_root(host, serve.format(port, address))
        as_root(host, "sleep 1")
    for found in (run("server"), run("server", "--check")):
        for host in hosts:
            row = found.rows(host.name)["LNX-SERVICE-Listeners"]
            (line,) = row["after"].splitlines()
            assert (row["state"], line.rstrip("0123456789.")) == ("fail", "tcp/8099 /usr/bin/python")
    for host in hosts:
        assert as_root(host, "systemctl is-active web8099") == "active\n"
        as_root(host, "systemctl stop web8080 web8099 web8100")
    for host in hosts:
        assert run("server", "--check").rows(host.name)["LNX-SERVICE-Listeners"]["state"] == "pass"


def test_a_game_on_a_server_is_told_though_the_list_has_it(hosts, run):
    for host in hosts:
        as_root(host, "DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends cowsay bsdgames")
    roles = {"web": {"software": ["*[a-z]*"], "listeners": []}}
    found = run("server", "--check", software_control_roles=roles)
    for host in hosts:
        assert "bsdgames " in found.rows(host.name)["LNX-SOFTWARE-Forbidden"]["before"]
        assert found.rows(host.name)["LNX-SOFTWARE-Role"]["state"] == "pass"


def test_as_long_as_nobody_has_said_what_is_right_nothing_passes(hosts, run):
    silent = {"software_control_allowed": None, "software_control_server_roles": None}
    for device_class, rows in (
        ("workstation", ["LNX-SOFTWARE-Listed"]),
        ("server", ["LNX-SOFTWARE-Role", "LNX-SERVICE-Listeners"]),
    ):
        found = run(device_class, "--check", **silent)
        for host in hosts:
            assert {found.rows(host.name)[row]["state"] for row in rows} == {"not_assessed"}


def test_a_task_that_nobody_has_described_stops_the_run_with_a_sentence(hosts, run):
    found = run("server", "--check", software_control_server_roles=["nowhere"])
    assert all("nowhere" in result["msg"] for result in found.results.values())
