# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._report import reasons
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import in_vietnamese

SSH = "Task failed: Failed to connect to the host via ssh: "


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("cannot read /etc/x: Permission denied", "không đọc được /etc/x: không có quyền"),
        ("the row names no attribute", "dòng thiết lập không nêu thuộc tính nào"),
        (
            "cannot write /etc/x: cannot write the journal: No space left on device",
            "không ghi được /etc/x: không ghi được nhật ký hoàn tác: ổ đĩa đã đầy",
        ),
        (
            "cannot put sudo back: apt-get failed with code 100: E: broken",
            "không trả lại được sudo: apt-get báo lỗi mã 100: E: broken",
        ),
        (
            "it is 1 now, but no file sets it at the next boot",
            "hiện là 1, nhưng không tệp nào đặt giá trị này khi khởi động lại",
        ),
        (
            "Can bo Chau wiped and approved order 12: that takes two people",
            "Can bo Chau vừa xóa vừa phê duyệt lệnh 12: phải là hai người khác nhau",
        ),
    ],
)
def test_a_reason_is_told_in_vietnamese(said, told):
    assert in_vietnamese(said) == told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "cannot correct /a: Permission denied; cannot correct /b: it is no regular file",
            "không sửa được /a: không có quyền; không sửa được /b: đây không phải là tệp thông thường",
        ),
        (
            "no such group; usb cannot be unloaded, since something uses it; it is blocked from the next boot on",
            "không có nhóm này; "
            "không gỡ được usb khỏi bộ nhớ vì đang được dùng; mô-đun này bị chặn từ lần khởi động sau",
        ),
        (
            "for server, workstation only; baseline_device_class does not say what this device is",
            "chỉ dành cho server, workstation; baseline_device_class chưa cho biết thiết bị này thuộc loại nào",
        ),
        (
            "cannot install new: W: old; E: Unable to locate package new",
            "không cài được new: W: old; không tìm thấy gói new trong kho phần mềm",
        ),
        ("E: odd; no such group; W: odder", "E: odd; không có nhóm này; W: odder"),
    ],
)
def test_of_several_sentences_each_is_told(said, told):
    assert in_vietnamese(said) == told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            SSH + "ssh: connect to host 192.0.2.10 port 22: Connection timed out",
            "ssh: 192.0.2.10, cổng 22: quá thời gian chờ kết nối",
        ),
        (
            SSH + "ssh: Could not resolve hostname pc-07: Name or service not known",
            "ssh: không tìm được địa chỉ của pc-07: không có tên này",
        ),
        (
            SSH + "Warning: Permanently added 'pc' to the list.\r\nops@pc: Permission denied (publickey).",
            "ssh: Warning: Permanently added 'pc' to the list.\r\n"
            "ops@pc: thiết bị từ chối đăng nhập (cách được chấp nhận: publickey)",
        ),
        (SSH + "Host key verification failed.", "ssh: chưa xác nhận được khóa ssh của thiết bị."),
        ("Task failed: Missing sudo password", "thiếu mật khẩu sudo: thêm --ask-become-pass"),
        (
            "Task failed: Premature end of stream waiting for become success.\n"
            ">>> Standard Error\nsudo: a password is required",
            "không lấy được quyền quản trị.\nchi tiết:\nsudo cần mật khẩu: thêm --ask-become-pass",
        ),
        ("The module interpreter '/usr/bin/python9' was not found.", "thiết bị không có Python tại '/usr/bin/python9'"),
    ],
)
def test_what_stands_between_us_and_a_device_is_told(said, told):
    assert in_vietnamese(said) == told


@pytest.mark.parametrize("said", ["", "; ", "\n\n", "quite another thing", "cannot read", "there is nothing"])
def test_what_is_not_known_stays_as_it_is(said):
    assert in_vietnamese(said) == said


def test_what_is_filled_in_is_neither_escaped_nor_read_as_a_template():
    said = r"cannot read /a{error}<b>\1%s: {path}"
    assert in_vietnamese(said) == r"không đọc được /a{error}<b>\1%s: {path}"


def test_sentences_within_sentences_without_an_end_are_told_only_so_far():
    told = in_vietnamese("cannot read a: " * 1000)
    assert told.startswith("không đọc được a: không đọc được a: ")
    assert told.endswith("cannot read a: cannot read a: ")


def test_of_sentences_without_number_the_first_are_told():
    told = in_vietnamese("no such group; " * 1000)
    assert told.startswith("không có nhóm này; không có nhóm này; ")
    assert told.endswith("no such group; no such group; ")


def forget():
    for known in (reasons._texts, reasons._entries, reasons.in_vietnamese):
        known.cache_clear()


@pytest.mark.parametrize("texts", [None, "sentences: ["], ids=["gone", "damaged"])
def test_without_the_texts_a_reason_stays_english(monkeypatch, tmp_path, texts):
    if texts is not None:
        (tmp_path / "reasons.yml").write_text(texts)
    monkeypatch.setattr(reasons, "_REASONS", tmp_path / "reasons.yml")
    forget()
    try:
        assert in_vietnamese("no such group") == "no such group"
    finally:
        forget()
