# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that nobody can take, and text that must come back as it was."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.commune.baseline.plugins.plugin_utils._register import words
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, PERSON
from ansible_collections.commune.baseline.plugins.plugin_utils._register.life_cycle import STATES
from ansible_collections.commune.baseline.plugins.plugin_utils._register.text import WrongError, folded
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import (
    amounts,
    csv_file,
    guide,
    kinds,
    table,
    wording,
    xlsx,
    xlsx_writing,
)

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"], include_characters="\t\r\n"), max_size=20)
GUARDED = st.builds(lambda sign, text: f"{sign}{text}", st.sampled_from([*"=+-@\t\r'", "'=", "''"]), TEXT)


def workbook(*rows, title="Thiết bị"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def archive(**members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return data.getvalue()


@given(st.lists(TEXT | GUARDED, min_size=2, max_size=3))
def test_text_of_a_csv_file_comes_back_and_is_no_formula(tmp_path_factory, row):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    csv_file.write(path, [["A"] * len(row), row])
    sheet = csv_file.read(path, path.read_bytes())
    assert list(sheet.lines)[1].values == row
    assert not any(csv_file.guarded(text).startswith(("=", "+", "-", "@", "\t", "\r")) for text in row)


@pytest.mark.parametrize(
    "text", ["=1+1", "+84", "-1", "@x", "'=1", "{=1}", "_x0041_", '=HYPERLINK("http://a")', "00123"]
)
def test_text_of_a_workbook_comes_back_and_is_no_formula(tmp_path, text):
    path = tmp_path / "a.xlsx"
    xlsx_writing.write(path, [xlsx_writing.Page("A", [[text]], [10])])
    (sheet,) = xlsx.read(path, path.read_bytes())
    assert sheet.lines[0].values == [text]
    assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.xls", b"", "must be a file .xlsx or .csv"),
        ("a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"Workbook", "is an old XLS file; save it as XLSX"),
        ("a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "is encrypted"),
        ("a.xlsx", b"name,class", "is damaged or no XLSX file"),
        ("a.xlsx", archive(a="b"), "is damaged or no XLSX file"),
        ("a.xlsx", workbook(["Name"], ["a"])[:-100], "is damaged or no XLSX file"),
        ("a.xlsx", archive(a=b"0" * 101_000_000), "unpacks to more than 100 MB"),
        ("a.xlsx", archive(**{str(number): "" for number in range(1001)}), "unpacks to more than"),
        ("a.csv", b"x" * 20_000_001, "is larger than 20 MB"),
        (
            "a.csv",
            "Tên,Loại\npc-01,máy".encode()[:-1] + b"\xff",
            "a.csv, line 2: this is not UTF-8; save it as CSV UTF-8",
        ),
        ("a.csv", b'Name,Class\n"pc-01,server', "this is no CSV"),
        ("a.csv", b"", "is empty: its first row must hold headings"),
        ("a.xlsx", workbook(), "is empty: its first row must hold headings"),
        ("a.csv", b"Name,name", "sheet a, cell B1 is 'name': column A has the same heading"),
        ("a.csv", b"Name,Price", "sheet a, cell B1 is 'Price': it is no heading; there are "),
        ("a.csv", b"Class,Zone", "there must be a column T"),
        ("a.csv", b"Name,,Class\na,b,c", "cell B1 is '': it is no heading"),
        ("a.csv", b"Name\na,b", "cell B2 is 'b': its column has no heading"),
        ("a.xlsx", workbook(["Name", "=A1"]), "sheet Thiết bị, cell B1 is '=A1': it is no heading"),
    ],
)
def test_a_file_that_nobody_can_take_is_refused_in_a_sentence(tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RegisterError) as error:
        table.read(tmp_path / name)
    assert sentence in str(error.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(RegisterError, match=r"a\.csv cannot be read: No such file"):
        table.read(tmp_path / "a.csv")


def test_a_workbook_that_is_wider_than_can_be_is_refused(tmp_path):
    wide = "".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(1, 200))
    source, data = zipfile.ZipFile(io.BytesIO(workbook(["Name"]))), io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name in source.namelist():
            sheet = name.endswith("sheet1.xml")
            namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            content = f'<worksheet xmlns="{namespace}"><sheetData>{wide}</sheetData></worksheet>'
            file.writestr(name, content if sheet else source.read(name))
    (tmp_path / "a.xlsx").write_bytes(data.getvalue())
    with pytest.raises(RegisterError, match="more than 2000000 cells"):
        table.read(tmp_path / "a.xlsx")


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_in_the_forms_that_programs_write(tmp_path, coding, separator):
    (tmp_path / "a.csv").write_bytes(f"Tên thiết bị{separator}Loại\npc-01{separator}Máy trạm\n".encode(coding))
    (one,) = table.read(tmp_path / "a.csv")
    assert one.columns == {"name": 0, "class": 1}
    assert one.lines[0].values == ["pc-01", "Máy trạm"]


@pytest.mark.parametrize("kind", kinds.STORED)
def test_every_field_that_is_one_value_has_a_heading_and_no_two_have_the_same(kind):
    headings = wording.HEADINGS[kind.name]
    assert {field.name for field in kind.fields} <= headings.keys()
    version = {wording.VERSION} if kind in (DEVICE, PERSON) else set()
    assert set(headings) <= {*kind.columns, *(parts.name for parts in kind.parts if parts.is_plain)} | version
    texts = [{folded(text) for text in (field, *texts)} for field, texts in headings.items()]
    assert sum(map(len, texts)) == len(set().union(*texts))


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("512 GB", 512 * 10**9, "512 GB"),
        ("1,5tb", 15 * 10**11, "1500 GB"),
        ("500107862016", 500107862016, "500107862016 B"),
    ],
)
def test_the_room_of_a_medium_is_read_as_people_write_it_and_shown_to_the_byte(typed, value, shown):
    assert (amounts.room(typed), amounts.room_shown(value)) == (value, shown)
    assert amounts.room(shown) == value


