# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Going out of service for good: a device is sanitised when each of its media is certified as wiped.

What counts is the disposal that it awaits now: a device that was wiped may have been issued again since. A medium that
the register drops meanwhile is still to be wiped; one that was noted by mistake goes before that, or after a step back.

Of a device without any medium nothing proves that it has none: a camera or a printer may hold a card or a disk. Unless
its class has none, somebody says why under an approval for the device, and both stay in its history.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register import (
    approvals,
    events,
    life_cycle,
    records,
    service,
    tables,
    words,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import (
    APPROVAL,
    DEVICE,
    SANITISATION,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Stored
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Writer

# UPS, lightning protection, cables.
_WITHOUT_MEDIA = ("support",)


def uncertified(reader: Reader | Writer, device: Stored) -> list[str]:
    """Return the serial numbers of the media of which no sanitisation is done since the device awaits its disposal."""
    c = tables.RECORDS[SANITISATION.name].c
    told = records.events_of(reader, DEVICE, device.id)
    begun = _begun(told)
    done = records.select(reader, SANITISATION, c.device == device.record["name"], c.result == "done")
    certified = {one.record["medium"] for one in done if _last(reader, one) > begun}
    return [serial for serial in _media_since(begun, told, device) if serial not in certified]


def beginning(reader: Reader | Writer, device: Stored) -> dict[str, t.Any]:
    """Return the event by which a device began to await the disposal that it awaits now; raise RegisterError."""
    for event in reversed(records.events_of(reader, DEVICE, device.id)):
        if _begins(event):
            return dict(event)
    raise RegisterError(
        f"the history of {device.record['name']} does not tell since when it is {life_cycle.PENDING_DISPOSAL}: "
        "verify the register"
    )


def check(reader: Reader | Writer, device: Stored, document: str | None, reason: str | None) -> None:
    """Raise RegisterError if it cannot become sanitised; ``document`` and ``reason`` may tell why it has no media."""
    name, left = device.record["name"], uncertified(reader, device)
    if left:
        raise RegisterError(
            f"device {name} cannot become {life_cycle.SANITISED}: its media {', '.join(left)} are "
            "neither certified as wiped nor destroyed"
        )
    told = records.events_of(reader, DEVICE, device.id)
    if _media_since(_begun(told), told, device) or device.record["class"] in _WITHOUT_MEDIA:
        return
    if not (reason or "").strip() or not _is_approved(reader, device, document):
        raise RegisterError(
            f"device {name} cannot become {life_cycle.SANITISED}: the register knows no medium of it; note its media, "
            "or name as document an approval for it that is in force, and say as reason why it has none"
        )


def _is_approved(reader: Reader | Writer, device: Stored, document: str | None) -> bool:
    """Tell whether an approval of this number names the device, holds today, and was signed by who was in office."""
    signers = service.signers(reader, words.ROLES)
    return any(
        one.record["number"] == document
        and approvals.is_for(one.record, device.record["name"], reader.context.today)
        and signers.fault_of(one.record) is None
        for one in records.select(reader, APPROVAL)
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


def _begun(told: t.Iterable[t.Mapping[str, t.Any]]) -> int:
    """Return the number of the event by which a device began to await its disposal."""
    return max((one["number"] for one in told if _begins(one)), default=0)


def _begins(event: t.Mapping[str, t.Any]) -> bool:
    return bool(events.values_of(event["after"]).get("state") == life_cycle.PENDING_DISPOSAL)


def _last(reader: Reader | Writer, sanitisation: Stored) -> int:
    told = records.events_of(reader, SANITISATION, sanitisation.id)
    return int(told[-1]["number"]) if told else 0
