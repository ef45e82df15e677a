# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.commune.baseline.plugins.plugin_utils._door.quarantine import devices_of

HOSTS = {
    "pc-01": {"register_device": {"ips": ["10.1.0.5", "fd00::5"], "state": "quarantined"}},
    "pc-02": {"register_device": {"ips": ["10.1.0.6"], "state": "in_service"}},
    "pc-03": {"register_device": {"state": "quarantined"}},
    "pc-04": {},
}


def test_the_devices_of_the_group_are_told_with_their_addresses_if_any():
    groups = {"all": list(HOSTS), "state_quarantined": ["pc-01", "pc-03", "pc-04"]}
    assert devices_of({"groups": groups, "hostvars": HOSTS}) == {
        "pc-01": ["10.1.0.5", "fd00::5"],
        "pc-03": [],
        "pc-04": [],
    }


def test_without_a_register_nobody_is_quarantined():
    assert devices_of({"groups": {"all": ["pc-01"]}, "hostvars": HOSTS}) == {}
    assert devices_of({}) == {}
