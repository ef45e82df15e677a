# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Wipes that the register let begin, each an event of its device that is stored before the first medium is touched.

If the controller dies between the two, the day counts a device that was not wiped, and never misses one that was.
"""

from __future__ import annotations

import datetime
import typing as t

import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register import disposal, events, records, tables
from ansible_collections.commune.baseline.plugins.plugin_utils._register.events import Event
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE
from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Stored
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Writer

VERB = "wipe"


def begin(writer: Writer, device: Stored, order: str, people: t.Mapping[str, str]) -> None:
    """Keep that a wipe of the device begins under an order, or is gone on with, and by whom: codes by their roles."""
    writer.chain.append(Event(VERB, DEVICE.name, device.id, device.record["name"], {}, people, order))


def begun(reader: Reader | Writer, device: Stored, order: str) -> list[dict[str, str]]:
    """Return the people of each wipe that began under this order since the device awaits its disposal."""
    first = disposal.beginning(reader, device)["number"]
    return [
        events.values_of(event["after"])
        for event in records.events_of(reader, DEVICE, device.id)
        if event["verb"] == VERB and event["document"] == order and event["number"] > first
    ]


def begun_on(reader: Reader | Writer, day: datetime.date) -> set[int]:
    """Return the ids of all devices of which a wipe began on a day, of this machine's calendar."""
    first, end = (_utc(day + datetime.timedelta(days=days)) for days in (0, 1))
    c = tables.EVENTS.c
    query = sa.select(c.record).where(c.kind == DEVICE.name, c.verb == VERB, c.at >= first, c.at < end)
    return {row.record for row in reader.connection.execute(query)}


def _utc(day: datetime.date) -> str:
    """Return when a day begins here, as events tell time."""
    midnight = datetime.datetime.combine(day, datetime.time()).astimezone()
    return midnight.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
