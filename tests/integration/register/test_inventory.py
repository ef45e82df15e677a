# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The register as an inventory, as the real ansible-inventory, ansible and ansible-playbook see it."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, records, service
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import EXCEPTION
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
from tests.integration.register.conftest import ROOT

LIVES = {
    "planned": (),
    "received": ("received",),
    "hardening": ("received", "hardening"),
    "in_service": ("received", "hardening", "in_service"),
    "disposed": ("received", "pending_disposal", "sanitised", "disposed"),
}
DEVICES = (
    (
        {"name": "may-chu-01", "class": "server", "platform": "linux", "zone": "server", "ips": ["192.0.2.10"]},
        "in_service",
    ),
    (
        {"name": "pc-01", "class": "workstation", "platform": "windows", "zone": "lan", "ips": ["192.0.2.21"]},
        "in_service",
    ),
    ({"name": "pc-02", "class": "workstation", "platform": "linux", "department": "Văn phòng"}, "received"),
    (
        {"name": "sw-01", "class": "network_device", "platform": "ios", "zone": "mgmt", "ips": ["192.0.2.2"]},
        "in_service",
    ),
    (
        {"name": "rb-01", "class": "network_device", "platform": "routeros", "zone": "edge", "ips": ["192.0.2.1"]},
        "hardening",
    ),
    (
        {"name": "cam-01", "class": "camera", "platform": "other", "zone": "camera_iot", "ips": ["192.0.2.90"]},
        "in_service",
    ),
    ({"name": "pc-moi", "class": "workstation", "platform": "linux"}, "planned"),
    ({"name": "luu-dien-cu", "class": "support", "platform": "none"}, "disposed"),
)
NO_NETWORK = "commune.baseline.no_network"


def _as_typed(mapping: dict[str, Any]) -> Any:
    """Return a text that ansible-inventory marks as no template without its mark."""
    return mapping["__ansible_unsafe"] if mapping.keys() == {"__ansible_unsafe"} else mapping


@dataclass(frozen=True)
class Site:
    """A folder with a source for the plugin, and the register it names."""

    folder: Path
    place: str

    @property
    def source(self) -> Path:
        return self.folder / "register.yml"

    def configure(self, **options: Any) -> None:
        given = {"plugin": "commune.baseline.register", "register": self.place, **options}
        self.source.write_text(yaml.safe_dump(given, allow_unicode=True))

    def register(self, *given: tuple[dict[str, Any], str]) -> None:
        """Put devices into the register, each at a place in its life."""
        register = Register.open(self.place)
        with register.write("officer") as writer:
            for device, state in given:
                devices.put(writer, device)
                for step in LIVES[state]:
                    if step == "in_service":
                        service.record(writer, devices.get(writer, device["name"]), opens=True)
                    devices.transition(writer, device["name"], step)
        register.close()

    def run(self, program: str, *arguments: str, prefix: tuple[str, ...] = (), **environment: str) -> Any:
        command = [*prefix, Path(sys.executable).with_name(program), "--inventory", self.source, *arguments]
        return subprocess.run(
            command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300
        )

    def listed(self, *arguments: str) -> dict[str, Any]:
        done = self.run("ansible-inventory", "--list", *arguments)
        assert done.returncode == 0, done.stderr
        assert "WARNING" not in done.stderr
        return json.loads(done.stdout, object_hook=_as_typed)

    def hosts(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """Return what ansible-inventory tells of each host, the variables of its groups included."""
        return self.listed(*arguments)["_meta"]["hostvars"]

    def refused(self) -> str:
        """Return the words in which the program says what is wrong, as one line."""
        done = self.run("ansible-inventory", "--list")
        assert done.returncode != 0, done.stdout
        assert "Traceback" not in done.stderr
        return " ".join(done.stderr.split())


@pytest.fixture(name="site")
def fixture_site(place, register, tmp_path):
    folder = tmp_path / "xa"
    folder.mkdir()
    site = Site(folder, place)
    site.configure()
    return site


def _report(done):
    report, _end = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index("{") :])
    return report


def members(listed, group):
    return sorted(listed.get(group, {}).get("hosts", ()))


