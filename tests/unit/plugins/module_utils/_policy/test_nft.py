# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What nft 1.0.6 printed of one table, told the same whatever it counted, and another as soon as a rule differs."""

from __future__ import annotations

import json

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import nft, programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import nft_table

TEXT = """\
table inet t {
    set s {
        type ipv4_addr
        size 65535
        flags dynamic,timeout
        timeout 1m
        elements = { 127.0.0.1 limit rate over 5/second, 127.0.0.2 limit rate over 5/second,
                127.0.0.3 limit rate over 5/second }
    }

    set k {
        type ipv4_addr
        flags interval
        elements = { 10.0.0.0/8, 192.168.0.0/16 }
    }

    chain c {
        type filter hook input priority filter; policy accept;
        add @s { ip saddr limit rate over 5/second } counter drop comment "x"
        tcp dport { 22, 80, 443 } counter accept
    }
}
""".replace("    ", "\t")
REMEMBERED = {"elem": {"val": "127.0.0.1", "expires": 59, "limit": {"rate": 5, "per": "second", "inv": True}}}


def listing(*, packets=0, ports=(22, 80, 443), remembered=(), elements=("10.0.0.0", "192.168.0.0"), first_handle=1):
    of = {"family": "inet", "table": "t"}
    address = {"payload": {"protocol": "ip", "field": "saddr"}}
    add = {"set": {"op": "add", "elem": address, "set": "@s", "stmt": [{"limit": {"rate": 5, "inv": True}}]}}
    port = {"payload": {"protocol": "tcp", "field": "dport"}}
    match = {"match": {"op": "==", "left": port, "right": {"set": list(ports)}}}
    counter = {"counter": {"packets": packets, "bytes": packets * 57}}
    inside = [{"prefix": {"addr": one, "len": 8}} for one in elements]
    entries = [
        {"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
        {"table": {"family": "inet", "name": "t", "handle": first_handle}},
        {"set": {**of, "name": "s", "type": "ipv4_addr", "handle": 2, "flags": ["timeout"], "elem": list(remembered)}},
        {"set": {**of, "name": "k", "type": "ipv4_addr", "handle": 4, "flags": ["interval"], "elem": inside}},
        {"chain": {**of, "name": "c", "handle": 1, "type": "filter", "hook": "input", "prio": 0, "policy": "accept"}},
        {"rule": {**of, "chain": "c", "handle": first_handle + 5, "expr": [add, counter, {"drop": None}]}},
        {"rule": {**of, "chain": "c", "handle": first_handle + 8, "expr": [match, counter, {"accept": None}]}},
    ]
    return json.dumps({"nftables": entries})


@pytest.fixture(name="held")
def fixture_held(monkeypatch):
    """Read the table from what nft prints."""

    def held(printed, text=TEXT):
        answers = {
            (
                "nft",
                "-j",
                "list",
                "tables",
            ): '{"nftables": [{"metainfo": {}}, {"table": {"family": "inet", "name": "t"}}]}',
            ("nft", "-n", "-j", "list", "table", "inet", "t"): printed,
            ("nft", "-s", "list", "table", "inet", "t"): text,
        }
        monkeypatch.setattr(programs, "run", lambda *words: answers[words])
        return nft.held("t")

    return held


@pytest.mark.parametrize(
    "other",
    [{"packets": 9}, {"first_handle": 40}, {"remembered": [REMEMBERED]}, {"ports": (443, 22, 80)}],
    ids=["counts", "handles", "remembered addresses", "order of elements"],
)
def test_what_differs_from_load_to_load_is_the_same_table(held, other):
    assert held(listing(**other)).objects == held(listing()).objects


@pytest.mark.parametrize("other", [{"ports": (22, 80)}, {"elements": ("10.0.0.0",)}])
def test_another_rule_or_element_is_another_table(held, other):
    assert held(listing(**other)).objects != held(listing()).objects


def test_a_rule_is_known_by_its_place_in_its_chain(held):
    rules = [one["rule"] for one in held(listing(first_handle=70)).objects if "rule" in one]
    assert [(one["chain"], one["handle"], next(iter(one["expr"][0]))) for one in rules] == [
        ("c", 1, "set"),
        ("c", 2, "match"),
    ]


def test_what_limits_remember_is_not_put_back_and_all_else_is(held):
    text = held(listing()).text
    assert "127.0.0" not in text
    assert text.count("\n") == TEXT.count("\n") - 2
    assert "elements = { 10.0.0.0/8, 192.168.0.0/16 }" in text


def test_a_table_that_is_not_there_has_no_state(held, monkeypatch):
    held(listing())
    assert nft.held("other") is None
    monkeypatch.setattr(programs, "find", lambda _name: None)
    assert nft_table.capture("t") is None


def test_a_table_is_replaced_or_taken_away_in_one_step(monkeypatch):
    told = []
    monkeypatch.setattr(programs, "run", lambda *words, text="": told.append((words, text)))
    nft_table.check("t", TEXT)
    nft_table.put("t", TEXT)
    nft_table.put("t", None)
    prefix = "table inet t\ndelete table inet t\n"
    assert told == [
        (("nft", "-c", "-f", "-"), prefix + TEXT),
        (("nft", "-f", "-"), prefix + TEXT),
        (("nft", "-f", "-"), prefix),
    ]
