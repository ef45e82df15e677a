# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Patches on real hosts, from an archive of the test's own: told, installed, held back, refused."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.conftest import Controller
from tests.integration.policy import repository
from tests.integration.tree import changes, manifest
from tests.lab import image

ROLLBACK, PATCH = "playbooks/rollback.yml", "playbooks/patch.yml"
KNOBS = {
    "baseline_fail_on": "never",
    "baseline_device_class": "server",
    "patching_mirror": repository.ADDRESS,
    "patching_proxy": "DIRECT",
}
UPGRADE = "sudo systemctl start apt-daily-upgrade.service"  # what the timer starts
INSTALLED = "dpkg-query --show --showformat='${Package} ${Version} ${db:Status-Status}\\n' 'tiny-*'"


class Site:
    """The hosts, and the role on them."""

    def __init__(self, controller, archive, folder):
        self.controller, self.archive, self.folder = controller, archive, folder
        self.hosts = list(controller.lab.hosts.values())

    def run(self, *arguments, **knobs):
        """Run the door with the role."""
        play = {"hosts": "all", "gather_facts": False, "become": True, "vars": {**KNOBS, **knobs}}
        play["tasks"] = [{"commune.baseline.policy": {"roles": ["patching"]}}]
        (self.folder / "play.yml").write_text(json.dumps([play]))
        return self.controller.playbook(str(self.folder / "play.yml"), *arguments)

    def seen(self, *rows, **knobs):
        """Check; return state and value of some rows, which have to be the same on all hosts."""
        run = self.run("--check", **knobs)
        first, *others = [[self._shown(run.rows(host.name)[row]) for row in rows] for host in self.hosts]
        assert others == [first] * len(others)
        return first

    def _shown(self, row):
        return row["state"], row["before"] if row["reason"] is None else row["reason"]

    def do(self, command):
        """Run a command on all hosts at once, whether it succeeds or not; return what each printed."""
        with ThreadPoolExecutor() as pool:
            done = pool.map(lambda host: host.ssh(command, timeout=300, check=False), self.hosts)
        return [one.stdout for one in done]

    def said(self, command):
        """Return what a command prints on all hosts, which has to be the same."""
        first, *others = self.do(command)
        assert others == [first] * len(others)
        return first

    def have(self, *files):
        """Install packages as they were before there was a fix."""
        for host in self.hosts:
            for file in files:
                shutil.copy(file, host.root / "srv")
                host.ssh(f"sudo dpkg --install /srv/{file.name}")

    def publish(self, **how):
        for host in self.hosts:
            self.archive.publish(host, **how)

    def update(self):
        self.do("sudo apt-get update")


@pytest.fixture(scope="module", name="hardened")
def fixture_hardened(session_lab, tmp_path_factory):
    """Hosts with the role applied by Debian's mirror, which afterwards get security fixes from the archive alone."""
    if image.mirror() is None:
        pytest.skip("this machine names no Debian mirror")
    session_lab.reset()
    site = Site(Controller(session_lab), None, tmp_path_factory.mktemp("site"))
    site.run(patching_mirror="http://10.77.0.1")
    for host in site.hosts:
        repository.use(host)
    return site


@pytest.fixture(name="site")
def fixture_site(hardened):
    """The hosts with an empty archive, and nothing of it installed."""
    purge = "sudo apt-mark unhold 'tiny-*'; sudo dpkg --purge --force-all tiny-tool tiny-needy tiny-failing"
    with repository.archive() as archive:
        hardened.archive = archive
        yield hardened
    hardened.do(f"{purge}; sudo rm -rf /var/lib/apt/lists/* /var/lib/apt/periodic/*")


def test_a_fix_appears_is_told_without_a_network_and_is_installed_by_the_timers_service(site):
    site.have(site.archive.add("tiny-tool", "1.0"))
    site.publish()
    site.update()
    assert site.seen("LNX-PATCH-Pending", "LNX-PATCH-Lists") == [("pass", ""), ("pass", 0)]
    site.archive.add("tiny-tool", "1.0+deb1u1")
    site.publish()
    site.update()
    site.do("sudo systemctl stop archive.service")
    assert site.seen("LNX-PATCH-Pending", "LNX-PATCH-Overdue") == [
        ("fail", "tiny-tool:all 1.0+deb1u1"),
        ("fail", "security fixes wait, and unattended-upgrades has never installed any"),
    ]
    site.publish()
    site.do(UPGRADE)
    assert site.said(INSTALLED) == "tiny-tool 1.0+deb1u1 installed\n"
    assert site.seen("LNX-PATCH-Pending", "LNX-PATCH-Overdue") == [("pass", ""), ("pass", 0)]


