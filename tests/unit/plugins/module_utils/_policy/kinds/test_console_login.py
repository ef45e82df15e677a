# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import console_login
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

ROW = {"id": "LNX-C", "kind": "console_login", "desired": []}
AGETTY = "/sbin/agetty -o -p -- \\u --noclear - $TERM"  # Debian 12, as systemd tells it


@pytest.fixture(name="folders")
def fixture_folders(tmp_path, monkeypatch):
    (tmp_path / "etc").mkdir()
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/getty@.service").write_text("[Service]\nExecStart=-/sbin/agetty\n")
    (tmp_path / "lib/cron.service").write_text("[Service]\nExecStart=cron\n")
    monkeypatch.setattr(console_login, "CREDENTIALS", [f"{tmp_path}/credstore*/*agetty.autologin"])
    return tmp_path


class Systemd:
    """Stands for systemctl; ``commands`` are what units run, ``asked`` the units that it was asked about."""

    def __init__(self, folders):
        self.folders, self.commands, self.files, self.outdated, self.asked = folders, {}, {}, (), []

    def __call__(self, *words, **_options):
        if words == ("systemctl", "show", "--property=UnitPath", "--value"):
            return f"{self.folders}/etc {self.folders}/nowhere {self.folders}/lib\n"
        assert words[:2] == ("systemctl", "show")
        self.asked = list(words[words.index("--") + 1 :])
        return "\n\n".join(map(self._properties, self.asked)) + "\n"

    def _properties(self, unit):
        commands = self.commands.get(unit, [AGETTY])
        runs = "".join(f"ExecStart={{ path=/x ; argv[]={one} ; ignore_errors=yes ; pid=0 }}\n" for one in commands)
        drop_ins = " ".join(self.files.get(unit, ()))
        reload = "yes" if unit in self.outdated else "no"
        fragment = f"{self.folders}/lib/getty@.service"
        return f"{runs}Id={unit}\nFragmentPath={fragment}\nDropInPaths={drop_ins}\nNeedDaemonReload={reload}"


@pytest.fixture(name="systemd", autouse=True)
def fixture_systemd(folders, monkeypatch):
    systemd = Systemd(folders)
    monkeypatch.setattr(programs, "run", systemd)
    return systemd


def read():
    return console_login.observe([ROW])["LNX-C"]


def passes():
    reading = read()
    return (reading.unreadable, reading.weakness) == (None, None) and console_login.compare(ROW, reading)


@pytest.mark.parametrize(
    "command",
    [
        AGETTY,
        "/sbin/agetty -o -- \\u --noreset --noclear --keep-baud 115200,57600,38400,9600 - ${TERM}",
        "/sbin/agetty -L=always -8 --noclear tty1 linux",
        "/sbin/agetty -Jl /usr/bin/login --login-program=/bin/login --login-pause -f /etc/issue.net tty1",
        "/sbin/agetty --timeout 60 --chdir /a -H all --host name-a tty1",
        "/bin/login -p",
        "/usr/sbin/cron -a -f lan",
        "",
    ],
)
def test_a_console_that_asks_for_a_password_is_right(systemd, command):
    systemd.commands["getty@tty1.service"] = [command] if command else []
    assert (read().value, passes()) == ([], True)


@pytest.mark.parametrize(
    "command",
    [
        "/sbin/agetty --autologin lan --noclear tty1 linux",
        "/sbin/agetty --autologin=lan tty1",
        "/sbin/agetty --noclear --autolog lan tty1",
        "/sbin/agetty --a lan tty1",
        "/sbin/agetty -a lan tty1",
        "/sbin/agetty -alan tty1",
        "/sbin/agetty -8Jpa lan tty1",
        "/sbin/agetty -o -p -- \\u --noclear tty1 -a lan",
        "/sbin/agetty -o -p -f lan --noclear tty1",
        "/sbin/agetty -n -l /bin/bash tty1",
        "/sbin/agetty --skip-login --login-pro=/root/menu tty1",
        "/sbin/agetty $OPTIONS tty1",
        "/sbin/mingetty --autologin lan tty1",
        "/bin/sh -c exec agetty --autologin lan tty1",
        "/usr/bin/login -f root",
        "/usr/bin/login -pf root",
    ],
)
def test_a_console_that_asks_for_no_password_is_found(systemd, command):
    systemd.commands["getty@tty1.service"] = ["/bin/true", command]
    assert (read().value, passes()) == (["getty@tty1.service"], False)


def test_systemd_is_asked_about_every_unit_that_could_have_to_do_with_logins(folders, systemd):
    for name in ("getty@tty9.service.d", "serial-getty@ttyS0.service.d", "cron.service.d", "menu.service.d"):
        (folders / "etc" / name).mkdir()
    (folders / "etc/cron.service.d/a.conf").write_text("[Service]\nNice=5\n")
    (folders / "menu.conf").write_text("[Service]\nExecStart=\nExecStart=login -f lan\n")
    (folders / "etc/menu.service.d/a.conf").symlink_to(folders / "menu.conf")
    (folders / "etc/autovt@.service").symlink_to(folders / "lib/getty@.service")
    (folders / "etc/gone.service").symlink_to("nowhere")
    (folders / "etc/logind.service").write_text("[Service]\nExecStart=systemd-logind\n")
    (folders / "etc/bad name.service").write_text("[Service]\nExecStart=login\n")
    read()
    asked = ["autovt@tty1", "getty@tty1", "getty@tty9", "menu", "serial-getty@ttyS0"]
    assert systemd.asked == [f"{name}.service" for name in asked]


def test_the_file_that_decides_is_named(folders, systemd):
    (folders / "etc/getty@tty1.service.d").mkdir()
    files = [folders / "etc/getty@tty1.service.d" / name for name in ("a.conf", "b.conf")]
    files[0].write_text("[Service]\nExecStart=\nExecStart=-agetty \\\n  -a lan\n")
    files[1].write_text("[Service]\nNice=1\n")
    systemd.commands["getty@tty1.service"] = ["/sbin/agetty -a lan"]
    systemd.files["getty@tty1.service"] = map(str, files)
    assert read().where == str(files[0])


def test_a_credential_that_logs_somebody_in_is_found(folders):
    (folders / "credstore.encrypted").mkdir()
    path = folders / "credstore.encrypted" / "tty.virtual.tty1.agetty.autologin"
    path.write_text("lan")
    assert (read().value, read().where, passes()) == ([str(path)], str(path), False)


def test_files_that_systemd_has_not_read_yet_are_told(systemd):
    systemd.outdated = ("getty@tty1.service",)
    reason = "files of getty@tty1.service changed since systemd read them: run systemctl daemon-reload"
    assert (read().weakness, passes()) == (reason, False)


def test_without_an_answer_of_systemd_nothing_is_known(monkeypatch):
    def run(*_words, **_options):
        raise OSError(0, "systemctl is not installed", "systemctl")

    monkeypatch.setattr(programs, "run", run)
    assert read().unreadable == "systemctl is not installed"


def test_nothing_is_written(folders, tmp_path_factory):
    before = sorted(os.listdir(folders / "etc"))
    writer = Writer(Journal("run", folder=str(tmp_path_factory.mktemp("journal"))), check_mode=False)
    assert console_login.apply([ROW], console_login.observe([ROW]), writer) == {"LNX-C": Write()}
    assert sorted(os.listdir(folders / "etc")) == before
