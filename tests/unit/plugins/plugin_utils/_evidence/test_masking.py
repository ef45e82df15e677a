# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.masking import masked
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import Run

YESCRYPT = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC"  # of the manual page crypt(5)
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
        ({"ops": [YESCRYPT, 5]}, {"ops": ["***", 5]}),
        ({YESCRYPT: None}, {"***": None}),
    ],
)
def test_a_secret_is_masked_and_the_text_around_it_stays(value, shown):
    assert masked(value) == shown


@pytest.mark.parametrize(
    "value", ["$HOME/$1$ and $6", "-----BEGIN PUBLIC KEY-----", "PATH=$PATH:/sbin", 600, None, True]
)
def test_what_is_no_secret_stays_as_it_is(value):
    assert masked(value) == value


def test_what_stood_in_the_way_of_a_device_holds_no_secret():
    run = Run()
    run.hinder("away", "failed", f"cannot parse {YESCRYPT}")
    assert run.devices["away"].obstacle.message == "cannot parse ***"
