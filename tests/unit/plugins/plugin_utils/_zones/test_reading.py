# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.document import ZoneError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Match
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model

SITE = """\
zones:
  edge: {interfaces: [wan0], internet: true}
  lan: {interfaces: [lan0], networks: [10.1.0.0/24, "fd00:1::/64"], vlan: 10}
  dmz: {interfaces: [dmz0], networks: [10.2.0.0/24], vlan: 20}
  secret: {}
zone_hosts:
  web: {zone: dmz, addresses: [10.2.0.10]}
  pc: {zone: lan, addresses: [10.1.0.10]}
zone_services:
  https: {tcp: [443]}
  high: {udp: [8000-8080]}
  ping: {icmp: [echo-request]}
zone_policies:
  - {name: web, from: [internet], to: [dmz], dst: [web], services: [https], publish: {address: 203.0.113.1}, reason: r}
  - {name: out, from: [lan], to: [internet], services: [https], masquerade: true, reason: r, expires: 2026-12-31}
zone_never:
  - {from: [dmz], to: [lan], reason: never}
zone_ports:
  - {device: sw-1, port: Gi0/1, zone: lan}
"""


def read(tmp_path, text):
    path = tmp_path / "zones.yml"
    path.write_text(text, "utf-8")
    return read_model(path)


def test_a_site_is_read_whole(tmp_path):
    model = read(tmp_path, SITE)
    assert model.border.name == "edge"
    assert [str(network) for network in model.zones["lan"].networks] == ["10.1.0.0/24", "fd00:1::/64"]
    assert model.services["high"] == (Match("udp", 8000, 8080),)
    assert str(model.policies[0].publish.address) == "203.0.113.1"
    assert model.never[0].sources == ("dmz",)
    assert model.ports[0].port == "Gi0/1"


def test_a_policy_holds_on_its_last_day_and_not_on_the_next(tmp_path):
    model = read(tmp_path, SITE)
    last, next_ = datetime.date(2026, 12, 31), datetime.date(2027, 1, 1)
    assert [one.name for one in model.in_force(last)] == ["web", "out"]
    assert [one.name for one in model.in_force(next_)] == ["web"]
    assert [one.name for one in model.expired(next_)] == ["out"]


