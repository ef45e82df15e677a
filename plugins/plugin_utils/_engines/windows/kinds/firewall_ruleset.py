# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.


"""The rules of Windows Firewall that a host needs for others to come in, and no others.

The door makes them from the zone model of the site (``rules``; ``desired`` has them as people read them). They are
allowing rules of this machine; rules of others that let in are switched off, and what the domain lets in is told.
"""

from __future__ import annotations

import hashlib
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import addresses
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts, FactsError
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.kinds import firewall_rule
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import Values

Row = t.Mapping[str, t.Any]
Rule = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {}
REQUIRED: frozenset[str] = frozenset()
COMPARISONS: t.Sequence[str] = ("==",)
SECTIONS: t.Sequence[str] = ("rules", "inbound")
STEP = "ruleset"
_PROTOCOLS = {"tcp": "TCP", "udp": "UDP", "icmpv4": "ICMPv4", "icmpv6": "ICMPv6"}
_SHOWN = 5


def ask(rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {"rules": sorted({rule["name"] for row in rows for rule in row.get("rules", ())})}


def observe(row: Row, facts: Facts) -> Reading:
    """Return the rules that are in force under the names of ours; others that let in are a weakness."""
    where, ours = "firewall rules", {rule["name"] for rule in row["rules"]}
    told = [one for one in facts.section("rules") if one["name"] in ours and _is_in_force(one)]
    try:
        shown = sorted(text_of(_as_step(one)) for one in told)
    except (ValueError, KeyError) as error:
        return Reading(where=where, unreadable=f"cannot tell what the firewall rules of this machine allow: {error}")
    return Reading(shown, where, weakness=_weakness(row, facts))


def compare(row: Row, reading: Reading) -> bool:
    return bool(reading.value == row["desired"])


def write(row: Row, reading: Reading, facts: Facts) -> list[Values]:
    """Return our rules that are not there as they should be, and then the others that are to be switched off."""
    steps = [one for one in map(wanted, row["rules"]) if text_of(one) not in reading.value]
    names = sorted(name for name, store in _others(row, facts).items() if store == "Local")
    if names:
        digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:8]
        steps.append({"name": f"other rules {digest}", "names": names, "enabled": "False"})
    return steps


def now(do: Values, facts: Facts) -> Values:
    if "names" in do:
        found = _letting_in(facts).keys() & set(do["names"])
        state = "True" if found == set(do["names"]) else "some" if found else "False"
        return {**do, "enabled": state}
    told = [one for one in facts.section("rules") if one["name"] == do["name"] and one["store"] == "Local"]
    if not told:
        return {"name": do["name"], "absent": True}
    try:
        return _as_step(told[0])
    except (ValueError, KeyError) as error:
        raise FactsError(f"cannot tell what the firewall rules of this machine allow: {error}") from error


def wanted(rule: Rule) -> Values:
    """Return the step that makes a rule of the zone model."""
    return {
        "name": rule["name"],
        "protocol": _PROTOCOLS[rule["protocol"]],
        "ports": sorted(rule["local_ports"]),
        "far": sorted(rule["remote_ports"]),
        "icmp": sorted(rule["icmp_types"]),
        "remote": addresses.texts(addresses.of(rule["remote_addresses"])),
        "enabled": "True",
    }


def text_of(step: Values) -> str:
    """Return a rule as people read it; two that mean the same read the same."""
    words = [step["protocol"], *step["ports"], *(f"type {one}" for one in step["icmp"])]
    words += [f"from port {one}" for one in step["far"]]
    return f"{step['name']}: {' '.join(words)} from {', '.join(step['remote'])}"


def _as_step(told: Rule) -> Values:
    listed = {
        key: sorted(str(one) for one in told[key] if str(one).lower() != "any") for key in ("ports", "far", "icmp")
    }
    protocol = _PROTOCOLS.get(str(told["protocol"]).lower(), str(told["protocol"]))
    if protocol.startswith("ICMP"):
        listed["ports"] = []  # Windows shows what stands for no ports
    remote = addresses.texts(addresses.of(told["remote"]))
    return {"name": told["name"], "protocol": protocol, **listed, "remote": remote, "enabled": told["enabled"]}


def _is_in_force(told: Rule) -> bool:
    return told["store"] == "Local" and all(told[key] == value for key, value in firewall_rule.OPEN.items())


def _letting_in(facts: Facts) -> dict[str, str]:
    """Return the store of each rule that lets in, by its name."""
    return {str(name): told["store"] for told in facts.section("inbound") for name in told["names"]}


def _others(row: Row, facts: Facts) -> dict[str, str]:
    ours = {rule["name"] for rule in row["rules"]}
    return {name: store for name, store in _letting_in(facts).items() if name not in ours}


def _weakness(row: Row, facts: Facts) -> str | None:
    names = sorted(_others(row, facts))
    if names:
        return f"other rules of this machine let others in ({len(names)}): {', '.join(names[:_SHOWN])}"
    loose = [rule["name"] for rule in row["rules"] if rule["unmet"]]
    if loose:
        return f"Windows Firewall can neither limit nor log one rule alone: {', '.join(loose)}"
    return None
