# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Whom sudoers(5) gives root's power, as sudo's own reader tells it: cvtsudoers(1) knows includes and aliases.

Only ``ALL`` commands count. A rule for another host or one that a later rule takes back counts too: it is there.
"""

from __future__ import annotations

import json
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import accounts, programs

SUDOERS = "/etc/sudoers"
EVERYBODY = "ALL"
_MARKS = {"username": "", "usergroup": "%", "usergid": "%#", "netgroup": "+", "nonunixgroup": "%:", "nonunixgid": "%:#"}


class Grant(t.NamedTuple):
    """Somebody who may do everything as root: a name, ``%group``, or ``ALL``; perhaps without giving a password."""

    who: str
    asks_no_password: bool


def read() -> list[Grant]:
    """Return all grants; raises OSError."""
    answer = programs.run("cvtsudoers", "--expand-aliases", "--output-format", "json", SUDOERS)
    try:
        return list(parse(json.loads(answer), {one.uid: one.name for one in reversed(accounts.accounts().values())}))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise OSError(0, f"the answer of cvtsudoers is not understood: {error}", SUDOERS) from error


def parse(data: t.Mapping[str, t.Any], names: t.Mapping[int, str]) -> t.Iterator[Grant]:
    """Give the grants in what cvtsudoers answers; ``names`` are those of the user ids."""
    never_asks = any(
        option.get("authenticate") is False
        for line in data.get("Defaults", ())
        if "Binding" not in line
        for option in line.get("Options", ())
    )
    for spec in data.get("User_Specs", ()):
        for rule in filter(_gives_everything, spec["Cmnd_Specs"]):
            asked = [option["authenticate"] for option in rule.get("Options", ()) if "authenticate" in option]
            asks_no_password = not asked[-1] if asked else never_asks
            for user in spec["User_List"]:
                if not user.get("negated"):
                    yield Grant(_name(user, names), asks_no_password)


def _gives_everything(rule: t.Mapping[str, t.Any]) -> bool:
    is_root = [one for one in rule.get("runasusers", ({"username": "root"},)) if _is_root(one)]
    return bool(is_root) and any(
        command.get("command") == "ALL" and not command.get("negated") for command in rule["Commands"]
    )


def _is_root(user: t.Mapping[str, t.Any]) -> bool:
    is_named = user.get("username") in ("root", "ALL") or user.get("userid") == 0 or "usergroup" in user
    return is_named and not user.get("negated")


def _name(user: t.Mapping[str, t.Any], names: t.Mapping[int, str]) -> str:
    if "userid" in user:
        return names.get(user["userid"], f"#{user['userid']}")
    return next(f"{mark}{user[field]}" for field, mark in _MARKS.items() if field in user)
