# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import MappingProxyType

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Control
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.gate import NO_DEMANDS, Open
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.gate_words import (
    LANGUAGES,
    said_of,
    said_of_serial,
    verdict,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.approvals import Signers

CONTROLS = {"AC-01": Control("AC-01", "Mật khẩu", "Passwords", "must", (), {})}
NOBODY = Signers({}, ["thu_truong", "chu_tich"])


def said(opening, language, naming=MappingProxyType({}), correctable=()):
    about = {"controls": CONTROLS, "signers": NOBODY, "naming": naming, "correctable": correctable}
    return said_of(opening, language, **about, in_language=str.upper if language == "vi" else str)


@pytest.mark.parametrize(
    ("registered", "found", "said"),
    [
        ("A1", "a1", "serial number 'a1' is that of the register"),
        ("A1", "A2", "the device shows serial number 'A2', and the register says 'A1': it is another device"),
        (
            "A1",
            "None",
            "serial numbers were not compared: the device shows 'None' (a maker's filler, no number), "
            "and the register says 'A1'",
        ),
        (None, "", "serial numbers were not compared: the device shows none, and the register says none"),
    ],
)
def test_a_comparison_says_both_numbers_and_which_of_them_is_none(registered, found, said):
    assert said_of_serial(registered, found, "en") == said


def test_a_filler_is_called_one_in_vietnamese_too():
    assert "'To be filled by O.E.M.' (chữ điền sẵn của hãng" in said_of_serial("A1", "To be filled by O.E.M.", "vi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_device_shows_cannot_paint_or_fill_the_screen(language):
    said = said_of_serial("A1", "\x1b[2J" + "9" * 1000, language)
    assert "\x1b" not in said
    assert len(said) < 200


def test_each_control_has_one_sentence_for_each_way_in_which_it_stands_open():
    opening = [
        Open("fail", "AC-01", "length", "A"),
        Open("fail", "AC-01", "classes", "B"),
        Open("not_assessed", "AC-01", "classes", "C"),
        Open("not yet", "AC-01", "history"),
    ]
    assert said(opening, "en") == [
        "AC-01 (Passwords): fails in row A, B",
        "AC-01 (Passwords): could not be assessed in row C",
        "AC-01 (Passwords): nothing looks at history yet",
        "what nothing looks at yet needs an approval in the register that names this device, signed by a person with "
        "the role thu_truong or chu_tich, with the scope AC-01",
    ]
    assert said(opening, "vi")[0] == "AC-01 (Mật khẩu): không đạt ở dòng A, B"
    assert "vai trò thu_truong hoặc chu_tich ký" in said(opening, "vi")[-1]


def test_what_a_real_run_would_correct_is_told_apart_from_what_it_would_not():
    opening = [Open("fail", "AC-01", "length", "A"), Open("fail", "AC-01", "classes", "B")]
    assert said(opening, "en", correctable={"B"}) == [
        "AC-01 (Passwords): fails in row A",
        "AC-01 (Passwords): fails in row B, which a real run corrects",
    ]


def test_an_approval_that_does_not_count_is_told_once_where_it_would_have_helped():
    approval = {"number": "15/QĐ", "signer": "ai đó", "dated_on": "2026-01-31"}
    waiting = [Open("not yet", "AC-01", "history"), Open("not yet", "AC-01", "age")]
    sentence = "approval 15/QĐ does not count: its signer ai đó is no person of the register"
    assert said(waiting, "en", naming={"AC-01": [approval], "AC-02": [approval]})[1:-1] == [sentence]
    assert said([Open("fail", "AC-01", "length", "A")], "en", naming={"AC-01": [approval]})[1:] == []
    assert said(waiting, "vi", naming={"AC-01": [approval]})[1] == sentence.upper()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_class_without_demands_is_told_as_such(language):
    (sentence,) = said([Open(NO_DEMANDS)], language)
    assert "{" not in sentence


def test_the_verdict_names_the_device_and_every_reason():
    assert verdict("pc-01", [], "en") == "pc-01 may go into service"
    assert verdict("pc-01", ["a", "b"], "en") == "pc-01 does not go into service:\n- a\n- b"
