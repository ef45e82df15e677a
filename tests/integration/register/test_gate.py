# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate of enrolment by the real ansible-playbook, over both databases, with the real catalogue and rows."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue_files import read_all
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.controls import controls_of, with_text
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.gate import demanded_of
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import rows_of_all_roles
from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, records
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import APPROVAL
from tests.integration.register.conftest import ROOT

PC = {"name": "pc-01", "class": "workstation", "platform": "linux", "serial": "SN-1"}
PRINTER = {"name": "may-in-01", "class": "printer"}
ROWS = rows_of_all_roles(ROOT, "linux")
DEMANDED = {
    name: [control.id for control in demanded_of(read_all(ROOT / "catalogue").controls.values(), name)]
    for name in ("workstation", "printer")
}


def verified(**states):
    """Return what the door tells of a workstation whose rows all pass but these."""
    shown = [{"id": row.id, "state": states.get(row.id, "pass"), "desired": 1, "changed": False} for row in ROWS]
    return {"device_class": "workstation", "controls": with_text(controls_of(ROWS, shown))}


def gate(**options):
    return {"commune.baseline.device_gate": options}


@pytest.fixture(name="accept")
def fixture_accept(register):
    """Register the devices; record an approval that lists controls for some of them."""
    with register.write("canbo") as writer:
        for device in (PC, PRINTER):
            devices.put(writer, device)

    def accept(controls, *names, **fields):
        approval = {
            "number": "15/QĐ-UBND",
            "dated_on": "2026-01-31",
            "subject": "Nghiệm thu",
            "signer": "Chủ tịch UBND",
        }
        scope = {"scope": ", ".join(controls), "devices": list(names)}
        with register.write("canbo") as writer:
            records.put(writer, APPROVAL, {**approval, **scope, **fields})

    return accept


def test_a_device_comes_in_when_its_rows_pass_and_what_is_not_yet_was_accepted(verbs, accept):
    (before,) = verbs.run(gate(name="pc-01", verification=verified(), serial="sn-1"))
    assert before["failed"]
    assert {one["state"] for one in before["open"]} == {"not yet"}
    assert "pc-01 chưa được đưa vào sử dụng" in before["msg"].splitlines()[0]
    accept(DEMANDED["workstation"], "pc-01")
    (after,) = verbs.run(gate(name="PC-01", verification=verified(), serial="sn-1"))
    assert (after["opens"], after["open"], after["changed"]) == (True, [], False)
    assert after["accepted"] == before["open"]
    assert after["msg"].splitlines() == ["pc-01 đủ điều kiện đưa vào sử dụng", "pc-01 may go into service"]


def test_no_approval_lets_a_failing_row_or_a_run_that_showed_nothing_in(verbs, accept):
    accept(DEMANDED["workstation"], "pc-01")
    row = next(row for row in ROWS if row.control.id == "AC-08" and not row.fields.get("when"))
    failing, unreachable, partly = verbs.run(
        gate(name="pc-01", verification=verified(**{row.id: "fail"})),
        gate(name="pc-01", verification={"unreachable": True}),
        gate(name="pc-01", verification={**verified(), "controls": []}),
    )
    assert [(one["state"], one["row"]) for one in failing["open"]] == [("fail", row.id)]
    for nothing in (unreachable, partly):
        assert nothing["failed"]
        assert {one["state"] for one in nothing["open"]} == {"not_assessed"}


def test_another_serial_number_keeps_the_gate_shut_and_a_filler_is_told(verbs, accept):
    accept(DEMANDED["workstation"], "pc-01")
    other, filler = verbs.run(
        gate(name="pc-01", verification=verified(), serial="SN-2"),
        gate(name="pc-01", verification=verified(), serial="To be filled by O.E.M."),
    )
    assert (other["opens"], other["open"], other["serial"]["compared"]) == (False, [], "different")
    assert other["failed"]
    assert "the device shows serial number 'SN-2', and the register says 'SN-1'" in other["msg"]
    assert (filler["opens"], filler["serial"]["compared"]) == (True, "not compared")
    assert "a maker's filler" in filler["serial"]["en"]


def test_a_device_that_no_engine_reaches_comes_in_by_approval_alone_until_it_ends(verbs, accept):
    yesterday = datetime.datetime.now().astimezone().date() - datetime.timedelta(days=1)
    accept(DEMANDED["printer"], "may-in-01", expires_on=yesterday.isoformat())
    (ended,) = verbs.run(gate(name="may-in-01"))
    assert {one["control"] for one in ended["open"]} == set(DEMANDED["printer"]) - {"ER-02"}
    accept(DEMANDED["printer"], "may-in-01", expires_on=None)
    (opened,) = verbs.run(gate(name="may-in-01"))
    assert opened["opens"]


def test_what_cannot_be_judged_is_one_clear_sentence(verbs, accept, register):
    with register.write("canbo") as writer:
        devices.put(writer, {"name": "pc-02", "class": "workstation"})
    unknown, no_platform, as_server, no_result = verbs.run(
        gate(name="pc-09"),
        gate(name="pc-02"),
        gate(name="pc-01", verification={**verified(), "device_class": "server"}),
        gate(name="pc-01", verification={**verified(), "controls": [{"control": "AC-08"}]}),
    )
    assert unknown["msg"].endswith("the register knows no device pc-09")
    assert "the register does not say on which platform pc-02 runs" in no_platform["msg"]
    assert "pc-01 was verified as server, and the register says workstation" in as_server["msg"]
    assert "verification is no result of commune.baseline.policy" in no_result["msg"]
    for refused in (unknown, no_platform, as_server, no_result):
        assert refused["failed"]
        assert "open" not in refused
