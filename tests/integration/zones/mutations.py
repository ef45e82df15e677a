# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults for the ruleset of the default site: a regular expression that is replaced once, and by what.

Each is a thing that a compiler, a hand at the console or a faulty upgrade could do. In the addresses of the site, lan
is 10, dmz 20, server 30, camera_iot 40, wifi_staff 50, wifi_guest 60, quarantine 90, mgmt 99.
"""

from __future__ import annotations

import re

_RULE_OF_LAN = r"(chain lan\.to\.server \{\n)"

MUTATIONS = {
    "an accept rule dropped": (r"^ *ip daddr 10\.20\.30\.10/32 tcp.*\n", ""),
    "an IPv6 twin dropped": (r"^ *ip6 daddr fd20:0:0:30::10/128 tcp.*\n", ""),
    "false sources of a zone let in": (r'^ *iifname "dmz0" ip saddr != .*\n', ""),
    "false IPv6 sources from outside let in": (r'^ *iifname "wan0" ip6 saddr .*\n', ""),
    "sources looked at no more on the way through": (r"(chain forward \{\n.*\n.*\n) *jump sources\n", r"\1"),
    "sources looked at no more on the way in": (r"(chain input \{(?:\n.*)+?)\n *jump sources", r"\1"),
    "sources looked at after the policies": (r"( *jump sources\n)( *iifname \. oifname vmap .*\n)", r"\2\1"),
    "states looked at after the policies": (r"( *ct state vmap .*\n)( *jump sources\n)(.*\n)", r"\2\3\1"),
    "new connections let in by their state": (r"established : accept", "established : accept, new : accept"),
    "invalid packets let in": (r"invalid : drop", "invalid : accept"),
    "packets without a state let in": (r"related : accept", "related : accept, untracked : accept"),
    "related packets dropped": (r"related : accept", "related : drop"),
    "all that nothing decides on passes through": (r"(hook forward priority filter; policy) drop", r"\1 accept"),
    "all that nothing decides on comes in": (r"(hook input priority filter; policy) drop", r"\1 accept"),
    "all that nothing decides on goes out": (r"(hook output priority filter; policy) drop", r"\1 accept"),
    "false sources accepted": (r"(chain denied \{\n.*\n *counter) drop", r"\1 accept"),
    "denied packets logged no more": (r"(oifname vmap .*\n).*\n", r"\1"),
    "a false source logged no more": (r"(chain denied \{\n).*\n", r"\1"),
    "an interface made a pattern": (r'oifname "wan0" ip saddr 10', 'oifname "w*" ip saddr 10'),
    "an interface exchanged": (r'"lan0" \. "srv0" : jump', '"wgu0" . "srv0" : jump'),
    "an interface more": (r'"lan0" \. "srv0"', '"wgu0" . "srv0" : jump lan.to.server, "lan0" . "srv0"'),
    "a way opened between two zones": (r'"lan0" \. "srv0"', '"wgu0" . "mgt0" : accept, "lan0" . "srv0"'),
    "a way led to another chain": (r"jump wifi_guest\.to\.edge", "jump lan.to.edge"),
    "a mask off by one": (r"ip saddr != 10\.20\.10\.0/24", "ip saddr != 10.20.10.0/23"),
    "a mask too long by one": (r"ip saddr != 10\.20\.10\.0/24", "ip saddr != 10.20.10.0/25"),
    "an IPv6 mask off by one": (r"ip6 saddr != fd20:0:0:10::/64", "ip6 saddr != fd20:0:0:10::/63"),
    "a source of 0.0.0.0": (r"ip saddr != 10\.20\.10\.0/24", "ip saddr != { 0.0.0.0, 10.20.10.0/24 }"),
    "a source of 0.0.0.0/0": (r"ip saddr 10\.20\.99\.10/32", "ip saddr 0.0.0.0/0"),
    "a source of ::/0": (r"ip6 saddr fd20:0:0:99::10/128", "ip6 saddr ::/0"),
    "a host widened to its zone": (r"ip saddr 10\.20\.99\.10/32", "ip saddr 10.20.99.0/24"),
    "the address beside a host": (r"ip daddr 10\.20\.30\.10/32", "ip daddr 10.20.30.11/32"),
    "a destination left out": (r"ip daddr 10\.20\.30\.30/32 ", "meta nfproto ipv4 "),
    "a range of ports grown by one": (r"5985-5986", "5985-5987"),
    "a range of ports shrunk by one": (r"5985-5986", "5985"),
    "a port more": (r"dport \{ 80, 443 \}", "dport { 80, 443, 8080 }"),
    "a port instead of another": (r"tcp dport 53 ", "tcp dport 54 "),
    "every port": (r"tcp dport \{ 80, 443 \}", "meta l4proto tcp"),
    "tcp for udp": (r"udp dport \{ 53, 123 \}", "tcp dport { 53, 123 }"),
    "a protocol that no service names": (r"icmp type 8 ", "ip protocol 47 "),
    "another message of ICMP": (r"icmp type 8 ", "icmp type 13 "),
    "every message of ICMPv6": (r"icmpv6 type 128 ", "icmpv6 type 0-255 "),
    "neighbours from afar": (r"nd-neighbor-advert \} ip6 hoplimit 255", "nd-neighbor-advert } ip6 hoplimit 254-255"),
    "routers in every zone": (r'iifname "wan0" icmpv6 type nd-router-advert', "icmpv6 type nd-router-advert"),
    "asking every host for an address": (r"(ip saddr 0\.0\.0\.0) ip daddr 255\.255\.255\.255", r"\1"),
    "the inside smaller than it is": (r"(set inside4 \{\n.*\n.*\n *elements = \{ )10\.20\.10\.0/24, ", r"\1"),
    "the inside of IPv6 smaller": (r"(set inside6 \{\n.*\n.*\n *elements = \{ )fd20:0:0:10::/64, ", r"\1"),
    "the inside reached as outside": (r"ip daddr != @inside4 tcp", "meta nfproto ipv4 tcp"),
    "a limit of new connections doubled": (r"limit rate over 50/second", "limit rate over 100/second"),
    "a limit per minute": (r"limit rate over 20/second", "limit rate over 20/minute"),
    "a limit of connections gone": (r"^.*ct count over 100 .*\n", ""),
    "a limit behind what it limits": (r"(^.*ct count over 200 .*\n)(.*accept.*\n)", r"\2\1"),
    "a limit by destination": (r"\{ ip saddr limit rate over 50", "{ ip daddr limit rate over 50"),
    "a host reached without its publication": (r" ct status dnat counter accept", " counter accept"),
    "another host published": (r"dnat ip to 10\.20\.20\.10", "dnat ip to 10.20.30.10"),
    "another port published": (r"(ip daddr 203\.0\.113\.10 tcp dport) \{ 80, 443 \}", r"\1 { 80, 443, 22 }"),
    "published from inside too": (r'iifname "wan0" ip daddr 203', "ip daddr 203"),
    "translated whatever it is": (r'(oifname "wan0") ip saddr 10\.20\.10\.0/24.*(counter masquerade)', r"\1 \2"),
    "translated towards another zone": (r'oifname "wan0" (ip saddr 10\.20\.60.*)', r'oifname { "wan0", "dmz0" } \1'),
    "translated no more": (r'^ *oifname "wan0" ip saddr 10\.20\.60\.0/24 .*\n', ""),
    "IPv6 translated": (r"(chain postrouting \{\n.*\n)", r"\1    meta nfproto ipv6 counter masquerade" + "\n"),
    "a way past everything": (r"(chain forward \{\n.*\n)", r"\1    tcp sport 443 accept" + "\n"),
    "a return before the end": (_RULE_OF_LAN, r"\1    tcp dport 445 return" + "\n"),
    "a denial before what is allowed": (_RULE_OF_LAN, r"\1    tcp dport 445 drop" + "\n"),
    "loopback on every interface": (r'iifname "lo" accept', "accept"),
    "denied with an answer": (r"(chain denied \{\n.*\n *counter) drop", r"\1 reject"),
}


def mutated(name: str, ruleset: str) -> str:
    """Return the ruleset with a fault; what it replaces has to be there, or it would be none."""
    pattern, replacement = MUTATIONS[name]
    changed, count = re.subn(pattern, replacement, ruleset, count=1, flags=re.MULTILINE)
    assert count == 1, f"{name}: {pattern} matches nothing"
    assert changed != ruleset, f"{name} changes nothing"
    return changed
