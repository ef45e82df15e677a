# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faulty files and what belongs to devices, into a real register; what is stored is read by the sqlite3 of Python."""

from __future__ import annotations

import io
import sqlite3
import zipfile

import openpyxl
import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import in_vietnamese
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import exporting, importing

DEVICES = [["Tên thiết bị", "Loại thiết bị"], ["pc-01", "Máy trạm"], ["pc-02", "Máy chủ"]]


class Office:
    """A register in a file, and files that are taken into it."""

    def __init__(self, folder):
        self.folder = folder
        self.register = Register.open(str(folder / "register.db"), create=True)

    def book(self, change=lambda _book: None, **sheets):
        """Write a workbook as a person would; ``change`` does to it what else they did."""
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in (sheets or {"Thiết bị": DEVICES}).items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        change(book)
        book.save(self.folder / "so.xlsx")
        return self.folder / "so.xlsx"

    def take(self, path):
        with self.register.write("officer") as writer:
            return importing.store(writer, path)

    def refused(self, path):
        """Return the error of a file that is not taken; nothing of it is stored."""
        with pytest.raises(RegisterError) as error:
            self.take(path)
        assert self.sql("SELECT (SELECT count(*) FROM devices) + (SELECT count(*) FROM events)") == [(0,)]
        return error.value

    def sql(self, query):
        connection = sqlite3.connect(self.folder / "register.db")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


@pytest.fixture(name="office")
def fixture_office(tmp_path):
    office = Office(tmp_path)
    yield office
    office.register.close()


def merge(book):
    book["Thiết bị"].merge_cells("B2:B3")


def hide_sheet(book):
    book.create_sheet("Cũ").append(["Tên thiết bị"])
    book["Cũ"].sheet_state = "hidden"


def hide_row(book):
    book["Thiết bị"].row_dimensions[3].hidden = True


def hide_column(book):
    book["Thiết bị"].column_dimensions["B"].hidden = True


@pytest.mark.parametrize(
    ("change", "english", "vietnamese"),
    [
        (
            merge,
            "sheet Thiết bị, cell B2 is merged as B2:B3: unmerge it, and write the value into each cell that it is for",
            "trang Thiết bị, ô B2: ô gộp B2:B3: hãy bỏ gộp ô, và ghi giá trị vào từng ô",
        ),
        (
            hide_sheet,
            "sheet Cũ is hidden: show it, or delete it if it is not meant",
            "trang Cũ: đang bị ẩn: hãy cho hiện, hoặc xóa nếu không dùng",
        ),
        (
            hide_row,
            "sheet Thiết bị, row 3 is hidden: show the row, or delete it if it is not meant",
            "trang Thiết bị, dòng 3: đang bị ẩn: hãy cho hiện dòng, hoặc xóa dòng nếu không dùng",
        ),
        (
            hide_column,
            "sheet Thiết bị, cell B1 is hidden: show the column, or delete it if it is not meant",
            "trang Thiết bị, ô B1: đang bị ẩn: hãy cho hiện cột, hoặc xóa cột nếu không dùng",
        ),
    ],
)
def test_what_a_person_does_not_see_is_refused(office, change, english, vietnamese):
    error = office.refused(office.book(change))
    assert english in str(error)
    assert vietnamese in error.said(in_vietnamese)


def test_a_hidden_row_or_sheet_that_holds_nothing_is_no_fault(office):
    def hide_nothing(book):
        book["Thiết bị"].row_dimensions[9].hidden = True
        book["Thiết bị"].column_dimensions["G"].hidden = True
        book.create_sheet("Trống").sheet_state = "veryHidden"

    assert len(office.take(office.book(hide_nothing))) == 2


def rewritten(path, name, change):
    """Change one part of a workbook as no spreadsheet program would."""
    with zipfile.ZipFile(path) as source:
        parts = {one: source.read(one) for one in source.namelist()}
    parts[name] = change(parts[name])
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for one, content in parts.items():
            file.writestr(one, content)
    path.write_bytes(data.getvalue())
    return path


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_a_document_type_is_refused_in_every_part_and_coding(office, part, coding):
    def change(content):
        text = content.decode()
        text = text[text.index("?>") + 2 :] if text.startswith("<?xml") else text
        return f'<?xml version="1.0" encoding="{coding}"?>{BOMB}{text}'.encode(coding)

    error = office.refused(rewritten(office.book(), part, change))
    assert str(error) == ("so.xlsx declares a document type, which no spreadsheet program writes: it may be an attack")
    assert error.said(in_vietnamese).startswith("so.xlsx có khai báo DOCTYPE")