# What is replaced, by what, the line of the fault, and what its sentence says.
WRONG = (
    ("networks: [10.2.0.0/24]", "networks: [10.1.0.128/25]", 4, "10.1.0.128/25 overlaps 10.1.0.0/24 of zone lan"),
    ("networks: [10.2.0.0/24]", "networks: [10.2.0.1/24]", 4, "10.2.0.1/24 is no network"),
    ("networks: [10.2.0.0/24]", "networks: [10.2.0.0/33]", 4, "10.2.0.0/33 is no network"),
    ("addresses: [10.2.0.10]", "addresses: [10.1.0.10]", 7, "10.1.0.10 lies outside zone dmz"),
    ("addresses: [10.2.0.10]", "addresses: [10.2.0.300]", 7, "10.2.0.300 is no address"),
    ("{zone: dmz, addresses", "{zone: dmzz, addresses", 7, "dmzz is no zone that this file knows"),
    ("addresses: [10.1.0.10]", "addresses: []", 8, "[] is not a list of at least 1"),
    ("pc: {zone: lan, addresses: [10.1.0.10]}", "pc: {zone: dmz, addresses: [10.2.0.10]}", 8, "address of web already"),
    ("services: [https], publish", "services: [http], publish", 14, "http is no service that this file knows"),
    ("from: [lan], to: [internet]", "from: [lan], to: [lan]", 15, "lan stands at both ends"),
    ("from: [lan], to: [internet]", "from: [], to: [internet]", 15, "[] is not a list of at least 1"),
    ("from: [lan], to: [internet]", "from: [lann], to: [internet]", 15, "lann is no zone"),
    ("from: [lan], to: [internet]", "from: [secret], to: [internet]", 15, "zone secret has no network at all"),
    ("from: [lan], to: [internet]", "from: [lan], to: [dmz]", 15, "masquerades towards internet alone"),
    ("interfaces: [lan0]", "interfaces: [lan*]", 3, "'lan*' is not a text like"),
    ("interfaces: [lan0]", "interfaces: ['lan0,lan1']", 3, "'lan0,lan1' is not a text like"),
    ("interfaces: [lan0]", "interfaces: [dmz0]", 4, "dmz0 belongs to zone lan already"),
    ("interfaces: [lan0], ", "", 3, "lan has networks and no interface"),
    ("networks: [10.2.0.0/24], vlan: 20", "vlan: 20", 4, "dmz has an interface and no networks"),
    ("vlan: 20", "vlan: 10", 4, "10 belongs to zone lan already"),
    ("vlan: 20", "vlan: 4095", 4, "4095 is not at most 4094"),
    (", internet: true", "", 1, "one zone borders the Internet"),
    ("  secret: {}", "  firewall: {}", 5, "firewall is no zone of yours"),
    ("  secret: {}", "  Secret: {}", 5, "'Secret' is no name"),
    ("  secret: {}", "  lan: {}", 3, "given a second time in line 5"),
    ("tcp: [443]", "tcp: [0]", 10, "0 is no port"),
    ("tcp: [443]", "tcp: [70000]", 10, "70000 is no port"),
    ("tcp: [443]", "tcp: [true]", 10, "True is no port"),
    ("tcp: [443]", "tcp: [443-80]", 10, "'443-80' is no port"),
    ("tcp: [443]", "tcp: ['٤٤٣']", 10, "is no port"),
    ("https: {tcp: [443]}", "https: {}", 10, "https needs at least one of tcp, udp, icmp"),
    ("https: {tcp: [443]}", "https: {tcp: [443], sctp: [1]}", 10, "has no key called 'sctp'"),
    ("icmp: [echo-request]", "icmp: [ping]", 12, "'ping' is no message of ICMP"),
    ("expires: 2026-12-31", "expires: 2026-02-30", 15, "2026-02-30 is no day"),
    ("expires: 2026-12-31", "expires: soon", 15, "'soon' is not a text like"),
    ("name: out", "name: web", 15, "web is the name of another policy already"),
    ("name: out", "nmae: out", 15, "lacks 'name'"),
    ("dst: [web], ", "dst: [pc], ", 14, "host pc lies in zone lan, which this policy does not name"),
    ("dst: [web], ", "", 14, "web publishes one address of one host"),
    ("{address: 203.0.113.1}", "{address: 10.1.0.1}", 14, "10.1.0.1 lies in a zone inside"),
    ("{address: 203.0.113.1}", "{address: 203.0.113.1, port: 70000}", 14, "70000 is no port"),
    ("dst: [web], services: [https], publish", "dst: [web], services: [ping], publish", 14, "icmp has none"),
    ("{from: [dmz], to: [lan], reason", "{from: [lan], to: [internet], reason", 15, "out allows what must never be"),
    ("{from: [dmz], to: [lan], reason", "{from: [dmz], to: [lan], unless: [x], reason", 17, "x is no policy"),
    ("{from: [dmz], to: [lan], reason", "{from: [edge], to: [lan], reason", 17, "edge has no networks of its own"),
    ("port: Gi0/1, zone: lan", "port: Gi0/1, zone: lna", 19, "lna is no zone"),
    ("zone_ports:", "zone_prots:", 18, "has no key called 'zone_prots'"),
    ("zones:", "zones: [", 3, "this is no YAML: did not find expected"),
    ("networks: [10.2.0.0/24]", 'networks: ["::ffff:10.2.0.0/120"]', 4, "reaches into ::ffff:0"),
    ("networks: [10.2.0.0/24]", "networks: [0.0.0.0/0]", 4, "0.0.0.0/0 reaches into 0.0.0.0/8, which no host"),
    ("networks: [10.2.0.0/24]", "networks: [10.2.0.0/24, 239.1.0.0/16]", 4, "reaches into 224.0.0.0/3"),
    ("networks: [10.2.0.0/24]", 'networks: [10.2.0.0/24, "fe80::/64"]', 4, "fe80::/64 reaches into fe80::/10"),
    ("networks: [10.2.0.0/24]", 'networks: ["10.2.0.0/24\\n"]', 4, "is not a text like"),
    ("addresses: [10.2.0.10]", 'addresses: ["::ffff:10.2.0.10"]', 7, "reaches into ::ffff:0"),
    ("addresses: [10.2.0.10]", "addresses: [10.2.0.255]", 7, "10.2.0.255 is no host: it stands for all of 10.2.0.0/24"),
    ("addresses: [10.2.0.10]", "addresses: [10.2.0.0]", 7, "10.2.0.0 is no host: it stands for all of 10.2.0.0/24"),
    ("addresses: [10.2.0.10]", "addresses: [10.2.0.010]", 7, "10.2.0.010 is no address"),
    ("addresses: [10.2.0.10]", "addresses: ['fe80::1%lan0']", 7, "is not a text like"),
    ("interfaces: [lan0]", "interfaces: [lo]", 3, "lo leads to no zone"),
    ("interfaces: [lan0]", 'interfaces: ["lan0\\n"]', 3, "'lan0\\n' is not a text like"),
    ("interfaces: [lan0]", "interfaces: ['lan0\"; flush ruleset']", 3, "is not a text like"),
    ("interfaces: [lan0]", "interfaces: lan0", 3, "'lan0' is not a list"),
    ("interfaces: [lan0]", "interface: lan0", 3, "has no key called 'interface'"),
    ("  secret: {}", '  "lan\\n": {}', 5, "'lan\\n' is no name"),
    ("  secret: {}", "  lãn: {}", 5, "'lãn' is no name"),
    ("  secret: {}", "  00:11:22:33:44:55: {}", 5, "is no name: small letters"),
    ("  secret: {}", "  ? [a, b]\n  : {}", 5, "a key is one word"),
    ("  secret: {}", "  <<: {lan: {}}", 5, "a key is one word, and << is none"),
    ("  secret: {}", "  secret: &one {}", 5, "anchors (&) and aliases (*) are not read here"),
    ("  secret: {}", "  secret: *one", 5, "anchors (&) and aliases (*) are not read here"),
    ("  secret: {}", "  secret: !!python/name:os.system {}", 5, "tags such as tag:yaml.org,2002:python/name:os.system"),
    ("  secret: {}", "  secret: !!bool maybe", 5, "tags such as tag:yaml.org,2002:bool are not read here"),
    ("  secret: {}", "  secret: [[[[[[[[[]]]]]]]]]", 5, "nothing in a zone model lies deeper than 8 levels"),
    ("  secret: {}", "  secret: =", 5, "could not determine a constructor"),
    ("vlan: 20", "vlan: 024", 4, "'024' is not a whole number"),
    ("vlan: 20", "vlan: 1:20", 4, "'1:20' is not a whole number"),
    ("tcp: [443]", "tcp: [0443]", 10, "'0443' is no port"),
    ("tcp: [443]", "tcp: [7:23]", 10, "'7:23' is no port"),
    ("tcp: [443]", "tcp: [*]", 10, "this is no YAML"),
    ("tcp: [443]", "tcp: ['*']", 10, "'*' is no port"),
    ("tcp: [443]", f"tcp: [{'9' * 5000}]", 10, "is no port"),
    ("tcp: [443]", "tcp: [443, 443]", 10, "is not a list that holds each entry once"),
    ("masquerade: true", "masquerade: true, new_per_second: 99999999999", 15, "'99999999999' is not a whole number"),
    ("masquerade: true", "masquerade: true, connections: 2000000", 15, "2000000 is not at most 1000000"),
    ("{address: 203.0.113.1}", "{address: 127.0.0.1}", 14, "127.0.0.1/32 reaches into 127.0.0.0/8"),
    ("services: [https], masquerade", "services: [], masquerade", 15, "[] is not a list of at least 1"),
    ("from: [lan], to: [internet]", "from: [lan, lan], to: [internet]", 15, "a list that holds each entry once"),
    ("from: [lan], to: [internet]", "from: ['*'], to: [internet]", 15, "'*' is not a text like"),
    ("port: Gi0/1, zone: lan", 'port: "Gi0/1\\e[2J", zone: lan', 19, "is not a text like"),
    ("device: sw-1", 'device: "<script>"', 19, "'<script>' is not a text like"),
)