def test_devices_are_hosts_in_groups_and_those_that_no_check_may_touch_are_set_apart(site):
    site.register(*DEVICES)
    graph = site.run("ansible-inventory", "--graph").stdout
    assert "pc-moi" not in graph
    assert "luu-dien-cu" not in graph
    listed = site.listed()
    assert members(listed, "class_workstation") == ["pc-01", "pc-02"]
    assert members(listed, "state_in_service") == ["cam-01", "may-chu-01", "pc-01", "sw-01"]
    assert members(listed, "platform_linux") == ["may-chu-01", "pc-02"]
    assert members(listed, "zone_server") == ["may-chu-01"]
    assert members(listed, "department_van_phong") == ["pc-02"]
    assert {"cam-01", "pc-02"} <= set(members(listed, "baseline_not_targets"))
    assert "may-chu-01" not in members(listed, "baseline_not_targets")
    assert "  |--@class_server:\n  |  |--may-chu-01" in graph


def test_each_platform_is_reached_its_own_way_and_group_vars_may_say_otherwise(site):
    site.register(*DEVICES)
    hosts = site.hosts()
    how = {name: hosts[name].get("ansible_connection") for name in hosts}
    assert how == {
        "may-chu-01": "ssh",
        "pc-01": "psrp",
        "pc-02": "ssh",
        "sw-01": "ansible.netcommon.network_cli",
        "rb-01": "ansible.netcommon.network_cli",
        "cam-01": NO_NETWORK,
    }
    assert hosts["pc-01"]["ansible_psrp_protocol"] == "https"
    assert hosts["sw-01"]["ansible_network_os"] == "cisco.ios.ios"
    assert hosts["may-chu-01"]["ansible_host"] == "192.0.2.10"
    assert "ansible_host" not in hosts["pc-02"]
    assert "ansible_host" not in hosts["cam-01"]
    (site.folder / "group_vars").mkdir()
    (site.folder / "group_vars/platform_windows.yml").write_text("ansible_connection: winrm\n")
    assert site.hosts()["pc-01"]["ansible_connection"] == "winrm"


def test_words_of_this_collection_are_listed_plainly_and_text_of_the_register_is_marked(site):
    site.register(*DEVICES)
    listed = json.loads(site.run("ansible-inventory", "--list").stdout)["_meta"]["hostvars"]
    server = listed["may-chu-01"]
    assert (server["ansible_connection"], server["baseline_device_class"]) == ("ssh", "server")
    assert listed["pc-01"]["ansible_psrp_protocol"] == "https"
    assert listed["cam-01"]["ansible_connection"] == NO_NETWORK
    assert server["ansible_host"] == {"__ansible_unsafe": "192.0.2.10"}
    assert server["register_device"]["name"] == {"__ansible_unsafe": "may-chu-01"}


def test_exceptions_in_force_reach_the_hosts_they_are_for(site):
    site.register(*DEVICES)
    common = {"control": "AC-02", "reason": "Máy quét cũ", "approver": "Chủ tịch UBND", "document": "12/QĐ-UBND"}
    register = Register.open(site.place)
    with register.write("officer") as writer:
        records.put(writer, EXCEPTION, {**common, "device": "pc-01", "expires": "2099-12-31"})
    with register.write("officer", now=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)) as writer:
        records.put(writer, EXCEPTION, {**common, "device": "pc-02", "expires": "2020-12-31"})
    register.close()
    hosts = site.hosts()
    assert hosts["pc-01"]["register_exceptions"] == [{**common, "device": "pc-01", "expires": "2099-12-31"}]
    assert "register_exceptions" not in hosts["pc-02"]


def test_constructed_options_make_groups_and_variables_of_what_the_register_holds(site):
    site.register(*DEVICES)
    site.configure(
        strict=True,
        compose={"ansible_port": "2222 if register_device.zone | default('') == 'server' else 22"},
        groups={"on_the_wall": "register_device.class == 'camera'"},
        keyed_groups=[{"prefix": "os", "key": "register_device.platform"}],
    )
    listed = site.listed()
    ports = {name: host["ansible_port"] for name, host in listed["_meta"]["hostvars"].items()}
    assert (ports["may-chu-01"], ports["pc-01"]) == (2222, 22)
    assert members(listed, "on_the_wall") == ["cam-01"]
    assert members(listed, "os_windows") == ["pc-01"]


def test_strict_refuses_an_expression_that_a_device_has_no_value_for(site):
    site.register(*DEVICES)
    expression = {"ansible_port": "register_device.no_such_field"}
    site.configure(compose=expression)
    assert "ansible_port" not in site.hosts()["pc-01"]
    site.configure(compose=expression, strict=True)
    assert "no_such_field" in site.refused()


