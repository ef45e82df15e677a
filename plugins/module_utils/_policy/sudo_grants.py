# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Whom sudoers(5) gives which power, as sudo's own reader tells it: cvtsudoers(1) knows includes and aliases.

A rule for another host or one that a later rule takes back counts too: it is there. A tag of a rule overrules Defaults;
of those for everybody, the last counts.
"""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import accounts, programs

SUDOERS = "/etc/sudoers"
EVERYBODY = "ALL"
_MARKS = {"username": "", "usergroup": "%", "usergid": "%#", "netgroup": "+", "nonunixgroup": "%:", "nonunixgid": "%:#"}
_Data = t.Mapping[str, t.Any]
_Names = t.Mapping[int, str]


class Grant(t.NamedTuple):
    """What somebody may do, perhaps without giving a password; ``programs`` if that is not everything as root.

    ``who`` is a name, ``%group`` or ``ALL``, or the head of a line by which nobody is asked.
    """

    who: str
    is_everything: bool
    asks_no_password: bool
    programs: tuple[str, ...] = ()


def read() -> list[Grant]:
    """Return all grants; raises OSError."""
    data = programs.run("cvtsudoers", "--expand-aliases", "--output-format", "json", SUDOERS)
    # JSON does not tell the users for whom a Defaults line is from those as whom a command runs.
    lines = programs.run(
        "cvtsudoers", "--expand-aliases", "--suppress", "aliases,privileges", "--output-format", "sudoers", SUDOERS
    )
    scopes = re.findall(r"^Defaults([:@>!]?)", lines, re.MULTILINE)
    try:
        return list(
            parse(json.loads(data), scopes, {one.uid: one.name for one in reversed(accounts.accounts().values())})
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise OSError(0, f"the answer of cvtsudoers is not understood: {error}", SUDOERS) from error


def parse(data: _Data, scopes: t.Sequence[str], names: _Names) -> t.Iterator[Grant]:
    """Give the grants in what cvtsudoers answers; ``scopes`` are the marks of the Defaults lines.

    ``names`` are those of the user ids. Raises ValueError and others if the answer is of another shape.
    """
    lines = data.get("Defaults", ())
    if len(lines) != len(scopes):
        raise ValueError(f"{len(scopes)} and {len(lines)} lines of Defaults")
    for_all = [option for scope, line in zip(scopes, lines) if not scope for option in line["Options"]]
    for scope, line in zip(scopes, lines):
        if scope:
            yield from _of_bound(scope, line, names)
    yield from _exempt(for_all)
    never_asks = not _last(for_all, "authenticate", default=True)
    for spec in data.get("User_Specs", ()):
        for rule in spec["Cmnd_Specs"]:
            yield from _of_rule(rule, _names(spec["User_List"], names), never_asks)


def _of_bound(scope: str, line: _Data, names: _Names) -> t.Iterator[Grant]:
    """Give whom a Defaults line for some users, hosts, runas or commands lets off the password."""
    if not _last(line["Options"], "authenticate", default=True):
        bound = line["Binding"]
        head = [f"Defaults{scope}{','.join(str(value) for one in bound for value in [*one.values()][:1])}"]
        yield from (Grant(who, False, True) for who in (_names(bound, names) if scope == ":" else head))
    yield from _exempt(line["Options"])


def _exempt(options: t.Iterable[_Data]) -> t.Iterator[Grant]:
    group = _last(options, "exempt_group", default=False)
    if group:
        yield Grant(f"%{group}", False, True)


def _of_rule(rule: _Data, users: t.Iterable[str], never_asks: bool) -> t.Iterator[Grant]:
    commands = [one["command"] for one in rule["Commands"] if not one.get("negated")]
    if not commands:
        return
    is_everything = "ALL" in commands and any(map(_is_root, rule.get("runasusers", ({"username": "root"},))))
    programs_of = () if is_everything else tuple(dict.fromkeys(one.partition(" ")[0] for one in commands))
    asks = _last(rule.get("Options", ()), "authenticate", default=not never_asks)
    yield from (Grant(user, is_everything, not asks, programs_of) for user in users)


def _last(options: t.Iterable[_Data], key: str, *, default: t.Any) -> t.Any:
    return [default, *(option[key] for option in options if key in option)][-1]


def _is_root(user: _Data) -> bool:
    is_named = user.get("username") in ("root", "ALL") or user.get("userid") == 0 or "usergroup" in user
    return is_named and not user.get("negated")


def _names(users: t.Iterable[_Data], names: _Names) -> list[str]:
    """Return those of a list, of whom the last mention counts."""
    is_meant = {_name(user, names): not user.get("negated") for user in users}
    return [name for name, is_in in is_meant.items() if is_in]


def _name(user: _Data, names: _Names) -> str:
    if "userid" in user:
        return names.get(user["userid"], f"#{user['userid']}")
    ((field, who),) = [(field, who) for field, who in user.items() if field in _MARKS]
    return f"{_MARKS[field]}{who}"
