# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person meets who chooses, changes or keeps a password."""

from __future__ import annotations

import pytest

FIRST, SECOND, THIRD = "Tr0ng#Dong9xQ", "H0a$Phuong7kD", "Song-Huong7Qk"
WEAK = [
    "Qz7#mKv",  # seven characters
    "Qz7mKvWp4tR",  # no special character
    "Qz#mKvWp$tR",  # no digit
    "qz7#mkvwp4t",  # no capital
    "QZ7#MKVWP4T",  # no small letter
    "Qz7#mKKKKvWp",  # one character four times
    "Qz7#mK12345v",  # a run
    "Password#1",  # a word
]


@pytest.fixture(name="sets")
def fixture_sets(host):
    """Tell whether root can give an account a password."""
    return lambda account, new: host.run("printf '%%s:%%s\\n' %s %s | sudo chpasswd", account, new).succeeded


@pytest.fixture(name="changes")
def fixture_changes(at_terminal):
    """Tell whether a person can change a password."""
    return lambda account, old, new: at_terminal(f"sudo -u {account} passwd", old, new, new).succeeded


def test_root_cannot_set_a_weak_password(sets, lan):
    assert [weak for weak in WEAK if sets(lan, weak)] == []


def test_a_person_cannot_choose_a_weak_password(changes, becomes, lan):
    assert [weak for weak in WEAK[:2] if changes(lan, FIRST, weak)] == []
    assert becomes(lan, FIRST)


def test_a_good_password_is_taken_and_opens(sets, changes, becomes, lan):
    assert sets(lan, SECOND)
    assert becomes(lan, SECOND)
    assert changes(lan, SECOND, THIRD)
    assert becomes(lan, THIRD)


def test_a_former_password_is_not_taken_again(changes, becomes, lan):
    assert changes(lan, FIRST, SECOND)
    assert not changes(lan, SECOND, FIRST)
    assert becomes(lan, SECOND)


@pytest.fixture(name="person", params=["new", "veteran"])
def fixture_person(request, lan):
    """Somebody new, and somebody whose account is older than the baseline."""
    return lan if request.param == "new" else request.param


def test_a_password_ends_after_ninety_days(host, at_terminal, person):
    host.run_expect([0], "sudo chage --lastday $(date --utc --date '91 days ago' +%%F) %s", person)
    login = at_terminal(f"su {person} -c true", FIRST)
    assert "You are required to change your password immediately" in login.stdout


def test_its_owner_is_told_two_weeks_before(host, at_terminal, person):
    host.run_expect([0], "sudo chage --lastday $(date --utc --date '80 days ago' +%%F) %s", person)
    login = at_terminal(f"su {person} -c true", FIRST)
    assert "your password will expire in 10 days" in login.stdout


def test_a_blank_password_opens_nothing(host, becomes, lan):
    host.run_expect([0], "sudo passwd --delete %s", lan)
    assert not becomes(lan, "")
