# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Updates that are missing, and the age of the cumulative update that runs."""

from __future__ import annotations

import datetime

import pytest

from tests.doubles.windows.machine import Machine
from tests.doubles.windows.values import Record
from tests.integration.windows.office import bring, look, states

SECURITY = "0fa1201d-4330-4fa8-8ae9-b877473b6441"
CRITICAL = "e6cf1350-c01b-414d-a61f-263d14d133b4"
DEFINITIONS = "e0789628-ce08-4437-be74-2495b842f43b"
WINDOWS = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
BASE = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion"


def row(attribute, desired, kind="update", compare="<="):
    return {"id": attribute, "kind": kind, "attribute": attribute, "desired": desired, "compare": compare}


SEARCH, MISSING, URGENT = row("search_age", 7), row("security_age", 30), row("critical_age", 7)
AGE, RESTART = row("age", 65, "cumulative_update"), row("restart", False, "cumulative_update", "==")
SUPPORT = row("support_days", 0, "cumulative_update", ">=")


@pytest.fixture(name="machine")
def fixture_machine():
    return Machine()


def days_ago(machine, days):
    return machine.now() - datetime.timedelta(days=days, minutes=1)


def add(machine, days, kind=SECURITY, severity="", article="5044285"):
    machine.pending.append(Record({
        "KBArticleIDs": [article], "MsrcSeverity": severity, "Categories": [Record({"CategoryID": kind})],
        "LastDeploymentChangeTime": days_ago(machine, days),
    }))  # fmt: skip


def test_a_machine_that_looked_and_misses_nothing_passes(machine):
    seen = look(machine, SEARCH, MISSING, URGENT, AGE, RESTART)
    assert states(seen) == ["pass"] * 5
    assert (seen["security_age"]["after"], seen["age"]["after"]) == (0, 7)


@pytest.mark.parametrize(
    ("days", "kind", "severity", "expected"),
    [
        (30, SECURITY, "", ["pass", "pass"]),
        (31, SECURITY, "", ["fail", "pass"]),
        (8, CRITICAL, "", ["pass", "fail"]),
        (8, SECURITY, "Critical", ["pass", "fail"]),
        (7, SECURITY, "Critical", ["pass", "pass"]),
        (400, DEFINITIONS, "", ["pass", "pass"]),
        (31, DEFINITIONS, "Important", ["fail", "pass"]),
    ],
)
def test_an_update_that_is_missing_for_too_long_fails_by_what_kind_it_is(machine, days, kind, severity, expected):
    add(machine, days, kind, severity)
    assert states(look(machine, MISSING, URGENT)) == expected


def test_the_oldest_update_counts_and_all_are_named_by_article(machine):
    add(machine, 3, article="5000003")
    add(machine, 40, article="5000040")
    seen = bring(machine, MISSING)["security_age"]
    assert (seen["state"], seen["after"]) == ("fail", 40)
    assert seen["where"] == "Windows Update Agent: KB5000040, KB5000003"
    assert machine.writes == []


def test_a_search_that_is_too_old_proves_nothing(machine):
    machine.searched = days_ago(machine, 31)
    seen = look(machine, SEARCH, MISSING, URGENT)
    assert states(seen) == ["fail", "not_assessed", "not_assessed"]
    assert seen["security_age"]["reason"] == "the last search for updates was 31 days ago"
    add(machine, 50)
    assert states(look(machine, MISSING)) == ["fail"]


def test_a_machine_that_never_looked_fails(machine):
    machine.searched = None
    seen = look(machine, SEARCH, MISSING)
    assert states(seen) == ["fail", "fail"]
    assert seen["search_age"]["reason"] == "this machine never looked for updates"


def test_a_search_that_went_wrong_and_an_agent_that_does_not_run_tell_nothing(machine):
    machine.search_result = 4
    assert states(look(machine, MISSING)) == ["not_assessed"]
    machine.broken.add("wuauserv")
    assert "cannot read the section updates" in look(machine, SEARCH)["search_age"]["reason"]


@pytest.mark.parametrize(("days", "state"), [(65, "pass"), (66, "fail")])
def test_the_cumulative_update_that_runs_is_as_old_as_its_installation(machine, days, state):
    machine.registry.set(WINDOWS, "UBR", "DWord", 6901)
    machine.add_rollup("26100.6901.1.15", installed=days_ago(machine, days))
    seen = bring(machine, AGE)["age"]
    assert (seen["state"], seen["after"]) == (state, days)
    assert seen["where"] == ("build 26200.6901: Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.6901.1.15")


@pytest.mark.parametrize("state", [64, 80, 96, 101])
def test_an_update_that_is_not_installed_yet_or_was_replaced_does_not_count(machine, state):
    machine.registry.set(WINDOWS, "UBR", "DWord", 6901)
    machine.add_rollup("26100.6901.1.15", installed=days_ago(machine, 1), state=state)
    seen = look(machine, AGE)["age"]
    assert (seen["state"], seen["reason"]) == (
        "not_assessed",
        "no installed cumulative update makes the build 26200.6901",
    )


def test_a_clock_that_was_set_back_makes_no_update_young(machine):
    machine.registry.set(WINDOWS, "UBR", "DWord", 6901)
    machine.add_rollup("26100.6901.1.15", installed=days_ago(machine, 100))
    machine.lag = -datetime.timedelta(days=99)
    assert states(look(machine, AGE)) == ["fail"]
    machine.add_rollup("26100.6901.1.16", installed=days_ago(machine, -400))
    assert "in the future" in look(machine, AGE)["age"]["reason"]


@pytest.mark.parametrize(
    "key", ["WindowsUpdate\\Auto Update\\RebootRequired", "Component Based Servicing\\RebootPending"]
)
def test_an_update_that_waits_for_a_restart_is_told_and_nothing_is_restarted(machine, key):
    machine.registry.create(f"{BASE}\\{key}")
    seen = bring(machine, RESTART)["restart"]
    assert (seen["state"], seen["after"]) == ("fail", True)
    assert seen["reason"] == "it is restarted by a person, when nobody works on it"
    assert machine.writes == []


@pytest.mark.parametrize(
    ("build", "edition", "product", "now", "state", "left"),
    [
        ("26200", "Professional", 1, "2027-10-12", "pass", 0),
        ("26200", "Professional", 1, "2027-10-13", "fail", -1),
        ("26200", "EnterpriseN", 1, "2027-10-13", "pass", 363),
        ("26100", "IoTEnterpriseS", 1, "2027-10-13", "pass", 727),
        ("26100", "ServerStandard", 3, "2027-10-13", "pass", 2554),
        ("19045", "Core", 1, "2027-10-13", "fail", -729),
        ("19045", "EnterpriseS", 1, "2027-10-13", "not_assessed", None),
        ("99999", "Professional", 1, "2027-10-13", "not_assessed", None),
    ],
)
def test_a_release_that_is_not_mended_any_more_fails_and_one_that_nobody_knows_is_not_judged(
    machine, build, edition, product, now, state, left
):
    machine.registry.set(WINDOWS, "CurrentBuildNumber", "String", build)
    machine.registry.set(WINDOWS, "EditionID", "String", edition)
    machine.system["ProductType"] = product
    machine.lag = datetime.datetime.fromisoformat(f"{now}T12:00:00+00:00") - machine.now()
    seen = bring(machine, SUPPORT)["support_days"]
    assert (seen["state"], seen["after"], machine.writes) == (state, left, [])
