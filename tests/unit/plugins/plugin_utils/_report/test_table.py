# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import string
import textwrap
import unicodedata

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._report import table as report
from ansible_collections.commune.baseline.plugins.plugin_utils._report.table import Obstacle, table

STATES = ("pass", "fail", "not_assessed", "excepted", "not_applicable")
ALLOWED = {"reason": "Máy in cũ", "approver": "CT", "document": "1/QĐ", "expires": "2027-01-31"}
FAILING = {
    "state": "fail",
    "after": None,
    "before": None,
    "why": {"vi": "Máy bỏ quên.", "en": "A shell left open."},
    "fix": {"vi": "Chạy lại.", "en": "Run again."},
}


def a_row(**fields):
    return {
        "id": "LNX-A",
        "state": "pass",
        "compare": "<=",
        "desired": 600,
        "before": "600",
        "after": "600",
        "where": None,
        "path": None,
        "parameter": None,
        "reason": None,
        "changed": False,
        "would_change": False,
        **fields,
    }


def a_control(state="pass", *rows, control="AC-08", vi="Khóa màn hình", en="Screen lock"):
    title = {"vi": vi, "en": en}
    return {"control": control, "state": state, "title": title, "parts": [], "looked_at": [], "rows": list(rows)}


def details(row, language="en"):
    """Return what the table says below the line of a control that has this row."""
    lines = table({"pc": [a_control(row["state"], row)]}, {}, language).splitlines()
    return [line.strip() for line in lines[3:-1]]


def block(text):
    return textwrap.dedent(text).strip("\n")


TIMED_OUT = Obstacle("unreachable", "Connection timed out")
BROKEN = Obstacle("failed", "no such role")
EXCEPTED = a_row(state="excepted", exception=ALLOWED)
DEVICES = {
    "may-chu-12": [
        a_control("pass", a_row()),
        a_control("fail", a_row(**FAILING, where="/etc/profile:3"), control="NT-11", vi="Tường lửa", en="Firewall"),
    ],
    "pc": [
        a_control(
            "not_assessed",
            a_row(**{**FAILING, "state": "not_assessed"}, reason="cannot read /etc/profile: Permission denied"),
        ),
        a_control(
            "excepted", a_row(state="excepted", exception=ALLOWED), control="NT-11", vi="Tường lửa", en="Firewall"
        ),
        a_control("not_applicable", control="NT-12", vi="Mạng không dây", en="Wireless"),
    ],
}


def test_the_table_in_vietnamese():
    assert table(DEVICES, {"away": TIMED_OUT, "broken": BROKEN}, "vi") == block("""
        Kết quả theo thiết bị và biện pháp
        Thiết bị    Biện pháp  Kết quả        Nội dung
        may-chu-12  AC-08      ĐẠT            Khóa màn hình
        may-chu-12  NT-11      KHÔNG ĐẠT      Tường lửa
                                              LNX-A: hiện tại: chưa đặt (/etc/profile:3); cần: ≤ 600
                                              Vì sao: Máy bỏ quên.
                                              Cách xử lý: Chạy lại.
        pc          AC-08      CHƯA KIỂM TRA  Khóa màn hình
                                              LNX-A: không đọc được /etc/profile: không có quyền
                                              Vì sao: Máy bỏ quên.
        pc          NT-11      NGOẠI LỆ       Tường lửa
                                              LNX-A: ngoại lệ đến 2027-01-31: Máy in cũ (CT duyệt, văn bản 1/QĐ)
        pc          NT-12      KHÔNG ÁP DỤNG  Mạng không dây
        away        -          CHƯA KIỂM TRA  không kết nối được: quá thời gian chờ kết nối
        broken      -          CHƯA KIỂM TRA  lỗi khi kiểm tra: no such role
        1/4 lượt kiểm tra biện pháp đạt; không áp dụng: 1; thiết bị chưa kiểm tra được: 2
    """)


def test_the_table_in_english():
    assert table(DEVICES, {"away": TIMED_OUT, "broken": BROKEN}, "en") == block("""
        Results by device and control
        Device      Control  Result          Content
        may-chu-12  AC-08    PASS            Screen lock
        may-chu-12  NT-11    FAIL            Firewall
                                             LNX-A: now: not set (/etc/profile:3); should be: ≤ 600
                                             Why: A shell left open.
                                             What to do: Run again.
        pc          AC-08    NOT ASSESSED    Screen lock
                                             LNX-A: cannot read /etc/profile: Permission denied
                                             Why: A shell left open.
        pc          NT-11    EXCEPTED        Firewall
                                             LNX-A: excepted until 2027-01-31: Máy in cũ (approved by CT, document 1/QĐ)
        pc          NT-12    NOT APPLICABLE  Wireless
        away        -        NOT ASSESSED    cannot be reached: Connection timed out
        broken      -        NOT ASSESSED    the check failed: no such role
        1/4 checks of controls pass; not applicable: 1; devices that could not be assessed: 2
    """)


