# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._report.certificate import page

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
VOID = {"meta", "br"}
BLOCKS = {"dt", "dd", "p", "td", "div"}
HOSTILE = "</td><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}\u202eevil"


class Page(HTMLParser):
    """A page as a browser reads it: the names of its elements, and its text in one line; raises if it is not closed."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self._text, self._open = [], "", []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._text += " " if tag in BLOCKS else ""
        assert not {name for name, _value in attrs} & {"src", "href", "onerror", "onload"}
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self._text += "" if "style" in self._open else data

    @property
    def text(self):
        return " ".join(self._text.split())


def person(name, post=None):
    return {"code": name.lower(), "name": name, "post": post, "department": None}


def certificate(**fields):
    return {
        **{"order": "12/QĐ-UBND", "made": "2026-11-28T22:40:11+07:00", "place": "Trụ sở", "destination": "Thanh lý"},
        "tool": "commune.baseline media_sanitise",
        "device": {
            **{"name": "old-server", "class": "server", "make": "Dell", "model": "T140", "serial": "7XK2"},
            **{"asset_tag": "TS-001", "secrecy": None},
        },
        "approved_by": [person("Châu", "Chủ tịch"), person("Dũng")],
        "requested_by": person("An"),
        **fields,
    }


def wiped(**fields):
    medium = {
        **{"serial": "SN-1", "model": "ST1000", "wwn": "naa.5", "bytes": 1000204886016, "kind": "hdd"},
        **{"method": "Purge", "technique": "ata-sanitize-overwrite"},
        "attempts": ["ata-sanitize-block: the medium vanished: No such device"],
        **{"began": "2026-11-28T08:00:00Z", "ended": "2026-11-28T18:31:00Z"},
        "verification": {
            **{"expectation": "zeros", "checked": 1000204886016, "confidence": "every byte was read"},
            **{"seed": 7, "largest_gap": 0, "scope": "full"},
        },
        **fields,
    }
    return certificate(wiped_by=person("Bình"), verified_by=person("Hoa"), media=[medium])


def destroyed():
    medium = {
        **{"serial": "DEAD-1", "model": None, "wwn": None, "bytes": None, "kind": None},
        **{"method": "Destroy", "technique": "shred", "attempts": [], "verification": None},
        **{"began": "2026-11-20", "ended": "2026-11-20"},
    }
    both = {"destroyed_by": person("Bình"), "witnesses": [person("Giang"), person("Hoa")]}
    return certificate(**both, tool=None, media=[medium])


@pytest.mark.parametrize(
    "said",
    [
        "Văn bản đồng ý số Order 12/QĐ-UBND",
        "Lập lúc Made: 28/11/2026 22:40:11 (UTC+07:00)",
        "Mã tài sản Property number TS-001",
        "máy chủ server",
        "SN-1 đĩa cứng hard disk",
        "1,0 TB (1.000.204.886.016 byte)",
        "Purge",
        "ata-sanitize-block: phương tiện biến mất",
        "the medium vanished",
        "Xong Ended: 29/11/2026 01:31:00 (UTC+07:00)",
        "đọc lại toàn bộ read in full",
        "đã đọc từng byte every byte was read",
        "toàn số không zeros",
        DIGEST,
    ],
)
def test_what_was_wiped_is_told_in_both_languages(said):
    assert said in Page(page(wiped(), DIGEST)).text


@pytest.mark.parametrize(
    "said",
    [
        "DEAD-1",
        "Tiêu hủy (Destroy): phương tiện không dùng được nữa Destroy",
        "cắt vụn shred",
        "Ngày Day: 20/11/2026",
        "người chứng kiến xác nhận Nothing is left to be read; witnessed",
    ],
)
def test_what_was_destroyed_is_told_in_both_languages(said):
    assert said in Page(page(destroyed(), DIGEST)).text


@pytest.mark.parametrize(
    ("record", "roles"),
    [
        (wiped(), ["Requested An", "Approved Châu", "Approved Dũng", "Wiped Bình", "Verified Hoa"]),
        (
            destroyed(),
            ["Requested An", "Approved Châu", "Approved Dũng", "Destroyed Bình", "Witness Giang", "Witness Hoa"],
        ),
    ],
)
def test_each_person_has_a_place_to_sign(record, roles):
    text = Page(page(record, DIGEST)).text
    signed = re.findall(r"(\w+)(?: by)? Ký, ghi rõ họ tên Signature (\w+) .*? Ngày \.\.\.\.\. tháng", text)
    assert [" ".join(one) for one in signed] == roles


def test_a_sample_says_what_was_not_read():
    verification = {**wiped()["media"][0]["verification"], "scope": "sample", "checked": 100, "largest_gap": 18874368}
    text = Page(page(wiped(verification=verification), DIGEST)).text
    assert "đọc lại theo mẫu read by sample" in text
    assert "Đoạn dài nhất không đọc Longest stretch not read: 18,9 MB (18.874.368 byte)" in text
    assert "Longest stretch" not in Page(page(wiped(), DIGEST)).text


def test_nothing_that_a_device_or_a_person_wrote_is_taken_for_a_part_of_the_page():
    record = wiped()
    hostile = json.loads(json.dumps(record, ensure_ascii=False), parse_int=int, object_hook=_hostile)
    clean, shown = Page(page(record, DIGEST)), Page(page(hostile, DIGEST))
    assert sorted(set(shown.tags)) == sorted(set(clean.tags))
    assert "{{ 7*7 }}" in shown.text
    assert "\u202e" not in page(hostile, DIGEST)


def _hostile(fields):
    kept = ("made", "began", "ended", "scope")  # which the program writes by itself
    return {name: HOSTILE if isinstance(value, str) and name not in kept else value for name, value in fields.items()}


def test_the_page_needs_nothing_from_elsewhere():
    text = page(wiped(), DIGEST)
    assert "default-src 'none'" in text
    assert re.findall(r"(?:src|href)=|url\(|@import|<link|<script", text) == []