def test_a_cache_is_used_until_it_is_flushed(site, tmp_path):
    site.configure(cache=True, cache_plugin="ansible.builtin.jsonfile", cache_connection=str(tmp_path / "cache"))
    site.register(DEVICES[0])
    assert set(site.hosts()) == {"may-chu-01"}
    site.register(DEVICES[1])
    assert set(site.hosts()) == {"may-chu-01"}
    assert set(site.hosts("--flush-cache")) == {"may-chu-01", "pc-01"}


def test_what_is_typed_in_the_register_is_no_template(site, tmp_path):
    typed = "{{ 7*7 }} {% raw %} {{ lookup('pipe', 'touch " + str(tmp_path / "touched") + "') }}"
    site.register(({"name": "pc-01", "class": "workstation", "platform": "linux", "note": typed}, "in_service"))
    assert site.hosts()["pc-01"]["register_device"]["note"] == typed
    play = tmp_path / "play.yml"
    task = {"ansible.builtin.debug": {"msg": "{{ register_device.note }}"}}
    play.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": [task]}]))
    done = _report(site.run("ansible-playbook", str(play), ANSIBLE_STDOUT_CALLBACK="ansible.posix.json"))
    assert done["plays"][0]["tasks"][0]["hosts"]["pc-01"]["msg"] == typed
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize(
    "of_secrets",
    [
        {"class": "secret_workstation", "platform": "linux", "zone": "secret"},
        {"class": "workstation", "platform": "linux", "zone": "secret"},
        {"class": "secret_workstation"},
    ],
)
def test_nothing_is_sent_to_a_machine_for_state_secrets(site, of_secrets):
    """A listening socket tells what arrives, and strace what is called.

    The register takes no address of such a machine, but a name that is one, which ssh would reach.
    """
    if shutil.which("strace") is None:
        pytest.skip("needs strace")
    with socket.create_server(("0.0.0.0", 0)) as listening:  # noqa: S104 - two addresses of this machine
        port = listening.getsockname()[1]
        other = {"class": "workstation", "platform": "linux", "zone": "lan"}
        site.register(
            ({"name": "127.0.0.77", **of_secrets}, "in_service"), ({"name": "127.0.0.78", **other}, "in_service")
        )
        trace = site.folder / "trace"
        prefix = ("strace", "--follow-forks", "--trace=connect,sendto,sendmsg,execve", f"--output={trace}")
        ping = ("-m", "ansible.builtin.ping", "-e", f"ansible_port={port}", "-e", "ansible_ssh_timeout=3")
        done = site.run("ansible", "127.0.0.77", *ping, prefix=prefix)
        assert "UNREACHABLE" in done.stdout + done.stderr
        calls = trace.read_text()
        assert "execve(" in calls
        assert '/ssh"' not in calls
        assert "AF_INET" not in calls
        listening.settimeout(0.1)
        with pytest.raises(TimeoutError):
            listening.accept()
        site.run("ansible", "127.0.0.78", *ping)  # the same for another machine arrives
        listening.accept()[0].close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"register": "no/such.db"}, ("no/such.db",)),
        ({"states": ["in_servise"]}, ("states", "in_servise", "in_service")),
        ({"stats": ["in_service"]}, ("register.yml", "no option called stats")),
        ({"register": "postgresql://register:words@db.example.org/commune"}, ("register holds a password", ".pgpass")),
        ({"register": "ftp://db.example.org/commune"}, ("ftp",)),
    ],
)
def test_a_source_that_cannot_be_is_refused_with_a_reason(site, options, said):
    site.configure(**options)
    refused = site.refused()
    assert [word for word in said if word not in refused] == []
    assert ":words@" not in refused


def test_a_register_that_is_none_is_refused_with_a_reason(site):
    (site.folder / "register.db").write_text("devices: none")
    site.configure(register="register.db")
    refused = site.refused()
    assert str(site.folder / "register.db") in refused


def test_a_device_that_has_the_name_of_a_group_is_refused(site):
    site.register(({"name": "class_workstation", "class": "workstation"}, "in_service"))
    assert "register it under another name" in site.refused()


def test_the_folder_of_a_site_is_its_inventory_and_the_register_in_it_no_list_of_hosts(site):
    site.configure(register="register.db")
    Register.open(str(site.folder / "register.db"), create=True).close()
    (site.folder / "keys").mkdir()
    (site.folder / "keys/signing.pem").write_text("a key")
    folder = Site(site.folder, str(site.folder / "register.db"))
    folder.register(*DEVICES[:2])
    command = [Path(sys.executable).with_name("ansible-inventory"), "--inventory", site.folder, "--list"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    assert set(json.loads(done.stdout)["_meta"]["hostvars"]) == {"may-chu-01", "pc-01"}
