# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The words that the table on screen and the report share, Vietnamese and English, and how a value is shown."""

from __future__ import annotations

import shlex
import typing as t
import unicodedata

from ansible_collections.commune.baseline.plugins.module_utils._observation import (
    EXCEPTED,
    FAIL,
    NOT_APPLICABLE,
    NOT_ASSESSED,
    PASS,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import FAILED, UNANSWERED, UNREACHABLE
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import value_said

STATES = {
    "vi": {
        PASS: "ĐẠT",
        FAIL: "KHÔNG ĐẠT",
        NOT_ASSESSED: "CHƯA KIỂM TRA",
        EXCEPTED: "NGOẠI LỆ",
        NOT_APPLICABLE: "KHÔNG ÁP DỤNG",
    },
    "en": {
        PASS: "PASS",
        FAIL: "FAIL",
        NOT_ASSESSED: "NOT ASSESSED",
        EXCEPTED: "EXCEPTED",
        NOT_APPLICABLE: "NOT APPLICABLE",
    },
}
NEVER = "never"  # what stands in the way where no run has come yet
OBSTACLES = {
    "vi": {
        UNREACHABLE: "không kết nối được",
        FAILED: "lỗi khi kiểm tra",
        UNANSWERED: "có trong danh sách nhưng lần chạy này bỏ qua, hoặc dừng trước khi kiểm tra tới",
        NEVER: "có trong sổ thiết bị nhưng chưa được kiểm tra lần nào",
    },
    "en": {
        UNREACHABLE: "cannot be reached",
        FAILED: "the check failed",
        UNANSWERED: "it is in the list, but this run left it out, or ended before its turn",
        NEVER: "it is in the register, and was never assessed",
    },
}
PRIORITIES = {
    "vi": {"must": "bắt buộc", "should": "nên có", "could": "tùy điều kiện"},
    "en": {"must": "must", "should": "should", "could": "could"},
}
CLASSES = {
    "vi": {
        "workstation": "máy trạm",
        "server": "máy chủ",
        "network_device": "thiết bị mạng",
        "printer": "máy in",
        "camera": "camera",
        "loudspeaker": "loa truyền thanh",
        "secret_workstation": "máy soạn thảo bí mật nhà nước",
    },
    "en": {
        "workstation": "workstation",
        "server": "server",
        "network_device": "network device",
        "printer": "printer",
        "camera": "camera",
        "loudspeaker": "loudspeaker",
        "secret_workstation": "workstation for state secrets",
    },
}
# Their values are words of ours; those of the other kinds stand in a configuration, where a person looks for them.
OWN_WORDS = frozenset({"account", "audit_policy", "kernel_module", "nft_ruleset", "package", "privilege", "service"})
_NOT_SET = {"vi": "chưa đặt", "en": "not set"}
_ABSENT = {"vi": "không có", "en": "absent"}
_NOT_INSTALLED = {"vi": "chưa cài", "en": "not installed"}
_EMPTY = {"vi": "trống", "en": "empty"}
_TRUTH = {"vi": {True: "có", False: "không"}, "en": {True: "yes", False: "no"}}
_AND = {"vi": " và ", "en": " and "}
_BOUNDS = {"<=": "≤ ", ">=": "≥ "}


def undo_command(run: str, inventories: t.Iterable[str]) -> str:
    """Return the command that takes a run back, on the devices of the inventories that it was given."""
    given = [word for inventory in inventories for word in ("-i", inventory)]
    return shlex.join(["ansible-playbook", *given, "commune.baseline.rollback", "-e", f"run={run}"])


def value_text(value: t.Any, language: str, kind: str | None = None) -> str:
    """Return a value of a row of this kind as a person writes it."""
    if value is None:
        return {"package": _NOT_INSTALLED, "file": _ABSENT}.get(kind or "", _NOT_SET)[language]
    if isinstance(value, bool):
        return _TRUTH[language][value]
    if value in ("", [], {}):
        return _EMPTY[language]
    if isinstance(value, dict):
        return ", ".join(f"{name}: {value_text(part, language, kind)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(value_text(part, language, kind) for part in value)
    if kind in OWN_WORDS:  # a unit has a state before and behind the word
        return _AND[language].join(value_said(part, language) for part in str(value).split(_AND["en"]))
    return str(value)


def desired_text(row: t.Mapping[str, t.Any], language: str) -> str:
    """Return what a row wants, in a few signs."""
    kind, compare = row.get("kind"), row["compare"]
    if compare == "absent" and kind != "package":
        return _ABSENT[language]
    choices = row["desired"] if compare == "in" else [row["desired"]]
    return f"{_BOUNDS.get(compare, '')}{' / '.join(value_text(choice, language, kind) for choice in choices)}"


def one_line(text: str, longest: int) -> str:
    """Keep what a device says from breaking a table, or from commanding the terminal or page it is shown on."""
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in text)
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    return line if len(line) <= longest else f"{line[:longest]}…"
