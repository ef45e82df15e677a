# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that guards itself at the door: where it stands, what is refused, and in which order the device is asked."""

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._door.zone_firewall import FILE, ZoneFirewall
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import RowError

SITE = """\
zones:
  edge: {interfaces: [wan0], internet: true}
  lan: {interfaces: [lan0], networks: [10.1.0.0/24]}
zone_services:
  smb: {tcp: [445]}
"""
GIVEN = {
    "zone": None,
    "addresses": [],
    "services": ["smb"],
    "neighbours": ["smb"],
    "gateways": [],
    "managers": ["10.1.0.9"],
    "management_ports": [22],
    "outbound": "any",
}
REGISTERED = {"zone": "lan", "ips": ["10.1.0.5"]}
ROW = {"id": "LNX-H", "control": "NZ-06", "kind": "nft_ruleset", "table": "commune_host", "desired": GIVEN}
OTHER = {"id": "LNX-O", "control": "NZ-06", "kind": "package"}


class Device:
    """A device that passes whatever it is asked, and remembers what that was."""

    def __init__(self):
        self.asked = []

    def look(self, rows):
        return self._answer("look", rows)

    def bring(self, rows):
        return self._answer("bring", rows)

    def _answer(self, verb, rows):
        self.asked += [(verb, row["id"], row.get("desired")) for row in rows]
        seen = [
            {**dict.fromkeys(("before", "after", "reason", "where")), "id": row["id"], "state": "pass"} for row in rows
        ]
        return {"changed": False, "observations": seen, "taken_back": []}


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    path = tmp_path / FILE
    path.parent.mkdir(parents=True)
    path.write_text(SITE, "utf-8")
    return tmp_path


def firewall(folder, **variables):
    return ZoneFirewall({"inventory_dir": str(folder), "register_device": REGISTERED, **variables}, "pc-1", [])


def test_zone_and_addresses_are_those_of_the_register_and_the_rules_come_last(folder):
    device, guard = Device(), firewall(folder)
    guard.guard([OTHER, ROW])
    result = guard.bring(device, [ROW, OTHER])
    assert [one[:2] for one in device.asked] == [("bring", "LNX-O"), ("look", "LNX-H")]
    assert device.asked[-1][2].startswith("table inet commune_host\n")
    assert [one["id"] for one in result["observations"]] == ["LNX-O", "LNX-H"]


def test_a_device_that_no_register_knows_is_where_it_is_reached(folder):
    given = {**ROW, "desired": {**GIVEN, "zone": "lan"}}
    firewall(folder, register_device={}, ansible_host="10.1.0.7").guard([given])
    with pytest.raises(RowError, match=r"host_firewall_offer: pc\.example is no address"):
        firewall(folder, register_device={}, ansible_host="pc.example").guard([given])


def test_what_the_site_says_comes_before_what_the_register_knows(folder):
    given = {**ROW, "desired": {**GIVEN, "addresses": ["10.9.0.5"]}}
    with pytest.raises(RowError, match=r"10\.9\.0\.5 lies outside zone lan"):
        firewall(folder).guard([given])


def test_a_host_of_which_nothing_is_said_is_left_to_the_engine(folder):
    device, guard = Device(), firewall(folder)
    guard.guard([{**ROW, "desired": None}])
    guard.bring(device, [{**ROW, "desired": None}])
    assert device.asked == [("bring", "LNX-H", None)]


def test_without_a_zone_model_the_rules_cannot_be_made(tmp_path):
    with pytest.raises(RowError, match="there is no zone model: "):
        firewall(tmp_path).guard([ROW])


def test_a_fault_in_the_model_is_told_with_its_line(folder):
    (folder / FILE).write_text(SITE.replace("445", "70000"), "utf-8")
    with pytest.raises(RowError, match=r"zones\.yml, line 5: 70000 is no port"):
        firewall(folder).guard([ROW])


def test_rows_that_want_what_a_host_begins_to_be_limited_fail_where_it_is_not(folder):
    device, guard = Device(), firewall(folder)
    rows = [ROW, {**ROW, "id": "LNX-B", "outbound": "model"}]
    guard.guard(rows)
    states = {one["id"]: one["state"] for one in guard.bring(device, rows)["observations"]}
    assert states == {"LNX-H": "pass", "LNX-B": "fail"}
