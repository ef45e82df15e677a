# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import unit

# Knows two units, a.service with its alias, and b.socket that is enabled along with it; notes what it was asked.
SYSTEMCTL = """#!/bin/sh
echo "$@" >>{folder}/asked
case "$*" in
show*--\\ [az].service) echo "Names=a.service z.service"; echo FragmentPath={folder}/a.service ;;
show*--\\ *) echo "Names=b.socket"; echo FragmentPath= ;;
esac
echo ActiveState=$(cat {folder}/active)
echo UnitFileState=$(cat {folder}/state)
case "$*" in start*) echo active >{folder}/active ;; stop*) echo inactive >{folder}/active ;; esac
"""


@pytest.fixture(name="host")
def fixture_host(tmp_path, monkeypatch):
    program = tmp_path / "systemctl"
    program.write_text(SYSTEMCTL.format(folder=tmp_path))
    program.chmod(0o755)
    (tmp_path / "a.service").write_text("[Install]\nAlias=z.service\nAlso=b.socket a.service\n")
    (tmp_path / "active").write_text("active")
    (tmp_path / "state").write_text("enabled")
    for folder in ("etc", "run"):
        (tmp_path / folder).mkdir()
    monkeypatch.setitem(programs.ENVIRONMENT, "PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(unit, "FOLDERS", [str(tmp_path / "etc"), str(tmp_path / "run")])
    return tmp_path


def link(host, name, target):
    path = host / name
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(target)


def tree(host):
    return sorted(
        (str(path.relative_to(host)), os.readlink(path) if path.is_symlink() else "")
        for folder in ("etc", "run")
        for path in (host / folder).rglob("*")
    )


def asked(host, *verbs):
    lines = (host / "asked").read_text().splitlines()
    return [line for line in lines if set(line.split()) & {*verbs}]


def test_links_of_all_names_and_of_what_comes_along_are_captured_and_no_others(host):
    link(host, "etc/multi-user.target.wants/a.service", "/usr/lib/a.service")
    link(host, "etc/z.service", "/usr/lib/a.service")
    link(host, "run/sockets.target.wants/b.socket", "/usr/lib/b.socket")
    link(host, "etc/multi-user.target.wants/other.service", "/usr/lib/other.service")
    state = unit.capture("a.service")
    assert (state["active"], state["unit_file_state"]) == (True, "enabled")
    assert {os.path.relpath(path, host): target for path, target in state["links"].items()} == {
        "etc/multi-user.target.wants/a.service": "/usr/lib/a.service",
        "etc/z.service": "/usr/lib/a.service",
        "run/sockets.target.wants/b.socket": "/usr/lib/b.socket",
    }


@pytest.mark.parametrize("change", ["mask", "disable", "enable elsewhere", "another target"])
def test_a_captured_state_is_put_back_to_the_last_link(host, change):
    link(host, "etc/multi-user.target.wants/a.service", "../a.service")
    link(host, "etc/z.service", "/usr/lib/a.service")
    before, state = tree(host), unit.capture("a.service")
    if change == "mask":
        link(host, "etc/a.service", "/dev/null")
    elif change == "enable elsewhere":
        link(host, "etc/graphical.target.wants/a.service", "/usr/lib/a.service")
    else:
        (host / "etc/multi-user.target.wants/a.service").unlink()
        (host / "etc/multi-user.target.wants").rmdir()
    if change == "another target":
        link(host, "etc/multi-user.target.wants/a.service", "/usr/lib/a.service")
    unit.put("a.service", state)
    assert tree(host) == before
    assert len(asked(host, "daemon-reload")) == 1
    unit.put("a.service", state)
    assert tree(host) == before


@pytest.mark.parametrize(
    ("state", "now", "verbs"),
    [
        ("enabled", "disabled", ["unmask", "enable"]),
        ("enabled", "masked-runtime", ["--runtime unmask", "unmask", "enable"]),
        ("disabled", "enabled", ["disable"]),
        ("disabled", "enabled-runtime", ["--runtime disable", "disable"]),
        ("masked", "enabled-runtime", ["mask"]),
    ],
)
def test_a_new_state_is_reached_by_the_verbs_of_systemctl(host, state, now, verbs):
    (host / "state").write_text(now)
    unit.put("a.service", {"unit_file_state": state, "active": True})
    expected = [f"--quiet {verb} a.service" for verb in verbs]
    assert asked(host, "enable", "disable", "mask", "unmask") == expected


@pytest.mark.parametrize(
    ("now", "wanted", "verbs"),
    [("active", False, ["stop"]), ("inactive", True, ["start"]), ("active", True, []), ("failed", False, [])],
)
def test_a_unit_is_started_or_stopped_only_where_it_is_not_so(host, now, wanted, verbs):
    (host / "active").write_text(now)
    unit.put("a.service", {"unit_file_state": "disabled", "active": wanted})
    assert asked(host, "start", "stop") == [f"{verb} a.service" for verb in verbs]


def test_a_unit_that_does_not_stay_up_is_an_error(host):
    (host / "active").write_text("failed")
    program = (host / "systemctl").read_text().replace("echo active >", "echo failed >")
    (host / "systemctl").write_text(program)
    with pytest.raises(OSError, match="it was started, but is failed"):
        unit.put("a.service", {"unit_file_state": "enabled", "active": True})


def test_an_answer_about_too_few_units_is_an_error(host):
    with pytest.raises(OSError, match="systemctl told of 1 units, not of 2"):
        unit.show(["a.service", "b.socket"], "ActiveState")


def test_a_run_that_only_looks_asks_once_about_a_unit_and_any_other_each_time(host):
    with programs.keeping_answers():
        first = unit.show(["a.service"], "ActiveState")
        (host / "active").write_text("failed")
        assert unit.show(["a.service"], "ActiveState") == first
        assert len(asked(host, "show")) == 1
    assert [first[0]["ActiveState"], unit.show(["a.service"], "ActiveState")[0]["ActiveState"]] == ["active", "failed"]


def test_a_property_that_was_not_asked_for_is_asked_for_later(host):
    with programs.keeping_answers():
        (host / "systemctl").write_text("#!/bin/sh\necho ActiveState=active\n")
        unit.show(["a.service"], "ActiveState")
        (host / "systemctl").write_text("#!/bin/sh\necho UnitFileState=masked\n")
        assert unit.show(["a.service"], "UnitFileState") == [{"ActiveState": "active", "UnitFileState": "masked"}]


def test_a_unit_is_not_taken_away(host):
    with pytest.raises(OSError, match="not taken away"):
        unit.put("a.service", None)
