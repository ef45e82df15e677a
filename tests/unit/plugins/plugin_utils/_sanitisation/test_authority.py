# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import authority

PEOPLE = {
    code: {"code": code, "roles": [role], "started_on": None, "left_on": None}
    for code, role in (("city", "cap_tren"), ("chair", "chu_tich"), ("clerk", "van_phong"))
}
SITE = authority.Authority(PEOPLE, {"asset": ["chu_tich"], "system": ["cap_tren"]})


def approval(signer, scope, devices=("pc-01",)):
    return {"number": "12", "dated_on": "2026-11-01", "signer": signer, "scope": scope, "devices": [*devices]}


@pytest.mark.parametrize(
    ("signer", "scope", "devices", "counts"),
    [
        ("chair", "asset", ["pc-01"], True),
        ("chair", " asset : tablet of the one-stop shop", ["pc-01"], True),
        ("chair", "asset", ["pc-01", "pc-02"], False),
        ("city", "asset", ["pc-01"], False),
        ("clerk", "asset", ["pc-01"], False),
        ("chair", "system: one-stop shop", ["pc-01", "pc-02"], True),
        ("city", "system", ["pc-01", "pc-02"], True),
        ("clerk", "system", ["pc-01"], False),
        ("chair", None, ["pc-01"], False),
        ("chair", "assets", ["pc-01"], False),
        ("chair", "AC-06, asset", ["pc-01"], False),
        ("chair", "in_service: now", ["pc-01"], False),
    ],
)
def test_an_approval_counts_for_its_scope_by_the_roles_of_the_site(signer, scope, devices, counts):
    assert (SITE.fault_of(approval(signer, scope, devices)) is None) is counts


def test_a_system_needs_somebody_who_decides_on_systems():
    without = [approval("chair", "system"), approval("chair", "system")]
    assert SITE.faults_of(without) == [
        "order 12 is for a system, and nobody with one of the roles cap_tren approved it"
    ]
    assert SITE.faults_of([*without, approval("city", "system")]) == []
    assert SITE.faults_of([*without, approval("city", "asset")]) != []
    assert SITE.faults_of([approval("chair", "asset")]) == []
    assert SITE.faults_of([]) == []
