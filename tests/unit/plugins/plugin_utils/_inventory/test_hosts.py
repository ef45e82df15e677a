# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._inventory.hosts import (
    NO_NETWORK,
    NOT_TARGETS,
    TARGETS,
    HostError,
    inventory_of,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.fields import empty
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, EXCEPTION
from ansible_collections.commune.baseline.plugins.plugin_utils._register.life_cycle import STATES

TODAY = "2026-11-25"
GRANTED = {
    "control": "SV-02",
    "reason": "Máy quét cũ",
    "approver": "Chủ tịch UBND",
    "document": "12/QĐ-UBND",
    "expires": TODAY,
}


def a_device(**fields):
    common = {"name": "pc-01", "class": "workstation", "platform": "linux", "zone": "lan", "state": "in_service"}
    return {**empty(DEVICE), **common, **fields}


def an_exception(**fields):
    return {**empty(EXCEPTION), **GRANTED, **fields}


def inventory(*devices, exceptions=(), targets=TARGETS):
    return inventory_of(devices, exceptions, targets=targets, today=TODAY)


def host(*devices, **options):
    return inventory(*devices, **options).hosts[0]


def test_a_device_belongs_to_a_group_of_everything_that_it_is():
    one = host(a_device(type="Máy tính để bàn", department="Văn phòng"))
    assert set(one.groups) == {
        "class_workstation",
        "state_in_service",
        "platform_linux",
        "zone_lan",
        "type_may_tinh_de_ban",
        "department_van_phong",
    }


@pytest.mark.parametrize("state", STATES)
def test_planned_and_disposed_devices_are_no_hosts_and_only_those_at_work_are_targets(state):
    hosts = inventory(a_device(state=state)).hosts
    assert bool(hosts) == (state not in ("planned", "disposed"))
    targets = [one for one in hosts if NOT_TARGETS not in one.groups]
    assert bool(targets) == (state in ("hardening", "in_service", "quarantined"))


def test_a_site_may_say_which_states_are_targets():
    assert NOT_TARGETS in host(a_device(state="quarantined"), targets=["in_service"]).groups


@pytest.mark.parametrize(
    ("fields", "is_target"),
    [
        ({"class": "secret_workstation", "zone": "secret"}, False),
        ({"class": "workstation", "zone": "secret"}, False),
        ({"class": "camera", "platform": None}, False),
        ({"class": "camera", "platform": "linux"}, False),
        ({"platform": "windows"}, True),
        ({"class": "network_device", "platform": "ios"}, False),  # no engine of this collection speaks to it yet
        ({"platform": None}, True),
        ({"class": "network_device"}, True),
    ],
)
def test_what_no_engine_may_or_can_reach_is_no_target(fields, is_target):
    assert (NOT_TARGETS not in host(a_device(**fields)).groups) == is_target


def test_a_device_is_reached_by_its_first_address():
    variables = host(a_device(ips=["192.0.2.7", "192.0.2.8"])).variables
    assert variables["ansible_host"] == "192.0.2.7"
    assert "ansible_connection" not in variables


def test_a_device_without_an_address_is_reached_by_its_name():
    assert not {"ansible_host", "ansible_connection"} & host(a_device()).variables.keys()


@pytest.mark.parametrize("name", ["-oProxyCommand=reboot", "Máy kế toán", "{{ 7*7 }}", "pc 01", "pc;reboot"])
def test_a_name_that_no_machine_can_have_is_never_connected_to(name):
    assert host(a_device(name=name)).variables["ansible_connection"] == NO_NETWORK


@pytest.mark.parametrize(
    "fields",
    [
        {"class": "secret_workstation", "zone": "secret"},
        {"class": "secret_workstation", "zone": None},
        # Past the register's own checks: a record that somebody edited.
        {"class": "secret_workstation", "zone": "lan", "ips": ["192.0.2.7"]},
        {"class": "workstation", "zone": "secret", "ips": ["192.0.2.7"]},
        {"class": "workstation", "ips": ["-oProxyCommand=reboot"]},
    ],
)
def test_what_must_not_be_reached_has_no_address_and_a_connection_that_sends_nothing(fields):
    variables = host(a_device(**fields)).variables
    assert variables["ansible_connection"] == NO_NETWORK
    assert "ansible_host" not in variables


@pytest.mark.parametrize(
    ("platform", "connection"),
    [
        ("linux", "ssh"),
        ("windows", "psrp"),
        ("ios", "ansible.netcommon.network_cli"),
        ("routeros", "ansible.netcommon.network_cli"),
        ("other", NO_NETWORK),
    ],
)
def test_the_group_of_a_platform_says_how_to_connect(platform, connection):
    groups = inventory(a_device(platform=platform)).groups
    assert groups[f"platform_{platform}"]["ansible_connection"] == connection


@pytest.mark.parametrize(
    "name", ["localhost", "127.0.0.1", "all", "ungrouped", "class_workstation", "../group_vars/all"]
)
def test_a_name_that_ansible_would_take_for_something_else_is_refused(name):
    with pytest.raises(HostError, match="register it under another name"):
        inventory(a_device(name=name))


def test_the_record_is_a_variable_without_what_is_empty_or_long():
    record = host(a_device(note="{{ 7*7 }}", software=[{"name": "vim", "version": None}])).variables["register_device"]
    assert record == {
        "name": "pc-01",
        "class": "workstation",
        "platform": "linux",
        "zone": "lan",
        "note": "{{ 7*7 }}",
        "state": "in_service",
    }


def test_a_class_that_the_door_does_not_know_is_not_told_to_it():
    assert "baseline_device_class" not in host(a_device(**{"class": "projector_av"})).variables
    assert host(a_device(**{"class": "server"})).variables["baseline_device_class"] == "server"


def test_departments_that_look_the_same_are_told():
    (notice,) = inventory(a_device(department="Văn hóa"), a_device(name="pc-02", department="Văn hoá")).notices
    assert "'Văn hoá', 'Văn hóa' differ only in accents" in notice


@pytest.mark.parametrize(
    ("fields", "is_given"),
    [
        ({"device": "pc-01"}, True),
        ({"device": "pc-02"}, False),
        ({"group": "zone_lan"}, True),
        ({"group": "zone_dmz"}, False),
        ({"group": "all"}, True),
        ({"group": "made_by_hand"}, True),
        ({"device": "pc-01", "expires": "2026-11-24"}, False),
        ({"device": "pc-01", "withdrawn_on": "2026-11-01"}, False),
    ],
)
def test_an_exception_in_force_goes_to_the_devices_that_it_may_concern(fields, is_given):
    variables = host(a_device(), exceptions=[an_exception(**fields)]).variables
    place = {name: fields[name] for name in ("device", "group") if name in fields}
    assert variables.get("register_exceptions") == ([{**GRANTED, **place}] if is_given else None)
