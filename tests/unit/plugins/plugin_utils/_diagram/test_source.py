# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the diagrams are made of, before Graphviz draws it."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._diagram import logical, physical
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model

DAY = datetime.date(2026, 11, 25)
SITE = """\
zones:
  edge: {interfaces: [wan0], internet: true}
  lan: {vi: Mạng nội bộ, interfaces: [lan0], networks: [10.1.0.0/24], vlan: 10}
  server: {vi: Máy chủ, interfaces: [srv0], networks: [10.3.0.0/24], vlan: 30}
  guest: {vi: Khách, interfaces: [gst0], networks: [10.4.0.0/24], vlan: 40}
zone_hosts:
  files: {zone: server, addresses: [10.3.0.10]}
zone_services:
  smb: {tcp: [445]}
  dns: {udp: [53]}
zone_policies:
  - {name: files, from: [lan], to: [server], dst: [files], services: [smb], reason: r, expires: 2026-12-31}
  - {name: names, from: [lan, server, guest], to: [firewall], services: [dns], reason: r}
zone_ports:
  - {device: sw-1, port: "2", zone: lan, to: pc-01}
  - {device: sw-1, port: "10", zone: server}
  - {device: sw-1, port: "24", zone: lan, to: sw-2}
  - {device: sw-2, port: "1", zone: lan, to: sw-1}
"""


def device(name, zone="lan", state="in_service", **more):
    return {"name": name, "class": "workstation", "zone": zone, "location": None, "state": state, **more}


DEVICES = [device(f"pc-{number:02}") for number in range(1, 6)]


@pytest.fixture(name="model")
def fixture_model(tmp_path):
    (tmp_path / "zones.yml").write_text(SITE, "utf-8")
    return read_model(tmp_path / "zones.yml")


def drawn(model, devices=DEVICES, most=8, today=DAY):
    return logical.source("Sơ đồ", model, devices, most, today), physical.source("Sơ đồ", model, devices, most)


def test_the_order_of_what_is_drawn_changes_nothing(model):
    turned = model._replace(
        zones=dict(reversed(model.zones.items())), policies=model.policies[::-1], ports=model.ports[::-1]
    )
    assert drawn(turned, DEVICES[::-1]) == drawn(model)


def test_a_zone_has_its_network_the_number_of_its_devices_and_the_first_names(model):
    source, _physical = drawn(model, most=2)
    assert "VLAN 10: 10.1.0.0/24" in source
    assert "5 máy trạm: pc-01, pc-02 và 3 thiết bị" in source
    assert "pc-03" not in source


def test_a_flow_is_an_arrow_with_its_host_its_service_and_its_end_until_that_day(model):
    arrow = '"zone lan" -> "zone server"'
    source, _physical = drawn(model)
    (line,) = [one for one in source.splitlines() if arrow in one]
    assert all(word in line for word in ("files:", "smb", "(đến", "31/12/2026)"))
    assert arrow not in drawn(model, today=datetime.date(2027, 1, 1))[0]


def test_a_flow_of_many_zones_stands_in_the_table_and_is_no_net_of_arrows(model):
    source, _physical = drawn(model)
    assert '-> "firewall" [label' not in source
    assert all(word in source for word in ("lan, server, guest", "tường lửa", "dns"))


def test_what_is_not_in_service_is_marked_and_what_is_gone_is_not_drawn(model):
    states = ("quarantined", "planned", "disposed")
    source, place = drawn(model, [device(f"pc-{state}", state=state) for state in states])
    for shown in (source, place):
        assert "pc-quarantined (đang cách ly)" in shown.replace('&#160;&#160;<BR ALIGN="LEFT"/>', " ")
        assert "pc-planned" not in shown
        assert "pc-disposed" not in shown


def test_a_device_of_no_zone_is_shown_as_such_and_not_left_out(model):
    source, _physical = drawn(model, [device("pc-09", zone=None)])
    assert "Chưa rõ vùng mạng" in source
    assert "pc-09" in source
    assert "Chưa rõ vùng mạng" not in drawn(model)[0]


def test_ports_stand_in_the_order_of_their_numbers_with_what_is_plugged_in(model):
    source = drawn(model)[1].split("<B>sw-1</B>")[1]
    assert source.index(">2<") < source.index(">10<") < source.index(">24<")
    assert "pc-01" in source


def test_a_cable_that_both_ends_tell_is_one_line_and_gear_of_no_known_cable_hangs_on_the_firewall(model):
    _logical, source = drawn(model)
    assert source.count('"gear 0" -> "gear 1"') == 1
    assert '"gear 1" -> "gear 0"' not in source
    assert [line for line in source.splitlines() if '"firewall" -> "gear 0"' in line and "dashed" in line]
    assert '"firewall" -> "gear 1"' not in source


def test_devices_and_gear_stand_in_the_frame_of_their_place(model):
    place = {"location": "Phòng 201"}
    gear = device("sw-1", **{**place, "class": "network_device"})
    _logical, source = drawn(model, [device("pc-01", **place), gear, device("pc-02")])
    frames = {one.split("label=<")[1].split("\n")[0]: one for one in source.split("subgraph")[1:]}
    assert "sw-1" in frames["<B>Phòng 201</B>>"]
    assert "pc-01" in frames["<B>Phòng 201</B>>"]
    assert "pc-02" in frames["<B>Chưa ghi vị trí</B>>"]
