# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would change between two models, as people read it."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import planning
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.document import ZoneError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_matches import UnreadableError

DAY = datetime.date(2026, 11, 25)
SITE = """\
zones:
  edge: {interfaces: [wan0], internet: true}
  lan: {vi: Mạng nội bộ, interfaces: [lan0], networks: [10.1.0.0/24, "fd00:1::/64"]}
  dmz: {vi: Vùng DMZ, interfaces: [dmz0], networks: [10.2.0.0/24, "fd00:2::/64"]}
  server: {vi: Máy chủ, interfaces: [srv0], networks: [10.3.0.0/24, "fd00:3::/64"]}
zone_hosts:
  web: {zone: dmz, addresses: [10.2.0.10, "fd00:2::10"]}
  files: {zone: server, addresses: [10.3.0.10, "fd00:3::10"]}
  pc: {zone: lan, addresses: [10.1.0.10]}
zone_services:
  http: {tcp: [80]}
  https: {tcp: [443], udp: [443]}
  smb: {tcp: [445]}
  ping: {icmp: [echo-request]}
zone_policies:
  - {name: web, from: [internet], to: [dmz], dst: [web], services: [http], publish: {address: 203.0.113.1}, reason: r}
  - {name: out, from: [lan], to: [internet], services: [https], masquerade: true, reason: r}
"""
FILES = (
    "  - {name: files, from: [lan], to: [server], dst: [files], services: [https, smb, ping], reason: Tệp dùng chung}\n"
)


@pytest.fixture(name="plan")
def fixture_plan(tmp_path):
    def plan(before, after, day=DAY):
        for name, text in (("before", before), ("after", after)):
            (tmp_path / f"{name}.yml").write_text(text, "utf-8")
        return planning.answer(planning.Question(tmp_path / "after.yml", tmp_path / "before.yml", None), day)

    return plan


def test_a_policy_more_is_one_flow_more_with_its_names_and_its_reason(plan):
    found = plan(SITE, SITE + FILES)
    (flow,) = found["plan"]["flows"]
    assert (flow["kind"], flow["policy"], flow["families"]) == ("added", "files", [4, 6])
    assert (flow["from"][0]["zone"], flow["to"][0]["zone"], flow["to"][0]["names"]) == ("lan", "server", ["files"])
    assert [one["name"] for one in flow["services"]] == ["https", "ping", "smb"]
    assert flow["vi"] == (
        "Thêm: từ vùng lan (Mạng nội bộ) đến vùng server (Máy chủ), chỉ files, dịch vụ https (tcp/443, udp/443),"
        " ping (icmp/echo-request), smb (tcp/445); theo chính sách files: Tệp dùng chung"
    )
    assert found["text"][:2] == ["Thêm 1, bỏ 0, đổi 0.", "  Added 1, removed 0, changed 0."]


def test_the_way_back_takes_the_same_flow_away(plan):
    (added,), (removed,) = (plan(*pair)["plan"]["flows"] for pair in ((SITE, SITE + FILES), (SITE + FILES, SITE)))
    assert removed["kind"] == "removed"
    assert {**added, **dict.fromkeys(("kind", "vi", "en"))} == {**removed, **dict.fromkeys(("kind", "vi", "en"))}


def test_the_same_model_in_another_order_changes_nothing(plan):
    head, policies = SITE.split("zone_policies:\n")
    turned = head + "zone_policies:\n" + "\n".join(reversed(policies.splitlines())) + "\n"
    found = plan(SITE, turned)
    assert found["plan"]["differs"] is False
    assert found["text"] == ["Không có gì thay đổi giữa hai mô hình.", "  Nothing changes between the two models."]


