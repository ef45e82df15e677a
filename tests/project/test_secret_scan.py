# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scanner for secrets finds what it is to find: a test that relies on it would see nothing otherwise."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote

import pytest

from tests.secret_scan import found_below, found_in

SECRETS = {"password": 'Mat-Khau<"9"> của tôi'}


@pytest.mark.parametrize(
    "hide",
    [
        str,
        json.dumps,
        html.escape,
        quote,
        lambda text: text.encode().hex(),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
        lambda text: base64.b64encode(f"ab{text}cd".encode()).decode(),
        lambda text: base64.b64encode(f"abc{text}d".encode()).decode(),
    ],
)
def test_a_known_secret_is_found_in_every_form(hide):
    assert found_in(f"before {hide(SECRETS['password'])} after".encode(), SECRETS) == {"password"}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("root:$y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC:19000", {"$y$j9T$F5Jx5"}),
        ("root:$6$abcdefgh$0123456789abcdefghij:19000", {"$6$abcdefgh$"}),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", {"-----BEGIN O"}),
        ("-----BEGIN PUBLIC KEY----- costs $5 and $6", set()),
        ("Mat-Khau", set()),
    ],
)
def test_what_is_a_secret_wherever_it_stands_is_found_and_nothing_else(content, found):
    assert found_in(content.encode(), SECRETS) == found


def test_files_are_looked_at_with_their_names(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/log").write_text(f"x {SECRETS['password']}", "utf-8")
    (tmp_path / "hunter2.json").write_text("{}")
    (tmp_path / "clean").write_text("{}")
    found = found_below([tmp_path], {**SECRETS, "name": "hunter2"})
    assert found == {str(tmp_path / "deep/log"): {"password"}, str(tmp_path / "hunter2.json"): {"name"}}
