# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import lightdm


@pytest.mark.parametrize(
    ("text", "value", "exception"),
    [
        ("", None, None),
        ("[Seat:*]\nk=5", "5", None),
        ("[SeatDefaults]\nk=5", "5", None),
        ("[SeatDefaults]\nk=5\n[Seat:*]\nk=6", "6", None),
        ("[Seat:*]\nk=5\n[SeatDefaults]\nk=6", "6", None),
        ("[LightDM]\nk=5", None, None),
        ("[Seat:*]\n#k=5\nk=", None, None),
        ("[Seat:seat0]\nk=5", None, "/f:2 makes an exception: k is 5"),
        ("[Seat:*]\nk=5\n[Seat:seat0]\nk=6", "5", "/f:4 makes an exception: k is 6"),
        ("[Seat:seat0]\nk=6\n[Seat:*]\nk=5", "5", "/f:2 makes an exception: k is 6"),
        ("[Seat:*]\nk=5\n[Seat:seat0]\nk=5\n[Seat:x*]\nk=", "5", None),
    ],
)
def test_a_seat_can_make_an_exception_from_all_seats(text, value, exception):
    reading = lightdm.read([("/f", text)], "k")
    assert (reading.value, reading.weakness) == (value, exception)


def test_a_later_file_counts_only_in_its_own_section():
    files = [("/a", "[Seat:seat0]\nk=5"), ("/b", "[Seat:*]\nk=6"), ("/c", "[Seat:seat0]\nk=6")]
    assert lightdm.read(files, "k").weakness is None
    assert lightdm.read(files[:2], "k").weakness == "/a:2 makes an exception: k is 5"


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("", True, "[Seat:*]\nk=true\n"),
        ("[Seat:*]\na=1\n", 5, "[Seat:*]\na=1\nk=5\n"),
        ("[Seat:seat0]\nk=4\n", 5, "[Seat:seat0]\nk=5\n[Seat:*]\nk=5\n"),
        ("[SeatDefaults]\nk=4\n[Seat:*]\nk=3\n", 5, "[SeatDefaults]\nk=5\n[Seat:*]\nk=5\n"),
        ("[Seat:a]\nk=4\nb=1\n[SeatDefaults]\nk=4\n[X]\nk=1\n", None, "[Seat:a]\nb=1\n[SeatDefaults]\n[X]\nk=1\n"),
        ("[Seat:seat0]\na=1\n", None, "[Seat:seat0]\na=1\n"),
    ],
)  # fmt: skip
def test_a_key_is_written_for_every_seat(text, value, written):
    assert lightdm.write(text, "k", value) == written
