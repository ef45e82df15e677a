# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs, sudo_grants
from ansible_collections.commune.baseline.plugins.module_utils._policy.sudo_grants import Grant

ANYBODY = [{"username": "ALL"}]


def a_spec(*users, runas=None, options=(), commands=("ALL",)):
    rule = {"Commands": [{"command": one} for one in commands], "Options": list(options)}
    return {"User_List": list(users), "Cmnd_Specs": [{**rule, **({"runasusers": runas} if runas else {})}]}


def grants(*specs, defaults=()):
    """Return what follows from rules, and from Defaults lines given as (mark, what they are bound to, options)."""
    lines = [{"Options": options, **({"Binding": bound} if mark else {})} for mark, bound, options in defaults]
    data = {"User_Specs": specs, "Defaults": lines}
    return list(sudo_grants.parse(data, [mark for mark, *_rest in defaults], {1001: "lan"}))


def who(*specs):
    return [grant.who for grant in grants(*specs) if grant.is_everything]


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"username": "lan"}, "lan"),
        ({"usergroup": "docker"}, "%docker"),
        ({"userid": 1001}, "lan"),
        ({"userid": 7}, "#7"),
        ({"usergid": 7}, "%#7"),
        ({"netgroup": "admins"}, "+admins"),
        ({"username": "ALL"}, "ALL"),
    ],
)
def test_who_gets_every_right_is_named_as_sudoers_does(user, name):
    assert who(a_spec(user, runas=ANYBODY)) == [name]


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({}, True),
        ({"runas": [{"username": "root"}]}, True),
        ({"runas": [{"userid": 0}]}, True),
        ({"runas": [{"username": "www-data"}]}, False),
        ({"runas": [{"username": "www-data"}, {"username": "root", "negated": True}]}, False),
        ({"commands": ("/bin/ls", "ALL")}, True),
        ({"commands": ("/bin/ls",)}, False),
    ],
)
def test_only_everything_as_root_counts(fields, counts):
    assert who(a_spec({"username": "lan"}, **fields)) == (["lan"] if counts else [])


def test_one_who_is_left_out_of_everybody_gets_nothing():
    assert who(a_spec({"username": "ALL"}, {"username": "lan", "negated": True})) == ["ALL"]


NEVER, ALWAYS = [{"authenticate": False}], [{"authenticate": True}]
LAN = [{"username": "lan"}]


@pytest.mark.parametrize(
    ("options", "defaults", "asks_not"),
    [
        ([], [], False),
        (NEVER, [], True),
        ([{"setenv": True}], [("", [], NEVER)], True),
        ([], [("", [], NEVER), ("", [], ALWAYS)], False),
        (ALWAYS, [("", [], NEVER)], False),
        ([], [("", [], [{"verifypw": "never"}, {"listpw": "never"}])], False),
    ],
)
def test_a_password_is_not_asked_for_by_rule_or_by_default(options, defaults, asks_not):
    (grant,) = grants(a_spec(*LAN, options=options), defaults=defaults)
    assert (grant.is_everything, grant.asks_no_password) == (True, asks_not)


@pytest.mark.parametrize(
    ("defaults", "named"),
    [
        ((":", LAN, NEVER), ["lan"]),
        ((":", [{"usergroup": "docker"}, {"userid": 1001}], NEVER), ["%docker", "lan"]),
        ((":", [{"username": "ALL"}, {"username": "lan", "negated": True}], NEVER), ["ALL"]),
        ((":", [*LAN, {"username": "lan", "negated": True}], NEVER), []),
        ((":", LAN, ALWAYS), []),
        (("@", [{"hostname": "web"}, {"hostname": "db"}], NEVER), ["Defaults@web,db"]),
        ((">", [{"username": "root"}], NEVER), ["Defaults>root"]),
        (("!", [{"command": "/usr/bin/id"}], NEVER), ["Defaults!/usr/bin/id"]),
        (("", [], [{"exempt_group": "wheel"}]), ["%wheel"]),
        (("", [], [{"exempt_group": "wheel"}, {"exempt_group": False}]), []),
        ((":", LAN, [{"exempt_group": "wheel"}]), ["%wheel"]),
    ],
)
def test_a_line_that_lets_somebody_off_the_password_is_told_by_whom_or_what_it_names(defaults, named):
    told = grants(defaults=[defaults])
    assert [grant.who for grant in told if grant.asks_no_password and not grant.is_everything] == named


@pytest.mark.parametrize(
    ("fields", "programs_of"),
    [
        ({"commands": ("/sbin/reboot", "sudoedit /etc/hosts")}, ("/sbin/reboot", "sudoedit")),
        ({"runas": [{"username": "postgres"}]}, ("ALL",)),
    ],
)
def test_single_programs_and_other_accounts_without_a_password_are_told(fields, programs_of):
    assert grants(a_spec(*LAN, options=NEVER, **fields)) == [Grant("lan", False, True, programs_of)]


def test_a_rule_that_only_forbids_gives_nothing():
    spec = a_spec(*LAN, options=NEVER)
    spec["Cmnd_Specs"][0]["Commands"] = [{"command": "/bin/sh", "negated": True}]
    assert grants(spec) == []


RULE_OF_SOMETHING_NEW = {
    "User_List": [{"planet": "x"}],
    "Cmnd_Specs": [{"Commands": [{"command": "ALL"}]}],
}


@pytest.mark.parametrize(
    "answer",
    [
        "no json",
        "[]",
        json.dumps({"User_Specs": [{"User_List": []}]}),
        json.dumps({"User_Specs": [RULE_OF_SOMETHING_NEW]}),
    ],
)
def test_an_answer_that_is_not_understood_is_no_answer(monkeypatch, answer):
    monkeypatch.setattr(programs, "run", lambda *_words: answer)
    monkeypatch.setattr(sudo_grants.accounts, "accounts", dict)
    with pytest.raises(OSError, match="is not understood"):
        sudo_grants.read()
