# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Whether the register allows a sanitisation: device, order, people and the cap of the day come together."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door.approving import authority_of
from ansible_collections.commune.baseline.plugins.plugin_utils._register import life_cycle
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import APPROVAL, PERSON, SANITISATION
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import certificate
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import order as orders

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader


def answer(reader: Reader, given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the order if it allows to wipe these media; raise RegisterError with all that is against it."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, records

    device = devices.get(reader, given["name"]).record
    name, today = device["name"], reader.context.today
    if device["state"] != life_cycle.PENDING_DISPOSAL:
        raise RegisterError(f"{name} is {device['state']}: only what is {life_cycle.PENDING_DISPOSAL} is wiped")
    people = [records.get(reader, PERSON, given[role]).record for role in ("requested_by", "wiped_by")]
    every = [stored.record for stored in records.select(reader, APPROVAL)]
    may_sign = authority_of(reader, given)
    order = orders.order_of(given["order"], name, every, may_sign, today)
    if order is None:
        raise RegisterError(
            f"no approval of order {given['order']} names {name}, has the scope system, or asset and no other device, "
            f"has an end, holds today, and is signed by one of the roles {', '.join(may_sign.every_role)}"
        )
    done = {one.record["device"] for one in records.select(reader, SANITISATION) if _is_of(one.record, today)}
    faults = may_sign.faults_of(certificate.holding(order.number, name, every, may_sign, today))
    faults += [*orders.faults_of(order, device, *people), *orders.faults_of_media(device, given["media"])]
    if len(done - {name}) >= given["daily_cap"]:
        faults.append(f"{len(done)} devices were wiped today, and {given['daily_cap']} a day is the most")
    if faults:
        raise RegisterError(f"nothing may be wiped: {'; '.join(faults)}")
    told = {**order._asdict(), "approvers": [person["code"] for person in order.approvers]}
    return {"changed": False, "order": told, "device": device}


def _is_of(sanitisation: t.Mapping[str, t.Any], today: t.Any) -> bool:
    return bool(sanitisation["done_on"] == today.isoformat())
