# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Recording a medium that was destroyed in front of witnesses: register, people and signature come together."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door import signed
from ansible_collections.commune.baseline.plugins.plugin_utils._door.approving import consent_to
from ansible_collections.commune.baseline.plugins.plugin_utils._register import addresses, life_cycle
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import PERSON, SANITISATION
from ansible_collections.commune.baseline.plugins.plugin_utils._register.text import WrongError
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import destruction

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Stored
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer

Result = dict[str, t.Any]
Given = t.Mapping[str, t.Any]


def record(writer: Writer, given: Given, folder: Path | None) -> Result:
    """Certify one medium as destroyed; raise RegisterError with all that is wrong. Without a folder, only look.

    What is recorded already stays as it is, so that a play can be repeated.
    """
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices

    stored = devices.get(writer, given["name"])
    device, serial, day = stored.record, given["medium"].strip().upper(), _day(writer, given["destroyed_on"])
    if _is_recorded(writer, stored, serial, day, given):
        return {"changed": False, "device": device, "certificate": None, **signed.NOT_KEPT}
    parties = _checked(writer, stored, serial, day, given)
    known: list[Result] = [one for one in device["media"] if one["serial"] == serial]
    medium = {
        **(known[0] if known else {}),
        "serial": serial,
        "technique": given["technique"],
        "day": day,
        "reason": given["reason"],
    }
    facts = {"made": signed.now(), "place": given["place"], "destination": given["destination"], "tool": None}
    told = destruction.certificate_of(given["order"], device, parties, medium, facts)
    entry = {
        **_key(device["name"], serial, day, given),
        "tool": None,
        "result": "done",
        "done_by": parties.destroyed_by["code"],
        "verified_by": ", ".join(one["code"] for one in parties.witnesses),
        "verified_on": day,
        "document": given["order"],
    }
    return signed.keep(writer, stored, told, [entry], folder)


def _day(writer: Writer, given: str) -> str:
    try:
        day = addresses.date(given)
        if day > writer.context.today.isoformat():
            raise WrongError("a day that is not in the future")
    except WrongError as error:
        raise RegisterError(f"destroyed_on is {given!r:.40}: {error}") from error
    return day


def _key(device: str, serial: str, day: str, given: Given) -> Result:
    return {"device": device, "medium": serial, "done_on": day, "method": given["technique"]}


def _is_recorded(writer: Writer, device: Stored, serial: str, day: str, given: Given) -> bool:
    """Tell whether the register says the same of the disposal that the device awaits, or came through last."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import disposal, records

    known = records.lookup(writer, SANITISATION, _key(device.record["name"], serial, day, given))
    if known is None or known.record["document"] != given["order"]:
        return False
    return serial not in disposal.uncertified(writer, device)


def _checked(writer: Writer, device: Stored, serial: str, day: str, given: Given) -> destruction.Parties:
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import disposal, records

    name, state, order = device.record["name"], device.record["state"], given["order"]
    if state != life_cycle.PENDING_DISPOSAL:
        raise RegisterError(f"{name} is {state}: only media of what is {life_cycle.PENDING_DISPOSAL} are destroyed")
    requested_by, destroyed_by, *witnesses = (
        records.get(writer, PERSON, code).record
        for code in (given["requested_by"], given["destroyed_by"], *given["witnesses"])
    )
    consent = consent_to(writer, given, name, datetime.date.fromisoformat(day))
    parties = destruction.Parties(requested_by, destroyed_by, witnesses, consent.approvers)
    faults = [*consent.faults, *parties.faults(order, name, day)]
    since = datetime.datetime.fromisoformat(disposal.beginning(writer, device)["at"]).astimezone().date().isoformat()
    if day < since:
        faults.append(f"{name} awaits its disposal since {since}, and nothing of it was destroyed on {day} for that")
    if serial not in disposal.uncertified(writer, device):
        faults.append(f"{name} has no medium {serial} that is still to be wiped or destroyed")
    if faults:
        raise RegisterError(f"nothing is recorded as destroyed: {'; '.join(faults)}")
    return parties
