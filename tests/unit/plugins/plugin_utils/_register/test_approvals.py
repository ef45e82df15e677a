# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._register.approvals import (
    NO_ROLE,
    NOT_IN_OFFICE,
    UNKNOWN,
    Signers,
    is_for,
)

APPROVAL = {"number": "12/QĐ", "signer": "ct01", "dated_on": "2026-01-15", "expires_on": None, "devices": ["pc-01"]}
BOSS = {"roles": ["nguoi_dung", "chu_tich"], "started_on": None, "left_on": None}


@pytest.mark.parametrize(
    ("person", "fault"),
    [
        ({}, None),
        ({"roles": []}, NO_ROLE),
        ({"roles": ["it_officer"]}, NO_ROLE),
        ({"started_on": "2026-01-15", "left_on": "2026-01-15"}, None),
        ({"started_on": "2026-01-16"}, NOT_IN_OFFICE),
        ({"left_on": "2026-01-14"}, NOT_IN_OFFICE),
    ],
)
def test_a_signature_counts_by_the_role_of_a_person_who_was_in_office_that_day(person, fault):
    signers = Signers({"ct01": {**BOSS, **person}}, ["thu_truong", "chu_tich"])
    assert signers.fault_of(APPROVAL) == fault
    assert bool(signers.said_of(APPROVAL)) == bool(fault)


def test_a_signer_who_is_no_person_of_the_register_counts_for_nothing():
    signers = Signers({"ct01": BOSS}, ["chu_tich"])
    assert signers.fault_of({**APPROVAL, "signer": "Chủ tịch"}) == UNKNOWN
    assert signers.said_of({**APPROVAL, "signer": "Chủ tịch"}) == (
        "approval 12/QĐ does not count: its signer Chủ tịch is no person of the register"
    )


def test_nobody_can_sign_where_no_role_may():
    assert Signers({"ct01": BOSS}, []).fault_of(APPROVAL) == NO_ROLE


@pytest.mark.parametrize(
    ("fields", "today", "holds"),
    [
        ({}, "2026-01-15", True),
        ({}, "2026-01-14", False),
        ({"expires_on": "2026-03-01"}, "2026-03-01", True),
        ({"expires_on": "2026-03-01"}, "2026-03-02", False),
        ({"devices": ["pc-02"]}, "2026-01-15", False),
        ({"devices": []}, "2026-01-15", False),
    ],
)
def test_an_approval_is_for_the_devices_that_it_names_from_its_date_to_its_last_day(fields, today, holds):
    assert is_for({**APPROVAL, **fields}, "pc-01", datetime.date.fromisoformat(today)) == holds
