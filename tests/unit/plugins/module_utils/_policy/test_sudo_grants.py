# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs, sudo_grants

ANYBODY = [{"username": "ALL"}]


def a_spec(*users, runas=None, options=(), commands=("ALL",)):
    rule = {"Commands": [{"command": one} for one in commands], "Options": list(options)}
    return {"User_List": list(users), "Cmnd_Specs": [{**rule, **({"runasusers": runas} if runas else {})}]}


def who(*specs, **more):
    return [grant.who for grant in sudo_grants.parse({"User_Specs": specs, **more}, {1001: "lan"})]


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


@pytest.mark.parametrize(
    ("options", "defaults", "asks_not"),
    [
        ([], [], False),
        ([{"authenticate": False}], [], True),
        ([{"setenv": True}], [{"Options": [{"authenticate": False}]}], True),
        ([{"authenticate": True}], [{"Options": [{"authenticate": False}]}], False),
        ([], [{"Binding": [{"username": "lan"}], "Options": [{"authenticate": False}]}], False),
    ],
)
def test_a_password_is_not_asked_for_by_rule_or_by_default(options, defaults, asks_not):
    spec = a_spec({"username": "lan"}, options=options)
    (grant,) = sudo_grants.parse({"User_Specs": [spec], "Defaults": defaults}, {})
    assert grant.asks_no_password is asks_not


@pytest.mark.parametrize("answer", ["no json", "[]", json.dumps({"User_Specs": [{"User_List": []}]})])
def test_an_answer_that_is_not_understood_is_no_answer(monkeypatch, answer):
    monkeypatch.setattr(programs, "run", lambda *_words: answer)
    monkeypatch.setattr(sudo_grants.accounts, "accounts", dict)
    with pytest.raises(OSError, match="is not understood"):
        sudo_grants.read()