def test_without_rows_every_control_is_one_line():
    lines = table(DEVICES, {}, "en", rows=False).splitlines()
    assert len(lines) == 3 + sum(map(len, DEVICES.values()))
    assert not any("LNX-A" in line or "Why" in line for line in lines)


def test_devices_are_sorted_and_controls_keep_their_order():
    devices = {name: [a_control(control="NT-11"), a_control(control="AC-08")] for name in ("pc2", "pc1")}
    obstacles = {"b": Obstacle("unreachable", "no route"), "a": Obstacle("unreachable", "refused")}
    assert table(devices, obstacles, "en") == block("""
        Results by device and control
        Device  Control  Result        Content
        pc1     NT-11    PASS          Screen lock
        pc1     AC-08    PASS          Screen lock
        pc2     NT-11    PASS          Screen lock
        pc2     AC-08    PASS          Screen lock
        a       -        NOT ASSESSED  cannot be reached: refused
        b       -        NOT ASSESSED  cannot be reached: no route
        4/4 checks of controls pass; devices that could not be assessed: 2
    """)


def test_letters_that_come_in_pieces_keep_the_columns_aligned():
    devices = {unicodedata.normalize("NFD", name): [a_control()] for name in ("máy-bộ-phận", "pc")}
    assert table(devices, {}, "vi") == block("""
        Kết quả theo thiết bị và biện pháp
        Thiết bị     Biện pháp  Kết quả  Nội dung
        máy-bộ-phận  AC-08      ĐẠT      Khóa màn hình
        pc           AC-08      ĐẠT      Khóa màn hình
        2/2 lượt kiểm tra biện pháp đạt
    """)


def test_a_run_that_reached_nobody_passes_nothing_of_nothing():
    assert table({}, {"away": Obstacle("unreachable", "")}, "en") == block("""
        Results by device and control
        Device  Control  Result        Content
        away    -        NOT ASSESSED  cannot be reached
        0/0 checks of controls pass; devices that could not be assessed: 1
    """)


@pytest.mark.parametrize(
    ("states", "total"),
    [
        (["pass", "pass"], "2/2 checks of controls pass"),
        (["pass", "fail", "excepted"], "1/3 checks of controls pass"),
        (["not_assessed", "not_applicable"], "0/1 checks of controls pass; not applicable: 1"),
    ],
)
def test_the_total_counts_passes_of_all_controls_of_all_devices(states, total):
    devices = {f"pc{number}": [a_control(state)] for number, state in enumerate(states)}
    assert table(devices, {}, "en").splitlines()[-1] == total


@pytest.mark.parametrize(
    ("fields", "sentences"),
    [
        ({}, []),
        (
            {"state": "excepted", "exception": ALLOWED},
            ["LNX-A: excepted until 2027-01-31: Máy in cũ (approved by CT, document 1/QĐ)"],
        ),
        ({"state": "not_applicable", "reason": "for debian only"}, []),
        (
            {"state": "fail", "after": "0", "compare": "in", "desired": [1, 2]},
            ["LNX-A: now: 0; should be: 1 / 2"],
        ),
        (
            {"state": "fail", "before": "0", "compare": "in", "desired": [1, 2], "would_change": True},
            ["LNX-A: now: 0; would be set to: 1"],
        ),
        ({"changed": True, "before": None}, ["LNX-A: corrected: not set → 600"]),
        ({"changed": True, "before": "0", "where": "/a:1"}, ["LNX-A: corrected: 0 → 600 (/a:1)"]),
        ({"state": "fail", "before": None, "would_change": True}, ["LNX-A: now: not set; would be set to: 600"]),
        (
            {"state": "fail", "before": "0", "would_change": True, "where": "/a:1"},
            ["LNX-A: now: 0 (/a:1); would be set to: 600"],
        ),
        ({"state": "fail", "after": "0"}, ["LNX-A: now: 0; should be: ≤ 600"]),
        ({"state": "fail", "after": "0", "compare": ">="}, ["LNX-A: now: 0; should be: ≥ 600"]),
        ({"state": "fail", "after": "0", "compare": "=="}, ["LNX-A: now: 0; should be: 600"]),
        ({"state": "fail", "changed": True, "reason": "written, but /a:1 wins"}, ["LNX-A: written, but /a:1 wins"]),
        ({"state": "fail", "would_change": True, "reason": "no space"}, ["LNX-A: no space"]),
        (
            {"state": "fail", "would_change": True, "before": "0", "reason": "no space"},
            ["LNX-A: no space", "LNX-A: now: 0; would be set to: 600"],
        ),
        (
            {"state": "fail", "changed": True, "after": "0", "reason": "written, but /a:1 wins"},
            ["LNX-A: written, but /a:1 wins", "LNX-A: now: 0; should be: ≤ 600"],
        ),
        ({"state": "not_assessed", "reason": "no such file"}, ["LNX-A: no such file"]),
    ],
)
def test_a_row_says_what_it_did_or_lacks_and_is_silent_if_it_simply_passes(fields, sentences):
    assert details(a_row(**fields)) == sentences


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"state": "fail", "after": None}, "LNX-A: hiện tại: chưa đặt; cần: ≤ 600"),
        ({"state": "fail", "before": "0", "would_change": True}, "LNX-A: hiện tại: 0; sẽ sửa thành: 600"),
        ({"changed": True, "before": "0"}, "LNX-A: đã sửa: 0 → 600"),
        (
            {"changed": True, "before": "600"},
            "LNX-A: giá trị giữ nguyên; đã ghi vào cấu hình, hoặc khởi động lại dịch vụ để áp dụng",
        ),
    ],
)
def test_a_row_says_it_in_vietnamese_too(fields, sentence):
    assert details(a_row(**fields), "vi") == [sentence]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_state_has_its_own_word(language):
    devices = {"pc": [a_control(state) for state in STATES]}
    words = {re.split("  +", line)[2] for line in table(devices, {}, language).splitlines()[2:-1]}
    assert len(words) == len(STATES)


