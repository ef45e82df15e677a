# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What an order allows to be wiped, as the register tells it before anything is touched. Pure.

State secrets are never wiped here: their media are destroyed (SS-07).
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import certificate
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation.certificate import Record

_SECRET_CLASS = "secret_workstation"  # noqa: S105 - a class of devices
_SECRET_ZONE = "secret"  # noqa: S105


class Order(t.NamedTuple):
    """An order in force: the number, the days between which it holds, and the people who approved it."""

    number: str
    dated_on: str
    expires_on: str
    approvers: t.Sequence[Record]


def order_of(number: str, held: t.Sequence[Record], approvers: t.Sequence[Record]) -> Order | None:
    """Return the order as its approvals that hold and the people who signed them tell it, None without any.

    It holds from the last of their days to the first of their ends.
    """
    if not held:
        return None
    dated_on, expires_on = max(one["dated_on"] for one in held), min(one["expires_on"] for one in held)
    return Order(number, dated_on, expires_on, approvers)


def faults_of(order: Order, device: Record, requested_by: Record, wiped_by: Record) -> list[str]:
    """Return a sentence for each reason why this person must not wipe this device under this order."""
    faults = certificate.faults_of_approvers(order.number, device["name"], order.approvers, requested_by, wiped_by)
    return faults + faults_of_secrecy(device)


def faults_of_secrecy(device: Record) -> list[str]:
    """Return a sentence if the device held state secrets: an overwrite is not enough, whoever ordered it."""
    if device["class"] == _SECRET_CLASS or device["zone"] == _SECRET_ZONE or device["secrecy"]:
        return [f"{device['name']} held state secrets: its media are destroyed and never wiped"]
    return []


def faults_of_media(device: Record, media: t.Sequence[Record]) -> list[str]:
    """Return a sentence for each medium of an order that is none of the device's in the register."""
    registered = {one["serial"]: one for one in device["media"]}
    faults = []
    for one in media:
        serial = str(one.get("serial", "")).strip().upper()
        known = registered.get(serial)
        if known is None:
            faults.append(f"the register knows no medium {serial or 'without serial number'} of {device['name']}")
        elif known["bytes"] not in (None, one.get("size")):
            faults.append(f"medium {serial} has {one.get('size')} bytes, and the register says {known['bytes']}")
    return faults if media else ["the order names no medium"]
