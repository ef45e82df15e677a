# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What sheets call the fields and choices of the register, in Vietnamese and English; data."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register import life_cycle
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, PERSON, Kind
from ansible_collections.commune.baseline.plugins.plugin_utils._register.text import folded
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.kinds import LICENCES, MEDIA, OWNER, SOFTWARE

SHEETS = {
    "vi": {
        DEVICE.name: "Thiết bị",
        PERSON.name: "Nhân sự",
        MEDIA.name: "Phương tiện lưu trữ",
        SOFTWARE.name: "Phần mềm",
        LICENCES.name: "Giấy phép",
    },
    "en": {
        DEVICE.name: "Devices",
        PERSON.name: "People",
        MEDIA.name: "Storage media",
        SOFTWARE.name: "Software",
        LICENCES.name: "Licences",
    },
}
GUIDE = {"vi": "Hướng dẫn", "en": "Guide"}
LISTS = {"vi": "Danh mục", "en": "Lists"}
STATE = "state"
VERSION = "register_version"  # of the record, so that an import sees what others changed since the export

_OWNER = ("Tên thiết bị", "Device", "Tên máy", "Device name", "Thiết bị")
# Of every column: the Vietnamese heading, the English one, and others that are understood.
HEADINGS: dict[str, dict[str, tuple[str, ...]]] = {
    DEVICE.name: {
        "name": ("Tên thiết bị", "Name", "Tên", "Tên máy", "Device", "Device name"),
        "class": ("Loại thiết bị", "Class", "Loại"),
        "type": ("Kiểu", "Type", "Chủng loại"),
        "platform": ("Hệ điều hành", "Platform", "Nền tảng"),
        "make": ("Hãng sản xuất", "Make", "Hãng", "Manufacturer"),
        "model": ("Mẫu máy", "Model"),
        "serial": ("Số sê-ri", "Serial", "Số serial", "Serial number", "S/N"),
        "asset_tag": ("Mã tài sản", "Asset tag", "Số tài sản"),
        "macs": ("Địa chỉ MAC", "MACs", "MAC", "MAC address"),
        "ips": ("Địa chỉ IP", "IPs", "IP", "IP address"),
        "zone": ("Vùng mạng", "Zone", "Vùng"),
        "department": ("Bộ phận", "Department", "Phòng ban", "Đơn vị"),
        "location": ("Vị trí", "Location", "Nơi đặt"),
        "custodian": ("Mã người quản lý", "Custodian", "Người quản lý"),
        "system": ("Hệ thống thông tin", "System", "Hệ thống"),
        "origin": ("Nguồn gốc", "Origin"),
        "secrecy": ("Độ mật", "Secrecy"),
        "received_on": ("Ngày nhận", "Received on"),
        "connected_on": ("Ngày kết nối", "Connected on"),
        "warranty_until": ("Hạn bảo hành", "Warranty until", "Bảo hành đến"),
        STATE: ("Trạng thái", "State"),
        "note": ("Ghi chú", "Note", "Notes"),
        VERSION: ("Lần ghi sổ", "Register version"),
    },
    PERSON.name: {
        "code": ("Mã", "Code", "Mã người", "Mã cán bộ"),
        "name": ("Họ và tên", "Name", "Họ tên", "Full name"),
        "post": ("Chức vụ", "Post", "Chức danh"),
        "department": ("Bộ phận", "Department", "Phòng ban", "Đơn vị"),
        "commitment": ("Bản cam kết", "Commitment"),
        "started_on": ("Ngày bắt đầu", "Started on"),
        "left_on": ("Ngày thôi việc", "Left on"),
        "roles": ("Vai trò", "Roles", "Role"),
        VERSION: ("Lần ghi sổ", "Register version"),
    },
    MEDIA.name: {
        OWNER: _OWNER,
        "serial": ("Số sê-ri phương tiện", "Medium serial", "Số sê-ri", "Serial", "Số sê-ri ổ"),
        "kind": ("Loại phương tiện", "Kind", "Loại", "Loại ổ"),
        "model": ("Mẫu", "Model", "Kiểu"),
        "bytes": ("Dung lượng", "Capacity", "Size", "Kích thước"),
    },
    SOFTWARE.name: {
        OWNER: _OWNER,
        "name": ("Tên phần mềm", "Software", "Phần mềm"),
        "version": ("Phiên bản", "Version"),
    },
    LICENCES.name: {
        OWNER: _OWNER,
        "product": ("Sản phẩm", "Product", "Tên sản phẩm", "Phần mềm"),
        "reference": ("Số giấy phép", "Reference", "Mã giấy phép", "Licence number"),
        "seats": ("Số máy được dùng", "Seats", "Số lượng"),
        "expires_on": ("Hết hạn ngày", "Expires on", "Ngày hết hạn", "Hạn dùng"),
    },
}
# Vietnamese for the words that a column chooses from; the words themselves are understood too.
CHOICES: dict[str, dict[str, str]] = {
    "class": {
        "workstation": "Máy trạm",
        "secret_workstation": "Máy soạn thảo bí mật nhà nước",
        "server": "Máy chủ",
        "network_device": "Thiết bị mạng",
        "camera": "Camera",
        "printer": "Máy in",
        "loudspeaker": "Loa truyền thanh",
        "storage_media": "Phương tiện lưu trữ",
        "mobile_device": "Thiết bị di động",
        "video_conference": "Thiết bị họp trực tuyến",
        "projector_av": "Máy chiếu, thiết bị nghe nhìn",
        "support": "Thiết bị phụ trợ",
    },
    "platform": {
        "linux": "Linux",
        "windows": "Windows",
        "ios": "Cisco IOS",
        "routeros": "RouterOS",
        "other": "Khác",
        "none": "Không có",
    },
    # A site may have other zones; these show as they are.
    "zone": {
        "edge": "Vùng biên",
        "dmz": "Vùng DMZ",
        "lan": "Mạng nội bộ",
        "server": "Vùng máy chủ",
        "mgmt": "Vùng quản trị",
        "camera_iot": "Camera, máy in, loa",
        "wifi_staff": "Wi-Fi cán bộ",
        "wifi_guest": "Wi-Fi khách",
        "quarantine": "Vùng cách ly",
        "secret": "Máy mật, không nối mạng",
    },
    "roles": {
        "chu_tich": "Chủ tịch UBND",
        "chu_quan": "Chủ quản hệ thống thông tin",
        "don_vi_van_hanh": "Đơn vị vận hành",
        "bo_phan_attt": "Bộ phận phụ trách an toàn thông tin",
        "phong_vhxh": "Phòng Văn hóa - Xã hội",
        "van_phong": "Văn phòng HĐND và UBND",
        "it_officer": "Cán bộ công nghệ thông tin",
        "nguoi_kiem": "Người kiểm tra độc lập",
        "thu_truong": "Thủ trưởng đơn vị",
        "cong_an": "Công an xã",
        "nguoi_dung": "Người dùng",
        "cap_tren": "Cơ quan cấp trên",
        "van_phong_tinh_uy": "Văn phòng Tỉnh ủy",
        "nha_cung_cap": "Nhà cung cấp dịch vụ",
    },
    "kind": {
        "hdd": "Ổ cứng HDD",
        "ssd": "Ổ cứng SSD",
        "nvme": "Ổ cứng NVMe",
        "flash": "USB hoặc thẻ nhớ",
        "tape": "Băng từ",
        "optical": "Đĩa quang",
        "other": "Loại khác",
    },
    STATE: {
        life_cycle.PLANNED: "Dự kiến",
        life_cycle.RECEIVED: "Đã nhận",
        life_cycle.HARDENING: "Đang thiết lập an toàn",
        life_cycle.IN_SERVICE: "Đang sử dụng",
        life_cycle.QUARANTINED: "Đang cách ly",
        life_cycle.IN_REPAIR: "Đang sửa chữa",
        life_cycle.PENDING_DISPOSAL: "Chờ thanh lý",
        life_cycle.SANITISED: "Đã xóa dữ liệu",
        life_cycle.DISPOSED: "Đã thanh lý",
    },
}


