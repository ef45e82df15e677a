# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.commune.baseline.plugins.plugin_utils._inventory.groups import alike, names_of


def test_a_vietnamese_text_becomes_small_letters_without_accents():
    names = names_of("department", ["Văn phòng HĐND - UBND", "Phòng Kinh tế, Hạ tầng & Đô thị"])
    assert names == {
        "Văn phòng HĐND - UBND": "department_van_phong_hdnd_ubnd",
        "Phòng Kinh tế, Hạ tầng & Đô thị": "department_phong_kinh_te_ha_tang_do_thi",
    }


def test_texts_that_come_to_the_same_letters_are_kept_apart_and_neither_keeps_the_plain_name():
    names = names_of("department", ["Văn hóa", "Văn hoá", "Tư pháp"])
    assert names["Tư pháp"] == "department_tu_phap"
    assert names["Văn hóa"] != names["Văn hoá"]
    for text in ("Văn hóa", "Văn hoá"):
        assert re.fullmatch("department_van_hoa_[0-9a-f]{8}", names[text])


def test_a_text_that_imitates_the_sign_of_another_stays_apart():
    sign = names_of("zone", ["lan-2", "lan.2"])["lan-2"].removeprefix("zone_")
    names = names_of("zone", ["lan-2", "lan.2", sign])
    assert len(set(names.values())) == 3


def test_a_text_without_any_letter_still_has_a_name():
    assert re.fullmatch("type_[0-9a-f]{8}", names_of("type", ["***"])["***"])


def test_only_texts_that_differ_in_accents_case_or_signs_are_alike():
    assert alike(["lan", "LAN", "Văn hóa", "Văn hoá", "Tư pháp"]) == [["LAN", "lan"], ["Văn hoá", "Văn hóa"]]


@given(st.sets(st.text(min_size=1, max_size=12), max_size=8))
def test_whatever_is_typed_every_text_has_a_name_of_its_own_in_plain_ascii(texts):
    names = names_of("department", texts)
    assert len(set(names.values())) == len(texts)
    assert all(re.fullmatch("department_[a-z0-9_]+", name) for name in names.values())