def test_a_zip_with_a_password_is_told_as_one(office):
    path = office.book()
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(signature)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(signature, place + 4)
    path.write_bytes(content)
    assert str(office.refused(path)) == "so.xlsx is encrypted; save it without a password"


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ([["pc-01", "Máy trạm"], ["pc-02", "Máy chủ"]], ["1: none of these cells is a heading"]),
        ([["Tên vật tư", "Đơn giá"], ["Giấy A4", "80"]], ["1: none of these cells is a heading"]),
        ([["Loại thiết bị", "Vùng mạng"], ["Máy trạm", "lan"]], ["1: there must be a column Tên thiết bị"]),
        ([["Tên thiết bị", "Loại", "loai"], ["pc-01", "Máy trạm", ""]], ["C1: column B has the same heading"]),
        ([["Tên thiết bị", "Loại"], ["x" * 1_000_000, "Máy trạm"]], ["A2: at most 64 characters, not 1000000"]),
        (
            [["Tên thiết bị", "Loại", "Số sê-ri"], ["pc-01", "Máy bay", "S1"], ["PC-01", "Máy trạm", "s1"]],
            ["B2: one of Máy trạm (workstation)", "A3: row 2 has it already", "C3: row 2 has it already"],
        ),
        (
            [["Tên thiết bị", "Loại", "IP", "Vùng"], ["a", "x", "10.1.0.1", "lan"], ["b", "Máy in", "10.1.0.1", "lan"]],
            ["B2: one of Máy trạm (workstation)", "C3: row 2 has it already"],
        ),
    ],
)
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_every_faulty_cell_is_told_with_its_place(office, rows, faults, ending):
    path = office.folder / f"so.{ending}"
    if ending == "xlsx":
        if len(rows[1][0]) > 32_767:
            pytest.skip("openpyxl cuts what no spreadsheet program can hold")
        office.book(**{"so": rows})
    else:
        path.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    found = office.refused(path).faults
    assert len(found) == len(faults)
    for one, told in zip(found, faults, strict=True):
        assert f"{one.column}{one.row}: {one.reason}".startswith(told), found
        assert in_vietnamese(one.reason) != one.reason


def test_a_cell_of_a_million_signs_in_a_workbook_is_told_with_its_place(office):
    def lengthen(content):
        return content.replace(b"pc-02", b"x" * 1_000_000)

    path = rewritten(office.book(), "xl/worksheets/sheet1.xml", lengthen)
    (fault,) = office.refused(path).faults
    assert (fault.column, fault.row, fault.reason) == ("A", 3, "at most 64 characters, not 1000000")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("Tên,Loại\npc-01,máy\n".encode()[:-1] + b"\xff", "line 2: this is not UTF-8; save it as CSV UTF-8"),
        ("Name,Note\npc-01,D\u0111\n".encode("cp1258"), "line 2: this is not UTF-8; save it as CSV UTF-8"),
        (b"PK\x03\x04 whatever", "is a workbook and no CSV; give it the ending .xlsx, or save it as CSV UTF-8"),
    ],
)
def test_a_csv_in_a_code_page_is_refused_with_its_line(office, content, sentence):
    (office.folder / "a.csv").write_bytes(content)
    error = office.refused(office.folder / "a.csv")
    assert str(error).endswith(sentence)
    assert "UTF-8" in error.said(in_vietnamese)
    assert error.said(in_vietnamese) != str(error)


def test_a_csv_in_utf_16_is_taken(office):
    (office.folder / "a.csv").write_bytes("Tên thiết bị\tLoại\npc-01\tMáy trạm\n".encode("utf-16"))
    office.take(office.folder / "a.csv")
    assert office.sql("SELECT name, class FROM devices") == [("pc-01", "workstation")]


def test_more_faults_than_a_screen_holds_are_all_listed(office):
    rows = [["Tên thiết bị", "Loại thiết bị"], *([f"pc-{number}", "Máy bay"] for number in range(500))]
    error = office.refused(office.book(**{"Thiết bị": rows}))
    assert len(error.faults) == 500
    assert str(error).endswith("; and 480 more")
    assert error.said(in_vietnamese).endswith("; và 480 mục khác")


PEOPLE = [["Mã", "Họ và tên", "Vai trò"], ["cb-01", "Nguyễn Văn A", "Cán bộ công nghệ thông tin; it_officer"]]


def test_what_refers_to_a_faulty_row_is_no_fault_of_its_own(office):
    devices = [["Tên thiết bị", "Loại", "Mã người quản lý"], ["pc-01", "Máy trạm", "cb-01"], ["pc-02", "x", ""]]
    media = [["Tên thiết bị", "Số sê-ri phương tiện", "Loại phương tiện"], ["pc-02", "D1", "Ổ cứng SSD"]]
    error = office.refused(office.book(**{"Nhân sự": PEOPLE, "Thiết bị": devices, "Phương tiện lưu trữ": media}))
    assert [(one.sheet, f"{one.column}{one.row}") for one in error.faults] == [("Nhân sự", "C2"), ("Thiết bị", "B3")]