@pytest.mark.parametrize(("right", "wrong", "line", "sentence"), WRONG)
def test_a_fault_is_named_with_file_and_line(tmp_path, right, wrong, line, sentence):
    assert SITE.count(right) >= 1
    with pytest.raises(ZoneError) as error:
        read(tmp_path, SITE.replace(right, wrong, 1))
    assert str(error.value).startswith(f"file {tmp_path / 'zones.yml'}, line {line}: ")
    assert sentence in str(error.value)


def test_an_exposed_port_belongs_to_one_policy(tmp_path):
    second = "  - {name: web2, from: [internet], to: [dmz], dst: [web], services: [https], reason: r, publish: "
    text = SITE.replace("zone_never:", second + "{address: 203.0.113.1}}\nzone_never:")
    with pytest.raises(ZoneError, match=r"line 16: web publishes port 443 of 203\.0\.113\.1 already"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("ends", "services", "sentence"),
    [
        ("from: [edge], to: [lan]", "https", "edge has no networks of its own; what lies outside is called internet"),
        ("from: [lan], to: [dmz]", "big", "out says nothing from lan to dmz"),
    ],
)
def test_a_policy_that_no_packet_can_meet_is_refused(tmp_path, ends, services, sentence):
    text = SITE.replace(
        "from: [lan], to: [internet], services: [https], masquerade: true", f"{ends}, services: [{services}]"
    )
    text = text.replace("zone_policies:", "  big: {icmp: [packet-too-big]}\nzone_policies:")
    with pytest.raises(ZoneError, match=f"line 16: {sentence}"):
        read(tmp_path, text)


