# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reader of rulesets: chains within chains, and that whatever it does not know ends the proof."""

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_matches import UnreadableError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_table import Table
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import cases
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import FORWARD, NEW, TCP, UDP, Slice

HERE = Slice(FORWARD, "lan0", "dmz0", 4, NEW, translated=False, protocol=TCP)
TABLE = {"family": "inet", "table": "zones"}
ACCEPT, DROP, RETURN = {"accept": None}, {"drop": None}, {"return": None}


def field(protocol, name, right, operator="=="):
    left = {"payload": {"protocol": protocol, "field": name}}
    return {"match": {"op": operator, "left": left, "right": right}}


def meta(key, right, operator="=="):
    return {"match": {"op": operator, "left": {"meta": {"key": key}}, "right": right}}


def port(right, operator="=="):
    return field("tcp", "dport", right, operator)


def to(verdict, chain):
    return {verdict: {"target": chain}}


def held(*rules, policy="drop", more=(), **chains):
    """Return a table with rules in a base chain at the hook for what passes through, and other chains."""
    entries = [{"chain": {**TABLE, "name": "forward", "hook": FORWARD, "policy": policy}}, *more]
    entries += [{"chain": {**TABLE, "name": name}} for name in chains]
    for chain, of in {"forward": rules, **chains}.items():
        entries += [
            {"rule": {**TABLE, "chain": chain, "handle": at, "expr": list(one)}} for at, one in enumerate(of, 1)
        ]
    return Table({"nftables": [{"metainfo": {}}, *entries]}, "zones")


def accepted(table, slice_=HERE, **packet):
    """Tell whether the first packet of a connection is let through."""
    program = table.program(slice_)
    fitting = sum(
        all(any(low <= packet[name] <= high for low, high in of) for name, of in one.conditions.items()) << at
        for at, one in enumerate(program.instructions)
    )
    assert any(case.fitting == (fitting,) for case in cases([program], slice_.ranges()))
    return program.run(fitting)[0].verdict == "accept"


def test_a_rule_decides_on_what_it_fits_and_the_policy_of_the_chain_on_the_rest():
    table = held([port(443), ACCEPT])
    assert accepted(table, dport=443)
    assert not accepted(table, dport=444)
    assert accepted(held([port(443), DROP], policy="accept"), dport=444)


def test_a_chain_that_decides_nothing_leads_back_behind_the_jump():
    table = held([to("jump", "web")], [port(80), ACCEPT], web=[[port(443), ACCEPT]])
    assert accepted(table, dport=443)
    assert accepted(table, dport=80)


def test_a_chain_that_is_gone_to_leads_back_to_nothing():
    table = held([to("goto", "web")], [port(80), ACCEPT], web=[[port(443), ACCEPT]])
    assert accepted(table, dport=443)
    assert not accepted(table, dport=80)


def test_a_return_leaves_its_own_chain_alone():
    table = held([to("jump", "web")], [port({"range": [440, 450]}), ACCEPT], web=[[port(443), RETURN], [DROP]])
    assert accepted(table, dport=443)
    assert not accepted(table, dport=444)


def test_a_return_in_a_base_chain_leaves_it_to_the_policy():
    assert not accepted(held([RETURN], [ACCEPT]))


def test_what_comes_behind_a_verdict_for_all_is_never_reached():
    assert not accepted(held([DROP], [ACCEPT]))


@pytest.mark.parametrize(
    ("right", "inside", "outside"),
    [
        ({"set": [80, {"range": [8000, 8010]}]}, (80, 8000, 8010), (79, 81, 7999, 8011)),
        ({"range": [1, 2]}, (1, 2), (0, 3)),
        ("@ports", (22,), (21, 23)),
    ],
)
def test_a_set_a_range_and_a_named_set_hold_what_they_list_and_no_more(right, inside, outside):
    named = {"set": {**TABLE, "name": "ports", "type": "inet_service", "elem": [22]}}
    table = held([port(right), ACCEPT], more=[named])
    assert all(accepted(table, dport=one) for one in inside)
    assert not any(accepted(table, dport=one) for one in outside)
    other = held([port(right, "!="), ACCEPT], more=[named])
    assert not any(accepted(other, dport=one) for one in inside)
    assert all(accepted(other, dport=one) for one in outside)


def test_a_header_that_a_packet_has_not_fits_no_rule_and_not_its_contrary_either():
    for operator in ("==", "!="):
        assert not accepted(held([field("udp", "dport", 53, operator), ACCEPT]))
        assert not accepted(held([field("ip6", "saddr", "fd00::1", operator), ACCEPT]))
        assert not accepted(held([port(53, operator), ACCEPT]), HERE._replace(protocol=UDP))


