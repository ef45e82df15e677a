# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""People with passwords and keys, and the terminal at which they are asked for them."""

from __future__ import annotations

import itertools
import shlex

import pytest

PASSWORD = "Tr0ng#Dong9xQ"  # noqa: S105 it opens nothing but a host of the lab
# Answers each prompt of a program with the next of some words, as a person at a terminal does, who closes it when asked
# for more; tells whether the program succeeded.
PERSON = r"""
import os, pty, re, sys
program, words = sys.argv[1], sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp("sh", ["sh", "-c", "exec " + program])
said, answered = b"", 0
try:
    while True:
        said += os.read(terminal, 1024)
        if re.search(rb"assword: ?$", said[answered:]):
            answered = len(said)
            if not words:
                break
            os.write(terminal, words.pop(0).encode() + b"\n")
except OSError:
    pass
os.close(terminal)
print(said.decode(errors="replace"))
sys.exit(os.waitpid(child, 0)[1] != 0)
"""
NEW_ACCOUNT = f"""
userdel --force --remove $1 2> /dev/null
useradd --create-home --shell /bin/bash $1 && echo "$1:{PASSWORD}" | chpasswd --crypt-method SHA512
faillock --user $1 --reset
sed -i "/^$1:/d" /etc/security/opasswd
"""
NEW_KEY = """
set -e
rm -rf /home/ops/keys && mkdir /home/ops/keys && ssh-keygen -q -t ed25519 -N '' -f /home/ops/keys/key
sudo install -d -m 0700 -o $1 /home/$1/.ssh
sudo install -m 0600 -o $1 /home/ops/keys/key.pub /home/$1/.ssh/authorized_keys
sudo install -d -m 0700 /root/.ssh
sudo install -m 0600 /home/ops/keys/key.pub /root/.ssh/authorized_keys
"""
SSH = "ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"


@pytest.fixture(scope="module", name="at_terminal")
def fixture_at_terminal(host):
    """Run a program that asks for passwords; return how it ended and what it said."""

    def answer(program, *words):
        return host.run(shlex.join(["python3", "-c", PERSON, program, *words]))

    return answer


@pytest.fixture(scope="module", name="becomes")
def fixture_becomes(at_terminal):
    """Tell whether ops, with a password, can become somebody else."""
    return lambda account, password: at_terminal(f"su {account} -c true", password).succeeded


@pytest.fixture(name="lan")
def fixture_lan(host, worker_id):
    """A new account, with a password and a home; files of tests that run at the same time do not share it."""
    name = f"lan-{worker_id}"
    host.run_expect([0], "sudo sh -c %s - %s", NEW_ACCOUNT, name)
    return name


@pytest.fixture(name="key")
def fixture_key(host, lan):
    """A key that lets its owner in as lan and as root."""
    host.run_expect([0], "sh -c %s - %s", NEW_KEY, lan)
    return "/home/ops/keys/key"


@pytest.fixture(scope="module", name="address")
def fixture_address():
    """Give every visitor another address, for OpenSSH 10 closes the door to one that was refused often."""
    numbers = itertools.count(1)
    return lambda: f"127.0.1.{next(numbers)}"


@pytest.fixture(name="ssh")
def fixture_ssh(host, address, lan, key):
    """Log in over the network, with options of ssh, by default as lan with the key."""

    def log_in(*options, account=lan, command="echo in", identity=key):
        words = ["-b", address(), *options, "-i", identity, "-o", "IdentitiesOnly=yes", f"{account}@127.0.0.1", command]
        # Code 255 would be taken for a connection of the tests themselves that failed.
        return host.run(f"{SSH} {shlex.join(words)} || exit 1")

    return log_in
