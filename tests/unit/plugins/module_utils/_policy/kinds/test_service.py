# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import service
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import unit
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import FileState
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

# As systemctl show printed it on Debian 12; the properties come in its own order, not in ours.
SHOWN = """\
RequiredBy={required_by}
WantedBy={wanted_by}
TriggeredBy={triggered_by}
LoadState={load}
ActiveState={active}
FragmentPath={path}
UnitFileState={state}
Names={name}
"""
UNIT = {
    "name": "a.service",
    "load": "loaded",
    "active": "active",
    "state": "enabled",
    "path": "/usr/lib/systemd/system/a.service",
    "required_by": "",
    "wanted_by": "multi-user.target",
    "triggered_by": "",
}
ABSENT = {"load": "not-found", "active": "inactive", "state": "", "path": "", "wanted_by": ""}
# For each unit it prints the file of its name, with empty lines in between, and notes what it was asked.
SYSTEMCTL = """#!/bin/sh
echo "$@" >>{folder}/asked
[ "$1" = show ] || exit 0
while [ "$1" != -- ]; do shift; done
shift
for unit; do cat "{folder}/$unit" || exit 1; echo; done
"""


@pytest.fixture(name="host")
def fixture_host(tmp_path, monkeypatch):
    program = tmp_path / "systemctl"
    program.write_text(SYSTEMCTL.format(folder=tmp_path))
    program.chmod(0o755)
    monkeypatch.setitem(programs.ENVIRONMENT, "PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(service, "BOOTED", str(tmp_path))
    monkeypatch.setattr(unit, "FOLDERS", [str(tmp_path / "links")])
    return tmp_path


@pytest.fixture(name="journal")
def fixture_journal(tmp_path_factory):
    return Journal("run", folder=str(tmp_path_factory.mktemp("journal")))


def a_unit(host, name="a.service", **fields):
    (host / name).write_text(SHOWN.format(**{**UNIT, "name": name, **fields}))


def a_row(desired, name="a.service"):
    return {"id": name, "kind": "service", "unit": name, "desired": desired}


def read(row):
    return service.observe([row])[row["id"]]


def passes(row):
    reading = read(row)
    return reading.unreadable is None and reading.weakness is None and service.compare(row, reading)


def apply(rows, journal):
    return service.apply(rows, service.observe(rows), Writer(journal, check_mode=True))


@pytest.mark.parametrize(
    ("fields", "value", "met"),
    [
        ({}, "running", {"running"}),
        ({"active": "activating"}, "running", {"running"}),
        ({"state": "static"}, "running", {"running"}),
        ({"state": "indirect"}, "running", {"running"}),
        ({"active": "inactive"}, "enabled and inactive", set()),
        ({"active": "failed"}, "enabled and failed", set()),
        ({"state": "disabled"}, "disabled and active", set()),
        ({"state": "enabled-runtime"}, "enabled-runtime and active", set()),
        ({"state": "disabled", "active": "inactive"}, "stopped", {"stopped"}),
        ({"state": "disabled", "active": "failed"}, "stopped", {"stopped"}),
        ({"state": "static", "active": "inactive"}, "stopped", {"stopped"}),
        ({"state": "generated"}, "running", {"running"}),
        ({"state": "generated", "active": "inactive"}, "generated and inactive", set()),
        ({"state": "generated", "active": "inactive", "wanted_by": ""}, "stopped", {"stopped"}),
        ({"state": "masked", "load": "masked", "active": "inactive"}, "masked", {"stopped", "masked"}),
        ({"state": "masked", "load": "masked"}, "masked and active", set()),
        ({"state": "masked-runtime", "load": "masked", "active": "inactive"}, "masked-runtime and inactive", set()),
        (ABSENT, "absent", {"stopped", "masked"}),
    ],
)
def test_states_of_systemd_are_told_in_the_words_of_the_rows(host, fields, value, met):
    a_unit(host, **fields)
    assert read(a_row("running")).value == value
    assert {desired for desired in ("running", "stopped", "masked") if passes(a_row(desired))} == met


def test_a_service_that_waits_for_its_socket_counts_as_running(host):
    a_unit(host, active="inactive", state="disabled", triggered_by="a.socket")
    a_unit(host, "a.socket")
    assert passes(a_row("running"))
    a_unit(host, "a.socket", active="failed")
    assert passes(a_row("running")) is False


@pytest.mark.parametrize(
    ("trigger", "fields", "waits"),
    [
        ("a.socket", {"state": "static"}, True),
        ("a.timer", {"active": "inactive"}, True),
        ("a.path", {"active": "inactive", "state": "static"}, True),
        ("a.path", {"active": "inactive", "state": "static", "wanted_by": ""}, False),
        ("a.socket", {"active": "inactive", "state": "disabled", "wanted_by": ""}, False),
        ("a.socket", {"active": "inactive", "state": "masked", "wanted_by": ""}, False),
    ],
)
def test_a_stopped_service_that_something_can_start_does_not_count(host, trigger, fields, waits):
    a_unit(host, active="inactive", state="static", triggered_by=trigger)
    a_unit(host, trigger, **fields)
    weakness = read(a_row("stopped")).weakness
    assert weakness == (f"it does not run, but {trigger} can start it" if waits else None)


def test_all_units_are_asked_about_at_once(host):
    for name in ("a.service", "b.service", "c.timer"):
        a_unit(host, name)
    rows = [a_row("running", name) for name in ("a.service", "b.service", "c.timer")]
    rows.append({**rows[0], "id": "again"})
    assert {reading.value for reading in service.observe(rows).values()} == {"running"}
    assert len((host / "asked").read_text().splitlines()) == 1


def test_without_systemd_nothing_is_known(host, monkeypatch):
    monkeypatch.setattr(service, "BOOTED", str(host / "nowhere"))
    assert read(a_row("running")).unreadable == "systemd does not run here"


def test_a_systemctl_that_fails_leaves_all_rows_unknown(host):
    assert "failed with code 1" in read(a_row("running")).unreadable


def test_a_word_that_is_no_state_is_told(host):
    a_unit(host)
    assert read(a_row("enabled")).unreadable == "'enabled' is none of running, stopped, masked"


@pytest.mark.parametrize("desired", ["stopped", "masked"])
def test_what_fails_would_be_changed(host, journal, desired):
    a_unit(host)
    assert apply([a_row(desired)], journal) == {"a.service": Write(changes=True)}


@pytest.mark.parametrize(
    ("name", "fields", "desired", "error"),
    [
        ("a.service", ABSENT, "running", "there is no a.service on this device"),
        ("ssh.service", {}, "stopped", "ssh.service is what this run came in by"),
        ("sshd", {}, "masked", "sshd is what this run came in by"),
        ("ssh.socket", {}, "masked", "ssh.socket is what this run came in by"),
        (
            "a.service",
            {"state": "generated"},
            "stopped",
            "a.service comes from a script in /etc/init.d, which systemd cannot disable; mask it instead",
        ),
        (
            "a.service",
            {"path": "/etc/systemd/system/a.service"},
            "masked",
            "its own file /etc/systemd/system/a.service stands where the mask would have to be; remove the file first",
        ),
    ],
)
def test_what_cannot_be_done_rightly_is_refused(host, journal, name, fields, desired, error):
    a_unit(host, name, **fields)
    assert apply([a_row(desired, name)], journal) == {name: Write(error=error)}


def test_a_service_that_its_socket_would_start_again_is_left_unless_the_socket_goes_too(host, journal):
    a_unit(host, triggered_by="a.socket")
    a_unit(host, "a.socket")
    error = "a.socket would start it again; stop that one too, or mask a.service"
    assert apply([a_row("stopped")], journal) == {"a.service": Write(error=error)}
    assert apply([a_row("masked")], journal) == {"a.service": Write(changes=True)}
    both = apply([a_row("stopped"), a_row("masked", "a.socket")], journal)
    assert list(both.items()) == [("a.socket", Write(changes=True)), ("a.service", Write(changes=True))]


@pytest.mark.parametrize(
    ("thing", "name", "predicted"),
    [
        ("packages", "clamav-daemon:amd64", Write(changes=True)),
        ("file", "/etc/systemd/system/a.service", Write(changes=True)),
        ("file", "/etc/systemd/system/a.service.d/b.conf", Write(error="there is no a.service on this device")),
        (None, None, Write(error="there is no a.service on this device")),
    ],
)
def test_a_unit_that_the_same_run_would_bring_is_predicted_to_start(host, journal, thing, name, predicted):
    a_unit(host, **ABSENT)
    writer = Writer(journal, check_mode=True)
    if thing:
        writer.put(thing, name, old=None, new={"a": 1} if thing == "packages" else FileState(b"[Unit]\n"))
    rows = [a_row("running")]
    assert service.apply(rows, service.observe(rows), writer) == {"a.service": predicted}
