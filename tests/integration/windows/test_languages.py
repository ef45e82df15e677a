# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same machine in English, Vietnamese, German and Japanese gives the same observations."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.doubles.windows.machine import Machine, Words
from tests.integration.windows.office import bring, look

LANGUAGES = yaml.safe_load(Path(__file__).with_name("languages.yml").read_text("utf-8"))
LOGON = "{0CCE9215-69AE-11D9-BED3-505054503030}"
LOCKOUT = "{0CCE9217-69AE-11D9-BED3-505054503030}"
DENY = "SeDenyNetworkLogonRight"
ROWS = (
    {"id": "logon", "kind": "audit_policy", "guid": LOGON, "desired": "success and failure", "compare": ">="},
    {"id": "lockout", "kind": "audit_policy", "guid": LOCKOUT, "desired": "failure", "compare": ">="},
    {"id": "guest", "kind": "local_account", "rid": 501, "attribute": "enabled", "desired": False},
    {"id": "deny", "kind": "user_right", "right": DENY, "desired": ["S-1-5-32-546"], "compare": ">="},
    {"id": "length", "kind": "security_policy", "key": "MinimumPasswordLength", "desired": 10, "compare": ">="},
)  # fmt: skip


def machine_in(language):
    told = LANGUAGES[language]
    machine = Machine(
        words=Words(told["audit_head"], told["audit_settings"], told["system"]), audit_encoding=told["encoding"]
    )
    for guid, name in zip((LOGON, LOCKOUT), told["subcategories"], strict=True):
        machine.audit[guid] = (name, machine.audit[guid][1])
    machine.accounts[f"{machine.sid}-501"].update(Name=told["guest"], Disabled=False)
    machine.accounts[f"{machine.sid}-500"]["Name"] = told["administrator"]
    machine.template["System Access"]["NewGuestName"] = f'"{told["guest"]}"'
    machine.template["Privilege Rights"][DENY] = told["guest"]
    return machine


def without_names(observations):
    """Leave out the only place where a name may stand: that of an account, for people to read."""
    return {id_: {**seen, "where": None} if id_ == "guest" else seen for id_, seen in observations.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_observed_does_not_depend_on_the_language(language):
    assert without_names(look(machine_in(language), *ROWS)) == without_names(look(machine_in("en"), *ROWS))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_corrected_does_not_depend_on_the_language(language):
    machine = machine_in(language)
    assert {seen["state"] for seen in bring(machine, *ROWS).values()} == {"pass"}
    assert machine.audit[LOCKOUT][1] == 3
    assert machine.accounts[f"{machine.sid}-501"]["Disabled"] is True
    guest = f"*{machine.sid}-501"
    assert machine.template["Privilege Rights"][DENY] == f"{guest},*S-1-5-32-546"


def test_every_sample_says_where_it_comes_from_and_what_is_guessed():
    for told in LANGUAGES.values():
        assert told["source"]
        assert set(told["guessed"]) <= told.keys() - {"source", "guessed"}
