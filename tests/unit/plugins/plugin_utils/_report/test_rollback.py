# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import Restored, Run
from ansible_collections.commune.baseline.plugins.plugin_utils._report.table import ending

ID = "20261121-234501-2178"


def shown(*, check=False, language="en", hindered=None, **names_of_devices):
    """The lines of the table, after what each device restored (None if it does not know the run)."""
    run = Run()
    run.restores = True
    for device, names in names_of_devices.items():
        run.restore(device, Restored(ID, names is not None, names or ()), check_mode=check)
    for device, (what, message) in (hindered or {}).items():
        run.hinder(device, what, message)
    run.close()
    return [" ".join(line.split()) for line in ending(run, [], language, rows=True).splitlines()]


def test_what_each_device_restored_is_listed_below_it():
    assert shown(a=["/etc/a", "/etc/b"], b=[], c=None) == [
        "What was taken back, by device",
        "Device Run Result Content",
        f"a {ID} TAKEN BACK /etc/a",
        "/etc/b",
        f"b {ID} NOTHING LEFT TO TAKE BACK",
        f"c {ID} RUN NOT KNOWN HERE",
        "2 things on 1 devices are what they were",
    ]


def test_check_mode_promises_and_claims_nothing():
    lines = shown(check=True, language="vi", a=["/etc/a"])
    assert lines[2:] == [
        f"a {ID} SẼ HOÀN TÁC /etc/a",
        "1 mục trên 1 thiết bị sẽ trở lại như trước; chưa thay đổi gì",
    ]


@pytest.mark.parametrize(
    ("what", "message", "line"),
    [
        ("failed", f"cannot roll back run {ID}: no answer", f"không hoàn tác được lần chạy {ID}: không có câu trả lời"),
        ("unreachable", "", "không kết nối được"),
    ],
)
def test_a_device_that_restored_nothing_says_why(what, message, line):
    assert shown(language="vi", hindered={"a": (what, message)})[2] == f"a - KHÔNG HOÀN TÁC ĐƯỢC {line}"


def test_what_a_device_calls_its_things_cannot_break_the_table():
    assert shown(a=["/etc/\x1b[31m\u202ea\nb"])[2] == f"a {ID} TAKEN BACK /etc/ [31m a b"
