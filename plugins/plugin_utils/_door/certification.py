# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Certifying a sanitisation: register, results and signature come together, or nothing is stored."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door import signed
from ansible_collections.commune.baseline.plugins.plugin_utils._door.approving import consent_to
from ansible_collections.commune.baseline.plugins.plugin_utils._register import life_cycle
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import PERSON
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import certificate, moments
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import order as orders

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Stored
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer

Result = dict[str, t.Any]
_ROLES = ("requested_by", "wiped_by", "verified_by")
_TOOL = "commune.baseline media_sanitise"


def certify(writer: Writer, given: t.Mapping[str, t.Any], folder: Path | None) -> Result:
    """Certify all media that were wiped; raise RegisterError with all that is wrong. Without a folder, only look."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices

    stored = devices.get(writer, given["name"])
    device = stored.record
    parties, media = _checked(writer, stored, given)
    facts = {"made": signed.now(), "place": given["place"], "destination": given["destination"], "tool": _TOOL}
    told = certificate.certificate_of(given["order"], device, parties, media, facts)
    return signed.keep(writer, stored, told, _records_of(device["name"], given, media, writer.context.today), folder)


def _checked(
    writer: Writer, stored: Stored, given: t.Mapping[str, t.Any]
) -> tuple[certificate.Parties, list[certificate.Medium]]:
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import disposal, records

    device = stored.record
    order, name = given["order"], device["name"]
    if device["state"] != life_cycle.PENDING_DISPOSAL:
        raise RegisterError(f"{name} is {device['state']}: only what is {life_cycle.PENDING_DISPOSAL} is certified")
    since = disposal.beginning(writer, stored)["at"]
    awaited = moments.Disposal(since, datetime.datetime.now(datetime.UTC))
    people = {role: records.get(writer, PERSON, given[role]).record for role in _ROLES}
    consent = consent_to(writer, given, name, writer.context.today)
    parties = certificate.Parties(**people, approvers=consent.approvers)
    try:
        media, faults = certificate.media_of(device, given["wiped"], given["verified"])
        faults += [*orders.faults_of_secrecy(device), *consent.faults]
        faults += [*_faults_of_parties(writer, stored, order, parties)]
        faults += certificate.faults_of_office([("verified_by", parties.verified_by)], writer.context.today.isoformat())
        faults += [fault for medium in media for fault in certificate.faults_of_medium(medium, order)]
        faults += [fault for medium in media for fault in moments.faults_of(medium, name, awaited)]
        faults += [fault for medium in media for fault in moments.faults_of_wiper(medium, parties.wiped_by)]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RegisterError(
            f"wiped and verified are no results of media_sanitise and media_verify ({error!r:.60}); "
            "register these tasks, and give the list media of each"
        ) from error
    reasons = "; ".join(faults) if faults or media else "no medium was wiped"
    if reasons:
        raise RegisterError(f"nothing is certified: {reasons}")
    return parties, media


def _faults_of_parties(writer: Writer, device: Stored, order: str, parties: certificate.Parties) -> list[str]:
    """Return a sentence for each wrong role, also of those whom the register knows to have begun the wipe."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import records, wipes

    told = [parties]
    for codes in wipes.begun(writer, device, order):
        begun_by: dict[str, t.Any] = {role: records.get(writer, PERSON, code).record for role, code in codes.items()}
        told.append(parties._replace(**begun_by))
    name = device.record["name"]
    return list(dict.fromkeys(fault for one in told for fault in certificate.faults_of_parties(order, name, one)))


def _records_of(
    device: str, given: t.Mapping[str, t.Any], media: t.Sequence[certificate.Medium], today: datetime.date
) -> list[Result]:
    """Return what the register keeps of each medium."""
    return [
        {
            "device": device,
            "medium": medium.serial,
            "done_on": medium.wiped["finished"][:10],
            "method": medium.wiped["technique"],
            "tool": _TOOL,
            "result": "done",
            "done_by": given["wiped_by"],
            "verified_by": given["verified_by"],
            "verified_on": today.isoformat(),
            "document": given["order"],
        }
        for medium in media
    ]
