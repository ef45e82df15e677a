# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody meets who connects to the SSH server."""

from __future__ import annotations

WEAK = [
    ("Ciphers=aes128-cbc", "cipher"),
    ("Ciphers=3des-cbc", "cipher"),
    ("MACs=hmac-sha1", "MAC"),
    ("MACs=umac-64-etm@openssh.com", "MAC"),
    ("KexAlgorithms=diffie-hellman-group14-sha1", "key exchange method"),
    ("HostKeyAlgorithms=ssh-rsa", "host key type"),
]


def test_a_key_lets_its_owner_in(ssh):
    assert ssh().stdout == "in\n"


def test_root_cannot_log_in_with_a_key_that_lets_others_in(ssh):
    refused = ssh(account="root")
    assert refused.failed
    assert "Permission denied" in refused.stderr


def test_weak_cryptography_is_not_offered(ssh):
    # Ciphers that authenticate by themselves need no MAC, so none of them may be chosen.
    said = {weak: ssh("-o", weak, "-o", "Ciphers=aes256-ctr").stderr for weak, _kind in WEAK}
    assert [weak for weak, kind in WEAK if f"no matching {kind} found" not in said[weak]] == []


def test_a_short_rsa_key_opens_nothing(host, ssh, key, lan):
    for bits in (1024, 3072):
        host.run_expect([0], f"ssh-keygen -q -t rsa -b {bits} -N '' -f {key}-{bits}")
        host.run_expect([0], f"cat {key}-{bits}.pub | sudo tee --append /home/{lan}/.ssh/authorized_keys")
    assert ssh(identity=f"{key}-3072").succeeded
    assert ssh(identity=f"{key}-1024").failed


def test_the_right_key_comes_too_late_after_four_wrong_ones(host, ssh, key):
    for number in range(5):
        host.run_expect([0], f"ssh-keygen -q -t ed25519 -N '' -f {key}-{number}")
    wrong = [word for number in range(5) for word in ("-i", f"{key}-{number}")]
    assert ssh(*wrong[:6]).succeeded
    assert "Too many authentication failures" in ssh(*wrong[:8]).stderr


def test_an_account_without_a_password_is_refused(host, at_terminal, address, lan):
    host.run_expect([0], "sudo passwd --delete %s", lan)
    options = "-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o PubkeyAuthentication=no"
    refused = at_terminal(f"ssh {options} -b {address()} {lan}@127.0.0.1 true", "", "", "")
    assert refused.failed
    assert "Permission denied" in refused.stdout


def test_the_warning_is_shown_before_anybody_logs_in(ssh):
    refused = ssh(account="nobody")
    assert refused.failed
    assert "Authorised use only" in refused.stderr


def test_the_keys_of_a_visitor_cannot_be_used_from_the_server(host, address, key, lan):
    """Agent forwarding: whoever is root on the server could log in elsewhere as the visitor."""
    options = f"-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -b {address()} -i {key}"
    seen = host.run(f"ssh-agent sh -c 'ssh-add -q {key}; ssh -A {options} {lan}@127.0.0.1 ssh-add -l || exit 1' 2>&1")
    assert "Could not open a connection to your authentication agent" in seen.stdout
