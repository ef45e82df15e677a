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
from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, records, service, verification
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import ServiceError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import APPROVAL, PERSON
from tests.integration.register.conftest import ROOT

PC = {"name": "pc-01", "class": "workstation", "platform": "linux", "serial": "SN-1"}
PEOPLE = (
    {"code": "ct01", "name": "Chủ tịch UBND", "roles": ["chu_tich"]},
    {"code": "cq01", "name": "Chủ quản hệ thống", "roles": ["chu_quan"]},
    {"code": "it01", "name": "Cán bộ CNTT", "roles": ["it_officer"]},
)
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
        for person in PEOPLE:
            records.put(writer, PERSON, person)
        for device in (PC, PRINTER):
            devices.put(writer, device)

    def accept(controls, *names, **fields):
        approval = {
            "number": "15/QĐ-UBND",
            "dated_on": "2026-01-31",
            "subject": "Nghiệm thu",
            "signer": "ct01",
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


def test_an_acceptance_counts_only_by_a_person_who_may_sign_it(verbs, accept):
    accept(DEMANDED["printer"], "may-in-01", signer="it01")
    (refused,) = verbs.run(gate(name="may-in-01"))
    assert not refused["opens"]
    sentence = "approval 15/QĐ-UBND does not count: its signer it01 has none of the roles thu_truong, chu_tich"
    assert refused["msg"].count(sentence) == 1
    accept(DEMANDED["printer"], "may-in-01", number="16/QĐ-UBND")
    (opened,) = verbs.run(gate(name="may-in-01"))
    assert opened["opens"]


def transition(state, **options):
    return {"commune.baseline.device_transition": {"name": "may-in-01", "state": state, **options}}


HARDENING = (transition("received"), transition("hardening"))
NEVER = "does not go into service: the gate has not judged it since it was last taken into hardening"


def test_into_service_leads_only_the_verdict_of_the_gate_in_this_enrolment(verbs, accept):
    accept(DEMANDED["printer"], "may-in-01")
    *_begun, before, asked, unrecorded, recorded, again, after = verbs.run(
        *HARDENING,
        transition("in_service"),
        gate(name="may-in-01"),
        transition("in_service", document="15/QĐ-UBND"),
        gate(name="may-in-01", record=True),
        gate(name="may-in-01", record=True),
        transition("in_service"),
    )
    assert NEVER in before["msg"]
    assert (asked["opens"], asked["changed"]) == (True, False)
    assert NEVER in unrecorded["msg"]  # what accepts controls does not replace the gate
    assert (recorded["changed"], again["changed"], after["device"]["state"]) == (True, False, "in_service")
    *_back, next_time = verbs.run(transition("quarantined"), transition("hardening"), transition("in_service"))
    assert NEVER in next_time["msg"]


def test_a_verdict_counts_no_more_once_the_gate_says_otherwise_or_the_device_is_another(verbs, accept, register):
    accept(DEMANDED["printer"], "may-in-01")
    info = {"commune.baseline.device_info": {"name": "may-in-01", "history": True}}
    *_begun, shut, told = verbs.run(
        *HARDENING,
        gate(name="may-in-01", record=True),
        gate(name="may-in-01", serial="SN-9", record=True),
        {"commune.baseline.device": {"name": "may-in-01", "serial": "SN-8"}},
        gate(name="may-in-01", serial="SN-9", record=True),
        transition("in_service"),
        info,
    )
    assert "does not go into service: the gate kept it out when it last judged it" in shut["msg"]
    verdicts = [event["after"]["gate"] for event in told["devices"][0]["history"] if event["verb"] == "gate"]
    assert [one["opens"] for one in verdicts] == [True, False]
    (_opened, _other, another) = verbs.run(
        gate(name="may-in-01", serial="SN-8", record=True),
        {"commune.baseline.device": {"name": "may-in-01", "serial": "SN-7"}},
        transition("in_service"),
    )
    assert "since the gate let it in, the register was given another serial" in another["msg"]
    with register.read() as reader:
        assert verification.verify(reader).faults == ()


def test_past_the_gate_leads_only_an_approval_with_a_reason_that_is_named(verbs, accept):
    fields = {"number": "20/QĐ-UBND", "scope": "in_service: Phải in giấy mời hôm nay"}
    accept((), "may-in-01", **fields, signer="ct01")
    accept((), "may-in-01", **{**fields, "number": "21/QĐ-UBND"}, signer="cq01")
    accept((), "may-in-01", **{**fields, "number": "22/QĐ-UBND", "scope": "in_service: "}, signer="cq01")
    accept((), "pc-01", **{**fields, "number": "23/QĐ-UBND"}, signer="cq01")
    *_begun, silent, wrong_role, no_reason, other_device, named = verbs.run(
        *HARDENING,
        *(transition("in_service", document=f"{number}/QĐ-UBND") for number in (19, 20, 22, 23)),
        transition("in_service", document="21/QĐ-UBND"),
    )
    for refused in (silent, no_reason, other_device):
        assert NEVER in refused["msg"]
        assert "does not count" not in refused["msg"]
    assert "approval 20/QĐ-UBND does not count: its signer ct01 has none of the roles chu_quan" in wrong_role["msg"]
    assert (named["changed"], named["device"]["state"]) == (True, "in_service")


def test_a_dry_run_records_no_verdict(verbs, accept):
    accept(DEMANDED["printer"], "may-in-01")
    verbs.run(*HARDENING)
    (recorded,) = verbs.run(gate(name="may-in-01", record=True), arguments=["--check"])
    (refused,) = verbs.run(transition("in_service"))
    assert recorded["opens"]
    assert NEVER in refused["msg"]


@pytest.mark.parametrize("edited", ["", "[]", '{"gate": 1}', '{"gate": {"opens": "true"}}'])
def test_a_verdict_that_was_edited_lets_nothing_in(register, accept, tamper, edited):
    with register.write("canbo") as writer:
        for state in ("received", "hardening"):
            devices.transition(writer, "may-in-01", state)
        service.record(writer, devices.get(writer, "may-in-01"), opens=True)
    tamper(f"UPDATE events SET after = '{edited}' WHERE verb = 'gate'")  # noqa: S608 - of this test
    with register.write("canbo") as writer, pytest.raises(ServiceError, match="the gate kept it out"):
        devices.transition(writer, "may-in-01", "in_service")
