# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Whether the register lets a sanitisation begin: device, order, people and the cap of the day come together."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door.approving import consent_to
from ansible_collections.commune.baseline.plugins.plugin_utils._register import life_cycle
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import PERSON
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import certificate
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import order as orders

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Stored
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer

_ROLES = ("requested_by", "wiped_by")


def begin(writer: Writer, given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Note that these media are wiped now, and return the order; raise RegisterError with all that is against it."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, records, wipes

    stored = devices.get(writer, given["name"])
    device = stored.record
    name, today = device["name"], writer.context.today
    if device["state"] != life_cycle.PENDING_DISPOSAL:
        raise RegisterError(f"{name} is {device['state']}: only what is {life_cycle.PENDING_DISPOSAL} is wiped")
    people = [records.get(writer, PERSON, given[role]).record for role in _ROLES]
    consent = consent_to(writer, given, name, today)
    order = orders.order_of(given["order"], consent.held, consent.approvers)
    if order is None:
        raise RegisterError(
            f"no approval of order {given['order']} names {name}, has the scope system, or asset and no other device, "
            f"has an end, holds today, and is signed by one of the roles {', '.join(consent.authority.every_role)}"
        )
    faults = [
        *consent.faults,
        *orders.faults_of(order, device, *people),
        *orders.faults_of_media(device, given["media"]),
    ]
    faults += certificate.faults_of_office([("wiped_by", people[1])], today.isoformat())
    begun = wipes.begun(writer, stored, order.number)
    codes = {role: person["code"] for role, person in zip(_ROLES, people, strict=True)}
    others = len(wipes.begun_on(writer, today) - {stored.id})
    if not begun and others >= given["daily_cap"]:
        faults.append(f"wipes of {others} devices began today, and {given['daily_cap']} a day is the most")
    if faults:
        raise RegisterError(f"nothing may be wiped: {'; '.join(faults)}")
    is_new = codes not in begun
    if is_new:
        wipes.begin(writer, stored, order.number, codes)
    told = {**order._asdict(), "approvers": [person["code"] for person in order.approvers], **_moments(writer, stored)}
    return {"changed": is_new, "order": told, "device": device}


def _moments(writer: Writer, device: Stored) -> dict[str, str]:
    """Return since when the device awaits its disposal and what time it is, for the clock of the device."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import disposal

    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"pending_since": disposal.beginning(writer, device)["at"], "asked_at": now}
