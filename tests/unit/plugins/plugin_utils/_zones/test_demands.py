# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What controls demand of every zone model: the default site meets it all, and each demand is missed by one change."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import yaml

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import demands
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model

TODAY = datetime.date(2026, 11, 28)
COLLECTION = Path(__file__).parents[5]
SITE = COLLECTION / "plugins/plugin_utils/_zones/default_site.yml"
ROLE = COLLECTION / "roles/zone_firewall/vars/linux.yml"
ROWS = {
    row["id"]: row
    for row in yaml.safe_load(ROLE.read_text("utf-8"))["__zone_firewall_rows"]
    if "zones" in row or "never" in row
}


def policy(text):
    return "zone_policies:", f"zone_policies:\n  - {{name: wrong, reason: r, {text}}}"


CHANGES = {
    "LNX-ZONES-MinimumZones": ("  edge: {", "  outside: {"),
    "LNX-ZONES-MandatoryZones": ("  edge: {", "  outside: {"),
    "LNX-ZONES-InternetToLan": policy("from: [internet], to: [lan], services: [https]"),
    "LNX-ZONES-WanManagement": policy("from: [internet], to: [firewall], services: [router-api]"),
    "LNX-ZONES-DmzToLan": policy("from: [dmz], to: [lan], services: [ping]"),
    "LNX-ZONES-InternetToDmz": policy("from: [internet], to: [dmz], services: [ssh]"),
    "LNX-ZONES-LanToDmz": policy("from: [lan], to: [dmz], services: [ssh]"),
    "LNX-ZONES-DmzToInternet": policy("from: [dmz], to: [internet], services: [https]"),
    "LNX-ZONES-Egress": policy("from: [camera_iot], to: [internet], services: [https]"),
    "LNX-ZONES-RateLimits": ("    new_per_second: 20\n", ""),
}


def faults(tmp_path, text):
    path = tmp_path / "zones.yml"
    # The invariants of the site itself would refuse most of it.
    path.write_text(text[: text.index("zone_never:")], "utf-8")
    model = read_model(path)
    return {row: fault for row, fields in ROWS.items() if (fault := demands.fault(model, TODAY, fields))}


def test_the_default_site_meets_every_demand(tmp_path):
    assert faults(tmp_path, SITE.read_text("utf-8")) == {}
    assert ROWS.keys() == CHANGES.keys()


@pytest.mark.parametrize(("row", "change"), CHANGES.items(), ids=CHANGES)
def test_a_demand_is_missed_by_what_it_forbids(tmp_path, row, change):
    text = SITE.read_text("utf-8")
    assert change[0] in text
    found = faults(tmp_path, text.replace(*change, 1))
    assert row in found
    assert found.keys() <= {row, "LNX-ZONES-MinimumZones", "LNX-ZONES-MandatoryZones", "LNX-ZONES-RateLimits"}


def test_a_policy_that_expired_or_denies_misses_nothing(tmp_path):
    for text in ("expires: 2020-01-31, ", "action: drop, "):
        change = policy(f"{text}from: [dmz], to: [lan], services: [ping]")
        assert faults(tmp_path, SITE.read_text("utf-8").replace(*change, 1)) == {}


def test_a_zone_that_a_demand_speaks_of_has_to_be_there(tmp_path):
    text = SITE.read_text("utf-8").replace("camera_iot", "cameras")
    assert faults(tmp_path, text) == {"LNX-ZONES-Egress": "the zone model has no zone camera_iot, which this is about"}
