# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What sheets call the fields and choices of the register, in Vietnamese and English; data."""

from __future__ import annotations

import typing as t
import unicodedata

from ansible_collections.commune.baseline.plugins.plugin_utils._register import life_cycle
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, PERSON, Kind

# The kinds that sheets hold, in the order in which they are stored: devices refer to people.
KINDS = (PERSON, DEVICE)
SHEETS = {
    "vi": {DEVICE.name: "Thiết bị", PERSON.name: "Nhân sự"},
    "en": {DEVICE.name: "Devices", PERSON.name: "People"},
}
GUIDE = {"vi": "Hướng dẫn", "en": "Guide"}
STATE = "state"

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


def field_of(kind: Kind, text: str) -> str | None:
    """Return the field whose column has this heading, or the name of the field itself; None if there is none."""
    return _FIELDS[kind.name].get(folded(text))


def choice_of(field: str, text: str) -> str:
    """Return the register's word for what a cell chooses; what is no choice stays for the register to judge."""
    return _CHOSEN.get(field, {}).get(folded(text), text)


def shown(field: str, value: str, language: str) -> str:
    """Return what a cell shows for a word of the register."""
    return CHOICES.get(field, {}).get(value, value) if language == "vi" else value


def folded(text: str) -> str:
    """Return letters and digits alone: neither case, spaces and signs nor accents, composed or not, tell two apart."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalnum())


_FIELDS: t.Mapping[str, t.Mapping[str, str]] = {
    kind: {folded(text): field for field, texts in fields.items() for text in (field, *texts)}
    for kind, fields in HEADINGS.items()
}
_CHOSEN: t.Mapping[str, t.Mapping[str, str]] = {
    field: {folded(text): word for word, shown in choices.items() for text in (word, shown)}
    for field, choices in CHOICES.items()
}
