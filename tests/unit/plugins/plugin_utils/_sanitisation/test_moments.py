# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import re

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import certificate, moments

DISPOSAL = moments.Disposal("2026-11-28T08:00:00Z", datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC))
RIGHT = ("08:00:00", "09:00:00", "09:00:00", "10:00:00")


def medium(began, ended, read, read_until, state="wiped"):
    days = [time if "T" in time else f"2026-11-28T{time}Z" for time in (began, ended, read, read_until)]
    wiped = {"state": state, "started": days[0], "finished": days[1]}
    return certificate.Medium({"serial": "SN-1"}, wiped, {"began": days[2], "ended": days[3]})


@pytest.mark.parametrize(
    ("times", "reasons"),
    [
        (RIGHT, []),
        (("07:59:59", *RIGHT[1:]), ["that was for another disposal"]),
        (("2026-11-28T14:59:59+07:00", *RIGHT[1:]), ["that was for another disposal"]),
        (("2026-11-28T15:00:00+07:00", *RIGHT[1:]), []),
        (("09:00:01", "09:00:00", "09:00:00", "10:00:00"), ["was set back; wipe it again"]),
        (("08:00:00", "09:00:00", "08:59:59", "10:00:00"), ["before the wipe"]),
        (("08:00:00", "09:00:00", "09:00:00", "08:59:59"), ["was set back; verify it again"]),
        (("08:00:00", "09:00:00", "09:00:00", "12:05:00"), []),
        (("08:00:00", "09:00:00", "09:00:00", "12:05:01"), ["read until 2026-11-28T12:05:01Z, which is yet to come"]),
        (("08:00:00", "12:05:01", "12:05:01", "12:05:01"), ["wiped until", "read until"]),
    ],
)
def test_times_that_belong_to_no_wipe_of_this_disposal_are_told(times, reasons):
    faults = moments.faults_of(medium(*times), "pc-01", DISPOSAL)
    assert len(faults) == len(reasons)
    assert all(reason in fault for reason, fault in zip(reasons, faults, strict=True))


def test_what_was_not_wiped_has_no_times_to_compare():
    assert moments.faults_of(medium("x", "x", "x", "x", state="failed"), "pc-01", DISPOSAL) == []


@pytest.mark.parametrize("time", ["2026-11-28T09:00:00", "this morning T", "2026T"])
def test_a_time_without_a_zone_or_none_at_all_is_refused(time):
    with pytest.raises(ValueError, match=re.escape(time)):
        moments.faults_of(medium("08:00:00", "09:00:00", time, "10:00:00"), "pc-01", DISPOSAL)