@pytest.mark.parametrize("typed", ["1.000 GB", "1 GiB", "-1 GB", "0,1 B", "nhiều", "٣ GB"])
def test_a_room_that_can_be_read_in_two_ways_is_refused(typed):
    with pytest.raises(WrongError):
        amounts.room(typed)


def test_every_choice_has_a_vietnamese_word_of_its_own():
    wanted = {
        **{"class": words.CLASSES, "platform": words.PLATFORMS, "state": STATES, "kind": words.MEDIA},
        **{"roles": words.ROLES, "zone": tuple(words.DEFAULT_ZONES)},
    }
    assert wanted.keys() == wording.CHOICES.keys()
    for field, choices in wanted.items():
        assert tuple(sorted(wording.CHOICES[field])) == tuple(sorted(choices))
        assert all(wording.choice_of(field, wording.shown(field, one, "vi").upper()) == one for one in choices)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_column_of_a_template_is_explained_and_its_list_holds_its_choices(tmp_path, language):
    for kind in kinds.SHOWN:
        helps = guide.helps(kind, words.DEFAULT_ZONES, language)
        assert len(helps) == len(wording.HEADINGS[kind.name]) - (wording.VERSION in wording.HEADINGS[kind.name])
        assert all(len(one.text) <= 255 for one in helps)
    choosing = {field for field in wording.CHOICES if field != wording.STATE}
    listed = {
        field
        for kind in kinds.SHOWN
        for field, told in zip(
            wording.HEADINGS[kind.name], guide.helps(kind, words.DEFAULT_ZONES, language), strict=False
        )
        if wording.LISTS[language] in told.text
    }
    assert listed == choosing


def test_the_lists_of_a_template_are_where_its_columns_look_for_them(tmp_path):
    pages = guide.pages(words.DEFAULT_ZONES, "vi")
    (told,) = [one for one in guide.helps(DEVICE, words.DEFAULT_ZONES, "vi") if one.title == "Hệ điều hành"]
    page, number, many = told.listed_in
    (lists,) = [one for one in pages if one.name == page]
    column = [row[number] for row in lists.rows]
    assert column[: many + 1] == ["Hệ điều hành", *wording.CHOICES["platform"].values()]
    assert not any(column[many + 1 :])
