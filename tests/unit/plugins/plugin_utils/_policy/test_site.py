# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Control, Source
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.controls import controls_of, taken_back
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import Row, RowError
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.site import (
    NoFirewall,
    Site,
    check_names,
    read_exceptions,
)

TODAY = datetime.date(2026, 11, 22)
ALLOWED = {
    "control": "AC-08",
    "device": "pc-1",
    "reason": "Máy quầy một cửa",
    "approver": "Chủ tịch UBND",
    "document": "12/QĐ-UBND",
    "expires": "2026-11-22",
}


def a_row(row_id="LNX-A", control_id="AC-08", **fields):
    control = Control(control_id, "Khóa", "Lock", "must", (Source("001:19.1.c", "khóa"),), {})
    sentence = {"vi": "Vì", "en": "Because"}
    return Row(
        "lock", control, {"id": row_id, "kind": "option", "value": 1, "why": sentence, "fix": sentence, **fields}
    )


def a_site(device="pc-1", groups=(), device_class=None, only=(), exceptions=()):
    return Site(device, groups, device_class, only, read_exceptions("baseline_exceptions", exceptions, TODAY))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": ""}, "lacks reason; without it no exception counts"),
        ({"reason": "\u200b"}, "reason is '\\u200b', which has no letter and no digit"),
        ({"approver": "."}, "approver is '.', which has no letter and no digit"),
        ({"document": "\u2800"}, "document is '\u2800', which has no letter and no digit"),
        ({"reason": None, "approver": " "}, "lacks reason, approver; without it no exception counts"),
        ({"expires": "2026-11-21"}, "control AC-08: expired on 2026-11-21; renew it or take it out"),
        ({"expires": "31/12/2026"}, "expires is '31/12/2026', not a date such as 2027-01-31"),
        ({"group": "pcs"}, "needs either device or group"),
        ({"device": None}, "needs either device or group"),
        ({"until": "2027"}, "has no field called until"),
    ],
)  # fmt: skip
def test_an_exception_that_cannot_count_is_refused_with_its_place_and_fault(change, sentence):
    with pytest.raises(RowError) as caught:
        read_exceptions("baseline_exceptions", [ALLOWED, {**ALLOWED, **change}], TODAY)
    assert str(caught.value) == f"baseline_exceptions[1]: {sentence}"


@pytest.mark.parametrize(
    ("change", "site", "covered"),
    [
        ({}, {}, True),
        ({}, {"device": "pc-2"}, False),
        ({"row": "LNX-A"}, {}, True),
        ({"row": "LNX-B"}, {}, False),
        ({"control": "AC-09"}, {}, False),
        ({"device": None, "group": "pcs"}, {"groups": ["pcs"]}, True),
        ({"device": None, "group": "pcs"}, {"groups": ["servers"]}, False),
        ({"expires": datetime.date(2027, 1, 31)}, {}, True),
    ],
)
def test_an_exception_covers_its_rows_on_its_devices(change, site, covered):
    decided = a_site(**site, exceptions=[{**ALLOWED, **change}])
    assert (decided.exception_for(a_row()) is not None) is covered
    (row,) = decided.device_rows([a_row()], {})
    assert row.get("enforce", True) is not covered


@pytest.mark.parametrize(("state", "shown"), [("fail", "excepted"), ("pass", "pass"), ("not_assessed", "not_assessed")])
def test_an_exception_changes_the_state_of_a_failing_row_and_of_no_other(state, shown):
    site = a_site(exceptions=[ALLOWED])
    (control,) = controls_of([a_row()], [{"id": "LNX-A", "state": state}], site.exception_for)
    (row,) = control["rows"]
    assert (control["state"], row["state"]) == (shown, shown)
    allowed = {name: ALLOWED[name] for name in ("reason", "approver", "document", "expires")}
    assert row.get("exception") == (allowed if shown == "excepted" else None)
    assert ("why" in row) is (shown == "not_assessed")


@pytest.mark.parametrize(
    ("device_class", "state"),
    [("server", None), ("workstation", "not_applicable"), (None, "not_assessed")],
)
def test_a_row_of_another_class_is_not_applicable_and_of_an_unknown_class_not_assessed(device_class, state):
    excuse = a_site(device_class=device_class).excuse(a_row(when={"class": ["server"]}))
    assert (excuse and excuse.state) == state
    assert a_site(device_class=device_class).excuse(a_row()) is None


@pytest.mark.parametrize(
    ("only", "ids"), [([], ["A", "B"]), (["AC-09"], ["B"]), (["A"], ["A"]), (["A", "AC-09"], ["A", "B"])]
)
def test_only_the_rows_that_the_site_names_are_looked_at(only, ids):
    rows = [a_row("A", "AC-08"), a_row("B", "AC-09")]
    assert [row.id for row in rows if a_site(only=only).selects(row)] == ids


@pytest.mark.parametrize(
    ("only", "exception", "sentence"),
    [
        (["AC-8"], {}, "baseline_only names 'AC-8', which is no row and no control that rows serve"),
        ([], {"control": "AC-88"}, "baseline_exceptions[0]: control is 'AC-88', which no row serves"),
        ([], {"device": "pc-7"}, "baseline_exceptions[0]: device is 'pc-7', which is not in the inventory"),
        ([], {"device": None, "group": "pc"}, "baseline_exceptions[0]: group is 'pc', which is not in the inventory"),
        ([], {"row": "LNX-B"}, "baseline_exceptions[0]: row is 'LNX-B'; rows of control AC-08: LNX-A"),
    ],
)
def test_a_name_that_nothing_has_is_refused(only, exception, sentence):
    rows, groups = [a_row(), a_row("LNX-B", "AC-09")], {"all": ["pc-1"], "pcs": ["pc-1"]}
    with pytest.raises(RowError) as caught:
        check_names(rows, only, read_exceptions("baseline_exceptions", [{**ALLOWED, **exception}], TODAY), groups)
    assert str(caught.value) == sentence


def test_rows_that_were_taken_back_show_what_the_device_shows_now():
    written = [{"id": name, "state": "pass", "after": 1, "changed": name != "C", "reason": None} for name in "ABC"]
    now = [{"id": name, "state": "fail", "after": 0, "changed": False, "reason": None} for name in "ABC"]
    rows = [{"id": "A"}, {"id": "B", "connectivity": True}, {"id": "C", "connectivity": True}]
    first, second, third = taken_back(written, now, rows)
    assert (first, third) == (written[0], written[2])
    assert (second["state"], second["after"], second["changed"]) == ("fail", 0, False)
    assert second["reason"].startswith("no new connection was possible")


@pytest.mark.parametrize(
    ("told", "device_class", "state"),
    [
        (None, "server", None),
        (NoFirewall("no", is_known=True), "network_device", "not_applicable"),
        (NoFirewall("no", is_known=False), "network_device", "not_assessed"),
        (NoFirewall("no", is_known=False), "server", "not_applicable"),
        (NoFirewall("no", is_known=False), None, "not_applicable"),
    ],
)
def test_the_zone_model_says_which_device_is_a_firewall_whatever_its_class(told, device_class, state):
    site = a_site(device_class=device_class)._replace(no_firewall=told)
    excuse = site.excuse(a_row(when={"class": ["network_device"], "firewall": True}))
    assert (excuse and excuse.state, excuse and excuse.reason) == (state, state and "no")
