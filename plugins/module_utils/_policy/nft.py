# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Asking nft(8) what the kernel holds, and what it would make of a text, in a form in which the two can be compared.

Handles, counts and the addresses that limits remember differ from load to load, and elements of sets have no order; all
of that is taken out.
"""

from __future__ import annotations

import json
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs

FAMILY = "inet"
# Both ways of listing, for only text can be loaded again on every release of nft, and only JSON can be judged. The
# words are constant, and the text comes by standard input: one shell is what keeps the network namespace alive.
_LOAD_AND_LIST = "nft -f - && nft -n -j list ruleset && nft -s list ruleset"


class Ruleset(t.NamedTuple):
    """A table, as objects of libnftables-json(5) in a fixed order, and as text that ``nft -f`` can load."""

    objects: list[dict[str, t.Any]]
    text: str


def tables() -> list[str]:
    """Return family and name of all tables that there are; raises OSError."""
    found = json.loads(programs.run("nft", "-j", "list", "tables"))["nftables"]
    return sorted(f"{one['table']['family']} {one['table']['name']}" for one in found if "table" in one)


def held(table: str) -> Ruleset | None:
    """Return a table of the kernel, None if it is not there; raises OSError."""
    if f"{FAMILY} {table}" not in tables():
        return None
    listed = programs.run("nft", "-n", "-j", "list", "table", FAMILY, table)
    return Ruleset(_objects(listed), _without_remembered(programs.run("nft", "-s", "list", "table", FAMILY, table)))


def wanted(table: str, text: str) -> Ruleset:
    """Return what the kernel makes of a text, from a network namespace that lives no longer than the question.

    Raises OSError if the text cannot be loaded, or is about any other table.
    """
    listed, _newline, shown = programs.run("unshare", "--net", "sh", "-c", _LOAD_AND_LIST, text=text).partition("\n")
    objects = _objects(listed)
    others = [one["table"] for one in objects if "table" in one and one["table"] != {"family": FAMILY, "name": table}]
    if others or not objects:
        name = f"{others[0]['family']} {others[0]['name']}" if others else "nothing"
        raise OSError(0, f"the rules for table {table} are about {name}", table)
    return Ruleset(objects, _without_remembered(shown))


def _objects(listed: str) -> list[dict[str, t.Any]]:
    pairs = [next(iter(one.items())) for one in json.loads(listed)["nftables"]]
    remembering = {name for kind, content in pairs if kind == "rule" for name in _fed(content["expr"])}
    places: dict[str, int] = {}
    found = []
    for kind, content in pairs:
        if kind == "metainfo":
            continue
        plain = _plain({name: value for name, value in content.items() if name != "handle"})
        if kind == "rule":  # its place stands for the handle, for people and for the order
            places[content["chain"]] = plain["handle"] = places.get(content["chain"], 0) + 1
        elif kind == "set" and content["name"] in remembering:
            plain.pop("elem", None)
        found.append({kind: plain})
    return sorted(found, key=_order)


def _fed(statements: t.Iterable[t.Any]) -> t.Iterator[str]:
    """Return the sets that a rule puts addresses of packets into; not every release of nft marks them."""
    for one in statements:
        if isinstance(one, dict) and isinstance(one.get("set"), dict):
            yield one["set"]["set"].lstrip("@")


def _order(one: dict[str, t.Any]) -> tuple[str, str, int]:
    ((kind, content),) = one.items()
    return kind, content.get("chain", content.get("name", "")), content.get("handle", 0)


def _plain(value: t.Any) -> t.Any:
    """Return a value without counts, and with the elements of sets in one order."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    plain: dict[str, t.Any] = {name: None if name == "counter" else _plain(one) for name, one in value.items()}
    for name in ("set", "elem"):
        if isinstance(plain.get(name), list):
            plain[name] = sorted(plain[name], key=lambda one: json.dumps(one, sort_keys=True))
    return plain


def _without_remembered(text: str) -> str:
    """Return a listing without the elements that limits remember: each is listed on one line, or over several."""
    lines, dynamic, inside = [], False, False
    for line in text.split("\n"):
        words = line.split()
        if words[:1] in (["set"], ["map"]):
            dynamic = False
        elif words[:1] == ["flags"]:
            dynamic = "dynamic" in line
        if dynamic and words[:1] == ["elements"]:
            inside = True
        if not inside:
            lines.append(line)
        if inside and words[-1:] == ["}"]:
            inside = False
    return "\n".join(lines)
