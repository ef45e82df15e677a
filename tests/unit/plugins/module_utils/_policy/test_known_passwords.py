# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil
import subprocess

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import known_passwords


@pytest.fixture(name="hashed")
def fixture_hashed():
    """Hash a password with a program that is not ours."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")

    def hashed(password, method="-6"):
        done = subprocess.run(["openssl", "passwd", method, password], text=True, capture_output=True, check=True)
        return done.stdout.strip()

    return hashed


@pytest.mark.parametrize(
    ("name", "password"), [("pi", "raspberry"), ("ubuntu", "ubuntu"), ("lan", "lan"), ("root", "toor")]
)
@pytest.mark.parametrize("method", ["-6", "-5", "-1"])
def test_a_password_that_everybody_knows_is_found_whatever_its_salt(hashed, name, password, method):
    assert known_passwords.judge(name, hashed(password, method)) == known_passwords.KNOWN


@pytest.mark.parametrize(("name", "password"), [("lan", "raspberry"), ("pi", "Tr0ng#Dong9xQ"), ("pi", "Raspberry")])
def test_another_password_is_its_owners(hashed, name, password):
    assert known_passwords.judge(name, hashed(password)) == known_passwords.OWN


@pytest.mark.parametrize("secret", ["$9$unheard$of", "not a hash", "$y$", "\udcff"])
def test_a_hash_that_the_library_does_not_know_is_not_called_good(secret):
    assert known_passwords.judge("pi", secret) == known_passwords.UNCHECKED


def test_without_the_library_nothing_is_called_good(hashed, monkeypatch):
    monkeypatch.setattr(known_passwords, "_LIBRARIES", ("libnowhere.so.1",))
    known_passwords._crypt.cache_clear()
    assert known_passwords.judge("pi", hashed("raspberry")) == known_passwords.UNCHECKED
    known_passwords._crypt.cache_clear()
