# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import PLATFORMS
from ansible_collections.commune.baseline.plugins.plugin_utils._report.words import OWN_WORDS, desired_text, value_text

ROLES = Path(__file__).parents[5] / "roles"


@pytest.mark.parametrize(
    ("kind", "value", "vietnamese", "english"),
    [
        ("privilege", "as listed", "đúng danh sách", "as listed"),
        (
            "privilege",
            {"sudo": ["+hoa", "group password", "group administrator hoa"]},
            "sudo: +hoa, mật khẩu nhóm, người quản nhóm hoa",
            "sudo: +hoa, group password, group administrator hoa",
        ),
        ("package", "installed", "đã cài", "installed"),
        ("package", None, "chưa cài", "not installed"),
        ("file", None, "không có", "absent"),
        ("option", None, "chưa đặt", "not set"),
        ("mount", True, "có", "yes"),
        ("option", False, "không", "no"),
        ("account", {"ops": "locked", "lan": "never used"}, "ops: đã khóa, lan: chưa đăng nhập lần nào", None),
        ("service", "enabled and failed", "được bật và bị lỗi", "enabled and failed"),
        ("privilege", {"sudo": ["+lan", "-ops"]}, "sudo: +lan, -ops", "sudo: +lan, -ops"),
        ("option", "installed", "installed", "installed"),
        ("pam", "required", "required", "required"),
        ("command", "", "trống", "empty"),
        ("account", [], "trống", "empty"),
        ("sysctl", 2, "2", "2"),
        ("file", "0644", "0644", "0644"),
    ],
)
def test_a_value_is_said_in_words_and_one_of_a_configuration_as_it_stands_there(kind, value, vietnamese, english):
    assert value_text(value, "vi", kind) == vietnamese
    if english:
        assert value_text(value, "en", kind) == english


@pytest.mark.parametrize(
    ("row", "vietnamese", "english"),
    [
        ({"kind": "package", "desired": None, "compare": "absent"}, "chưa cài", "not installed"),
        ({"kind": "option", "desired": None, "compare": "absent"}, "không có", "absent"),
        ({"kind": "mount", "desired": True, "compare": "=="}, "có", "yes"),
        ({"kind": "account", "desired": ["set", "locked"], "compare": "in"}, "đã đặt / đã khóa", "set / locked"),
        ({"kind": "privilege", "desired": ["ops", "lan"], "compare": "=="}, "ops, lan", "ops, lan"),
        ({"kind": "option", "desired": 600, "compare": "<="}, "≤ 600", "≤ 600"),
    ],
)
def test_what_a_row_wants_is_said_in_the_same_words(row, vietnamese, english):
    assert (desired_text(row, "vi"), desired_text(row, "en")) == (vietnamese, english)


def test_every_word_that_a_row_of_these_kinds_wants_has_its_vietnamese():
    rows = [
        row
        for path in sorted(ROLES.glob("*/vars/*.yml"))
        for name, of_role in yaml.safe_load(path.read_text("utf-8")).items()
        if name.endswith("_rows") and path.stem in PLATFORMS
        for row in of_role
        if row["kind"] in OWN_WORDS
    ]
    wanted = {(row["kind"], one) for row in rows for one in _words(row.get("value"))}
    assert len(wanted) > 5
    assert [(kind, one) for kind, one in sorted(wanted) if value_text(one, "vi", kind) == one] == []


def _words(value):
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
