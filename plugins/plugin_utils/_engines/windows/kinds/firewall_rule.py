# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""From which addresses a service can be reached: the rules of Windows Firewall that let others in to it.

Rules are found by their group (a resource of a file of Windows, never its translated name) and by the ports that they
open; who may come in is what all enabled ones allow together. Rules that block are not taken into account, so what is
seen is never less than what is open.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import addresses
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts, FactsError
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]
Rule = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"group": "text", "ports": "list of whole numbers", "service": "word"}
REQUIRED = frozenset({"group", "ports", "service"})
COMPARISONS: t.Sequence[str] = ("<=",)
SECTIONS: t.Sequence[str] = ("rules",)
STEP = "rule"
OPEN = {"enabled": "True", "direction": "Inbound", "action": "Allow"}
_WITH_PORTS = ("TCP", "UDP", "ANY")
_ANY = "any"


def ask(rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {
        "groups": sorted({row["group"] for row in rows}),
        "ports": sorted({str(port) for row in rows for port in row["ports"]}),
    }


def observe(row: Row, facts: Facts) -> Reading:
    """Return the addresses that rules let in, as Windows writes them, each once; where names the rules."""
    rules = _letting_in(row, facts)
    hidden = next((one["name"] for one in rules if None in (*one["ports"], *one["remote"])), None)
    if hidden is not None:
        return Reading(
            where=f"firewall rules: {hidden}", unreadable=f"cannot tell what the firewall rule {hidden} allows"
        )
    names = ", ".join(str(one["name"]) for one in rules)
    where = f"firewall rules: {names}" if rules else "firewall rules"
    try:
        addresses.of(remote for rule in rules for remote in rule["remote"])
    except ValueError as error:
        return Reading(where=where, unreadable=str(error))
    return Reading(sorted({str(remote) for rule in rules for remote in rule["remote"]}), where)


def compare(row: Row, reading: Reading) -> bool:
    return addresses.within(addresses.of(reading.value), addresses.of(row["desired"]))


def write(row: Row, _reading: Reading, facts: Facts) -> list[Values]:
    """Return each rule that lets others in, for the desired addresses alone; if there are none, switched off."""
    desired, wrong = addresses.of(row["desired"]), []
    for rule in _letting_in(row, facts):
        if addresses.within(addresses.of(rule["remote"]), desired):
            continue
        if rule["store"] != "Local":
            raise CannotWriteError("the policy of the domain sets it: correct it there")
        if rule["group"] != row["group"] and not {str(port) for port in rule["ports"]} <= set(map(str, row["ports"])):
            raise CannotWriteError(f"the firewall rule {rule['name']} opens other ports as well: correct it by hand")
        wrong.append(rule)
    change = {"remote": row["desired"]} if row["desired"] else {"enabled": "False"}
    return [{"name": rule["name"], **change} for rule in wrong]


def now(do: Values, facts: Facts) -> Values:
    told = next((one for one in facts.section("rules") if one["name"] == do["name"] and one["store"] == "Local"), None)
    if told is None:
        raise FactsError(f"there is no firewall rule {do['name']}")
    return {name: told[name] for name in do}


def comparable(values: Values) -> t.Any:
    """Return what a step leaves so that two can be compared; Windows writes addresses in its own way."""
    return {**values, "remote": addresses.of(values["remote"])}


def fault_of_desired(_row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with the desired addresses, or None."""
    try:
        addresses.of(desired if isinstance(desired, list) else ["-"])
    except ValueError:
        return "it is a list of addresses or networks such as 10.1.20.2 or 10.1.20.0/24"
    return None


def _letting_in(row: Row, facts: Facts) -> list[Rule]:
    rules = facts.section("rules")
    return [rule for rule in rules if all(rule[key] == value for key, value in OPEN.items()) and _serves(rule, row)]


def _serves(rule: Rule, row: Row) -> bool:
    """Tell whether a rule is about the service of a row; one for any port is, unless it is for another service."""
    if rule["group"] == row["group"] or None in rule["ports"]:
        return True
    if str(rule["protocol"]).upper() not in _WITH_PORTS:
        return False
    if any(str(port).lower() == _ANY for port in rule["ports"]):
        return str(rule["service"]).lower() in (_ANY, row["service"].lower())
    return any(_covers(str(opened), port) for opened in rule["ports"] for port in row["ports"])


def _covers(opened: str, port: int) -> bool:
    found = re.fullmatch(r"(?P<first>\d+)(-(?P<last>\d+))?", opened)
    return found is not None and int(found["first"]) <= port <= int(found["last"] or found["first"])
