# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The words of the printed certificate of a disposal, Vietnamese and English side by side (form F-07)."""

from __future__ import annotations

import typing as t


class Words(t.NamedTuple):
    """One text in both languages."""

    vi: str
    en: str


LABELS = {
    "office": Words("Tên cơ quan", "Office"),
    "title": Words(
        "Biên bản xóa dữ liệu, tiêu hủy phương tiện lưu trữ",
        "Certificate of media sanitisation (NIST SP 800-88 Rev. 2)",
    ),
    "basis": Words("Căn cứ", "Basis"),
    "order": Words("Văn bản đồng ý số", "Order"),
    "made": Words("Lập lúc", "Made"),
    "place": Words("Địa điểm", "Place"),
    "destination": Words("Sau đó", "Destination"),
    "device": Words("Thiết bị", "Device"),
    "name": Words("Tên trong sổ", "Name in the register"),
    "class": Words("Loại", "Class"),
    "make": Words("Hãng, kiểu", "Make and model"),
    "serial": Words("Số sê-ri", "Serial number"),
    "asset_tag": Words("Mã tài sản", "Property number"),
    "secrecy": Words("Độ mật", "Secrecy"),
    "media": Words("Phương tiện lưu trữ", "Media"),
    "medium": Words("Phương tiện", "Medium"),
    "method": Words("Phương thức", "Method"),
    "time": Words("Thời gian", "Time"),
    "result": Words("Kết quả kiểm chứng", "Verification"),
    "model": Words("Kiểu", "Model"),
    "wwn": Words("WWN", "WWN"),
    "bytes": Words("Dung lượng", "Size"),
    "tool": Words("Công cụ", "Tool"),
    "attempts": Words("Trước đó", "Before that"),
    "began": Words("Bắt đầu", "Began"),
    "ended": Words("Xong", "Ended"),
    "day": Words("Ngày", "Day"),
    "expectation": Words("Đọc ra", "Reads as"),
    "read": Words("Đã đọc", "Read"),
    "seed": Words("Hạt giống mẫu", "Seed of the sample"),
    "largest_gap": Words("Đoạn dài nhất không đọc", "Longest stretch not read"),
    "people": Words("Thành phần tham gia và chữ ký", "People and signatures"),
    "sign": Words("Ký, ghi rõ họ tên", "Signature"),
    "date": Words("Ngày ..... tháng ..... năm .........", "Date"),
    "witnessed": Words("Không còn gì để đọc lại; người chứng kiến xác nhận", "Nothing is left to be read; witnessed"),
    "record": Words(
        "Bản in này làm từ hồ sơ điện tử đã ký số; hồ sơ đó mới là bản gốc. "
        "SHA-256 của hồ sơ, cũng được ghi trong sổ thiết bị:",
        "Printed from a digitally signed record, which is the original. SHA-256 of the record, as the register has it:",
    ),
}
ROLES = {
    "approved_by": Words("Người phê duyệt", "Approved by"),
    "requested_by": Words("Người đề nghị", "Requested by"),
    "wiped_by": Words("Người xóa", "Wiped by"),
    "verified_by": Words("Người kiểm chứng", "Verified by"),
    "destroyed_by": Words("Người tiêu hủy", "Destroyed by"),
    "witnesses": Words("Người chứng kiến", "Witness"),
}
METHODS = {
    "Clear": Words("Xóa (Clear): không đọc lại được qua giao tiếp của phương tiện", "Clear"),
    "Purge": Words("Xóa sạch (Purge): phòng thí nghiệm cũng không khôi phục được", "Purge"),
    "Destroy": Words("Tiêu hủy (Destroy): phương tiện không dùng được nữa", "Destroy"),
}
# What is not here is the name of a drive's own command, and stands as it is.
TECHNIQUES = {
    "overwrite": Words("ghi đè toàn bộ", "overwrite"),
    "shred": Words("cắt vụn", "shred"),
    "disintegrate": Words("phân rã thành mảnh", "disintegrate"),
    "pulverise": Words("nghiền thành bột", "pulverise"),
    "melt": Words("nung chảy", "melt"),
    "incinerate": Words("đốt", "incinerate"),
}
KINDS = {
    "hdd": Words("đĩa cứng", "hard disk"),
    "ssd": Words("ổ SSD", "SSD"),
    "nvme": Words("ổ NVMe", "NVMe drive"),
    "flash": Words("USB, thẻ nhớ", "USB stick, memory card"),
    "tape": Words("băng từ", "tape"),
    "optical": Words("đĩa quang", "optical disc"),
    "other": Words("loại khác", "other"),
}
EXPECTATIONS = {
    "zeros": Words("toàn số không", "zeros"),
    "erased": Words("một giá trị duy nhất", "the same byte all over"),
    "noise": Words("nhiễu ngẫu nhiên", "noise"),
}
SCOPES = {"full": Words("đọc lại toàn bộ", "read in full"), "sample": Words("đọc lại theo mẫu", "read by sample")}
