# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kind account tells of the past of passwords, and of those that everybody knows."""

from __future__ import annotations

import datetime
import functools
import time

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import (
    known_passwords,
    login,
    logins,
    programs,
    sudo_grants,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import account
from ansible_collections.commune.baseline.plugins.module_utils._policy.sudo_grants import Grant

EPOCH = datetime.date(1970, 1, 1).toordinal()
TODAY = int(time.time() // 86400)
pytestmark = pytest.mark.usefixtures("noon")
# Made by openssl passwd -1 -salt rowsalt raspberry
KNOWN_HASH = "$1$rowsalt$4ovLoQYcgsQCIpkuVIWjN1"
UNHEARD_OF = "$9$salt$hash"
PEOPLE = {"ops": 1000, "lan": 1001, "hoa": 1002, "pi": 1003}


@pytest.fixture(name="etc", autouse=True)
def fixture_etc(account_files, monkeypatch):
    monkeypatch.setattr(login, "account", lambda: "ops")
    monkeypatch.setattr(sudo_grants, "read", list)
    passwd = "".join(f"{name}:x:{uid}:{uid}::/:/bin/sh\n" for name, uid in PEOPLE.items())

    def shadow(**fields):
        whole = {**dict.fromkeys(PEOPLE, ("!", "")), **fields}
        ages = {name: str(day) if ":" in str(day) else f"{day}:0:99999" for name, (_one, day) in whole.items()}
        lines = (f"{name}:{one}:{ages[name]}:7:::\n" for name, (one, _day) in whole.items())
        account_files({"group": "ops:x:1000:\nrobots:x:7:ops\n", "passwd": passwd, "shadow": "".join(lines)})

    return shadow


@pytest.fixture(name="on_record")
def fixture_on_record(monkeypatch):
    """Let the record of logins be this."""

    def on_record(last, since=0):
        monkeypatch.setattr(logins, "record", lambda: logins.Record(last, since))

    return on_record


def a_row(attribute, desired, **fields):
    return {"id": "LNX-A", "accounts": "people", "attribute": attribute, "desired": desired, **fields}


def tell(row):
    reading = account.observe([row])["LNX-A"]
    return reading.value, reading.unreadable, reading.inapplicable is None and account.compare(row, reading)


AGE = a_row("password_age", 90, compare="<=", minimum=0)


@pytest.mark.parametrize(
    ("day", "value", "meets"),
    [
        (TODAY, 0, True),
        (TODAY - 90, 90, True),
        (0, 0, True),
        (TODAY - 91, {"lan": 91}, False),
        (TODAY + 1, {"lan": -1}, False),
        ("", {"lan": None}, False),
    ],
)
def test_a_password_is_too_old_undated_or_of_the_future(etc, day, value, meets):
    etc(lan=("x", day))
    assert tell(AGE) == (value, None, meets)


FIRST = a_row("first_login", ["used", "to be changed"], compare="in")


@pytest.mark.parametrize(
    ("day", "last", "since", "value", "meets"),
    [
        (TODAY - 5, {"lan": TODAY - 1}, 0, "used", True),
        (TODAY - 5, {"lan": TODAY - 5}, 0, "used", True),
        (TODAY - 5, {"lan": TODAY - 6}, 0, {"lan": "never used"}, False),
        ("", {"lan": TODAY - 6}, 0, "used", True),
        (0, {}, 0, "to be changed", True),
        (TODAY - 5, {}, 0, {"lan": "never used"}, False),
        (TODAY - 5, {"hoa": TODAY}, TODAY - 5, {"lan": "never used"}, False),
    ],
)
def test_a_password_that_was_issued_is_used_or_has_to_be_changed(etc, on_record, day, last, since, value, meets):
    etc(lan=("x", day))
    on_record(last, since)
    assert tell(FIRST) == (value, None, meets)


@pytest.mark.parametrize(
    ("row", "last"),
    [(FIRST, {}), (FIRST, {"lan": TODAY - 6}), (a_row("unused_days", 45, compare="<=", minimum=0), {})],
)
def test_a_record_that_is_too_short_decides_nothing(etc, on_record, row, last):
    etc(lan=("x", TODAY - 5))
    on_record(last, since=TODAY)
    assert tell(row)[1] == "lan: the record of logins does not reach back to when the password was set"


def test_without_a_record_of_logins_nothing_is_decided_unless_nobody_has_to_be_looked_up(etc, monkeypatch):
    def nothing():
        raise OSError(0, "no record")

    monkeypatch.setattr(logins, "record", nothing)
    etc(lan=("x", TODAY))
    assert tell(FIRST)[1] == "no record"
    etc(lan=("x", 0), ops=("x", TODAY))
    assert tell(FIRST) == (["used", "to be changed"], None, True)


@pytest.mark.parametrize(
    ("day", "last", "value"),
    [(TODAY - 100, TODAY - 45, 45), (TODAY - 3, TODAY - 100, 3), (TODAY - 100, TODAY - 46, {"lan": 46})],
)
def test_an_account_is_used_by_a_login_or_a_new_password(etc, on_record, day, last, value):
    etc(lan=("x", day))
    on_record({"lan": last})
    assert tell(a_row("unused_days", 45, compare="<=", minimum=0))[0] == value


@pytest.mark.parametrize("row", [AGE, FIRST, a_row("unused_days", 45, compare="<=")])
def test_the_past_is_only_read(etc, on_record, apply_by, row):
    etc(lan=("x", TODAY - 400))
    on_record({})
    assert apply_by(account, row) == Write()


@pytest.fixture(name="apply")
def fixture_apply(apply_by):
    return functools.partial(apply_by, account)


KNOWN = a_row("known_password", "own")


def test_a_known_password_is_locked_and_neither_it_nor_its_hash_is_told(etc, apply, puts, tmp_path):
    etc(pi=(KNOWN_HASH, TODAY), hoa=("$1$rowsalt$another", TODAY))
    assert tell(KNOWN) == ({"pi": known_passwords.KNOWN}, None, False)
    assert apply(KNOWN).error is None
    assert puts == [("password of pi", "locked")]
    kept = "".join(path.read_text() for path in (tmp_path / "journal").rglob("*") if path.is_file())
    assert "password of pi" in kept
    assert KNOWN_HASH not in kept
    assert "raspberry" not in kept


def test_the_account_that_we_came_in_as_is_told_and_not_locked(etc, apply, puts, monkeypatch):
    monkeypatch.setattr(known_passwords, "judge", lambda _name, _secret: known_passwords.KNOWN)
    etc(ops=(KNOWN_HASH, TODAY))
    assert apply(KNOWN).error == "ops would lose its login, and we came in by it"
    assert puts == []


def test_a_hash_that_cannot_be_checked_is_no_pass_and_is_not_locked(etc, apply, puts):
    etc(lan=(UNHEARD_OF, TODAY))
    value, unreadable, _meets = tell(KNOWN)
    assert (value, unreadable) == (
        None,
        "lan: the password is hashed in a way that cannot be checked here, or only at great cost",
    )
    etc(lan=(UNHEARD_OF, TODAY), pi=(KNOWN_HASH, TODAY))
    assert tell(KNOWN)[0] == {"pi": known_passwords.KNOWN}
    apply(KNOWN)
    assert puts == [("password of pi", "locked")]


def test_accounts_of_programs_are_used_by_key_only(etc, apply, puts):
    etc(lan=("x", TODAY), hoa=("x", TODAY))
    row = a_row("key_only", ["lan", "pi", "elsewhere"])
    assert tell(row) == ({"lan": "set"}, None, False)
    apply(row)
    assert puts == [("password of lan", "locked")]
    etc()
    assert tell(row) == ("locked", None, True)


@pytest.fixture(name="let_off")
def fixture_let_off(monkeypatch):
    """Let sudo ask these for no password."""

    def let_off(*grants):
        monkeypatch.setattr(programs, "find", lambda name: f"/usr/bin/{name}")
        monkeypatch.setattr(sudo_grants, "read", lambda: list(grants))

    return let_off


@pytest.mark.parametrize(
    ("maximum", "sentence"),
    [
        (90, f"which ends on {datetime.date.fromordinal(EPOCH + TODAY + 80)} and shuts us out then"),
        (99999, "which nobody ever changes"),
        ("", "which nobody ever changes"),
    ],
)
@pytest.mark.parametrize("who", ["ops", "%ops", "%robots", "ALL"])
def test_we_come_in_by_key_only_where_sudo_asks_for_no_password(etc, let_off, apply, puts, who, maximum, sentence):
    etc(ops=("x", f"{TODAY - 10}:0:{maximum}"))
    let_off(Grant(who, True, True))
    row = a_row("key_only", [])
    reading = account.observe([row])["LNX-A"]
    assert (reading.value, reading.weakness) == (
        {"ops": "set"},
        f"ops, by which we came in, has a password, {sentence}: come in by key and run passwd --lock ops",
    )
    assert (apply(row), puts) == (Write(), [])
    etc()
    assert tell(row) == ("locked", None, True)


@pytest.mark.parametrize(
    "grant",
    [Grant("ops", True, False), Grant("ops", False, True, ("/sbin/reboot",)), Grant("lan", True, True)],
)
def test_who_came_in_and_is_asked_by_sudo_may_have_a_password(etc, let_off, grant):
    etc(ops=("x", TODAY))
    let_off(grant)
    assert account.observe([a_row("key_only", [])])["LNX-A"].inapplicable is not None


def test_where_sudo_cannot_be_asked_only_a_password_that_is_there_counts(etc, let_off, monkeypatch, apply, puts):
    def unknown():
        raise OSError(0, "cvtsudoers is not installed", sudo_grants.SUDOERS)

    etc(lan=("x", TODAY))
    let_off()
    monkeypatch.setattr(sudo_grants, "read", unknown)
    row = a_row("key_only", ["lan"])
    assert tell(row) == ({"lan": "set"}, None, False)
    assert (apply(row), puts) == (Write(changes=True), [("password of lan", "locked")])
    etc()
    assert account.observe([row])["LNX-A"].unreadable == "cvtsudoers is not installed"


def test_a_run_of_root_itself_comes_in_by_no_account(etc, let_off, monkeypatch):
    etc(ops=("x", TODAY))
    monkeypatch.setattr(login, "account", lambda: None)
    let_off(Grant("root", True, True))
    assert account.observe([a_row("key_only", [])])["LNX-A"].inapplicable is not None


def test_where_no_account_of_a_program_is_listed_there_is_nothing_to_look_at(etc):
    etc(lan=("x", TODAY))
    assert account.observe([a_row("key_only", [])])["LNX-A"].inapplicable is not None


def test_accounts_are_known_by_the_names_that_machines_come_with(etc):
    etc(lan=("x", TODAY), pi=("x", TODAY))
    assert tell({**a_row("password", "locked"), "accounts": "delivered"}) == ({"pi": "set"}, None, False)
