# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import engine
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import site_record
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

RECORD = {"by": ["Suricata trên tuong-lua-1"], "document": "12/BB-UBND", "checked_on": "2026-11-01"}
NOTHING = ({}, {"by": None, "document": None, "checked_on": None}, {"by": [], "document": "", "checked_on": ""})


@pytest.fixture(autouse=True)
def fixture_today(monkeypatch):
    monkeypatch.setattr(site_record, "_today", lambda: datetime.date(2026, 11, 25))


def a_row(desired, **fields):
    return {
        **{"id": "LNX-A", "control": "NZ-07", "kind": "site_record", "most_days": 365, "desired": desired},
        **fields,
    }


def seen(tmp_path, row):
    (observation,) = engine.run([row], Writer(Journal("run", folder=str(tmp_path)), check_mode=False, account="ops"))
    return observation


def test_what_the_site_has_recorded_passes_and_is_told_with_its_document_and_its_day(tmp_path):
    shown = seen(tmp_path, a_row(RECORD))
    assert (shown.state, shown.after, shown.where) == ("pass", "Suricata trên tuong-lua-1 (2026-11-01)", "12/BB-UBND")
    assert shown.changed is False


@pytest.mark.parametrize("record", NOTHING)
def test_no_record_fails(tmp_path, record):
    shown = seen(tmp_path, a_row(record))
    assert (shown.state, shown.after, shown.changed) == ("fail", None, False)


@pytest.mark.parametrize(("days", "state"), [(24, "pass"), (23, "fail")])
def test_a_record_that_nobody_has_looked_at_for_too_long_fails(tmp_path, days, state):
    shown = seen(tmp_path, a_row(RECORD, most_days=days))
    assert shown.state == state
    told = f"the record was last checked 24 days ago, and {days} are allowed"
    assert shown.reason == (told if state == "fail" else None)


@pytest.mark.parametrize(
    ("by", "state"), [(["VNPT"], "fail"), (["VNPT", "VNPT"], "fail"), (["VNPT", "Viettel"], "pass")]
)
def test_a_control_may_demand_several_and_the_same_twice_is_one(tmp_path, by, state):
    assert seen(tmp_path, a_row({**RECORD, "by": by}, least=2)).state == state


def test_nothing_is_ever_written():
    row = a_row({})
    assert site_record.apply([row], {}, None) == {"LNX-A": Write()}


@pytest.mark.parametrize("record", [*NOTHING, RECORD, {**RECORD, "checked_on": "2026-11-25"}])
def test_a_whole_record_or_none_is_right(record):
    assert site_record.fault_of_desired({}, record) is None


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"by": ["x"]}, "it lacks document, checked_on"),
        ({**RECORD, "by": []}, "it lacks by"),
        ({**RECORD, "checked_on": "01/11/2026"}, "'01/11/2026', not a date such as 2026-12-31"),
        ({**RECORD, "checked_on": "2026-11-26"}, "2026-11-26, a day that is yet to come"),
    ],
)
def test_half_a_record_is_refused_before_anything_is_done(record, said):
    assert said in site_record.fault_of_desired({}, record)
