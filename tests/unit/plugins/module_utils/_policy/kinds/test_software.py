# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import apt_lists, dpkg, programs, software
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import software as kind
from tests.unit.plugins.module_utils._policy.kinds.test_package import a_package

LISTS = """Package: tool
Version: 0.9
Architecture: amd64

Package: tool
Version: 1.0
Architecture: amd64

"""
SOCKETS = """\
tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))
tcp LISTEN 0 128 [::]:8080 [::]:* users:(("web",pid=2,fd=3),("web",pid=3,fd=3))
tcp LISTEN 0 128 127.0.0.1:5432 0.0.0.0:* users:(("db",pid=4,fd=3))
tcp LISTEN 0 128 [::1]:631 [::]:* users:(("cupsd",pid=4,fd=3))
udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:* users:(("resolve",pid=4,fd=3))
udp UNCONN 0 0 0.0.0.0:41234 0.0.0.0:* users:(("mdns",pid=6,fd=3))
udp UNCONN 0 0 192.0.2.1%eth0:68 0.0.0.0:* users:(("dhcp",pid=5,fd=3))
tcp LISTEN 0 64 *:2049 *:*
"""


@pytest.fixture(name="installed")
def fixture_installed(tmp_path, monkeypatch):
    """Let the system be a folder of the test's; install packages and write files."""
    (tmp_path / "lists").mkdir()
    monkeypatch.setattr(apt_lists, "LISTS", str(tmp_path / "lists"))
    monkeypatch.setattr(dpkg, "STATUS", str(tmp_path / "status"))
    monkeypatch.setattr(software, "ROOT", str(tmp_path))

    def install(*packages, files=()):
        (tmp_path / "status").write_text("".join(packages))
        for name in files:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        return tmp_path

    return install


def read(attribute, *patterns):
    row = {"id": "R", "attribute": attribute, "desired": list(patterns)}
    reading = kind.observe([row])["R"]
    assert kind.compare(row, reading) is (reading.value == "")
    return reading


def names(attribute, *patterns):
    return [line.split(" ")[0] for line in read(attribute, *patterns).value.splitlines()]


def test_a_package_that_nobody_listed_is_told_with_its_archive(installed):
    folder = installed(a_package("tool"), a_package("own", version="7"))
    (folder / "lists/a_InRelease").write_text("Origin: Debian\nCodename: trixie\n")
    (folder / "lists/a_main_binary-amd64_Packages").write_text(LISTS)
    assert read("listed", "x").value == "own 7 (no archive that apt knows)\ntool 1.0 (Debian trixie)"
    assert read("listed", "too*", "own").value == ""


def test_an_empty_list_of_an_archive_holds_nothing_and_a_compressed_one_is_unpacked_by_apt(installed, monkeypatch):
    folder = installed(a_package("tool"))
    (folder / "lists/a_InRelease").write_text("Origin: Debian\nCodename: trixie\n")
    (folder / "lists/a_main_binary-amd64_Packages").touch()
    assert read("listed", "x").value == "tool 1.0 (no archive that apt knows)"
    (folder / "lists/a_more_binary-amd64_Packages.lz4").touch()
    monkeypatch.setattr(apt_lists.programs, "run", lambda *words: LISTS)
    assert read("listed", "x").value == "tool 1.0 (Debian trixie)"


def test_the_system_and_what_listed_packages_need_or_recommend_is_listed_with_them(installed):
    installed(
        a_package("base", Priority="important", Depends="libbase (>= 1) | libother"),
        a_package("vital", Essential="yes"),
        a_package("libbase"),
        a_package("office", Depends="virtual-lib", Recommends="fonts"),
        a_package("real-lib", Provides="virtual-lib (= 2)"),
        a_package("fonts", Depends="fonts-data"),
        a_package("fonts-data"),
        a_package("gone", "deinstall ok config-files"),
    )
    assert names("listed", "office") == []
    assert names("listed", "nothing") == ["office"]


def test_packages_that_need_one_another_in_a_circle_do_not_hide(installed):
    installed(a_package("one", Depends="two"), a_package("two", Depends="one"), a_package("lone"))
    assert names("listed", "x") == ["lone", "one"]