def test_the_address_of_a_host_is_not_one_to_publish_another_at(tmp_path):
    text = SITE.replace("edge: {interfaces: [wan0]", "edge: {interfaces: [wan0], networks: [203.0.113.0/24]")
    text = text.replace("zone_hosts:", "zone_hosts:\n  vpn: {zone: edge, addresses: [203.0.113.1]}")
    with pytest.raises(ZoneError, match=r"line 15: 203\.0\.113\.1 is the address of vpn already"):
        read(tmp_path, text)


LONG = "a" * 900_000


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("secret: {}", f"{LONG}: {{}}"), ("name: out", f"name: {LONG}"), ("[lan0]", f"[{LONG}]"), ("[443]", f"[{LONG}]")],
    ids=["zone", "policy", "interface", "port"],
)
def test_a_name_of_a_million_letters_is_refused_in_a_sentence_that_can_be_read(tmp_path, right, wrong):
    with pytest.raises(ZoneError, match=", line ") as error:
        read(tmp_path, SITE.replace(right, wrong, 1))
    assert len(str(error.value)) < 1000


def test_a_file_of_more_than_a_mebibyte_is_not_read(tmp_path):
    with pytest.raises(ZoneError, match="too large for a zone model: at most 1048576 bytes"):
        read(tmp_path, SITE + "#" * (1 << 20))


def test_a_file_that_would_grow_without_end_is_refused_before_it_grows(tmp_path):
    doubled = "".join(f"  z{at}: &z{at} [{', '.join([f'*z{at - 1}'] * 10)}]\n" for at in range(1, 30))
    with pytest.raises(ZoneError, match="line 2: anchors"):
        read(tmp_path, f"zones:\n  z0: &z0 []\n{doubled}")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_a_file_that_is_nested_without_end_is_refused(tmp_path, opening):
    with pytest.raises(ZoneError, match="line 1: "):
        read(tmp_path, opening * 100_000)


@pytest.mark.parametrize("content", [b"", b"\x00", b"\xff\xfe\x00", b"zones: \xc3\x28", b"[]", b"1", b"---\n---\n"])
def test_a_file_that_is_no_model_is_refused_with_its_line(tmp_path, content):
    (tmp_path / "zones.yml").write_bytes(content)
    with pytest.raises(ZoneError, match=r"zones\.yml, line [0-9]+: "):
        read_model(tmp_path / "zones.yml")


def test_a_host_is_not_published_at_its_own_address(tmp_path):
    text = SITE.replace("edge: {interfaces: [wan0]", "edge: {interfaces: [wan0], networks: [203.0.113.0/24]")
    text = text.replace("to: [dmz], dst: [web]", "to: [edge], dst: [web]").replace(
        "web: {zone: dmz, addresses: [10.2.0.10]}", "web: {zone: edge, addresses: [203.0.113.1]}"
    )
    with pytest.raises(ZoneError, match="web goes in a circle"):
        read(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ZoneError, match=r"missing\.yml: No such file"):
        read_model(tmp_path / "missing.yml")
