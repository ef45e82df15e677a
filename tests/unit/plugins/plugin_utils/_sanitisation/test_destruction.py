# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import authority, certificate, destruction

ALWAYS = {"started_on": None, "left_on": None}
AN, BINH, CHAU, DUNG, GIANG, HOA = PEOPLE = [
    {"code": name.lower(), "name": name, "post": None, "department": None, "roles": ["chu_tich"], **ALWAYS}
    for name in ("An", "Bình", "Châu", "Dũng", "Giang", "Hòa")
]
RIGHT = destruction.Parties(AN, BINH, [GIANG, HOA], [CHAU, DUNG])
BINH_AGAIN = {**BINH, "code": "binh-2", "name": "  binh"}

LOOKS_ALIKE = ["B\u0131nh", "\u0412inh", "\u0392inh", "B\u0456nh", "\uff22inh", "\U0001d401inh"]


@pytest.mark.parametrize("name", LOOKS_ALIKE)
def test_a_name_in_letters_that_look_alike_is_that_of_the_same_person(name):
    parties = RIGHT._replace(witnesses=[GIANG, {**BINH, "code": "binh-3", "name": name}])
    (fault,) = parties.faults("12", "pc-01", "2026-01-31")
    assert "stands for destroyed_by and for witnesses" in fault


@pytest.mark.parametrize("capital", ["\u00d0", "\u0189"])
def test_the_three_letters_that_show_as_one_d_with_a_stroke_are_one(capital):
    two = [
        ("one", {**AN, "code": "do", "name": "\u0110\u1ed7"}),
        ("other", {**AN, "code": "do-2", "name": f"{capital}\u1ed7"}),
    ]
    assert len(certificate.faults_of_roles("pc-01", two)) == 1


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        ({}, []),
        ({"witnesses": [GIANG]}, ["the destruction of a medium takes two witnesses"]),
        ({"witnesses": []}, ["the destruction of a medium takes two witnesses"]),
        ({"witnesses": [GIANG, GIANG]}, ["Giang stands for witnesses and for witnesses"]),
        ({"witnesses": [GIANG, BINH_AGAIN]}, ["Bình (bình, binh-2) stands for destroyed_by and for witnesses"]),
        (
            {"witnesses": [AN, CHAU]},
            ["An stands for requested_by and for witn", "Châu stands for witnesses and for app"],
        ),
        ({"destroyed_by": AN}, ["An stands for requested_by and for destroyed_by"]),
        ({"destroyed_by": DUNG}, ["Dũng stands for destroyed_by and for approval"]),
        ({"approvers": [CHAU]}, ["order 12 for pc-01 needs the approvals of two people that hold on 2026-11-20"]),
        ({"approvers": []}, ["and has that of nobody"]),
    ],
)
def test_nobody_has_two_roles_and_none_is_empty(changed, faults):
    found = RIGHT._replace(**changed).faults("12", "pc-01", "2026-11-20")
    assert len(found) == len(faults)
    assert all(fault in sentence for fault, sentence in zip(faults, found, strict=True))


@pytest.mark.parametrize(
    ("day", "codes"),
    [("2026-10-31", []), ("2026-11-01", ["châu"]), ("2026-11-30", ["châu"]), ("2026-12-01", [])],
)
def test_an_approval_counts_if_it_held_on_the_day_of_the_destruction(day, codes):
    office = {**CHAU, "started_on": None, "left_on": None}
    may_sign = authority.Authority({"châu": office}, {"asset": ["chu_tich"], "system": []})
    approval = {
        **{"number": "12", "dated_on": "2026-11-01", "expires_on": "2026-11-30", "signer": "châu"},
        **{"scope": "asset", "devices": ["pc-01"]},
    }
    held = certificate.holding("12", "pc-01", [approval], may_sign, datetime.date.fromisoformat(day))
    assert [one["code"] for one in certificate.approvers_of(held, may_sign)] == codes
    assert len(held) == len(codes)


def test_the_certificate_says_why_and_who_saw_it():
    device = dict.fromkeys(("name", "class", "make", "model", "serial", "asset_tag", "secrecy"), "x")
    medium = {"serial": "SN-1", "kind": "hdd", "technique": "melt", "day": "2026-11-20", "reason": "it is dead"}
    told = destruction.certificate_of("12", device, RIGHT, medium, {"made": "now"})
    assert [one["name"] for one in told["witnesses"]] == ["Giang", "Hòa"]
    (shown,) = told["media"]
    assert (shown["method"], shown["technique"], shown["attempts"]) == ("Destroy", "melt", ["it is dead"])
    assert (shown["ended"], shown["verification"], shown["bytes"]) == ("2026-11-20", None, None)
