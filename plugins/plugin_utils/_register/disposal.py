# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Going out of service for good: a device is sanitised when each of its media is certified as wiped.

What counts is the disposal that it awaits now: a device that was wiped may have been issued again since.
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
    begun = max((one["number"] for one in records.events_of(reader, DEVICE, device.id) if _begins(one)), default=0)
    done = records.select(reader, SANITISATION, c.device == device.record["name"], c.result == "done")
    certified = {one.record["medium"] for one in done if _last(reader, one) > begun}
    return [medium["serial"] for medium in device.record["media"] if medium["serial"] not in certified]


def check(reader: Reader | Writer, device: Stored) -> None:
    """Raise RegisterError if the device cannot become sanitised."""
    left = uncertified(reader, device)
    if left:
        raise RegisterError(
            f"device {device.record['name']} cannot become {life_cycle.SANITISED}: its media {', '.join(left)} are "
            "neither certified as wiped nor destroyed"
        )


def _begins(event: t.Mapping[str, t.Any]) -> bool:
    return bool(events.values_of(event["after"]).get("state") == life_cycle.PENDING_DISPOSAL)


def _last(reader: Reader | Writer, sanitisation: Stored) -> int:
    told = records.events_of(reader, SANITISATION, sanitisation.id)
    return int(told[-1]["number"]) if told else 0
