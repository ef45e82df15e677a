# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Media are wiped and verified, judged by programs that know nothing of us."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.integration.media import loops
from tests.integration.media.loops import Loop


@pytest.mark.parametrize("sector", [512, 4096])
@pytest.mark.parametrize("size", [24 * loops.MIB, 17 * loops.MIB + 4096])
def test_an_overwritten_medium_holds_nothing_and_is_verified(run, loop, sector, size):
    medium = loop(size, sector=sector)
    assert not loops.is_blank(medium)
    wiped = run("sanitise", medium.medium)
    assert [one["state"] for one in wiped["media"]] == ["wiped"]
    assert wiped["changed"] is True
    assert loops.is_blank(medium)
    (seen,) = run("verify", medium.medium)["media"]
    assert (seen["is_clean"], seen["checked"], seen["confidence"]) == (True, size, "every byte was read")


def test_check_mode_tells_the_plan_and_writes_nothing(run, loop, journals):
    medium = loop()
    before = loops.digest(medium)
    told = run("sanitise", medium.medium, _ansible_check_mode=True)
    (plan,) = told["plan"]
    assert (plan["path"], plan["size"], plan["technique"]) == (medium.path, medium.size, "overwrite")
    assert isinstance(plan["seconds"], int)
    assert told["changed"] is True
    assert "media" not in told
    assert loops.digest(medium) == before
    assert not journals.exists()


def test_what_this_order_has_wiped_is_not_wiped_again(run, loop):
    medium = loop()
    run("sanitise", medium.medium)
    again = run("sanitise", medium.medium)
    assert (again["changed"], again["media"][0]["state"]) == (False, "wiped")
    assert run("sanitise", medium.medium, order="13/QĐ-UBND")["changed"] is True


@pytest.mark.parametrize(
    "noted",
    [
        {"started": "2026-01-01T00:00:00Z"},
        {"finished": "2099-01-01T00:00:00Z"},
        {"started": "2099-01-01T00:00:00Z", "finished": "2099-01-01T00:00:00Z"},
        {"started": "2026-03-02T00:00:00Z", "finished": "2026-03-01T00:00:00Z"},
    ],
)
def test_what_was_wiped_for_another_disposal_or_by_a_wrong_clock_is_wiped_again(run, loop, journals, noted):
    medium = loop()
    run("sanitise", medium.medium)
    (path,) = journals.glob("*.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), **noted}))
    loops.full_of_letters(medium.file, medium.size)
    again = run("sanitise", medium.medium, pending_since="2026-02-01T00:00:00Z")
    assert (again["changed"], again["media"][0]["state"]) == (True, "wiped")
    assert loops.is_blank(medium)


def test_what_was_cleared_is_no_purge_though_the_order_is_the_same(run, loop):
    medium = loop(4 * loops.MIB)
    run("sanitise", medium.medium, level="clear")
    told = run("sanitise", medium.medium, level="purge")
    assert (told["failed"], told["media"][0]["next"]) == (True, "destroy")


def test_a_medium_that_is_larger_than_when_it_was_wiped_is_wiped_again(run, loop):
    """What came to light behind the old end was never written to, whatever it reads as."""
    medium = loop(4 * loops.MIB)
    run("sanitise", medium.medium)
    os.truncate(medium.file, 8 * loops.MIB)
    subprocess.run(["losetup", "--set-capacity", medium.path], check=True)
    (told,) = run("sanitise", medium.medium)["media"]
    assert (told["state"], told["size"]) == ("wiped", 8 * loops.MIB)


def test_several_media_are_wiped_by_one_call(run, loop):
    media = [loop() for _medium in range(4)]
    wiped = run("sanitise", *(one.medium for one in media))
    assert [one["state"] for one in wiped["media"]] == ["wiped"] * 4
    assert all(loops.is_blank(one) for one in media)
    assert run("verify", *(one.medium for one in media))["failed"] is False


def test_data_that_came_back_is_found_and_the_same_order_wipes_again(run, loop):
    medium = loop()
    run("sanitise", medium.medium)
    place = 9 * loops.MIB + 4096
    with medium.file.open("r+b") as file:
        file.seek(place)
        file.write(b"%PDF-1.7 quyet dinh")
    seen = run("verify", medium.medium)
    assert seen["failed"] is True
    assert f"{place}+4096 a PDF" in seen["msg"]
    again = run("sanitise", medium.medium)
    assert (again["changed"], again["media"][0]["state"]) == (True, "wiped")
    assert loops.is_blank(medium)
    assert run("verify", medium.medium)["failed"] is False


def test_a_medium_that_was_never_wiped_is_not_clean(run, loop):
    seen = run("verify", loop().medium)
    assert seen["failed"] is True
    assert seen["media"][0]["is_clean"] is False


def test_all_media_are_listed_with_what_uses_them(run, loop):
    medium = loop(sector=4096)
    (own,) = [one for one in run("info")["media"] if one["path"] == medium.path]
    assert own["identity"]["serial"] == medium.medium["serial"]
    assert (own["kind"], own["sector"], own["uses"], own["unknown"]) == ("loop", 4096, [], None)


LARGE = 70 * 10**9 // 4096 * 4096


@pytest.fixture(name="large")
def fixture_large(tmp_path) -> Iterator[Loop]:
    """A medium beyond the 64 GB up to which all is read; its file has no blocks but those that a test writes."""
    file = tmp_path / "large"
    with file.open("wb") as opened:
        opened.truncate(LARGE)
    with loops.attached(file) as medium:
        yield medium


def test_of_a_large_medium_a_tenth_is_read_and_what_that_proves_is_told(run, large):
    (seen,) = run("verify", large.medium, percent=1)["media"]
    assert (seen["is_clean"], seen["is_complete"], seen["size"]) == (True, True, LARGE)
    assert LARGE // 10 <= seen["checked"] < LARGE // 9
    assert seen["confidence"] == (
        f"{seen['percent']:.1f} % was read: what is longer than {seen['largest_gap']} bytes is found for certain, "
        f"scattered pieces of {seen['share_found']} % in all with 99 % confidence"
    )
    assert seen["largest_gap"] < 20 * loops.MIB
    # 1 - (1 - p) ** n = 0.99 for n samples
    assert pytest.approx(1 - (1 - seen["share_found"] / 100) ** (seen["checked"] / loops.MIB), abs=0.01) == 0.99


def test_what_is_left_at_both_ends_and_an_island_between_are_found_in_a_sample(run, large):
    island, size = 33 * 10**9 // 4096 * 4096, 20 * loops.MIB
    with large.file.open("r+b") as file:
        for place, content in (
            (4096, b"%PDF-1.7"),
            (island, b"Danh sach can bo xa\n" * (size // 20)),
            (LARGE - 512, b"EFI PART"),
        ):
            file.seek(place)
            file.write(content)
    (seen,) = run("verify", large.medium)["media"]
    assert seen["is_clean"] is False
    first, *middle, last = seen["findings"]
    assert (first["first"], first["what"]) == (4096, "a PDF")
    assert (last["first"], last["what"]) == (LARGE - 4096, "a partition table")
    assert middle
    assert all(island <= one["first"] < island + size and one["what"] == "data" for one in middle)