def test_marking_a_package_as_automatic_does_not_hide_it(installed):
    installed(a_package("tool"))
    assert names("listed", "x") == ["tool"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("var/lib/snapd/snaps/firefox_1234.snap", "snap:firefox"),
        ("var/lib/flatpak/app/org.gimp.GIMP", "flatpak:org.gimp.GIMP"),
        ("home/an/.local/share/flatpak/app/org.x.Y", "flatpak:org.x.Y"),
        ("usr/local/lib/python3.13/dist-packages/requests-2.32.0.dist-info", "pip:requests"),
        ("home/an/.local/lib/python3.13/site-packages/my_pkg-1.0.egg-info", "pip:my_pkg"),
        ("usr/local/lib/node_modules/yarn", "npm:yarn"),
        ("home/an/Downloads/Chat.AppImage", "appimage:Chat.AppImage"),
    ],
)
def test_what_came_past_the_packages_is_told_with_its_place(installed, path, name):
    folder = installed(files=[path])
    assert read("listed", "x").value == f"{name} ({folder}/{path})"
    assert read("listed", name.partition(":")[0] + ":*").value == ""
    assert read("forbidden", name).value == f"{name} ({folder}/{path})"


def test_what_lies_in_local_folders_is_told_unless_a_package_brought_it(installed, monkeypatch):
    folder = installed(files=["opt/chat", "usr/local/bin/own", "usr/local/sbin/theirs"])
    said = f"tool: {folder}/usr/local/sbin/theirs\n"
    monkeypatch.setattr(software.programs, "run", lambda *words, accept: said)
    assert names("listed", "x") == ["local:/opt/chat", "local:/usr/local/bin/own"]


def test_a_name_of_a_file_cannot_pretend_to_be_another_line(installed):
    installed(files=["home/an/a\nb.AppImage"])
    assert "\n" not in read("listed", "x").value


def test_what_is_forbidden_is_told_even_if_listed_packages_need_it(installed):
    installed(
        a_package("desk", Depends="chess"),
        a_package("chess", Section="games"),
        a_package("firefox-esr", Section="web"),
        a_package("gone", "deinstall ok config-files", Section="games"),
    )
    assert names("forbidden", "section:games", "firefox*") == ["chess", "firefox-esr"]


def test_only_what_other_machines_reach_counts_as_listening(monkeypatch):
    monkeypatch.setattr(programs, "run", lambda *words: SOCKETS)
    programs_of = {
        1: "/usr/sbin/sshd",
        2: "/usr/bin/web (deleted)",
        3: "/usr/bin/web",
        5: "/usr/sbin/dhclient",
        6: "/usr/bin/mdns",
    }
    monkeypatch.setattr(kind.os, "readlink", lambda path: programs_of[int(path.split("/")[2])])
    assert read("listeners", "tcp/22 /usr/sbin/sshd", "udp/68 *").value.splitlines() == [
        "tcp/2049 kernel",
        "tcp/8080 /usr/bin/web",
        "udp/* /usr/bin/mdns",
    ]


def test_a_program_of_that_name_elsewhere_or_on_another_port_is_not_listed(monkeypatch):
    monkeypatch.setattr(programs, "run", lambda *words: SOCKETS.splitlines()[0])
    monkeypatch.setattr(kind.os, "readlink", lambda path: "/srv/sshd")
    assert read("listeners", "tcp/22 /usr/sbin/sshd").value == "tcp/22 /srv/sshd"
    monkeypatch.setattr(kind.os, "readlink", lambda path: "/usr/sbin/sshd")
    assert read("listeners", "tcp/2222 /usr/sbin/sshd").value == "tcp/22 /usr/sbin/sshd"


def test_what_cannot_be_read_is_not_assessed(installed):
    (installed() / "status").unlink()
    assert read("listed", "x").unreadable.startswith("there is no ")


@pytest.mark.parametrize("desired", [[], "tool", None, [""], [" "], ["*"], ["ok", "**"], [1]])
def test_a_list_that_lists_nothing_or_everything_is_refused(desired):
    assert kind.fault_of_desired({}, desired) is not None


def test_a_list_of_patterns_is_taken():
    assert kind.fault_of_desired({}, ["tool", "lib*", "local:*"]) is None


def test_a_task_that_nobody_has_described_is_named():
    fault = "'web' is none of the tasks that software_control_roles describes"
    assert kind.fault_of_desired({}, ["tool", "?web"]) == fault
