# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody meets who guesses passwords."""

from __future__ import annotations

import pytest

PASSWORD = "Tr0ng#Dong9xQ"  # noqa: S105 it opens nothing but a host of the lab
SSH = (
    "ssh -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "
    "-o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1"
)


@pytest.fixture(name="guesses")
def fixture_guesses(host):
    """Try a wrong password some times at once, for each attempt takes two seconds."""

    def guess(program, times):
        # With nobody at a terminal, ssh takes as the password what echo says.
        asked = f"echo wrong | SSH_ASKPASS=/bin/echo SSH_ASKPASS_REQUIRE=force {program}"
        host.run(f"for n in $(seq {times}); do {asked} & done; wait")

    return guess


@pytest.fixture(name="account", params=["person", "root"])
def fixture_account(request, host, lan):
    """Somebody who has a password; root gets one for as long as it is asked for."""
    name = "root" if request.param == "root" else lan
    former = host.check_output("sudo getent shadow %s | cut -d: -f2", name)
    host.run_expect([0], "printf '%%s:%%s\\n' %s %s | sudo chpasswd --crypt-method SHA512", name, PASSWORD)
    yield name
    host.run_expect([0], "sudo usermod --password %s %s; sudo faillock --user root --reset", former, name)


def test_five_wrong_passwords_close_the_door_to_the_right_one(host, guesses, becomes, account):
    assert becomes(account, PASSWORD)
    guesses(f"su {account} -c true", 5)
    assert not becomes(account, PASSWORD)
    host.run_expect([0], "sudo faillock --user %s --reset", account)
    assert becomes(account, PASSWORD)


def test_guessing_over_the_network_closes_it_too(guesses, becomes, at_terminal, lan):
    # OpenSSH 10 closes the door to an address that was refused often, so each attempt comes from another.
    assert at_terminal(f"{SSH} -b 127.0.2.10 {lan}@127.0.0.1 true", PASSWORD).succeeded
    guesses(f"{SSH} -b 127.0.2.$n {lan}@127.0.0.1 true", 5)
    refused = at_terminal(f"{SSH} -b 127.0.2.11 {lan}@127.0.0.1 true", PASSWORD)
    assert refused.failed
    assert "assword:" in refused.stdout
    assert not becomes(lan, PASSWORD)


def test_nobody_becomes_root_by_its_password(becomes):
    assert not becomes("root", PASSWORD)
