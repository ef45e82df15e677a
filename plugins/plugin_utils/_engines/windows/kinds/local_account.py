# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Local accounts, by the last number of their SID: 500 Administrator, 501 Guest, 503 DefaultAccount, or all of them."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.domain import SETTING, leave_to_domain
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts, FactsError
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {
    "rid": "whole number",
    "attribute": ("enabled", "password_expires", "password_required", "known_to_all"),
}
REQUIRED = frozenset({"attribute"})
COMPARISONS: t.Sequence[str] = ("==",)
SECTIONS: t.Sequence[str] = ("accounts", "system", "domain")
STEP = "account"
_SWITCHES = {500: "EnableAdminAccount", 501: "EnableGuestAccount"}  # in the security policy
_WRITTEN = {"known_to_all": "enabled"}
_WRITABLE = ("enabled", "password_expires")
# What Windows calls the account with RID 500, in the languages in which it is not Administrator.
_GIVEN_NAMES = (
    *("administrator", "administrateur", "administrador", "amministratore", "administratör", "rendszergazda"),
    *("järjestelmänvalvoja", "администратор"),
)


def ask(_rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {}


def observe(row: Row, facts: Facts) -> Reading:
    """Return the value of the account; of all enabled ones, that of the first which is not right."""
    accounts = _accounts(row, facts)
    attribute = row["attribute"]
    if not accounts:
        return Reading(inapplicable="there is no such account")
    shown = next((one for one in accounts if _value(one, attribute) != row["desired"]), accounts[0])
    return Reading(_value(shown, attribute), f"account {shown['name']} ({shown['sid']})")


def compare(row: Row, reading: Reading) -> bool:
    return bool(reading.value == row["desired"])


def write(row: Row, _reading: Reading, facts: Facts) -> list[Values]:
    attribute, desired = _WRITTEN.get(row["attribute"], row["attribute"]), row["desired"]
    if attribute not in _WRITABLE:
        raise CannotWriteError("only its owner can give an account a password")
    if attribute == "enabled" and row.get("rid") in _SWITCHES:
        leave_to_domain(facts, SETTING, _SWITCHES[row["rid"]])
    wrong = [one for one in _accounts(row, facts) if one[attribute] != desired]
    (system,) = facts.section("system")
    if attribute == "enabled" and any(one["sid"] == system["user"] for one in wrong):
        raise CannotWriteError("it is the account by which we came in; come in by another one first")
    return [{"sid": one["sid"], attribute: desired} for one in wrong]


def now(do: Values, facts: Facts) -> Values:
    told = next((one for one in facts.section("accounts") if one["sid"] == do["sid"]), None)
    if told is None:
        raise FactsError(f"there is no account {do['sid']}")
    return {name: told[name] for name in do}


def fault_of_desired(_row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with a desired value, or None."""
    return None if isinstance(desired, bool) else "it is true or false"


def _value(account: t.Mapping[str, t.Any], attribute: str) -> t.Any:
    """Return a value of an account; it is known to all if it can be used under the name that Windows gave it."""
    if attribute == "known_to_all":
        return account["enabled"] and account["name"].lower() in _GIVEN_NAMES
    return account[attribute]


def _accounts(row: Row, facts: Facts) -> list[t.Mapping[str, t.Any]]:
    if "rid" in row:
        return [one for one in facts.section("accounts") if one["sid"].endswith(f"-{row['rid']}")]
    return [one for one in facts.section("accounts") if one["enabled"]]