def test_a_fix_that_cannot_be_installed_is_held_back_and_named_while_the_others_come(site):
    site.have(site.archive.add("tiny-tool", "1.0"), site.archive.add("tiny-needy", "1.0"))
    site.archive.add("tiny-tool", "2.0")
    site.archive.add("tiny-needy", "2.0", "Depends: tiny-nowhere")
    site.publish()
    site.update()
    site.do(UPGRADE)
    assert site.said(INSTALLED) == "tiny-needy 1.0 installed\ntiny-tool 2.0 installed\n"
    assert site.seen("LNX-PATCH-Pending", "LNX-PATCH-Broken") == [("fail", "tiny-needy:all 2.0"), ("pass", "")]


def test_a_package_whose_installation_fails_is_named_as_broken_and_keeps_no_row_from_being_read(site):
    site.have(site.archive.add("tiny-failing", "1.0"))
    site.archive.add("tiny-failing", "2.0", postinst=repository.FAILING)
    site.publish()
    site.update()
    site.do(UPGRADE)
    assert site.said(INSTALLED) == "tiny-failing 2.0 half-configured\n"
    run = site.run("--check")
    for host in site.hosts:
        assert run.rows(host.name)["LNX-PATCH-Broken"]["before"] == "tiny-failing:all (half-configured)"
        assert "not_assessed" not in {row["state"] for row in run.rows(host.name).values()}
    site.archive.add("tiny-failing", "3.0")
    site.publish()
    site.update()
    site.do("sudo apt-get --yes install tiny-failing")
    assert site.seen("LNX-PATCH-Broken") == [("pass", "")]


def behind_by_two(site):
    """Let the lists of the hosts tell of one fix, and the archive have a second one that is not published yet."""
    site.have(site.archive.add("tiny-tool", "1.0"))
    site.archive.add("tiny-tool", "2.0")
    site.publish()
    site.update()
    site.archive.add("tiny-tool", "3.0")


def test_a_forged_archive_is_refused_and_the_old_lists_stay(site):
    behind_by_two(site)
    site.publish(forged=True)
    site.update()
    assert site.seen("LNX-PATCH-Pending") == [("fail", "tiny-tool:all 2.0")]
    site.do("sudo apt-get --yes install tiny-tool=3.0")
    assert site.said(INSTALLED) == "tiny-tool 1.0 installed\n"


def test_an_archive_without_a_known_key_gives_no_lists_unless_the_source_waives_it_which_is_told(site):
    site.archive.add("tiny-tool", "1.0")
    site.publish()
    for host in site.hosts:
        (host.root / repository.KEY).unlink()
    site.update()
    (state, reason), signed = site.seen("LNX-PATCH-Pending", "LNX-SOURCE-Signed")
    assert (state, reason.partition(":")[0], signed[0]) == (
        "fail",
        "apt has fetched no lists of security fixes",
        "pass",
    )
    for host in site.hosts:
        repository.use(host, options="trusted=yes")
    try:
        assert site.seen("LNX-SOURCE-Signed") == [("fail", "/etc/apt/sources.list:1 trusted=yes")]
    finally:
        for host in site.hosts:
            repository.use(host)


def test_old_lists_fail_and_prove_nothing(site):
    site.have(site.archive.add("tiny-tool", "1.0"))
    site.publish(days_ago=9)
    site.update()
    old = "the lists of security fixes are 9 days old, and 7 are allowed"
    assert site.seen("LNX-PATCH-Pending", "LNX-PATCH-Lists") == [("fail", old), ("fail", 9)]
    assert site.seen("LNX-PATCH-Lists", patching_lists_max_days=9) == [("pass", 9)]


def test_a_held_package_is_named_and_stays_as_it_is(site):
    site.have(site.archive.add("tiny-tool", "1.0"))
    site.archive.add("tiny-tool", "2.0")
    site.publish()
    site.update()
    site.do(f"sudo apt-mark hold tiny-tool; {UPGRADE}")
    assert site.seen("LNX-PATCH-Held", "LNX-PATCH-Pending") == [
        ("fail", "tiny-tool:all"),
        ("fail", "tiny-tool:all 2.0"),
    ]
    assert site.said(INSTALLED) == "tiny-tool 1.0 installed\n"


def test_a_unit_that_runs_a_program_that_was_replaced_is_named_and_left_running(site):
    site.publish()
    site.update()
    start = "sudo cp /usr/bin/sleep /usr/lib/tiny-sleep; sudo systemd-run --quiet --unit=tiny /usr/lib/tiny-sleep 900"
    site.do(f"{start}; sleep 1; sudo rm /usr/lib/tiny-sleep")
    run = site.run()
    for host in site.hosts:
        assert "tiny.service" in run.rows(host.name)["LNX-PATCH-Restart"]["after"].splitlines()
    assert site.said("systemctl is-active tiny.service; sudo systemctl stop tiny.service") == "active\n"
    run = site.run("--check")
    for host in site.hosts:
        assert "tiny.service" not in run.rows(host.name)["LNX-PATCH-Restart"]["before"].splitlines()


