# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The model in which devices are kept apart, as its parts; what becomes of packets is tried with real ones."""

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.document import ZoneError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.quarantine import isolated
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model

SITE = """\
zones:
  edge: {interfaces: [wan0], internet: true}
  lan: {interfaces: [lan0], networks: [10.1.0.0/24, "fd00:1::/64"]}
  server: {interfaces: [srv0], networks: [10.3.0.0/24]}
  mgmt: {interfaces: [mgt0], networks: [10.9.0.0/24, "fd00:9::/64"]}
zone_hosts:
  admin: {zone: mgmt, addresses: [10.9.0.10, "fd00:9::10"]}
zone_services:
  ssh: {tcp: [22]}
  smb: {tcp: [445]}
zone_policies:
  - {name: files, from: [lan], to: [server], services: [smb], reason: r}
  - {name: manage, from: [mgmt], to: [lan, server], src: [admin], services: [ssh], reason: r}
  - {name: out, from: [lan], to: [internet], services: [smb], reason: r}
zone_quarantine: [manage]
"""


def read(tmp_path, text=SITE):
    (tmp_path / "zones.yml").write_text(text, "utf-8")
    return read_model(tmp_path / "zones.yml")


def test_a_site_without_such_a_device_is_as_it_was(tmp_path):
    model = read(tmp_path)
    assert isolated(model, {}) == model
    assert isolated(model, {"pc-01": []}) == model


def test_a_device_keeps_the_policies_of_the_quarantine_alone_and_they_come_first(tmp_path):
    model = read(tmp_path)
    kept, going, coming, *rest = isolated(model, {"pc-01": ["10.1.0.5", "fd00:1::5"]}).policies
    assert (kept.sources, kept.source_hosts, kept.destinations, kept.destination_hosts) == (
        ("mgmt",), ("admin",), ("lan",), ("pc-01.lan",)
    )  # fmt: skip
    assert (going.action, going.sources, set(going.destinations)) == (
        "drop", ("lan",), {"edge", "server", "mgmt", "internet", "firewall"}
    )  # fmt: skip
    assert (coming.action, set(coming.sources), coming.destinations) == ("drop", set(going.destinations), ("lan",))
    assert set(going.services) == set(coming.services) == {"ssh", "smb"}
    assert tuple(rest) == model.policies


def test_what_may_still_speak_to_it_is_what_those_policies_name(tmp_path):
    model = isolated(read(tmp_path), {"pc-01": ["10.1.0.5", "fd00:1::5"]})
    assert [str(one) for one in model.isolated] == ["10.1.0.5", "fd00:1::5"]
    assert [str(one) for one in model.partners] == ["10.9.0.10/32", "fd00:9::10/128"]


def test_devices_of_several_zones_are_kept_apart_each_in_its_own(tmp_path):
    model = isolated(read(tmp_path), {"pc-01": ["10.1.0.5"], "nas": ["10.3.0.7"], "both": ["10.1.0.6", "10.3.0.6"]})
    ends = {policy.name: policy.source_hosts for policy in model.policies if policy.name.startswith("quarantine.from")}
    assert ends == {
        "quarantine.from.lan": ("both.lan", "pc-01.lan"),
        "quarantine.from.server": ("both.server", "nas.server"),
    }


def test_the_channel_of_control_must_be_named_before_a_device_is_kept_apart(tmp_path):
    model = read(tmp_path, SITE.replace("zone_quarantine: [manage]\n", ""))
    with pytest.raises(ZoneError, match=r"pc-01.*zone_quarantine.*names no policy"):
        isolated(model, {"pc-01": ["10.1.0.5"]})


def test_an_address_in_no_zone_is_refused_by_name(tmp_path):
    with pytest.raises(ZoneError, match=r"pc-01.*192\.0\.2\.1 lies in no zone"):
        isolated(read(tmp_path), {"pc-01": ["192.0.2.1"]})


@pytest.mark.parametrize(
    ("named", "said"),
    [("manag", "manag is no policy"), ("out", "out cannot hold for a quarantined device")],
)
def test_a_policy_that_cannot_be_kept_is_refused_with_its_line(tmp_path, named, said):
    with pytest.raises(ZoneError, match=f"line 15: {said}"):
        read(tmp_path, SITE.replace("[manage]", f"[{named}]"))
