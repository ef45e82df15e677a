# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import os

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._media import canary, verify

MIB, GB = 1 << 20, 10**9


@pytest.mark.parametrize("size", [4096, 130 * MIB, 200 * MIB + 512, 7 * GB, 64 * GB, 1000204886016])
@pytest.mark.parametrize("percent", [10, 25, 100])
def test_a_reading_stays_within_the_medium_in_order_and_reads_its_share_and_both_ends(size, percent):
    if percent == 100 and size > 64 * GB:
        pytest.skip("half a million spans tell nothing more")
    spans = list(verify.spans(size, percent, "seed"))
    ends = [first + length for first, length in spans]
    assert spans[0][0] == 0
    assert ends[-1] == size
    assert all(end <= first for end, (first, _length) in zip(ends, spans[1:], strict=False))
    assert all(first % 4096 == 0 and length > 0 for first, length in spans)
    assert sum(length for _first, length in spans) >= size * percent / 100
    assert sum(length for first, length in spans if first < 64 * MIB) >= min(size, 64 * MIB)
    gaps = [first - end for end, (first, _length) in zip(ends, spans[1:], strict=False)]
    assert max(gaps, default=0) <= 2 * 100 // percent * MIB


def test_each_reading_of_a_sample_takes_other_places_unless_the_seed_is_given():
    first, again, other = (list(verify.spans(70 * GB, 10, seed)) for seed in ("a", "a", "b"))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("size", "asked", "percent"), [(64 * GB, 10, 100), (64 * GB + 1, 10, 10), (65 * GB, 1, 10), (65 * GB, 40, 40)]
)
def test_a_small_medium_is_read_whole_and_a_large_one_at_least_a_tenth(size, asked, percent):
    assert verify.percent_for(size, asked) == percent


@pytest.mark.parametrize(
    ("expectation", "piece", "seen"),
    [
        (verify.ZEROS, bytes(4096), ""),
        (verify.ZEROS, bytes(512), ""),
        (verify.ZEROS, b"\xff" * 4096, "bytes 0xff"),
        (verify.ZEROS, bytes(4095) + b"\1", "data"),
        (verify.ZEROS, b"\1" + bytes(4095), "data"),
        (verify.ZEROS, os.urandom(4096), "noise"),
        (verify.ZEROS, bytes(100) + canary.MARK + bytes(3000), "a canary"),
        (verify.ERASED, b"\xff" * 4096, ""),
        (verify.ERASED, bytes(4096), ""),
        (verify.ERASED, b"\xff" * 4095 + b"\xfe", "data"),
        (verify.ERASED, os.urandom(4096), "noise"),
        (verify.NOISE, os.urandom(4096), ""),
        (verify.NOISE, bytes(4096), ""),
        (verify.NOISE, b"Danh sach can bo xa\n" * 200, "data"),
        (verify.NOISE, os.urandom(2000) + canary.MARK + os.urandom(2000), "a canary"),
        (verify.NOISE, b"%PDF-1.7" + os.urandom(4088), "a PDF"),
    ],
)
def test_a_piece_is_judged_by_how_it_has_to_read(expectation, piece, seen):
    judge = {verify.ZEROS: verify._of_zeros, verify.ERASED: verify._of_erased, verify.NOISE: verify._of_noise}
    assert judge[expectation](piece) == seen


def test_the_confidence_is_that_of_the_samples():
    assert verify._share_found(1) == 99.0
    assert verify._share_found(100000) == pytest.approx(0.0046, abs=0.0001)


@pytest.mark.parametrize("size", [4096, 8192, 24 * MIB, 1000204886016])
def test_canaries_lie_all_over_the_medium_and_at_both_ends(size):
    places = canary.positions(size, "seed")
    assert places == sorted(set(places))
    assert places[0] == 0
    assert places[-1] == size // 4096 * 4096 - 4096
    assert all(place % 4096 == 0 for place in places)
    gaps = [second - first for first, second in itertools.pairwise(places)]
    assert max(gaps, default=0) <= max(2 * size // 250, 8192)