def test_a_pattern_of_interfaces_fits_every_name_that_begins_so():
    assert accepted(held([meta("iifname", "lan*"), ACCEPT]))
    assert not accepted(held([meta("iifname", "lan"), ACCEPT]))
    assert held([meta("iifname", "ppp*"), ACCEPT]).interfaces == {"ppp-any"}


def test_a_table_of_another_family_or_name_is_not_ours():
    assert not Table({"nftables": [{"chain": {**TABLE, "family": "ip", "name": "forward"}}]}, "zones").exists
    assert not Table({"nftables": [{"chain": {**TABLE, "table": "docker", "name": "forward"}}]}, "zones").exists


SADDR = {"payload": {"protocol": "ip", "field": "saddr"}}


def above(rate=50, **limit):
    amount = {"limit": {"rate": rate, "burst": rate, "per": "second", "inv": True, **limit}}
    return {"set": {"op": "add", "elem": SADDR, "set": "@seen", "stmt": [amount]}}


UNREADABLE = {
    "the next header of IPv6": ([field("ip6", "nexthdr", 0), ACCEPT], "ip6 nexthdr cannot be judged"),
    "a set of what packets add": ([field("ip", "saddr", "@seen"), ACCEPT], "a set of what packets add .seen"),
    "a limit that is seldom asked": ([{"limit": {"rate": 1, "per": "day"}}, above(), DROP], "a limit before set"),
    "a limit of some alone": ([above(), port(80), DROP], "above a limit comes match, drop"),
    "a limit in bytes": ([above(rate_unit="mbytes"), DROP], "counts by limit cannot be judged"),
    "an expression not known here": ([{"xt": {"type": "match", "name": "string"}}], "xt"),
    "a header not known here": ([field("ip", "dscp", 1), ACCEPT], "ip dscp cannot be judged"),
    "a comparison not known here": ([port(80, "<"), ACCEPT], "the comparison < cannot be judged"),
    "a number as a name": ([port("https"), ACCEPT], "list the rules by nft -n"),
    "a set that is not there": ([port("@gone"), ACCEPT], "set gone is not there"),
    "a chain that is not there": ([to("jump", "gone")], "chain gone, which is not there"),
    "a chain that leads to itself": ([to("jump", "forward")], "forward leads to itself"),
    "a limit before a verdict": ([{"limit": {"rate": 5, "per": "second"}}, ACCEPT], "a limit before accept"),
    "a mark": ([meta("mark", 1), ACCEPT], "meta mark 1 cannot be judged"),
    "a queue": ([{"queue": {"num": 0}}], "queue"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_judged_ends_the_proof_and_is_named(what):
    expression, sentence = UNREADABLE[what]
    with pytest.raises(UnreadableError, match=sentence):
        held(expression, more=[{"set": {**TABLE, "name": "seen", "flags": ["dynamic"]}}]).program(HERE)


@pytest.mark.parametrize("expression", [[above(), {"counter": None}, DROP], [above(5), DROP]])
def test_a_limit_with_its_verdict_is_judged(expression):
    more = [{"set": {**TABLE, "name": "seen", "flags": ["dynamic"]}}]
    assert accepted(held(expression, [ACCEPT], more=more), dport=443)


def test_a_limit_that_lets_more_pass_at_once_is_another_limit():
    usual, larger = (held([above(**more), DROP]).program(HERE).run(1)[0].notes for more in ({}, {"burst": 5000}))
    assert usual
    assert usual != larger


def test_a_set_that_rules_feed_is_one_of_what_packets_add_though_nft_does_not_mark_it():
    table = held([above(), DROP], [field("ip", "saddr", "@seen"), ACCEPT], more=[{"set": {**TABLE, "name": "seen"}}])
    with pytest.raises(UnreadableError, match="a set of what packets add"):
        table.program(HERE)


def test_a_table_that_may_be_dormant_and_a_hook_that_is_not_looked_at_end_the_proof():
    with pytest.raises(UnreadableError, match="holds a flag"):
        held(more=[{"table": {"family": "inet", "name": "zones", "flags": ["dormant"]}}])
    with pytest.raises(UnreadableError, match="holds a chain at hook ingress"):
        held(more=[{"chain": {**TABLE, "name": "first", "hook": "ingress", "policy": "accept"}}])


@pytest.mark.parametrize("kind", ["map", "flowtable", "ct helper"])
def test_a_part_of_a_table_that_cannot_be_judged_is_named(kind):
    with pytest.raises(UnreadableError, match=f"holds a {kind}, which cannot be judged here"):
        held(more=[{kind: {**TABLE, "name": "other"}}])


def test_two_chains_at_one_hook_cannot_be_judged():
    second = {"chain": {**TABLE, "name": "second", "hook": FORWARD, "policy": "accept"}}
    with pytest.raises(UnreadableError, match="hook forward has 2 chains"):
        held(more=[second]).program(HERE)
