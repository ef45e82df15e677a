# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._masking import masked
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import Run

YESCRYPT = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC"  # of the manual page crypt(5)
YESCRYPT_GOST = YESCRYPT.replace("$y$", "$gy$")
YESCRYPT_SM3 = YESCRYPT.replace("$y$", "$sm3y$")
BSDI = "_J9..K0AyF4yuzjIG.mE"  # by libxcrypt, like the next
DES = "Orlio6dS1aU5Y"
PGP = "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBF\n=aBcD\n-----END PGP PRIVATE KEY BLOCK-----"
SSH2 = "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56w\n---- END SSH2 ENCRYPTED PRIVATE KEY ----"
PUTTY = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\nAAAAIB\nPrivate-MAC: 0a1b2c"
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (f"root:{YESCRYPT}:19000", "root:***:19000"),
        ("$6$rounds=5000$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO", "***"),
        ("$2b$05$NKqzKKwdKtvkKYAbMKGwUOm9z9kpRMkYLIaCWXxQ2PLJkGzXKxuVK", "***"),
        ("password_pbkdf2 root grub.pbkdf2.sha512.10000.ABCDEF.0123", "password_pbkdf2 root ***"),
        (f"key: {KEY} end", "key: *** end"),
        (KEY[:40], "***"),
        (f"ops:{YESCRYPT_GOST}:1", "ops:***:1"),
        (f"ops:!{YESCRYPT_SM3}:1", "ops:!***:1"),
        ("deb http://me:Secret1@10.0.0.5/debian x", "deb http://***@10.0.0.5/debian x"),
        ("http://:Secret1@proxy:3142", "http://***@proxy:3142"),
        ("user:$apr1$lZL6V/ci$eIMz/iKDkbtys/uU7LEK00", "user:***"),
        ("user:$P$B5ZryRDbxnS5NJUD1Y1YjBYrUxrAu81", "user:***"),
        (f"ops:{BSDI}:19000:0:99999:7:::", "ops:***:19000:0:99999:7:::"),
        (BSDI, "***"),
        (f"ops:{DES}:19000:0:99999:7:::", "ops:***:19000:0:99999:7:::"),
        (f"ops:{DES}:1000:1000:,,,:/home/ops:/bin/sh", "ops:***:1000:1000:,,,:/home/ops:/bin/sh"),
        (f"a {PGP} b", "a *** b"),
        (PGP.replace("\n", " "), "***"),
        (f"a {SSH2} b", "a *** b"),
        (f"a\n{PUTTY}\nb", "a\n***\nb"),
        (PUTTY.splitlines()[0] + "\nEncryption", "***"),
        (PUTTY.partition("none\n")[2], "***"),
        ({"ops": [YESCRYPT, 5]}, {"ops": ["***", 5]}),
        ({YESCRYPT: None}, {"***": None}),
    ],
)
def test_a_secret_is_masked_and_the_text_around_it_stays(value, shown):
    assert masked(value) == shown


@pytest.mark.parametrize(
    "value",
    [
        "$HOME/$1$ and $6",
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----",
        "---- BEGIN SSH2 PUBLIC KEY ----",
        "PATH=$PATH:/sbin",
        "_apt:x:42:65534::/nonexistent:/usr/sbin/nologin",
        "/usr/share/_Some.Thing123/aBcDeFgHiJkk",
        "_abcdefghijklmnopqrs",
        "__commune_baseline_rows",
        "administrator:x:1000:1000::/home/administrator:/bin/sh",
        "name:organisations:1000:1000",
        "at:1732500000000:12:5",
        "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
        "aa:bb:cc:dd:ee:ff",
        "ops:!:19000:0:99999:7:::",
        "LNX-SSHD-PermitRootLogin: no",
        "Private-Use",
        600,
        None,
        True,
        "http://10.0.0.5:3142/debian and me@example.org",
        "ssh://git@example.org:22/x",
    ],
)
def test_what_is_no_secret_stays_as_it_is(value):
    assert masked(value) == value


def test_what_stood_in_the_way_of_a_device_holds_no_secret():
    run = Run()
    run.hinder("away", "failed", f"cannot parse {YESCRYPT}")
    assert run.devices["away"].obstacle.message == "cannot parse ***"
