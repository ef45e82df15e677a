# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ctypes
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


@pytest.fixture(name="hashed_by_cost")
def fixture_hashed_by_cost():
    """Make what crypt(3) is to hash by, at a cost; 0 is what the library itself takes."""
    try:
        library = ctypes.CDLL("libcrypt.so.1")
        make = library.crypt_gensalt
    except (OSError, AttributeError):
        pytest.skip("no libxcrypt here")
    make.argtypes, make.restype = (ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_int), ctypes.c_char_p
    library.crypt.argtypes, library.crypt.restype = (ctypes.c_char_p, ctypes.c_char_p), ctypes.c_char_p

    def hashed(method, cost, password):
        return library.crypt(password.encode(), make(method, cost, b"0123456789abcdef" * 2, 32)).decode()

    return hashed


@pytest.mark.parametrize(
    ("method", "cost"),
    [
        *((b"$y$", cost) for cost in (0, 1, 2, 3, 5, 8)),
        *((b"$6$", cost) for cost in (0, 1000, 656000)),
        *((method, 0) for method in (b"$gy$", b"$7$", b"$2b$", b"$5$", b"$sha1", b"$md5", b"$1$", b"_", b"")),
        (b"$2b$", 12),
    ],
)
def test_hashes_at_costs_that_systems_use_are_checked(hashed_by_cost, method, cost):
    assert known_passwords.judge("pi", hashed_by_cost(method, cost, "raspberry")) == known_passwords.KNOWN


@pytest.mark.parametrize(
    "setting",
    [
        "$6$rounds=99999999$salt$",
        "$5$rounds=1000000$salt$",
        "$2b$31$0123456789012345678901",
        "$2y$13$0123456789012345678901",
        "$y$jFT$salt$",
        "$y$jz9$salt$",
        "$y$j9z$salt$",
        "$y$j9T1/$salt$",
        "$gy$jFT$salt$",
        "$7$KU..../....salt$",
        "$7$CzU.../....salt$",
        "$7$CU....z....salt$",
        "$sha1$9999999$salt$",
        "$md5,rounds=4000000000$salt$$",
        "_zzzzsalt",
    ],
)
def test_a_hash_at_a_cost_that_would_stall_the_device_is_not_computed(monkeypatch, setting):
    monkeypatch.setattr(known_passwords, "_crypt", lambda: pytest.fail)
    assert known_passwords.judge("pi", f"{setting}0123456789") == known_passwords.UNCHECKED


def test_no_hash_is_computed_twice(monkeypatch):
    computed = []
    monkeypatch.setattr(known_passwords, "_crypt", lambda: lambda *words: computed.append(words) or b"another")
    for _time in range(2):
        assert known_passwords.judge("lan", "$6$twice$x") == known_passwords.OWN
    assert len(computed) == 1


def test_without_the_library_nothing_is_called_good(hashed, monkeypatch):
    monkeypatch.setattr(known_passwords, "_LIBRARIES", ("libnowhere.so.1",))
    known_passwords._crypt.cache_clear()
    assert known_passwords.judge("pi", hashed("raspberry")) == known_passwords.UNCHECKED
    known_passwords._crypt.cache_clear()