MEDIA = [
    ["Tên thiết bị", "Số sê-ri phương tiện", "Loại phương tiện", "Mẫu", "Dung lượng"],
    ["pc-01", "d-1", "Ổ cứng NVMe", "Mẫu A", "512 GB"],
    ["PC-01", "d-2", "hdd", None, "500107862016"],
]
SOFTWARE = [["Tên thiết bị", "Tên phần mềm", "Phiên bản"], ["pc-01", "LibreOffice", "24.8"], ["pc-02", "7-Zip", None]]
LICENCES = [
    ["Tên thiết bị", "Sản phẩm", "Số giấy phép", "Số máy được dùng", "Hết hạn ngày"],
    ["pc-01", "Phần mềm diệt vi-rút", "GP-1", "25", "31/12/2027"],
]
ALL = {"Thiết bị": DEVICES, "Phương tiện lưu trữ": MEDIA, "Phần mềm": SOFTWARE, "Giấy phép": LICENCES}


def test_media_software_and_licences_come_with_their_device(office):
    office.take(office.book(**ALL))
    assert office.sql(
        "SELECT d.name, m.serial, m.kind, m.bytes FROM device_media m JOIN devices d ON d.id = owner"
    ) == [
        ("pc-01", "D-1", "nvme", 512 * 10**9),
        ("pc-01", "D-2", "hdd", 500107862016),
    ]
    assert office.sql("SELECT name, version FROM device_software ORDER BY name") == [
        ("7-Zip", None),
        ("LibreOffice", "24.8"),
    ]
    assert office.sql("SELECT product, reference, seats, expires_on FROM device_licences") == [
        ("Phần mềm diệt vi-rút", "GP-1", 25, "2027-12-31")
    ]
    again = office.take(office.book(**ALL))
    assert not any(one.change.changed for one in again)


def test_the_rows_of_a_device_are_its_whole_list_and_others_keep_theirs(office):
    office.take(office.book(**ALL))
    office.take(office.book(**{"Phần mềm": [SOFTWARE[0], ["pc-01", "Firefox", "140"]]}))
    assert office.sql("SELECT name FROM device_software ORDER BY name") == [("7-Zip",), ("Firefox",)]


def test_every_faulty_cell_of_what_belongs_to_devices_is_told(office):
    media = [
        MEDIA[0],
        ["pc-01", "d-1", "Ổ cứng", None, "1.000 GB"],
        ["pc-01", "D-1", "hdd", "x" * 200, None],
        ["pc-02", "d-1", "ssd", None, None],
        ["pc-09", "d-9", "ssd", None, None],
        [None, "d-8", "ssd", None, None],
    ]
    licences = [LICENCES[0], ["pc-01", None, "GP-1", "nhiều", "31/02/2027"]]
    error = office.refused(office.book(**{**ALL, "Phương tiện lưu trữ": media, "Giấy phép": licences}))
    found = {(one.sheet, f"{one.column}{one.row}"): one.reason for one in error.faults}
    assert found.keys() == {
        *(("Phương tiện lưu trữ", cell) for cell in ("C2", "E2", "B3", "D3", "A5", "A6")),
        *(("Giấy phép", cell) for cell in ("B2", "D2", "E2")),
    }
    assert found["Phương tiện lưu trữ", "B3"] == "it stands twice; once is enough"
    assert found["Phương tiện lưu trữ", "A5"] == "the register knows no device of this name"
    assert all(in_vietnamese(reason) != reason for reason in found.values())


def test_a_medium_that_another_device_has_is_refused_at_its_cell(office):
    office.take(office.book(**ALL))
    path = office.book(**{"Phương tiện lưu trữ": [MEDIA[0], ["pc-02", "x-1", "ssd"], ["pc-02", "d-2", "hdd"]]})
    with pytest.raises(RegisterError) as error:
        office.take(path)
    (fault,) = error.value.faults
    assert (fault.column, fault.row, fault.reason) == ("B", 3, "device pc-01 has it already")


def test_two_sheets_of_devices_are_one_list(office):
    second = [DEVICES[0], ["pc-03", "Máy in"], ["pc-01", "Máy in"]]
    (fault,) = office.refused(office.book(**{"Tầng 1": DEVICES, "Tầng 2": second})).faults
    assert (fault.sheet, fault.column, fault.row) == ("Tầng 2", "A", 3)
    assert fault.reason == "row 2 of sheet Tầng 1 has it already"


@pytest.mark.parametrize(
    ("kind", "sheet"), [("media", "Phương tiện lưu trữ"), ("software", "Phần mềm"), ("licences", "Giấy phép")]
)
def test_a_csv_of_what_belongs_to_devices_goes_out_and_in_again(office, kind, sheet):
    office.take(office.book(**ALL))
    path = office.folder / f"{kind}.csv"
    with office.register.read() as reader:
        exporting.export(reader, path, exporting.Wanted("vi", kind, template=False), dry_run=False)
    assert len(path.read_text("utf-8-sig").splitlines()) == len(ALL[sheet])
    assert not any(one.change.changed for one in office.take(path))
