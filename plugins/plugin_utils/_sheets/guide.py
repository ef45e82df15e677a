# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a template tells the person who fills it: a hint at each column, a page that explains all, and lists."""

from __future__ import annotations

import itertools

from ansible_collections.commune.baseline.plugins.plugin_utils._register import life_cycle, words
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import Kind
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import wording
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.kinds import OWNER, SHOWN
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.xlsx_writing import Help, Page

_HEADINGS = {"vi": ("Trang", "Cột", "Ghi gì"), "en": ("Sheet", "Column", "What stands in it")}
_USE = {
    "vi": (
        ("Cách dùng", "Tiêu đề", "Không đổi tên cột; có thể bỏ cột không dùng. Cột có dấu * là bắt buộc."),
        ("", "Dòng", "Mỗi dòng là một thiết bị, một người, một phương tiện, một phần mềm hoặc một giấy phép."),
        ("", "Ô trống", "Sổ đăng ký giữ nguyên giá trị đang có."),
        ("", "Công thức, ô gộp, dòng ẩn", "Không dùng: tệp sẽ bị từ chối. Chỉ ghi giá trị."),
        ("", "Nhập tệp", "Nếu một ô sai thì không dòng nào được lưu, và mọi ô sai được liệt kê."),
    ),
    "en": (
        ("How to use", "Headings", "Keep them; columns that you do not use may go. Those with * are required."),
        ("", "Rows", "Each is one device, person, medium, software or licence."),
        ("", "Empty cells", "The register keeps what it has."),
        ("", "Formulas, merged cells, hidden rows", "Use none: the file would be refused. Write values."),
        ("", "Import", "If one cell is wrong, no row is stored, and all wrong cells are listed."),
    ),
}
_REQUIRED = {"vi": "Bắt buộc. ", "en": "Required. "}
_ONE_OF = {"vi": "Chọn một trong các giá trị của trang {page}.", "en": "One of the values in the sheet {page}."}
_SEVERAL = {"vi": " Nhiều giá trị cách nhau bằng dấu chấm phẩy.", "en": " Semicolons between several."}
_ALL_OF_IT = {
    "vi": " Các dòng của một thiết bị thay cả danh sách của thiết bị đó; thiết bị không có dòng nào thì giữ nguyên.",
    "en": " The rows of a device replace its whole list; a device without any keeps what it has.",
}
# By the field, or by the kind and the field where several kinds have a field of that name.
_TEXTS = {
    "device.name": {"vi": "Tên không trùng trong đơn vị, ví dụ pc-01.", "en": "Like no other in the office: pc-01."},
    "type": {"vi": "Ví dụ máy bàn, máy xách tay, máy in đa năng.", "en": "Such as desktop, laptop, office printer."},
    "make": {"vi": "Hãng ghi trên nhãn máy.", "en": "The maker that the label names."},
    "device.model": {"vi": "Mẫu máy ghi trên nhãn.", "en": "The model that the label names."},
    "device.serial": {
        "vi": "Số ghi trên nhãn máy; chữ hoa và chữ thường như nhau; không trùng.",
        "en": "The number on the label, in any case; no two devices have the same.",
    },
    "asset_tag": {"vi": "Mã trong sổ tài sản của đơn vị; không trùng.", "en": "As in the office's register of assets."},
    "macs": {
        "vi": "Ví dụ 02:00:00:00:00:01, 02-00-00-00-00-01 hoặc 0200.0000.0001; nhiều địa chỉ cách nhau bằng dấu phẩy.",
        "en": "Such as 02:00:00:00:00:01, 02-00-00-00-00-01 or 0200.0000.0001; commas between several.",
    },
    "ips": {
        "vi": "Địa chỉ thuộc vùng mạng, ví dụ 10.1.0.11; nhiều địa chỉ cách nhau bằng dấu phẩy.",
        "en": "An address of the zone, such as 10.1.0.11; commas between several.",
    },
    "department": {"vi": "Bộ phận sử dụng, ví dụ Văn phòng.", "en": "Who uses it, such as the front office."},
    "location": {"vi": "Nơi đặt, ví dụ Phòng 201.", "en": "Where it stands, such as Room 201."},
    "custodian": {
        "vi": "Mã của người quản lý, như trong trang Nhân sự hoặc sổ đăng ký.",
        "en": "The code of the person, as in the sheet People or in the register.",
    },
    "system": {"vi": "Hệ thống thông tin mà thiết bị thuộc về.", "en": "The information system that it belongs to."},
    "origin": {"vi": "Nguồn cấp, ví dụ mua sắm, được tặng.", "en": "Where it came from, such as bought, donated."},
    "secrecy": {"vi": "Độ mật của tài liệu trên máy; để trống nếu không có.", "en": "Of what is kept on it, if any."},
    "received_on": {"vi": "Ngày nhận về đơn vị, ví dụ 31/01/2026.", "en": "When it came, such as 31/01/2026."},
    "connected_on": {"vi": "Ngày nối mạng lần đầu, không trước ngày nhận.", "en": "When it first met the network."},
    "warranty_until": {"vi": "Ngày cuối của bảo hành, ví dụ 31/01/2028.", "en": "Its last day, such as 31/01/2028."},
    "state": {
        "vi": "Chỉ dùng cho thiết bị mới: Dự kiến hoặc Đã nhận. Để trống là Dự kiến.",
        "en": "For new devices alone: planned or received. Empty is planned.",
    },
    "note": {"vi": "Ghi chú tự do, có thể nhiều dòng.", "en": "Anything else, in several lines if need be."},
    "code": {"vi": "Mã viết liền không dấu, không trùng, ví dụ cb-cntt.", "en": "Without accents and spaces: cb-cntt."},
    "person.name": {"vi": "Họ và tên đầy đủ.", "en": "The full name."},
    "post": {"vi": "Chức vụ, ví dụ Công chức Văn phòng - Thống kê.", "en": "The post that the person holds."},
    "person.department": {"vi": "Bộ phận công tác.", "en": "Where the person works."},
    "commitment": {"vi": "Số của bản cam kết bảo mật đã ký.", "en": "Number of the commitment that was signed."},
    "started_on": {"vi": "Ngày bắt đầu làm việc, ví dụ 31/01/2026.", "en": "The first day, such as 31/01/2026."},
    "left_on": {"vi": "Ngày thôi việc; để trống khi còn làm việc.", "en": "The last day; empty while in office."},
    OWNER: {
        "vi": "Tên của một thiết bị trong trang Thiết bị hoặc sổ đăng ký.",
        "en": "The name of a device in the sheet Devices or in the register.",
    },
    "media.serial": {
        "vi": "Số ghi trên ổ hoặc thẻ nhớ; không trùng.",
        "en": "The number on the medium; no two are alike.",
    },
    "media.model": {"vi": "Mẫu của ổ, ghi trên nhãn.", "en": "The model that the label names."},
    "bytes": {
        "vi": "Ví dụ 512 GB hoặc 1,5 TB; 1 GB là 10⁹ byte.",
        "en": "Such as 512 GB or 1,5 TB; 1 GB is 10⁹ bytes.",
    },
    "software.name": {"vi": "Ví dụ LibreOffice.", "en": "Such as LibreOffice."},
    "software.version": {"vi": "Ví dụ 24.8; ghi dưới dạng chữ.", "en": "Such as 24.8, as text."},
    "product": {"vi": "Sản phẩm được cấp giấy phép.", "en": "What is licensed."},
    "reference": {"vi": "Số giấy phép hoặc số hợp đồng, không ghi khóa bản quyền.", "en": "Its number; never the key."},
    "seats": {"vi": "Số nguyên, ví dụ 25.", "en": "A whole number such as 25."},
    "expires_on": {"vi": "Ngày cuối còn hiệu lực, ví dụ 31/12/2027.", "en": "The last day, such as 31/12/2027."},
}
_WIDTHS = (24, 34, 90)
_CHOICE_WIDTH = 34


