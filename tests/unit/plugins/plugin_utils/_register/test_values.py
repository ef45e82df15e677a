# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people type, brought to one form or refused with what would be right."""

from __future__ import annotations

import datetime
import unicodedata

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._register import addresses, old_fonts, text

# The Latin-1 letters of TCVN3, and the marks of VNI behind their vowels, as the fonts of the nineties had them.
TCVN3 = dict(
    zip(
        "ăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        "\xa8\xa9\xaa\xab\xac\xad\xae\xb5\xb6\xb7\xb8\xb9\xbb\xbc\xbd\xbe\xc6\xc7\xc8\xc9\xca\xcb\xcc\xce\xcf\xd0\xd1"
        "\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xdc\xdd\xde\xdf\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf1"
        "\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe",
        strict=True,
    )
)
WORDS = (
    "Máy tính để bàn phòng kế toán",
    "Ủy ban nhân dân phường Hòa Bình",
    "Quản trị mạng, văn phòng xã",
    "Ổ cứng di động của bộ phận một cửa",
    "Chuyển đổi số và an toàn thông tin",
    "Loa truyền thanh thôn Đoài",
    "Khoẻ, thuý, quý, xuân, huế, yêu",
)
FOREIGN = (
    "Intel® Core™ i5",
    "Brüder Müller",
    "Citroën",
    "Dell — 24″",
    "España",
    "10 µm, 220 V ± 5 %",
    "© 2026",
    "½ inch",
)


def vni(words):
    """Write a text as VNI does: each mark behind its vowel."""
    tones = dict(zip("\u0301\u0300\u0309\u0303\u0323", range(5), strict=True))
    out = ""
    for letter in words:
        base, *marks = unicodedata.normalize("NFD", letter)
        tone = next((tones[mark] for mark in marks if mark in tones), None)
        if letter in "đĐ":
            out += "\xf1"
        elif "\u0302" in marks:
            out += base + ("\xe2" if tone is None else "\xe1\xe0\xe5\xe3\xe4"[tone])
        elif "\u0306" in marks:
            out += base + ("\xea" if tone is None else "\xe9\xe8\xfa\xfc\xeb"[tone])
        elif "\u031b" in marks:
            out += {"o": "\xf4", "u": "\xf6"}[base.lower()] + ("" if tone is None else "\xf9\xf8\xfb\xf5\xef"[tone])
        elif tone is not None and base in "iI":
            out += "\xed\xec\xe6\xf3\xf2"[tone]
        else:
            out += base if tone is None else base + "\xf9\xf8\xfb\xf5\xef"[tone]
    return out


@pytest.mark.parametrize("words", WORDS)
def test_vietnamese_in_unicode_is_taken_in_both_of_its_forms(words):
    assert text.line(unicodedata.normalize("NFD", words), 100) == words


@pytest.mark.parametrize("words", FOREIGN)
def test_signs_and_foreign_names_are_no_old_font(words):
    assert not old_fonts.looks_like_old_font(words)


@pytest.mark.parametrize("words", WORDS)
def test_text_of_an_old_font_is_refused(words):
    for old in ("".join(TCVN3.get(letter, letter) for letter in words), vni(words)):
        with pytest.raises(text.WrongError, match="old VNI or TCVN3 font; convert it to Unicode"):
            text.line(old, 100)


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\n", "\u200b", "\u202e", "\ufeff", "\ud800", "\ue000"])
def test_an_invisible_character_is_refused_by_its_number(character):
    with pytest.raises(text.WrongError, match=f"U\\+{ord(character):04X}"):
        text.line(f"pc{character}01", 100)


def test_spaces_around_and_twice_are_taken_away():
    assert text.line("  may  01\u00a0A ", 20) == "may 01 A"
    assert text.lines("one \r\n two  x ", 20) == "one \n two x"


@pytest.mark.parametrize("value", ["x" * 21, "x" * 1_000_000, "e\u0301" * 21])
def test_text_that_is_too_long_is_refused_with_both_lengths(value):
    with pytest.raises(text.WrongError, match=r"at most 20 characters, not \d+"):
        text.line(value, 20)


def test_marks_do_not_count_as_characters():
    assert text.line("e\u0301" * 20, 20) == "é" * 20


@pytest.mark.parametrize(
    "typed", ["AA:BB:CC:00:11:22", "aa-bb-cc-00-11-22", "aabb.cc00.1122", "AABBCC001122", " aabb.CC00.1122 "]
)
def test_a_mac_has_one_form(typed):
    assert addresses.mac(typed) == "aa:bb:cc:00:11:22"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "aa:bb:cc:00:11",
        "aa:bb-cc:00:11:22",
        "aabb:cc00:1122",
        "gg:bb:cc:00:11:22",
        187,
        None,
        "\u0661\u0661:bb:cc:00:11:22",
    ],
)
def test_what_is_no_mac_is_refused_with_the_forms_there_are(typed):
    with pytest.raises(text.WrongError, match="a MAC such as"):
        addresses.mac(typed)


@pytest.mark.parametrize("typed", ["01:00:5e:00:00:01", "ff-ff-ff-ff-ff-ff", "33:33:00:00:00:01"])
def test_a_mac_of_many_devices_is_refused(typed):
    with pytest.raises(text.WrongError, match="multicast"):
        addresses.mac(typed)


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("10.1.2.3", "10.1.2.3"),
        (" 192.168.1.20 ", "192.168.1.20"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("fe80::1", "fe80::1"),
    ],
)
def test_an_address_has_one_form(typed, form):
    assert addresses.ip(typed) == form


@pytest.mark.parametrize(
    "typed",
    [
        *("", "10.1.2", "10.1.2.256", "010.1.2.3", "10.1.2.3/24", 167772161),
        *("::", "0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "fe80::1%eth0", "::ffff:10.0.0.1"),  # noqa: S104
    ],
)  # fmt: skip
def test_what_is_no_address_of_one_device_is_refused(typed):
    with pytest.raises(text.WrongError, match="address"):
        addresses.ip(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "5/1/2026",
        "05/01/2026",
        "05-01-2026",
        "5.1.2026",
        "2026-01-05",
        datetime.date(2026, 1, 5),
        datetime.datetime(2026, 1, 5, 23, 59),
    ],
)
def test_a_date_has_one_form_and_the_day_comes_first(typed):
    assert addresses.date(typed) == "2026-01-05"


@pytest.mark.parametrize(
    "typed", ["", "31/02/2026", "1/13/2026", "5/1/26", "2026/01/05", "5-1/2026", "hôm nay", 46027, "\u0665/1/2026"]
)
def test_what_is_no_date_is_refused_with_an_example(typed):
    with pytest.raises(text.WrongError, match="a day of the calendar such as 31/01/2026"):
        addresses.date(typed)


@pytest.mark.parametrize("typed", ["1/1/1026", "2126-01-01", datetime.date(1900, 1, 1)])
def test_a_year_in_which_no_device_was_registered_is_refused(typed):
    with pytest.raises(text.WrongError, match="a year from 1990 to 2099"):
        addresses.date(typed)