def test_both_languages_have_the_same_words_with_the_same_gaps():
    assert set(report._STATES) == set(report._HEADS) == set(report._WORDS) == set(report.LANGUAGES) == {"vi", "en"}
    for texts in (report._STATES, report._WORDS):
        assert texts["vi"].keys() == texts["en"].keys()
    for key, text in report._WORDS["vi"].items():
        assert gaps(text) == gaps(report._WORDS["en"][key])


def gaps(text):
    return {name for _literal, name, _format, _conversion in string.Formatter().parse(text) if name}


HOSTILE = {
    "line feed": "\n",
    "carriage return": "\r",
    "tab": "\t",
    "vertical tab": "\v",
    "form feed": "\f",
    "file separator": "\x1c",
    "null": "\0",
    "escape": "\x1b",
    "delete": "\x7f",
    "next line": "\x85",
    "control sequence introducer": "\x9b",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "right-to-left override": "\u202e",
    "right-to-left isolate": "\u2067",
    "zero width space": "\u200b",
    "byte order mark": "\ufeff",
    "tag letter": "\U000e0041",
    "undecodable byte": "\udce9",
    "private letter": "\ue000",
    "no-break space": "\u00a0",
}


@pytest.mark.parametrize("character", HOSTILE.values(), ids=HOSTILE)
def test_text_of_a_device_neither_breaks_a_line_nor_commands_the_terminal(character):
    said = f"a{character}[31mb{character}"
    row = a_row(state="fail", after=said, where=said)
    devices = {f"pc{character}1": [a_control("fail", row, a_row(state="not_assessed", reason=said))]}
    assert table(devices, {"away": Obstacle("unreachable", said)}, "en") == block("""
        Results by device and control
        Device  Control  Result        Content
        pc 1    AC-08    FAIL          Screen lock
                                       LNX-A: now: a [31mb (a [31mb ); should be: ≤ 600
                                       LNX-A: a [31mb
        away    -        NOT ASSESSED  cannot be reached: a [31mb
        0/1 checks of controls pass; devices that could not be assessed: 1
    """)


def test_a_program_that_clears_the_screen_becomes_text():
    reason = "\x1b]0;owned\x07\x1b[2J\r\nroot@pc:~# \u202edrowssap"
    assert details(a_row(state="not_assessed", reason=reason)) == ["LNX-A: ]0;owned [2J root@pc:~# drowssap"]


def test_braces_of_a_device_are_not_filled_in():
    row = a_row(state="fail", after="{id} {0} {desired.__class__}", where="{id}")
    assert details(row) == ["LNX-A: now: {id} {0} {desired.__class__} ({id}); should be: ≤ 600"]


@pytest.mark.parametrize(
    ("looked_at", "title"),
    [
        (["idle", "001:19.1.c"], "Screen lock"),
        (["001:19.1.c"], "Screen lock (1 of 2 parts looked at)"),
        ([], "Screen lock (0 of 2 parts looked at)"),
    ],
)
def test_a_control_says_how_much_of_it_was_looked_at(looked_at, title):
    control = a_control("pass", a_row()) | {"parts": ["idle", "001:19.1.c"], "looked_at": looked_at}
    assert table({"pc": [control]}, {}, "en").splitlines()[2] == f"pc      AC-08    PASS    {title}"


def test_a_row_that_would_be_written_names_its_file():
    row = a_row(state="fail", before=None, would_change=True, path="/etc/a.sh")
    assert details(row) == ["LNX-A: now: not set; would be set to: 600 in /etc/a.sh"]
