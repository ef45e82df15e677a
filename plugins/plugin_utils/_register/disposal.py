# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Going out of service for good: a device is sanitised when each of its media is certified as wiped.

What counts is the disposal that it awaits now: a device that was wiped may have been issued again since. A medium that
the register drops meanwhile is still to be wiped; one that was noted by mistake goes before that, or after a step back.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register import events, life_cycle, records, tables
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, SANITISATION
from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Stored
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Writer


def uncertified(reader: Reader | Writer, device: Stored) -> list[str]:
    """Return the serial numbers of the media of which no sanitisation is done since the device awaits its disposal."""
    c = tables.RECORDS[SANITISATION.name].c
    told = records.events_of(reader, DEVICE, device.id)
    begun = max((one["number"] for one in told if _begins(one)), default=0)
    done = records.select(reader, SANITISATION, c.device == device.record["name"], c.result == "done")
    certified = {one.record["medium"] for one in done if _last(reader, one) > begun}
    return [serial for serial in _media_since(begun, told, device) if serial not in certified]


def beginning(reader: Reader | Writer, device: Stored) -> t.Mapping[str, t.Any]:
    """Return the event by which a device began to await the disposal that it awaits now; raise RegisterError."""
    for event in reversed(records.events_of(reader, DEVICE, device.id)):
        if _begins(event):
            return event
    raise RegisterError(
        f"the history of {device.record['name']} does not tell since when it is {life_cycle.PENDING_DISPOSAL}: "
        "verify the register"
    )


def check(reader: Reader | Writer, device: Stored) -> None:
    """Raise RegisterError if the device cannot become sanitised."""
    left = uncertified(reader, device)
    if left:
        raise RegisterError(
            f"device {device.record['name']} cannot become {life_cycle.SANITISED}: its media {', '.join(left)} are "
            "neither certified as wiped nor destroyed"
        )


def _media_since(begun: int, told: t.Iterable[t.Mapping[str, t.Any]], device: Stored) -> list[str]:
    """Return the serial numbers of all media that a device has, or had since it awaits its disposal."""
    serials: dict[str, None] = {}
    held: t.Sequence[t.Mapping[str, t.Any]] = ()
    for event in told:
        held = events.values_of(event["after"]).get("media", held)
        if event["number"] >= begun:
            serials |= dict.fromkeys(medium["serial"] for medium in held)
    return [*serials, *(one["serial"] for one in device.record["media"] if one["serial"] not in serials)]


def _begins(event: t.Mapping[str, t.Any]) -> bool:
    return bool(events.values_of(event["after"]).get("state") == life_cycle.PENDING_DISPOSAL)


def _last(reader: Reader | Writer, sanitisation: Stored) -> int:
    told = records.events_of(reader, SANITISATION, sanitisation.id)
    return int(told[-1]["number"]) if told else 0