def heading(kind: Kind, field: str, language: str) -> str:
    """Return what the column of a field is called."""
    return HEADINGS[kind.name][field][("vi", "en").index(language)]


def width(field: str) -> int:
    """Return how wide the column of a field is, in characters."""
    return _WIDTHS.get(field, _USUAL_WIDTH)


def field_of(kind: Kind, text: str) -> str | None:
    """Return the field whose column has this heading, or the name of the field itself; None if there is none."""
    return _FIELDS[kind.name].get(folded(text))


def kind_of(sheet: str) -> str | None:
    """Return the name of the kind after which a sheet is named, None if it is named after none."""
    return _KINDS.get(folded(sheet))


def choice_of(field: str, text: str) -> str:
    """Return the register's word for what a cell chooses; what is no choice stays for the register to judge."""
    return _CHOSEN.get(field, {}).get(folded(text), text)


def reason(field: str, text: str) -> str:
    """Return the reason of a fault; where it lists words of the register, with the Vietnamese for each."""
    begin, found, words = text.partition("one of ")
    if begin or not found or field not in CHOICES:
        return text
    return f"one of {', '.join(_with_vietnamese(field, word) for word in words.split(', '))}"


def _with_vietnamese(field: str, word: str) -> str:
    vietnamese = CHOICES[field].get(word)
    return f"{vietnamese} ({word})" if vietnamese else word


def shown(field: str, value: str, language: str) -> str:
    """Return what a cell shows for a word of the register."""
    return CHOICES.get(field, {}).get(value, value) if language == "vi" else value


_USUAL_WIDTH = 18
_WIDTHS = {
    **dict.fromkeys(("class", "roles", "product"), 28),
    **dict.fromkeys(("name", "model", "department", "post", "system", "location", "note"), 24),
    **dict.fromkeys(("received_on", "connected_on", "warranty_until", "started_on", "left_on", "expires_on"), 13),
    **dict.fromkeys(("platform", "secrecy", "bytes", "seats", "code", VERSION), 13),
}
_FIELDS: t.Mapping[str, t.Mapping[str, str]] = {
    kind: {folded(text): field for field, texts in fields.items() for text in (field, *texts)}
    for kind, fields in HEADINGS.items()
}
_KINDS = {folded(name): kind for names in SHEETS.values() for kind, name in names.items()}
_CHOSEN: t.Mapping[str, t.Mapping[str, str]] = {
    field: {folded(text): word for word, shown in choices.items() for text in (word, shown)}
    for field, choices in CHOICES.items()
}
