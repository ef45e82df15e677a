# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wipes that began, counted before anything is wiped: over all devices, by days, in both databases."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, verification, wipes
from tests.integration.register.disposal import NUMBER, ROLES, prepared

NOON = datetime.datetime.now().astimezone().replace(hour=12, minute=0, second=0, microsecond=0)
DAY = datetime.timedelta(days=1)


def ask(name: str, **special: Any) -> dict[str, Any]:
    people = {role: ROLES[role] for role in ("requested_by", "wiped_by")}
    media = [{"serial": f"SN-{name}"}]
    given = {"name": name, "order": NUMBER, **people, "media": media, "approver_roles": {"system": ["thu_truong"]}}
    return {"commune.baseline.sanitisation_order": {**given, **special}}


def office(*names: str) -> list[dict[str, Any]]:
    """Return the tasks after which several devices await their disposal under one order."""
    tasks = prepared("SN-old-server")
    (approvals, others) = ([], [])
    for task in tasks:
        (approvals if "commune.baseline.approval" in task else others).append(task)
    for name in names:
        media = [{"serial": f"SN-{name}", "kind": "other"}]
        others.append({"commune.baseline.device": {"name": name, "class": "server", "media": media}})
        others += [
            {"commune.baseline.device_transition": {"name": name, "state": state}}
            for state in ("received", "pending_disposal")
        ]
    for task in approvals:
        task["commune.baseline.approval"] |= {"devices": ["old-server", *names], "scope": "system: Một cửa"}
    return [*others, *approvals]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_the_cap_of_a_day_counts_what_began_and_not_what_was_certified(verbs):
    verbs.run(*office("second"))
    (looked,) = verbs.run(ask("old-server", daily_cap=1), arguments=["--check"])
    assert looked["changed"] is True
    began, capped, again, raised = verbs.run(
        ask("second", daily_cap=1),
        ask("old-server", daily_cap=1),
        ask("second", daily_cap=1),
        ask("old-server", daily_cap=2),
    )
    assert (began["changed"], again["changed"], raised["changed"]) == (True, False, True)
    assert "wipes of 1 devices began today, and 1 a day is the most" in capped["msg"]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_each_disposal_of_a_device_and_each_order_begins_a_wipe_of_its_own(verbs, foreign_sql):
    back = [
        {"commune.baseline.device_transition": {"name": "old-server", "state": state}}
        for state in ("quarantined", "pending_disposal")
    ]
    *_before, first, _back, _forth, second, third = verbs.run(
        *office(), ask("old-server"), *back, *2 * [ask("old-server")]
    )
    assert [one["changed"] for one in (first, second, third)] == [True, True, False]
    assert first["order"]["pending_since"] <= first["order"]["asked_at"] <= second["order"]["pending_since"]
    assert "2" in foreign_sql("SELECT count(*) FROM events WHERE verb = 'wipe'")


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_who_has_left_does_not_wipe_and_whoever_goes_on_is_kept(verbs, foreign_sql):
    kim = {"commune.baseline.person": {"code": "kim", "name": "Can bo Kim", "left_on": "2026-01-31"}}
    lam = {"commune.baseline.person": {"code": "lam", "name": "Can bo Lam"}}
    *_before, refused, _first, other, again = verbs.run(
        *office(),
        kim,
        lam,
        ask("old-server", wiped_by="kim"),
        ask("old-server"),
        *2 * [ask("old-server", wiped_by="lam")],
    )
    assert "Can bo Kim stands for wiped_by and was not in office on" in refused["msg"]
    assert [one["changed"] for one in (other, again)] == [True, False]
    told = foreign_sql("SELECT after FROM events WHERE verb = 'wipe'")
    assert ("binh" in told, "lam" in told, "kim" in told) == (True, True, False)


def test_a_wipe_counts_on_the_day_on_which_it_began(register):
    with register.write("it01", now=NOON - DAY) as writer:
        for number in (1, 2, 3):
            devices.put(writer, {"name": f"pc-{number}", "class": "workstation"}, state="received")
            devices.transition(writer, f"pc-{number}", "pending_disposal")
    for name, moment in (
        ("pc-1", NOON - DAY),
        ("pc-2", NOON.replace(hour=0)),
        ("pc-3", NOON.replace(hour=23, minute=59, second=59)),
    ):
        with register.write("it01", now=moment) as writer:
            wipes.begin(writer, devices.get(writer, name), "12", {"wiped_by": "binh"})
    with register.read() as reader:
        ids = {name: devices.get(reader, name).id for name in ("pc-1", "pc-2", "pc-3")}
        assert wipes.begun_on(reader, NOON.date()) == {ids["pc-2"], ids["pc-3"]}
        assert wipes.begun_on(reader, (NOON - DAY).date()) == {ids["pc-1"]}
        assert wipes.begun_on(reader, (NOON + DAY).date()) == set()
        assert verification.verify(reader).faults == ()
