# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A record from what people typed: all its faults at once, each with its place."""

from __future__ import annotations

import datetime
import ipaddress

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._register import fields, kinds, words

TODAY = datetime.date(2026, 3, 2)
ZONES = {**words.DEFAULT_ZONES, "lan": [ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("2001:db8::/64")]}
CONTEXT = fields.Context(TODAY, ZONES)
PC = {"name": "pc-01", "class": "workstation", "zone": "lan", "ips": ["10.1.0.1"]}
EXCEPTION = {
    "control": "AC-08",
    "group": "printers",
    "reason": "r",
    "approver": "a",
    "document": "1",
    "expires": "2026-12-31",
}


def faults_of(given, before=None, kind=kinds.DEVICE):
    _record, faults = fields.read(kind, given, before, CONTEXT)
    return {fault.field: fault for fault in faults}


def test_a_record_without_faults_holds_every_field():
    record, faults = fields.read(kinds.DEVICE, PC, None, CONTEXT)
    assert faults == []
    assert record == {**fields.empty(kinds.DEVICE), **PC}


def test_every_fault_is_told_with_field_value_and_what_would_be_right():
    given = {
        **{"class": "toaster", "zone": "garage", "received_on": "3/3/2026", "macs": ["02:00:00:00:00:01", "nonsense"]},
        **{"media": [{"serial": "d", "kind": "floppy"}, {"kind": "ssd", "colour": "red"}, "disk"], "colour": "red"},
        **{"licences": [{"product": "p", "seats": -1}], "software": "LibreOffice", "note": "x" * 4001},
    }
    found = faults_of(given)
    assert found.keys() == {
        *("class", "zone", "received_on", "macs[1]", "media[0].kind", "media[1].serial", "media[1].colour", "media[2]"),
        *("colour", "licences[0].seats", "software", "note", "name"),
    }  # fmt: skip
    assert str(found["received_on"]) == "received_on is '3/3/2026': a day that is not in the future"
    assert str(found["name"]) == "name is missing: it must be given"
    assert str(found["media[0].kind"]).startswith("media[0].kind is 'floppy': one of hdd, ssd")
    assert "4001" in found["note"].right
    assert len(str(found["note"])) < 200


@pytest.mark.parametrize("name", ["macs", "ips", "media"])
def test_what_stands_twice_in_one_record_is_told(name):
    value = {
        "macs": ["02:00:00:00:00:01", "0200.0000.0001"],
        "ips": ["10.1.0.1"] * 2,
        "media": [{"serial": "d", "kind": "ssd"}] * 2,
    }
    assert "stands twice" in faults_of({**PC, name: value[name]})[f"{name}[1]"].right


@pytest.mark.parametrize(
    ("given", "field", "right"),
    [
        ({"zone": "garage"}, "zone", "one of edge, dmz, lan"),
        ({"ips": ["10.2.0.1"]}, "ips[0]", "in zone lan, an address of 10.1.0.0/16, 2001:db8::/64"),
        ({"zone": None}, "ips", "is in a zone"),
        ({"class": "secret_workstation"}, "zone", "in no zone but secret"),
        ({"class": "secret_workstation", "zone": "secret"}, "ips", "for state secrets has no address"),
        ({"received_on": "2/3/2026", "connected_on": "1/3/2026"}, "connected_on", "not before received_on, 2026-03-02"),
        ({"ips": ["10.1.0.1"] * 1001}, "ips", "at most 1000"),
        ({"custodian": "cán bộ"}, "custodian", "letters without accents"),
    ],
)
def test_fields_that_contradict_each_other_are_told(given, field, right):
    assert right in faults_of({**PC, **given})[field].right


def test_a_secret_workstation_in_its_zone_without_an_address_is_right():
    assert faults_of({**PC, "class": "secret_workstation", "zone": "secret", "ips": []}) == {}


def test_a_change_is_judged_together_with_what_stays():
    before = {**fields.empty(kinds.DEVICE), **PC}
    record, faults = fields.read(kinds.DEVICE, {"name": "pc-01", "location": "P. 201", "ips": None}, before, CONTEXT)
    assert (faults, record["zone"], record["location"], record["ips"]) == ([], "lan", "P. 201", [])
    assert before["ips"] == ["10.1.0.1"]
    assert faults_of({"name": "pc-01", "zone": "secret"}, before).keys() == {"ips"}
    assert faults_of({"name": "PC-01"}, before)["name"].right == "the key of a record never changes"
    assert faults_of({"name": "pc-01", "class": " "}, before).keys() == {"class"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"device": "pc-01"}, "device"),
        ({"group": None}, "device"),
        ({"expires": "1/3/2026"}, "expires"),
        ({"reason": " "}, "reason"),
        ({"document": None}, "document"),
    ],
)
def test_an_exception_needs_one_target_reason_document_and_a_day_to_come(given, field):
    assert faults_of({**EXCEPTION, **given}, kind=kinds.EXCEPTION).keys() == {field}


def test_an_exception_that_ran_out_can_still_be_withdrawn():
    given = {**EXCEPTION, "expires": "1/3/2026", "withdrawn_on": "2/3/2026"}
    assert faults_of(given, kind=kinds.EXCEPTION) == {}


def test_the_classes_of_the_door_are_classes_of_the_register():
    from ansible_collections.commune.baseline.plugins.plugin_utils._policy.site import DEVICE_CLASSES

    assert set(DEVICE_CLASSES) <= set(words.CLASSES)
