# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import string
from html.parser import HTMLParser

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._report.html import report
from ansible_collections.commune.baseline.plugins.plugin_utils._report.report_words import REPORT

SENTENCE = {"vi": "Máy bỏ quên.", "en": "A shell left open."}
ALLOWED = {"reason": "Máy in cũ", "approver": "Chủ tịch", "document": "1/QĐ", "expires": "2026-12-15"}
CHANGE = {"id": "07/2026", "reason": "Quý IV", "requester": "Văn phòng", "approver": "Chủ tịch"}
VOID = {"meta", "br"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% raw %}",
    "\u202eevil\u2066\u200f",
    "a\x00\x07\x1b[31mb\r\nc",
    "</style></title></table>&lt;",
    "x" * 10_000,
)


class Page(HTMLParser):
    """A report as a browser reads it: every element with its attributes and its text; raises if it is not closed."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self._open = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        if tag in ("td", "th", "br"):
            self.handle_data(" ")
        self.elements.append({"tag": tag, "text": "", **dict(attrs)})
        if tag not in VOID:
            self._open.append(self.elements[-1])

    def handle_endtag(self, tag):
        assert self._open.pop()["tag"] == tag

    def handle_data(self, data):
        for element in self._open:
            element["text"] += data

    def texts(self, tag, **attributes):
        """Return the texts of the elements of this kind, each in one line."""
        found = [one for one in self.elements if one["tag"] == tag and attributes.items() <= one.items()]
        return [" ".join(one["text"].split()) for one in found]


def a_row(state="pass", **fields):
    row = {"id": "LNX-A", "state": state, "desired": 600, "before": "0", "after": "0", "where": None, "reason": None}
    return {**row, "changed": False, "would_change": False, **fields}


def a_device(*rows, name="may-1", obstacle=None):
    """A device with a control for each row, whose state is that of the row."""
    controls = [
        {"control": f"AC-0{number}", "state": row["state"], "looked_at": ["a"], "rows": [row]}
        for number, row in enumerate(rows, start=1)
    ]
    return {"device": name, "class": "server", "scope": None, "obstacle": obstacle, "controls": controls}


def a_record(*devices, **fields):
    title = {"vi": "Khóa màn hình", "en": "Screen lock"}
    control = {"title": title, "priority": "must", "clauses": ["001:19.1.c"], "parts": ["a", "b"]}
    row = {"kind": "option", "parameter": "a", "path": "/etc/a", "compare": "<=", "why": SENTENCE, "fix": SENTENCE}
    return {
        "format": "commune.baseline.run/1",
        "schedules": [],
        "inventories": ["/site/hosts.yml"],
        "run": "20261125-014626-1",
        "began": "2026-11-25T08:46:26+07:00",
        "ended": "2026-11-25T08:47:00+07:00",
        "mode": "enforce",
        "operator": {"login": "lan", "before_sudo": None, "host": "dieu-khien"},
        "changes": [CHANGE],
        "site": "xa-cua-toi",
        "limit": None,
        "playbooks": ["drift.yml"],
        "ansible_core": "2.19.0",
        "collection": "0.1.0",
        "controls": {f"AC-0{number}": control for number in range(1, 7)},
        "rows": {"LNX-A": row},
        "devices": list(devices),
        **fields,
    }


def whole_record():
    """A run with one of everything."""
    rows = [a_row(), a_row("fail"), a_row("not_assessed", reason="no answer"), a_row("excepted", exception=ALLOWED)]
    changed = a_row("not_applicable", changed=True, before="0", after="600", where="/etc/a:1")
    away = a_device(name="away", obstacle={"what": "unreachable", "message": "Connection timed out"})
    return a_record(a_device(*rows, changed), away)


def page(record, language="vi"):
    return Page(report(record, language))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_report_is_one_file_that_asks_for_nothing_else(language):
    shown = page(whole_record(), language)
    assert [one["lang"] for one in shown.elements if one["tag"] == "html"] == [language]
    assert {one["tag"] for one in shown.elements} & {"script", "link", "img", "iframe", "form", "object"} == set()
    assert all(one["href"].startswith("#") for one in shown.elements if "href" in one)
    assert [one for one in shown.elements if "src" in one or "style" in one] == []
    assert (
        re.findall(r"url\(|@import|https?:", re.sub(r"/\*.*?\*/", "", report(whole_record(), language), flags=re.S))
        == []
    )


def test_every_link_leads_somewhere():
    shown = page(whole_record())
    ids = [one["id"] for one in shown.elements if "id" in one]
    assert len(ids) == len(set(ids))
    assert {one["href"][1:] for one in shown.elements if "href" in one} <= set(ids)


def test_every_table_has_heads_with_a_scope_and_every_state_a_word():
    shown = page(whole_record())
    assert {one.get("scope") for one in shown.elements if one["tag"] == "th"} == {"col", "row", "rowgroup"}
    assert "" not in [one["text"].strip() for one in shown.elements if (one.get("class") or "").startswith("state ")]


def test_the_head_says_what_was_run_when_by_whom_and_why():
    facts = dict(zip(*[page(whole_record()).texts(tag) for tag in ("dt", "dd")], strict=True))
    assert facts["Bắt đầu"] == "08:46:26 25/11/2026 (UTC+07:00)"
    assert facts["Hình thức"] == "kiểm tra và sửa cho đúng"
    assert facts["Người chạy"] == "lan, trên máy dieu-khien"
    assert facts["Phiếu thay đổi số"] == "07/2026 Lý do: Quý IV Người đề nghị: Văn phòng Người duyệt: Chủ tịch"


@pytest.mark.parametrize(("language", "begins"), [("vi", "Dưới tên biện pháp"), ("en", "Below a control")])
def test_the_texts_that_clauses_stand_in_are_named_and_no_others(language, begins):
    shown = page(whole_record(), language)
    (note,) = [text for text in shown.texts("p", **{"class": "note"}) if text.startswith(begins)]
    assert "001:19.2.b" in note
    texts = dict(zip(*[shown.texts(tag) for tag in ("dt", "dd")], strict=True))
    assert [name for name in texts if name.isdecimal()] == ["001"]
    assert texts["001"].startswith("Quy chế đảm bảo an toàn thông tin mạng")


def test_the_summary_counts_every_state_and_names_what_it_is_counted_of():
    shown = page(whole_record(), "en")
    assert shown.texts("li") == [
        "1 FAIL of 5",
        "1 NOT ASSESSED of 5",
        "1 EXCEPTED of 5",
        "1 PASS of 5",
        "1 NOT APPLICABLE of 5",
    ]
    assert "5 checks = 5 controls on 1 devices; a control on a device is one check." in shown.texts("p")
    assert shown.texts("p", **{"class": "verdict"}) == [
        "1 checks of controls that must be met fail. "
        "1 of 2 devices could not be assessed; none of their controls counts as met."
    ]


def test_a_run_that_assessed_nobody_does_not_say_that_nothing_fails():
    shown = page(a_record(a_device(name="away", obstacle={"what": "unanswered", "message": ""})), "en")
    assert shown.texts("p", **{"class": "verdict"}) == [
        "1 of 1 devices could not be assessed; none of their controls counts as met."
    ]


def test_what_is_not_met_comes_first_and_says_why_and_what_to_do():
    shown = page(a_record(a_device(a_row(), a_row("not_assessed", reason="no answer"), a_row("fail"))), "en")
    assert [text.split(" ")[:2] for text in shown.texts("h4")] == [["FAIL", "AC-03"], ["NOT", "ASSESSED"]]
    detail = dict(zip(shown.texts("dt")[6:], shown.texts("dd")[6:], strict=True))
    assert (detail["Now"], detail["Should be"]) == ("0 /etc/a", "≤ 600")
    assert (detail["Why it matters"], detail["Observed"]) == ("A shell left open.", "no answer")


def test_an_exception_says_who_allowed_it_and_how_long_it_holds():
    (line,) = [text for text in page(whole_record()).texts("tr") if "Máy in cũ" in text]
    assert line == "may-1 AC-04 LNX-A Máy in cũ Chủ tịch, 1/QĐ 15/12/2026 sắp hết hạn: còn 20 ngày"
    later = a_record(a_device(a_row("excepted", exception={**ALLOWED, "expires": "2027-11-25"})))
    assert any(text.endswith("25/11/2027 còn 365 ngày") for text in page(later).texts("tr"))


def test_what_was_changed_is_listed_with_the_way_back():
    shown = page(whole_record(), "en")
    assert "LNX-A AC-05 0 600 /etc/a:1" in shown.texts("tr")
    assert shown.texts("pre") == [
        "ansible-playbook -i /site/hosts.yml commune.baseline.rollback -e run=20261125-014626-1"
    ]
    assert page(a_record(a_device(a_row()))).texts("pre") == []


def test_how_much_of_a_control_was_looked_at_stands_beside_its_result():
    assert "AC-01 Screen lock must · 001:19.1.c PASS may-1 1/2" in page(a_record(a_device(a_row())), "en").texts("tr")


def test_a_part_counts_as_looked_at_only_if_it_was_on_every_device_to_which_the_control_applies():
    whole, half, printer = (a_device(a_row(), name=name) for name in ("may-1", "may-2", "may-in"))
    whole["controls"][0]["looked_at"] = ["a", "b"]
    printer["controls"][0] |= {"state": "not_applicable", "looked_at": []}
    shown = " ".join(page(a_record(whole, half, printer), "en").texts("tr"))
    assert "may-1, may-2" in shown
    assert "may-in 1/2" in shown


@pytest.mark.parametrize("evil", HOSTILE)
def test_what_devices_and_people_say_is_shown_as_text_and_no_more(evil):
    row = a_row(
        "fail", before=evil, after={"a": [evil]}, where=evil, reason=evil, changed=True, desired=evil, id="LNX-A"
    )
    excepted = a_row("excepted", exception={**dict.fromkeys(ALLOWED, evil), "expires": "2026-12-15"})
    unread = a_row("not_assessed", reason=evil)
    obstacle = {"what": "failed", "message": evil}
    record = a_record(
        {**a_device(row, excepted, unread, name=evil, obstacle=obstacle), "model": evil},
        changes=[dict.fromkeys(CHANGE, evil)],
        operator={"login": evil, "before_sudo": evil, "host": evil},
        site=evil,
        playbooks=[evil],
    )
    harmless = "plain"
    text, plain = report(record, "vi"), a_record(
        {"model": harmless, **a_device(
            {**row, **dict.fromkeys(("before", "where", "reason", "desired"), harmless), "after": {"a": [harmless]}},
            {**excepted, "exception": {**dict.fromkeys(ALLOWED, harmless), "expires": "2026-12-15"}},
            {**unread, "reason": harmless},
            name=harmless,
            obstacle={**obstacle, "message": harmless},
        )},
        changes=[dict.fromkeys(CHANGE, harmless)],
        operator=dict.fromkeys(("login", "before_sudo", "host"), harmless),
        site=harmless,
        playbooks=[harmless],
    )  # fmt: skip
    assert [one["tag"] for one in Page(text).elements] == [one["tag"] for one in page(plain).elements]
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f]", text) == []
    assert max(map(len, re.findall("x+", text))) <= 800
    assert "49" not in Page(text).texts("body")[0]
    if evil.isprintable() and len(evil) < 800:
        assert evil in Page(text).texts("body")[0]


def test_both_languages_have_the_same_words_with_the_same_places():
    def places(text):
        return {name for _text, name, _format, _conversion in string.Formatter().parse(text) if name}

    assert REPORT["vi"].keys() == REPORT["en"].keys()
    assert {key: places(text) for key, text in REPORT["vi"].items()} == {
        key: places(text) for key, text in REPORT["en"].items()
    }


@pytest.mark.parametrize("language", ["vi", "en"])
def test_scheduled_runs_that_did_not_happen_are_told(language):
    told = {
        "code": "missed",
        "vi": "Lịch a: số lần chạy đến hạn mà không diễn ra: 2",
        "en": "Schedule a: 2 runs missed",
    }
    assert told[language] in report(a_record(a_device(a_row()), schedules=[told]), language)
    assert 'id="schedules"' not in report(a_record(a_device(a_row())), language)


STANDING = {"devices": 3, "assessed": 1, "disposed": 2, "unknown": ["laptop"]}


def of_the_register(*devices):
    shown = [{"assessed": None, "unseen": None, **device} for device in devices]
    return page(a_record(*shown, standing=STANDING), "en")


def test_a_report_of_the_register_says_what_it_is_made_of_and_counts_all_its_devices():
    away = a_device(name="new", obstacle={"what": "never", "message": ""})
    shown = of_the_register({**a_device(a_row()), "assessed": "2026-11-24T01:00:00Z"}, away)
    notes = shown.texts("p", **{"class": "note"})
    assert any("holds 3 devices, of which this run assessed 1" in note for note in notes)
    assert any("2 disposed devices are left out." in note for note in notes)
    assert "Not in the register, and so not in this report: laptop" in shown.texts("p", **{"class": "part"})
    (line,) = [text for text in shown.texts("th") if "assessed" in text]
    assert line.endswith("assessed 08:00:00 2026-11-24 (UTC+07:00)")
    assert "new server NOT ASSESSED it is in the register, and was never assessed" in shown.texts("tr")
    assert "made of the register as it stood after run 20261125-014626-1" in shown.texts("footer")[0]


def test_what_the_register_says_a_device_is_stands_beside_its_name():
    shown = of_the_register({**a_device(a_row()), "model": "Simulated PC"})
    assert shown.texts("h3") == ["may-1 server · Simulated PC"]
    assert "may-1 server · Simulated PC" in shown.texts("th")


def test_devices_of_which_rows_were_never_looked_at_are_named():
    part = {**a_device(a_row()), "unseen": {"rows": 1, "baseline": 9}}
    whole = {**a_device(a_row(), name="whole"), "unseen": {"rows": 9, "baseline": 9}}
    shown = of_the_register(part, whole)
    assert "NOT ALL SEEN: so far 1 of 9 rows were looked at on may-1." in shown.texts("p", **{"class": "part"})
