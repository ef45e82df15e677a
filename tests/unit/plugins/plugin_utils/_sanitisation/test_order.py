# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import unicodedata

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import authority, certificate, order

TODAY = datetime.date(2026, 11, 28)
AN, BINH, CHAU, DUNG = (
    {"code": code, "name": name, "roles": roles, "started_on": None, "left_on": None}
    for code, name, roles in (
        *(("an", "An", []), ("binh", "Bình", ["it_officer"])),
        *(("chau", "Châu", ["chu_tich"]), ("dung", "Dũng", ["thu_truong", "van_phong"])),
    )
)
SIGNERS = authority.Authority(
    {one["code"]: one for one in (AN, BINH, CHAU, DUNG)}, {"asset": ("chu_tich", "thu_truong"), "system": ()}
)
DEVICE = {
    **{"name": "pc-01", "class": "workstation", "zone": "lan", "secrecy": None},
    "media": [{"serial": "SN-1", "kind": "ssd", "bytes": 512}],
}


def approval(signer="chau", **fields):
    return {
        **{
            "number": "12",
            "dated_on": "2026-11-01",
            "expires_on": "2026-12-31",
            "signer": signer,
            "devices": ["pc-01"],
            "scope": "asset",
        },
        **fields,
    }


@pytest.mark.parametrize(
    ("every", "approvers"),
    [
        ([approval()], ["chau"]),
        ([approval(), approval("dung")], ["chau", "dung"]),
        ([approval(), approval()], ["chau"]),
        ([approval(), approval("dung", number="13")], ["chau"]),
        ([approval(), approval("dung", devices=["pc-02"])], ["chau"]),
        ([approval(), approval("dung", expires_on="2026-11-27")], ["chau"]),
        ([approval(), approval("dung", expires_on=None)], ["chau"]),
        ([approval(), approval("khong-ai")], ["chau"]),
        ([approval(), approval("binh")], ["chau"]),
        ([approval(expires_on="2026-11-28")], ["chau"]),
        ([], []),
    ],
)
def test_who_approved_is_counted_once_and_only_if_it_holds_for_the_device(every, approvers):
    held = certificate.holding("12", "pc-01", every, SIGNERS, TODAY)
    assert [one["code"] for one in certificate.approvers_of(held, SIGNERS)] == approvers


def test_an_order_holds_while_all_its_approvals_do():
    every = [approval(), approval("dung", dated_on="2026-11-20", expires_on="2026-11-30")]
    held = certificate.holding("12", "pc-01", every, SIGNERS, TODAY)
    found = order.order_of("12", held, certificate.approvers_of(held, SIGNERS))
    assert (found.dated_on, found.expires_on) == ("2026-11-20", "2026-11-30")
    assert order.order_of("13", certificate.holding("13", "pc-01", every, SIGNERS, TODAY), []) is None


@pytest.mark.parametrize(
    ("requested_by", "wiped_by", "verified_by", "reason"),
    [
        (AN, BINH, CHAU, None),
        (AN, BINH, DUNG, None),
        (AN, BINH, BINH, "Bình wiped and verified pc-01"),
        (AN, BINH, {"code": "other", "name": "BÌNH"}, "Bình (binh, other) wiped and verified pc-01"),
        (AN, BINH, {"code": "other", "name": unicodedata.normalize("NFD", "Bình")}, "wiped and verified"),
        (AN, BINH, {"code": "other", "name": " binh"}, "wiped and verified"),
        ({"code": "other", "name": "DŨNG"}, BINH, AN, "DŨNG (other, dung) requested and approved order 12"),
        (AN, AN, BINH, "An requested the disposal of pc-01 and wiped it"),
        (AN, BINH, AN, "An requested the disposal of pc-01 and verified it"),
        (AN, BINH, {"code": "other", "name": "AN"}, "An (an, other) requested the disposal of pc-01 and verified it"),
        (CHAU, BINH, AN, "Châu requested and approved order 12"),
        (AN, CHAU, BINH, "Châu wiped and approved order 12"),
    ],
)
def test_nobody_has_two_roles_but_the_approver_who_verifies(requested_by, wiped_by, verified_by, reason):
    parties = certificate.Parties(requested_by, wiped_by, verified_by, [CHAU, DUNG])
    faults = certificate.faults_of_parties("12", "pc-01", parties)
    assert faults == [] if reason is None else reason in faults[0]


@pytest.mark.parametrize(
    "approvers", [[], [CHAU], [CHAU, {**CHAU, "code": "chau-2"}], [CHAU, {**CHAU, "code": "chau-2", "name": "chau"}]]
)
def test_one_person_is_not_two(approvers):
    (fault,) = certificate.faults_of_approvers("12", "pc-01", approvers, AN, BINH)
    assert "needs the approvals of two people" in fault


def test_who_requested_does_not_wipe_and_that_is_known_before_the_wipe():
    found = order.Order("12", "2026-11-01", "2026-12-31", [CHAU, DUNG])
    (fault,) = order.faults_of(found, DEVICE, {"code": "x", "name": "Cán bộ Đức"}, {"code": "y", "name": "CAN BO DUC"})
    assert fault == "Cán bộ Đức (x, y) requested the disposal of pc-01 and wiped it: that takes two people"


@pytest.mark.parametrize("secret", [{"class": "secret_workstation"}, {"zone": "secret"}, {"secrecy": "Mật"}])
def test_what_held_state_secrets_is_destroyed(secret):
    found = order.Order("12", "2026-11-01", "2026-12-31", [CHAU, DUNG])
    assert order.faults_of(found, DEVICE, AN, BINH) == []
    assert order.faults_of(found, {**DEVICE, **secret}, AN, BINH) == [
        "pc-01 held state secrets: its media are destroyed and never wiped"
    ]


@pytest.mark.parametrize(
    ("media", "faults"),
    [
        ([{"serial": "sn-1 ", "size": 512}], []),
        ([{"serial": "SN-1", "size": 511}], ["medium SN-1 has 511 bytes, and the register says 512"]),
        ([{"serial": "SN-2", "size": 512}], ["the register knows no medium SN-2 of pc-01"]),
        ([{}], ["the register knows no medium without serial number of pc-01"]),
        ([], ["the order names no medium"]),
    ],
)
def test_only_media_that_the_register_knows_are_in_an_order(media, faults):
    assert order.faults_of_media(DEVICE, media) == faults
