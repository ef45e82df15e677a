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
