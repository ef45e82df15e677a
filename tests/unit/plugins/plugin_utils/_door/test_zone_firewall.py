# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules that are not what the model says are not loaded; a device that holds others fails, and says so by a packet."""

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._door.zone_firewall import FILE, ZoneFirewall
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import Row, RowError

SITE = """\
zones:
  edge: {interfaces: [wan0], internet: true}
  lan: {interfaces: [lan0], networks: [10.1.0.0/24]}
zone_firewalls: [fw-1]
"""
ROW = {
    "id": "LNX-R",
    "control": "NZ-03",
    "kind": "nft_ruleset",
    "table": "commune_zones",
    "desired": "zones.yml",
    "connectivity": True,
}
OTHER = {"id": "LNX-O", "kind": "package"}
OPEN = [
    {"chain": {"family": "inet", "table": "commune_zones", "name": hook, "hook": hook, "policy": "accept"}}
    for hook in ("forward", "input", "output")
]


UNTOUCHED = {"changed": False, "would_change": False}


class Device:
    """A device whose nft makes the same of every text, or cannot read it (None)."""

    def __init__(self, *, wanted, found):
        self.value = wanted and {"found": found, "wanted": wanted, "beside": ["ip docker"], "text": {}}
        self.asked = []

    def look(self, rows):
        return self._answer("look", rows)

    def bring(self, rows):
        return self._answer("bring", rows)

    def _answer(self, verb, rows):
        self.asked.append((verb, [row["id"] for row in rows]))
        seen = [self._seen(row) for row in rows]
        return {"changed": False, "observations": seen, "taken_back": []}

    def _seen(self, row):
        is_table = row["kind"] == "nft_ruleset"
        shown = self.value if is_table else None
        state = "pass" if not is_table else "fail" if shown else "not_assessed"
        reason = "nft is not installed" if state == "not_assessed" else None
        facts = {"id": row["id"], "control": row.get("control"), "desired": row.get("desired"), "where": "nft"}
        return {**facts, "state": state, "reason": reason, "before": shown, "after": shown, **UNTOUCHED}


@pytest.fixture(name="variables")
def fixture_variables(tmp_path):
    path = tmp_path / FILE
    path.parent.mkdir(parents=True)
    path.write_text(SITE, "utf-8")
    return {"inventory_dir": str(tmp_path), "groups": {"all": ["fw-1", "fw-2", "pc-1"]}}


def firewall(variables, device, *, conditions=None):
    conditions = {"firewall": True} if conditions is None else conditions
    return ZoneFirewall(variables, device, [Row("zone_firewall", None, {"when": conditions})])


def seen_of(result, row):
    return next(one for one in result["observations"] if one["id"] == row["id"])


def test_rules_that_are_not_what_the_model_says_are_not_loaded(variables):
    device = Device(wanted=OPEN, found=[])
    result = firewall(variables, "fw-1").bring(device, [OTHER, ROW])
    assert device.asked == [("bring", ["LNX-O"]), ("look", ["LNX-R"])]
    seen = seen_of(result, ROW)
    assert seen["state"] == "fail"
    told = "nothing was loaded, for the rules made from the zone model are not what it says: ["
    assert seen["reason"].startswith(told), seen["reason"]
    assert " meets accept where the zone model says drop" in seen["reason"]
    assert seen_of(result, OTHER)["state"] == "pass"


def test_no_observation_leaves_with_whole_tables(variables):
    seen = seen_of(firewall(variables, "fw-1").bring(Device(wanted=OPEN, found=OPEN), [ROW]), ROW)
    assert all(len(seen[name]) < len("3 rules, sha256 0123456789ab ") for name in ("desired", "before", "after"))
    assert seen["where"] == "nft, beside ip docker"


@pytest.mark.parametrize("device", ["fw-2", "pc-1"])
def test_a_device_that_the_model_does_not_name_has_no_rules(variables, device):
    excuse = firewall(variables, device).excuse
    assert excuse == ("zone_firewalls of the zone model does not name this device", True)


def test_a_site_without_a_model_has_said_nothing(tmp_path):
    told = firewall({"inventory_dir": str(tmp_path)}, "fw-1")
    assert told.excuse == (f"there is no zone model: {tmp_path / FILE}", False)


def test_a_fault_in_the_model_is_told_with_its_line_on_every_device(variables, tmp_path):
    (tmp_path / FILE).write_text(SITE.replace("10.1.0.0/24", "10.1.0.1/24"), "utf-8")
    with pytest.raises(RowError, match=r"zones\.yml, line 3: 10\.1\.0\.1/24 is no network"):
        firewall(variables, "pc-1")


def test_a_fault_in_the_model_hinders_no_other_role(variables, tmp_path):
    (tmp_path / FILE).write_text("zones: []", "utf-8")
    assert firewall(variables, "pc-1", conditions={"class": ["server"]}).excuse is None


def test_a_model_that_does_not_meet_a_row_fails_that_row_alone(variables):
    demand = {**ROW, "id": "LNX-D", "control": "NZ-01", "zones": ["lan", "dmz"]}
    result = firewall(variables, "fw-1").bring(Device(wanted=None, found=None), [ROW, demand])
    told = "the zone model has no zone dmz, which this is about"
    assert {one["id"]: one["control"] for one in result["observations"]} == {"LNX-R": "NZ-03", "LNX-D": "NZ-01"}
    assert (seen_of(result, ROW)["state"], seen_of(result, ROW)["reason"]) == ("not_assessed", "nft is not installed")
    assert seen_of(result, demand)["state"] == "fail"
    assert seen_of(result, demand)["reason"] == f"{told}; nft is not installed"


def test_a_firewall_that_is_not_in_the_inventory_is_refused(variables, tmp_path):
    variables["groups"]["all"].remove("fw-1")
    with pytest.raises(RowError, match=r"zones\.yml: zone_firewalls names 'fw-1', which is not in the inventory"):
        firewall(variables, "pc-1")
