# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of devices and people into the register and out of it, by the real ansible-playbook, over both databases."""

from __future__ import annotations

import csv
import datetime
import unicodedata

import openpyxl
import pytest

from tests.integration.register.conftest import Unsafe

HEADINGS = ["TÊN  thiết bị", "loại thiết bị *", "Số sê-ri", "MAC", "IP address", "Vùng mạng", "Ngày nhận", "Ghi chú"]
PC = [
    "pc-01",
    "Máy trạm",
    123,
    "02-00-00-00-00-01\n0200.0000.0002",
    "10.1.0.1",
    "lan",
    datetime.date(2026, 1, 31),
    None,
]


def take(path, **options):
    return {"commune.baseline.register_import": {"src": str(path), **options}}


@pytest.fixture(name="book")
def fixture_book(tmp_path):
    """Write a workbook as a person would, with one sheet of devices."""

    def write(*rows, **sheets):
        book = openpyxl.Workbook()
        book.active.title = "Thiết bị"
        for title, lines in {"Thiết bị": rows, **sheets}.items():
            sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
            for line in lines:
                sheet.append(line)
        book.save(tmp_path / "thiet-bi.xlsx")
        return tmp_path / "thiet-bi.xlsx"

    return write


def test_a_file_is_stored_once_and_check_mode_stores_nothing(verbs, book, foreign_sql):
    people = [["Mã", "Họ và tên", "Vai trò"], ["cb-cntt", "Cán bộ CNTT", "it_officer; nguoi_kiem"]]
    headings = [unicodedata.normalize("NFD", one) for one in HEADINGS]
    path = book([*headings, "Custodian"], [*PC, "cb-cntt"], **{"Nhân sự": people})
    (dry,) = verbs.run(take(path), arguments=["--check"])
    assert dry["added"] == ["person cb-cntt", "device pc-01"]
    assert "pc-01" not in foreign_sql("SELECT name FROM devices")
    first, again = verbs.run(take(path), take(path))
    assert (first["changed"], again["changed"], again["unchanged"]) == (True, False, 2)
    stored = foreign_sql("SELECT name, serial, custodian, received_on FROM devices")
    assert all(text in stored for text in ("pc-01", "123", "cb-cntt", "2026-01-31"))
    assert "02:00:00:00:00:02" in foreign_sql("SELECT mac FROM device_macs")


def test_every_faulty_cell_is_told_and_nothing_is_stored(verbs, book, foreign_sql):
    rows = [
        ["pc-02", "Máy bay", "=1+1", "01:00:5e:00:00:01", None, "garage", "31/02/2026", None],
        ["pc-01", "Máy in", "123", "02:00:00:00:00:01", "10.1.0.1", "lan", "1/1/2099", "x" * 30_000],
        [None, "server", 1.5, None, "mạng", "lan", None, "«ThiÕt bÞ»"],
    ]
    (result,) = verbs.run(take(book(HEADINGS, PC, *rows)))
    cells = {f"{fault['column']}{fault['row']}": fault["reason"] for fault in result["faults"]}
    assert cells.keys() == {
        *("B3", "C3", "D3", "F3", "G3"),
        *("A4", "C4", "D4", "E4", "G4", "H4"),
        *("A5", "C5", "E5", "H5"),
    }  # fmt: skip
    assert "never computed" in cells["C3"]
    assert "row 2 has it already" in cells["D4"]
    assert {fault["sheet"] for fault in result["faults"]} == {"Thiết bị"}
    vietnamese, english = result["msg"].splitlines()
    assert vietnamese.startswith("thiet-bi.xlsx: chưa lưu gì, vì có ô sai (15): ")
    assert "trang Thiết bị, ô B3: 'Máy bay': một trong Máy trạm (workstation), " in vietnamese
    assert "sheet Thiết bị, cell B3 is 'Máy bay': one of Máy trạm (workstation), " in english
    assert all(fault["vi"].startswith(f"trang Thiết bị, ô {fault['column']}") for fault in result["faults"])
    assert "pc-0" not in foreign_sql("SELECT name FROM devices")


def test_a_cell_that_is_empty_leaves_what_the_register_has(verbs, book, foreign_sql):
    device = {"commune.baseline.device": {"name": "pc-01", "class": "workstation", "note": "giữ lại"}}
    _stored, result = verbs.run(device, take(book(HEADINGS, PC)))
    assert result["updated"] == ["device pc-01"]
    assert "giữ lại" in foreign_sql("SELECT note FROM devices")


def test_what_looks_like_a_template_or_a_statement_stays_text(verbs, tmp_path, foreign_sql):
    path = tmp_path / "may.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = [["Name", "Class", "Note"], ["{{ 7*7 }}", "server", "'; DROP TABLE devices; --"]]
        csv.writer(file, delimiter=";").writerows(lines)
    (result,) = verbs.run(take(path))
    assert result["added"] == ["device {{ 7*7 }}"]
    assert "{{ 7*7 }}" in foreign_sql("SELECT name FROM devices")


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_what_is_exported_is_nothing_new_to_an_import_and_no_formula(verbs, tmp_path, ending):
    path = tmp_path / f"so.{ending}"
    device = {"name": Unsafe("=1+1"), "class": "server", "macs": ["02:00:00:00:00:01"], "note": "-2\nhai dòng"}
    export = {"commune.baseline.register_export": {"dest": str(path)}}
    _device, written, again, taken = verbs.run({"commune.baseline.device": device}, export, export, take(path))
    assert (written["changed"], again["changed"]) == (True, False)
    assert (taken["changed"], taken["unchanged"]) == (False, 1)
    assert path.stat().st_mode & 0o777 == 0o600
    if ending == "csv":
        assert "'=1+1,Máy chủ" in path.read_text("utf-8-sig")
    else:
        cell = openpyxl.load_workbook(path)["Thiết bị"]["A2"]
        assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_the_template_is_filled_and_imported_and_never_written_over(verbs, tmp_path):
    path = tmp_path / "mau.xlsx"
    template = {"commune.baseline.register_export": {"dest": str(path), "template": True}}
    dry, *_rest = verbs.run(template, arguments=["--check"])
    assert dry["changed"]
    assert not path.exists()
    made, again = verbs.run(template, template)
    assert (made["changed"], again["changed"]) == (True, False)
    book = openpyxl.load_workbook(path)
    parts = ["Phương tiện lưu trữ", "Phần mềm", "Giấy phép"]
    assert book.sheetnames == ["Thiết bị", "Nhân sự", *parts, "Hướng dẫn", "Danh mục"]
    sheet = book["Thiết bị"]
    columns = {cell.value.removesuffix(" *"): cell.column for cell in sheet[1]}
    for heading, value in {"Tên thiết bị": "pc-01", "Loại thiết bị": "Máy trạm", "Trạng thái": "Đã nhận"}.items():
        sheet.cell(2, columns[heading]).value = value
    book.save(path)
    taken, refused = verbs.run(take(path), template)
    assert taken["added"] == ["device pc-01"]
    assert "nothing is written over it" in refused["msg"]
