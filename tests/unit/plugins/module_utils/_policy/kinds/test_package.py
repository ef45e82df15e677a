# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import dpkg, package_archive, pam_stack, programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import package
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import packages
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

MARKS = """Package: libtree
Architecture: amd64
Auto-Installed: 1

Package: tree
Architecture: amd64
Auto-Installed: 0
"""


def a_package(name, status="install ok installed", *, architecture="amd64", version="1.0", **fields):
    more = "".join(f"{field.replace('_', '-')}: {value}\n" for field, value in fields.items())
    return (
        f"Package: {name}\nStatus: {status}\nArchitecture: {architecture}\nVersion: {version}\n{more}"
        "Description: a package\n Version: of its text\n Status: none\n\n"
    )


STATUS = "".join(
    [
        a_package("bash", Essential="yes"),
        a_package("cron", Provides="cron-daemon (= 3), anacron-ish"),
        a_package("libtree", "hold ok installed", version="1:2-3", Multi_Arch="same"),
        a_package("libtree", architecture="i386"),
        a_package("openssh-server"),
        a_package("old", "deinstall ok config-files"),
        a_package("tool", Depends="libc6 (>= 2), libtree | other"),
        a_package("tree", Pre_Depends="libtree:any"),
        a_package("treasure", Depends="tree (>= 1)"),
    ]
)