def test_a_host_without_a_way_out_gets_packages_by_the_proxy(site):
    site.have(site.archive.add("tiny-tool", "1.0"))
    site.archive.add("tiny-tool", "2.0")
    site.publish()
    # The little server takes the whole address that a proxy is asked for as a path.
    site.do("sudo mkdir -p /srv/archive/http: && sudo ln -sfn /srv/archive /srv/archive/http:/archive.invalid")
    for host in site.hosts:
        repository.use(host, address="http://archive.invalid")
    try:
        knobs = {"patching_mirror": "http://archive.invalid"}
        site.run(**knobs, patching_proxy=repository.ADDRESS)
        site.update()
        assert site.seen("LNX-PATCH-Pending", "LNX-APT-Proxy", **knobs, patching_proxy=repository.ADDRESS) == [
            ("fail", "tiny-tool:all 2.0"),
            ("pass", repository.ADDRESS),
        ]
    finally:
        site.run()
        for host in site.hosts:
            repository.use(host)


def test_the_playbook_installs_fixes_at_once_and_stops_at_the_first_device_that_fails(site):
    site.have(site.archive.add("tiny-tool", "1.0"))
    site.archive.add("tiny-tool", "2.0")
    site.publish()
    first, last = site.hosts
    first.ssh("sudo systemctl stop archive.service")
    stopped = site.controller.playbook(PATCH, "--extra-vars", json.dumps(KNOBS))
    assert (stopped.exit_code, site.said(INSTALLED)) == (2, "tiny-tool 1.0 installed\n")
    site.publish()
    done = site.controller.playbook(PATCH, "--extra-vars", json.dumps(KNOBS))
    assert (done.exit_code, site.said(INSTALLED)) == (0, "tiny-tool 2.0 installed\n")
    assert done.rows(last.name)["LNX-PATCH-Pending"]["state"] == "pass"


def test_a_full_disk_leaves_the_lists_that_are_there(site):
    behind_by_two(site)
    site.publish()
    full = "mount -t tmpfs -o size=4k trial /var/lib/apt/lists/partial && chown _apt /var/lib/apt/lists/partial"
    site.do(f"sudo sh -c '{full}; cat /dev/zero > /var/lib/apt/lists/partial/filler'; sudo apt-get update")
    assert site.seen("LNX-PATCH-Pending", "LNX-PATCH-Broken") == [("fail", "tiny-tool:all 2.0"), ("pass", "")]
    site.do("sudo umount /var/lib/apt/lists/partial")


def test_a_server_that_reaches_the_mirror_alone_is_led_to_it_in_one_run_and_taken_back(session_lab, tmp_path):
    if image.mirror() is None:
        pytest.skip("this machine names no Debian mirror")
    session_lab.reset()
    site = Site(Controller(session_lab), None, tmp_path)
    for host in site.hosts:
        sources = host.root / "etc/apt/sources.list"
        sources.write_text(sources.read_text().replace("http://10.77.0.1/", "http://deb.debian.org/"))
    before = {host.name: manifest(host) for host in site.hosts}
    packages = {
        host.name: host.ssh("dpkg-query --show --showformat='${Package} ${db:Status-Status}\\n'").stdout
        for host in site.hosts
    }
    first, second = (site.run(patching_mirror="http://10.77.0.1") for _ in range(2))
    rows = ("LNX-SOURCE-Mirror", "LNX-PACKAGE-unattended-upgrades", "LNX-APT-Security-Debian")
    for host in site.hosts:
        for run, changed in ((first, True), (second, False)):
            shown = run.rows(host.name)
            assert [(shown[row]["state"], shown[row]["changed"]) for row in rows] == [("pass", changed)] * len(rows)
        assert second.results[host.name]["changed"] is False
        assert "http://10.77.0.1/debian-security" in host.ssh("apt-get indextargets --format '$(REPO_URI)'").stdout
        shown = host.ssh("sudo unattended-upgrade --dry-run --debug", timeout=120, check=False)
        assert f"codename={repository.codename(host)}-security,label=Debian-Security" in shown.stdout + shown.stderr
    (run_id,) = {result["run"] for result in first.results.values()}
    assert site.controller.playbook(ROLLBACK, "--extra-vars", f"run={run_id}").exit_code == 0
    for host in site.hosts:
        assert host.ssh("systemctl is-active unattended-upgrades", check=False).stdout == "inactive\n"
        gone = host.ssh("dpkg-query --show --showformat='${Package} ${db:Status-Status}\\n'").stdout
        assert gone == packages[host.name]
        assert [path for path in changes(before[host.name], manifest(host)) if path.startswith("etc/")] == []