@pytest.mark.parametrize(
    ("old", "new", "kinds", "said"),
    [
        (
            "services: [http],",
            "services: [https],",
            {"added", "removed"},
            "203.0.113.1 https (tcp/443, udp/443) được chuyển đến",
        ),
        ("tcp: [443], udp: [443]", "tcp: [443]", {"removed"}, "udp/443"),
        ("masquerade: true, ", "", {"removed"}, "che địa chỉ nguồn (masquerade) từ vùng lan (Mạng nội bộ) ra Internet"),
        ("masquerade: true", "masquerade: true, log: true", {"changed"}, "sau: cho qua, có ghi log"),
        ("services: [http],", "services: [http], new_per_second: 5,", {"changed"}, "tối đa 5 kết nối mới mỗi giây"),
        ("10.1.0.0/24", "10.1.0.0/23", {"added", "removed"}, "từ vùng lan (Mạng nội bộ), chỉ 10.1.1.0/24"),
        (
            "from: [lan], to",
            "from: [lan], src: [pc], to",
            {"removed"},
            "từ vùng lan (Mạng nội bộ), trừ pc đến Internet",
        ),
        ("[lan0]", "[lan0, lan1]", {"added"}, "lan1"),
        ("203.0.113.1}", "203.0.113.2}", {"added", "removed"}, "203.0.113.2 http (tcp/80) được chuyển đến web"),
    ],
)
def test_every_part_of_a_model_shows_where_it_matters(plan, old, new, kinds, said):
    assert old in SITE
    found = plan(SITE, SITE.replace(old, new, 1))
    assert {flow["kind"] for flow in found["plan"]["flows"]} == kinds
    assert said in "\n".join(found["text"])


def test_the_same_flow_of_two_zones_is_said_once(plan):
    both = FILES.replace("from: [lan]", "from: [lan, dmz]")
    (flow,) = plan(SITE, SITE + both)["plan"]["flows"]
    assert [end["zone"] for end in flow["from"]] == ["dmz", "lan"]


@pytest.mark.parametrize(
    ("expires", "kinds", "named"),
    [
        ("2026-11-24", [], "expired"),
        ("2026-11-25", ["added"], "expiring"),
        ("2026-12-25", ["added"], "expiring"),
        ("2026-12-26", ["added"], None),
    ],
)
def test_what_has_expired_is_no_flow_and_what_expires_within_30_days_is_named(plan, expires, kinds, named):
    found = plan(SITE, SITE + FILES.replace("reason", f"expires: {expires}, reason"))
    assert [flow["kind"] for flow in found["plan"]["flows"]] == kinds
    names = {key: [one["name"] for one in found["plan"][key]] for key in ("expired", "expiring")}
    assert names == {key: (["files"] if key == named else []) for key in names}
    day = datetime.date.fromisoformat(expires)
    assert (named is None) or f"{day:%d/%m/%Y}" in found["text"][-2]


def test_a_plan_for_another_day_shows_what_will_expire_until_then(plan):
    short = SITE + FILES.replace("reason", "expires: 2026-12-31, reason")
    assert plan(SITE + FILES, short)["plan"]["differs"] is False
    assert [one["kind"] for one in plan(SITE + FILES, short, "2027-01-01")["plan"]["flows"]] == ["removed"]


@pytest.mark.parametrize(
    ("ruleset", "said"),
    [
        ("no json", "ruleset is no answer of nft -n -j list ruleset"),
        ("[]", "it holds no list nftables"),
        ({"nftables": None}, "it holds no list nftables"),
    ],
)
def test_what_is_no_ruleset_is_refused(tmp_path, ruleset, said):
    (tmp_path / "zones.yml").write_text(SITE, "utf-8")
    with pytest.raises(UnreadableError, match=said):
        planning.answer(planning.Question(tmp_path / "zones.yml", None, ruleset), DAY)


def test_a_firewall_without_our_table_is_told_all_that_will_be_allowed(tmp_path):
    (tmp_path / "zones.yml").write_text(SITE + FILES, "utf-8")
    ruleset = {"nftables": [{"metainfo": {}}, {"table": {"family": "ip", "name": "docker", "handle": 1}}]}
    found = planning.answer(planning.Question(tmp_path / "zones.yml", None, ruleset), DAY)
    assert found["plan"]["first"]
    assert found["plan"]["other_tables"] == ["ip docker"]
    assert "Cho phép: từ vùng lan (Mạng nội bộ) đến vùng server (Máy chủ), chỉ files" in "\n".join(found["text"])
    assert {flow["policy"] for flow in found["plan"]["flows"]} == {"web", "out", "files"}


@pytest.mark.parametrize("given", [(None, None), ("both.yml", {"nftables": []})])
def test_a_plan_has_one_thing_to_compare_with(tmp_path, given):
    before, ruleset = given
    with pytest.raises(ZoneError, match="either before or ruleset"):
        planning.answer(planning.Question(tmp_path / "a.yml", before, ruleset), DAY)


def test_a_day_that_is_none_is_refused(tmp_path):
    with pytest.raises(ZoneError, match=r"31/12/2026.*such as 2026-12-31"):
        planning.answer(planning.Question(tmp_path / "a.yml", tmp_path / "b.yml", None), "31/12/2026")
