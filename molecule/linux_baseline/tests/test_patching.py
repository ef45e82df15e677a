# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security fixes are on their way by themselves, and ordinary people install nothing."""

from __future__ import annotations

import pytest


def test_unattended_upgrades_takes_security_fixes_and_restarts_nothing(host):
    said = host.run("sudo unattended-upgrade --dry-run --debug")
    codename = host.check_output(". /etc/os-release; echo $VERSION_CODENAME")
    assert f"codename={codename}-security,label=Debian-Security" in said.stdout + said.stderr
    assert host.check_output("apt-config shell reboot Unattended-Upgrade::Automatic-Reboot/b") in ("", "reboot='false'")


@pytest.mark.parametrize("timer", ["apt-daily.timer", "apt-daily-upgrade.timer"])
def test_the_timers_that_fetch_and_install_are_waiting(host, timer):
    assert host.check_output(f"systemctl is-active {timer}") == "active"
    assert host.check_output(f"systemctl is-enabled {timer}") == "enabled"


@pytest.mark.parametrize(
    "what", ["apt-get --yes install tree", "dpkg --install /dev/null", "apt-get --yes remove cron"]
)
def test_an_ordinary_user_installs_and_removes_nothing(host, what):
    tried = host.run(f"sudo setpriv --reuid=nobody --clear-groups sh -c 'PATH=/usr/sbin:/usr/bin {what}'")
    assert tried.failed
    assert "superuser privilege" in tried.stderr or "are you root?" in tried.stderr
