# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._policy.change import read_change
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import RowError

WHOLE = {"id": "07/2026", "reason": "Kiểm tra quý III", "requester": "Văn phòng", "approver": "Chủ tịch UBND"}


def refused(given, *, required=False):
    with pytest.raises(RowError) as caught:
        read_change(given, required=required)
    return str(caught.value)


@pytest.mark.parametrize("required", [True, False])
def test_a_whole_reference_counts_in_any_run(required):
    assert read_change(WHOLE, required=required) == WHOLE


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (None, "id, reason, requester, approver"),
        ({}, "id, reason, requester, approver"),
        ({**WHOLE, "approver": "  "}, "approver"),
        ({**WHOLE, "id": None}, "id"),
    ],
)
def test_a_reference_that_is_needed_and_not_whole_is_refused_with_what_to_give(given, missing):
    assert refused(given, required=True).startswith(
        f"baseline_change: lacks {missing}; baseline_change_required asks for it: give it with -e @change.yml"
    )


def test_what_is_given_without_need_is_kept_as_far_as_it_goes():
    assert read_change({"id": 7}, required=False) == {"id": "7", "reason": None, "requester": None, "approver": None}
    assert read_change({"id": " "}, required=False) is None
    assert read_change(None, required=False) is None


@pytest.mark.parametrize("required", [True, False])
def test_a_field_that_does_not_exist_is_refused_in_any_run(required):
    assert refused({**WHOLE, "aprover": "x"}, required=required) == (
        "baseline_change: has no field called aprover; fields: id, reason, requester, approver"
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": ["1"]}, "baseline_change: id is ['1'], not a text"),
        ({"reason": {"vi": "a"}}, "baseline_change: reason is {'vi': 'a'}, not a text"),
        ({"id": "\u200b"}, "baseline_change: id is '\\u200b', which has no letter and no digit"),
        ({"reason": "\u2800 ."}, "baseline_change: reason is '\u2800 .', which has no letter and no digit"),
        ({"approver": "-"}, "baseline_change: approver is '-', which has no letter and no digit"),
        ({"requester": "\u3164"}, "baseline_change: requester is '\u3164', which has no letter and no digit"),
        ({"reason": "x" * 1001}, "baseline_change: reason has 1001 characters; 1000 are enough"),
    ],
)
def test_a_field_that_is_no_short_text_is_refused(change, sentence):
    assert refused({**WHOLE, **change}) == sentence