def helps(kind: Kind, zones: words.Zones, language: str) -> list[Help]:
    """Return the hint at each column of a template."""
    choices = _choices(zones, language)
    order = list(choices)
    found = []
    for field in _fields(kind):
        listed = (wording.LISTS[language], order.index(field), len(choices[field])) if field in choices else None
        title = wording.heading(kind, field, language)
        found.append(Help(title, _explained(kind, field, language), listed))
    return found


def pages(zones: words.Zones, language: str) -> list[Page]:
    """Return the page that explains the columns, and the one of the lists."""
    choices = _choices(zones, language)
    explained = [
        (wording.SHEETS[language][kind.name], wording.heading(kind, field, language), text)
        for kind in SHOWN
        for field in _fields(kind)
        for text in (_explained(kind, field, language),)
    ]
    titles = [_title(field, language) for field in choices]
    rows = [titles, *itertools.zip_longest(*choices.values(), fillvalue="")]
    return [
        Page(wording.GUIDE[language], [_HEADINGS[language], *_USE[language], *explained], _WIDTHS),
        Page(wording.LISTS[language], rows, [_CHOICE_WIDTH] * len(titles)),
    ]


def _fields(kind: Kind) -> list[str]:
    return [field for field in wording.HEADINGS[kind.name] if field != wording.VERSION]


def _choices(zones: words.Zones, language: str) -> dict[str, list[str]]:
    """Return what each field that chooses can hold, as a cell shows it."""
    chosen = {**wording.CHOICES, "zone": zones, "state": life_cycle.FIRST_STATES}
    return {field: [wording.shown(field, word, language) for word in given] for field, given in chosen.items()}


def _title(field: str, language: str) -> str:
    return next(wording.heading(kind, field, language) for kind in SHOWN if field in wording.HEADINGS[kind.name])


def _explained(kind: Kind, field: str, language: str) -> str:
    own = _TEXTS.get(f"{kind.name}.{field}") or _TEXTS.get(field)
    text = own[language] if own else _ONE_OF[language].format(page=wording.LISTS[language])
    text += _SEVERAL[language] if not own and field in {parts.name for parts in kind.parts} else ""
    text += _ALL_OF_IT[language] if field == OWNER else ""
    required = field in {one.name for one in kind.fields if one.required}
    return f"{_REQUIRED[language] if required else ''}{text}"
