# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.commune.baseline.plugins.plugin_utils._policy.serial import (
    DIFFERENT,
    NOT_COMPARED,
    SAME,
    compared,
    sentence,
)

FILLERS = (
    *("To be filled by O.E.M.", "To Be Filled By OEM", "None", "NONE", "Not Specified", " not  specified ", "NA", ""),
    *("Default string", "System Serial Number", "0", "00000000", "FFFFFFFF", "xxxxxxx", "...", "0123456789"),
)


@pytest.mark.parametrize("found", ["5CG1234XYZ", "5cg1234xyz", " 5CG1234XYZ\n"])
def test_case_and_blanks_around_make_no_other_number(found):
    assert compared("5CG1234XYZ", found) == SAME


@pytest.mark.parametrize("found", ["5CG1234XYY", "5CG1234XY", "5CG 1234XYZ", "O"])
def test_any_other_difference_is_another_device(found):
    assert compared("5CG1234XYZ", found) == DIFFERENT


@pytest.mark.parametrize("filler", [*FILLERS, None])
def test_a_makers_filler_is_no_number_on_either_side(filler):
    assert compared("5CG1234XYZ", filler) == NOT_COMPARED
    assert compared(filler, "5CG1234XYZ") == NOT_COMPARED
    assert compared(filler, filler) == NOT_COMPARED


@pytest.mark.parametrize("serial", ["F00F", "100000", "NONE-7", "A.", "OEM1"])
def test_a_number_that_only_looks_like_a_filler_counts(serial):
    assert compared(serial, serial) == SAME
    assert compared(serial, "5CG1234XYZ") == DIFFERENT


@given(st.none() | st.text(max_size=12), st.none() | st.text(max_size=12))
def test_which_of_the_two_comes_first_does_not_matter(one, other):
    assert compared(one, other) == compared(other, one)


def test_the_words_say_which_number_is_none():
    assert sentence("A1", "a1") == "serial number 'a1' is that of the register"
    assert sentence("A1", "A2") == (
        "the device shows serial number 'A2', and the register says 'A1': it is another device"
    )
    assert sentence("A1", "None") == "serial numbers were not compared: the device has 'None', which is no number"
    assert sentence(None, "") == "serial numbers were not compared: the register has none and the device has none"


def test_what_a_device_shows_cannot_paint_the_screen():
    assert "\x1b" not in sentence("A1", "\x1b[2J" + "9" * 1000)
    assert len(sentence("A1", "\x1b[2J" + "9" * 1000)) < 200
