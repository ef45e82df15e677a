# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Whether the times of a wipe and a verification belong to the disposal that is certified. Pure.

A device and its media may be issued again and disposed of once more: results of the earlier time prove nothing then.
The times of the results are those of the device's clock, the others those of the controller's.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._media.interlock import CLOCKS_APART
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation.certificate import (
    Medium,
    Record,
    faults_of_office,
)


class Disposal(t.NamedTuple):
    """Since when a device awaits its disposal, as events tell time, and now."""

    since: str
    now: datetime.datetime


def faults_of(medium: Medium, device: str, disposal: Disposal) -> list[str]:
    """Return a sentence for each time that cannot be; raises KeyError or ValueError if one is missing or none."""
    if medium.wiped["state"] != "wiped":
        return []
    serial, began, ended = medium.serial, medium.wiped["started"], medium.wiped["finished"]
    read, read_until = medium.verified["began"], medium.verified["ended"]
    faults = []
    if _time(began) < _time(disposal.since):
        faults.append(
            f"medium {serial} was wiped at {began}, and {device} awaits its disposal since {disposal.since}: that was "
            "for another disposal, or the clock of the device is behind; wipe it again"
        )
    if _time(ended) < _time(began):
        faults.append(
            f"medium {serial} was wiped from {began} to {ended}: the clock of the device was set back; wipe it again"
        )
    if _time(read) < _time(ended) or _time(read_until) < _time(read):
        faults.append(
            f"medium {serial} was wiped until {ended} and read from {read} to {read_until}: that was before the wipe, "
            "or the clock of the device was set back; verify it again"
        )
    latest = disposal.now + datetime.timedelta(seconds=CLOCKS_APART)
    if _time(ended) > latest:
        faults.append(
            f"medium {serial} was wiped until {ended}, which is yet to come: set the clock of the device right"
        )
    if _time(read_until) > latest:
        faults.append(
            f"medium {serial} was read until {read_until}, which is yet to come: set the clock of the device right"
        )
    return faults


def faults_of_wiper(medium: Medium, person: Record) -> list[str]:
    """Return a sentence if who wiped was not in office then, by the calendar of the controller."""
    if medium.wiped["state"] != "wiped":
        return []
    day = _time(medium.wiped["finished"]).astimezone().date()
    return faults_of_office([("wiped_by", person)], day.isoformat())


def _time(text: str) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