@pytest.fixture(name="system", autouse=True)
def fixture_system(tmp_path, monkeypatch):
    for folder in ("info", "bin", "pam.d"):
        (tmp_path / folder).mkdir()
    (tmp_path / "status").write_text(STATUS)
    (tmp_path / "marks").write_text(MARKS)
    (tmp_path / "lock").write_text("")
    for name in ("cron", "old", "openssh-server", "libtree:amd64", "libtree:i386", "tool", "tree", "treasure", "bash"):
        (tmp_path / "info" / f"{name}.list").write_text(f"/.\n/usr\n/usr/{name}\n")
    places = {"STATUS": "status", "MARKS": "marks", "LOCK": "lock", "RECORDS": "info"}
    for constant, name in places.items():
        monkeypatch.setattr(dpkg, constant, str(tmp_path / name))
    monkeypatch.setattr(pam_stack, "FOLDERS", (str(tmp_path / "pam.d"),))
    monkeypatch.setattr(package_archive, "FOLDER", str(tmp_path / "kept"))
    monkeypatch.setitem(programs.ENVIRONMENT, "PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path


@pytest.fixture(name="apt")
def fixture_apt(system):
    """Put a program in the place of apt-get, which notes how it was called, and answers."""

    def answer(text, code=0, *, complaint=""):
        program = system / "bin/apt-get"
        program.write_text(
            f"#!/bin/sh\necho \"$@\" >>{system}/calls\ncat <<'END'\n{text}\nEND\n"
            f"cat >&2 <<'END'\n{complaint}\nEND\nexit {code}\n"
        )
        program.chmod(0o755)

    return answer


@pytest.fixture(name="apply")
def fixture_apply(system):
    def apply(*rows, check_mode=True):
        writer = Writer(Journal("run", folder=str(system / "journal")), check_mode=check_mode)
        return package.apply(rows, package.observe(rows), writer)

    return apply


def calls(system):
    return (system / "calls").read_text().splitlines() if (system / "calls").exists() else []


def a_row(name, **fields):
    return {"id": f"LNX-{name}", "package": name, "desired": "installed", **fields}


def without(name):
    return a_row(name, compare="absent", desired=None)


def read(name):
    return package.observe([a_row(name)])[f"LNX-{name}"]


@pytest.mark.parametrize(
    ("name", "value", "where"),
    [
        ("tree", "installed", "tree:amd64 1.0"),
        ("tree:amd64", "installed", "tree:amd64 1.0"),
        ("tree:i386", None, None),
        ("libtree:i386", "installed", "libtree:i386 1.0"),
        ("libtree", "installed", "libtree:amd64 1:2-3"),
        ("old", None, None),
        ("nowhere", None, None),
        ("tre", None, None),
        ("cron-daemon", "installed", "provided by cron:amd64"),
        ("anacron-ish", "installed", "provided by cron:amd64"),
    ],
)
def test_what_dpkg_knows_is_the_value(name, value, where):
    assert (read(name).value, read(name).where) == (value, where)
    assert package.compare(a_row(name), read(name)) is (value is not None)
    assert package.compare(without(name), read(name)) is (value is None)


def test_a_package_in_the_middle_of_something_is_not_installed(system):
    (system / "status").write_text(a_package("tree", "install ok half-configured"))
    assert read("tree").value == "half-configured"
    assert not package.compare(a_row("tree"), read("tree"))
    assert not package.compare(without("tree"), read("tree"))


def test_a_system_without_dpkg_is_told(system):
    (system / "status").unlink()
    assert read("tree").unreadable == f"there is no {system}/status, and only Debian's packages are known here"


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_package_in_the_middle_of_something_stops_all(system, apt, apply, check_mode):
    apt("Inst new (1 x [amd64])")
    (system / "status").write_text(a_package("tree", "install ok unpacked"))
    error = apply(a_row("new"), check_mode=check_mode)["LNX-new"].error
    assert error == "cannot install new: dpkg is in the middle of tree:amd64: run dpkg --configure --pending"


def test_somebody_else_who_changes_packages_stops_all(system, apt, apply):
    apt("Inst new (1 x [amd64])")
    holding = f"import fcntl; file = open({str(system / 'lock')!r}, 'rb+'); fcntl.lockf(file, 2); print(); input()"
    with subprocess.Popen([sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        error = apply(a_row("new"))["LNX-new"].error
        other.communicate(b"\n")
    assert "another program is changing packages" in error
    assert apply(a_row("new"))["LNX-new"] == Write(changes=True)


PLAN = """NOTE: This is only a simulation!
Inst base [1.0] (1.1 Debian:12/stable [amd64]) []
Inst libnew (2:1.0-1 Debian:12/stable [amd64]) []
Inst new (1.5 Debian:12/stable, local:now [amd64])
Inst newdata (1.5 Debian:12/stable [all])
Conf libnew (2:1.0-1 Debian:12/stable [amd64])
"""


def test_what_apt_would_install_is_written_as_one_thing(apt, apply, system, monkeypatch):
    apt(PLAN)
    put = []
    monkeypatch.setattr(packages, "put", lambda name, state: put.append((name, state)))
    assert apply(a_row("new"), check_mode=False) == {"LNX-new": Write(changes=True)}
    assert put == [
        (
            "libnew:amd64 new:amd64 newdata:all",
            {
                "libnew:amd64": {"version": "2:1.0-1", "mark": "auto"},
                "new:amd64": {"version": "1.5", "mark": "manual"},
                "newdata:all": {"version": "1.5", "mark": "auto"},
            },
        )
    ]
    asked = [re.sub(r"--option=\S+ ", "", line.split("Use-Pty=false ")[1]) for line in calls(system)]
    assert asked == ["--simulate install new", "--download-only install new"]


def test_check_mode_only_asks(apt, apply, system):
    apt(PLAN)
    assert apply(a_row("new")) == {"LNX-new": Write(changes=True)}
    assert len(calls(system)) == 1
    assert not (system / "journal").exists()


def test_rows_of_one_sort_are_asked_for_together(apt, apply, system):
    apt("Remv tree [1.0]\nRemv treasure [1.0]\nRemv tool [1.0]")
    writes = apply(without("tree"), without("tool"), without("treasure"))
    assert set(writes.values()) == {Write(changes=True)}
    assert len(calls(system)) == 1


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_complaints_of_apt_are_told(apt, apply, check_mode):
    apt("", 100, complaint="W: old\nE: Unable to locate package new\nE: Couldn't find any package")
    error = apply(a_row("new"), check_mode=check_mode)["LNX-new"].error
    assert error == "cannot install new: W: old; E: Unable to locate package new; E: Couldn't find any package"


def test_an_installation_that_would_remove_something_is_refused(apt, apply):
    apt("Remv cron [1.0]\nInst new (1.5 x [amd64])")
    assert apply(a_row("new"))["LNX-new"].error == "cannot install new: apt would remove cron for it"


@pytest.mark.parametrize(
    ("name", "plan", "sentence"),
    [
        ("bash", "Remv bash [1.0]", "bash is essential to the system"),
        ("openssh-server", "Remv openssh-server [1.0]", "openssh-server keeps the device reachable or starts it"),
        ("libtree", "Remv libtree [1]\nRemv openssh-server [1.0]", "openssh-server keeps the device reachable"),
        ("libtree", "Remv libtree [1]\nRemv cron [1.0]", "apt would also change cron"),
        ("tree", "Remv tree [1.0]\nInst other (1 x [amd64])", "apt would also change other:amd64"),
    ],
)
def test_what_the_device_needs_stays(apt, apply, name, plan, sentence):
    apt(plan)
    assert sentence in apply(without(name))[f"LNX-{name}"].error


def test_a_module_that_pam_runs_stays(apt, apply, system):
    apt("Remv tree [1.0]")
    (system / "info/tree.list").write_text("/lib/security/pam_tree.so\n")
    assert apply(without("tree"))["LNX-tree"].error is None
    (system / "pam.d/login").write_text("auth required pam_tree.so\n")
    assert "PAM uses /lib/security/pam_tree.so of tree" in apply(without("tree"))["LNX-tree"].error


def test_what_needs_the_package_may_go_with_it(apt, apply):
    apt("Remv treasure [1.0]\nRemv tree [1.0]\nRemv tool [1.0]\nRemv libtree [1]")
    assert apply(without("libtree:amd64")) == {"LNX-libtree:amd64": Write(changes=True)}


@pytest.mark.parametrize(
    ("name", "is_kept"),
    [
        ("sudo", True),
        ("python3", True),
        ("python3-minimal", True),
        ("python3.11-minimal", True),
        ("systemd", True),
        (f"linux-image-{os.uname().release}", True),
        ("network-manager", True),
        ("grub-pc", True),
        ("python3-yaml", False),
        ("linux-image-0.0.0", False),
        ("sudoku", False),
        ("telnetd", False),
    ],
)
def test_some_packages_never_go(name, is_kept):
    one = dpkg.Package(name, "amd64", "1", "installed", is_essential=False, provides=frozenset(), needs=frozenset())
    assert (dpkg.reason_to_keep(one) is not None) is is_kept


def test_version_and_mark_are_what_can_be_put_back():
    assert packages.capture("libtree:amd64 nowhere:amd64 old:amd64 tree:amd64") == {
        "libtree:amd64": {"version": "1:2-3", "mark": "auto"},
        "nowhere:amd64": None,
        "old:amd64": "config-files",
        "tree:amd64": {"version": "1.0", "mark": "manual"},
    }


def test_without_marks_everything_was_wanted(system):
    (system / "marks").unlink()
    assert packages.capture("libtree:amd64")["libtree:amd64"]["mark"] == "manual"


def test_an_epoch_does_not_break_the_name_of_a_kept_package(system):
    assert package_archive.path_of("libtree:amd64", "1:2-3") == f"{system}/kept/libtree_1%3a2-3_amd64.deb"


def doubles(system, *names):
    for name in names:
        program = system / "bin" / name
        program.write_text(f'#!/bin/sh\necho {name} "$@" >>{system}/calls\n')
        program.chmod(0o755)


def test_a_package_that_was_there_before_is_removed_and_kept(system, monkeypatch):
    doubles(system, "dpkg")
    kept = []
    monkeypatch.setattr(package_archive, "keep", lambda one: kept.append(one.full_name))
    packages.put("tool:amd64 tree:amd64", {"tool:amd64": "config-files", "tree:amd64": "config-files"})
    assert (kept, calls(system)) == (["tool:amd64", "tree:amd64"], ["dpkg --remove tool:amd64 tree:amd64"])


@pytest.mark.parametrize(
    ("script", "purged"),
    [
        (None, True),
        ("[ $1 = purge ] && rm -rf /var/cache/tree\n", True),
        ("purge)\n  rm -rf /var/log/tree\n", False),
    ],
)
def test_a_package_that_was_new_leaves_nothing_but_logs(system, script, purged):
    doubles(system, "dpkg")
    if script:
        (system / "info/tree.postrm").write_text(script)
    packages.put("tree:amd64", {"tree:amd64": None})
    assert calls(system) == ["dpkg --remove tree:amd64", *(["dpkg --purge tree:amd64"] if purged else [])]
    assert not (system / "kept").exists()


def test_what_was_kept_is_installed_from_there_and_forgotten(system):
    doubles(system, "dpkg", "apt-get")
    (system / "kept").mkdir()
    (system / "kept/old_1.0_amd64.deb").write_text("")
    packages.put("old:amd64", {"old:amd64": {"version": "1.0", "mark": "manual"}})
    wanted = f"dpkg --force-confold --force-confdef --install {system}/kept/old_1.0_amd64.deb"
    assert calls(system) == [wanted]
    assert os.listdir(system / "kept") == []


def test_what_was_not_kept_comes_from_apt_in_its_version(system):
    doubles(system, "dpkg", "apt-get")
    packages.put(
        "new:amd64 old:amd64", {one: {"version": "1.0", "mark": "manual"} for one in ("new:amd64", "old:amd64")}
    )
    (call,) = calls(system)
    assert call.endswith("--no-remove install new:amd64=1.0 old:amd64=1.0")


@pytest.mark.parametrize(("name", "mark"), [("libtree:amd64", "manual"), ("tree:amd64", "auto")])
def test_a_mark_is_put_back(system, name, mark):
    doubles(system, "apt-mark")
    packages.put(name, {name: {"version": "9", "mark": mark}})
    packages.put(name, {name: {"version": "9", "mark": "auto" if mark == "manual" else "manual"}})
    assert calls(system) == [f"apt-mark {mark} {name}"]
