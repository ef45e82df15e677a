# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The sheet of a template that explains its columns."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register import words
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import wording

_HEAD = {
    "vi": (
        ("Cách dùng", "Mỗi dòng là một thiết bị hoặc một người. Không đổi tên cột; có thể bỏ cột không dùng."),
        ("", "Ô để trống thì sổ đăng ký giữ nguyên giá trị đang có. Không dùng công thức; chỉ ghi giá trị."),
        ("", "Nhập tệp: nếu một ô sai thì không dòng nào được lưu, và mọi ô sai được liệt kê."),
    ),
    "en": (
        ("How to use", "Each row is one device or one person. Keep the headings; columns that you do not use may go."),
        ("", "An empty cell leaves what the register has. Use no formulas; write values."),
        ("", "If one cell is wrong, no row is stored, and all wrong cells are listed."),
    ),
}
_REQUIRED = {"vi": "Bắt buộc. ", "en": "Required. "}
_ONE_OF = {"vi": "Một trong: ", "en": "One of: "}
_TEXTS = {
    "date": {"vi": "Ngày, ví dụ 31/01/2026.", "en": "A day such as 31/01/2026."},
    "macs": {
        "vi": "Ví dụ 02:00:00:00:00:01, 02-00-00-00-00-01 hoặc 0200.0000.0001; nhiều địa chỉ cách nhau bằng dấu phẩy.",
        "en": "Such as 02:00:00:00:00:01, 02-00-00-00-00-01 or 0200.0000.0001; commas between several.",
    },
    "ips": {
        "vi": "Địa chỉ thuộc vùng mạng, ví dụ 10.1.0.11; nhiều địa chỉ cách nhau bằng dấu phẩy.",
        "en": "An address of the zone, such as 10.1.0.11; commas between several.",
    },
    "custodian": {
        "vi": "Mã của người quản lý, như trong trang Nhân sự hoặc sổ đăng ký.",
        "en": "The code of the person, as in the sheet People or in the register.",
    },
    "state": {
        "vi": "Chỉ dùng cho thiết bị mới: Dự kiến hoặc Đã nhận. Để trống là Dự kiến.",
        "en": "For new devices alone: planned or received. Empty is planned.",
    },
    "text": {"vi": "Chữ Unicode.", "en": "Text in Unicode."},
}


def rows(zones: words.Zones, language: str) -> t.Iterator[tuple[str, str, str]]:
    """Yield the rows of the sheet: of which sheet, which column, what stands in it."""
    for one in _HEAD[language]:
        yield (*one, "")
    choices = {
        **{field: list(texts.values() if language == "vi" else texts) for field, texts in wording.CHOICES.items()},
        **{"zone": list(zones), "roles": list(words.ROLES)},
    }
    for kind in reversed(wording.KINDS):
        required = {field.name for field in kind.fields if field.required}
        for field in wording.HEADINGS[kind.name]:
            if field in choices and field not in _TEXTS:
                text = f"{_ONE_OF[language]}{'; '.join(choices[field])}"
            else:
                text = _TEXTS.get(field, _TEXTS["date" if field.endswith(("_on", "_until")) else "text"])[language]
            must = _REQUIRED[language] if field in required else ""
            yield wording.SHEETS[language][kind.name], wording.heading(kind, field, language), f"{must}{text}"
