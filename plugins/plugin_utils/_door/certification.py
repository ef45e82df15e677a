# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Certifying a sanitisation: register, results and signature come together, or nothing is stored."""

from __future__ import annotations

import datetime
import hashlib
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import changed
from ansible_collections.commune.baseline.plugins.plugin_utils._door.signing import digest_of, open_signer
from ansible_collections.commune.baseline.plugins.plugin_utils._register import life_cycle
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import (
    APPROVAL,
    DEVICE,
    PERSON,
    SANITISATION,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import certificate, moments

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Stored
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer

Result = dict[str, t.Any]
_ROLES = ("requested_by", "wiped_by", "verified_by")
_TOOL = "commune.baseline media_sanitise"


def certify(writer: Writer, given: t.Mapping[str, t.Any], folder: Path | None) -> Result:
    """Certify all media that were wiped; raise RegisterError with all that is wrong. Without a folder, only look."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, disposal

    stored = devices.get(writer, given["name"])
    device = stored.record
    parties, media = _checked(writer, stored, given)
    now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    facts = {"made": now, "place": given["place"], "destination": given["destination"], "tool": _TOOL}
    told = certificate.certificate_of(given["order"], device, parties, media, facts)
    result: Result = {"changed": True, "device": device, "certificate": told, "path": None, "sha256": None}
    if folder is not None:
        result["sha256"] = digest_of(told)
    _record(writer, given, media, result["sha256"])
    if life_cycle.SANITISED in life_cycle.NEXT[device["state"]] and not disposal.uncertified(writer, stored):
        step = devices.transition(writer, device["name"], life_cycle.SANITISED, document=given["order"])
        result |= {**changed(writer, DEVICE, step), "changed": True}
    if folder is not None:  # last: what the register refuses must not be signed
        result["path"] = str(open_signer(folder).keep(_file_name(device["name"], now), told))
    return result


def _checked(
    writer: Writer, stored: Stored, given: t.Mapping[str, t.Any]
) -> tuple[certificate.Parties, list[certificate.Medium]]:
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import disposal, records, service

    device = stored.record
    order, name = given["order"], device["name"]
    if device["state"] != life_cycle.PENDING_DISPOSAL:
        raise RegisterError(f"{name} is {device['state']}: only what is {life_cycle.PENDING_DISPOSAL} is certified")
    since = disposal.beginning(writer, stored)["at"]
    awaited = moments.Disposal(since, datetime.datetime.now(datetime.UTC))
    people = {role: records.get(writer, PERSON, given[role]).record for role in _ROLES}
    every = [stored.record for stored in records.select(writer, APPROVAL)]
    signers = service.signers(writer, given["approver_roles"])
    held = certificate.holding(order, name, every, signers, writer.context.today)
    parties = certificate.Parties(**people, approvers=certificate.approvers_of(held, signers))
    try:
        media, faults = certificate.media_of(device, given["wiped"], given["verified"])
        faults += certificate.faults_of_parties(order, name, parties)
        faults += [fault for medium in media for fault in certificate.faults_of_medium(medium, order)]
        faults += [fault for medium in media for fault in moments.faults_of(medium, name, awaited)]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RegisterError(
            f"wiped and verified are no results of media_sanitise and media_verify ({error!r:.60}); "
            "register these tasks, and give the list media of each"
        ) from error
    reasons = "; ".join(faults) if faults or media else "no medium was wiped"
    if reasons:
        raise RegisterError(f"nothing is certified: {reasons}")
    return parties, media


def _record(
    writer: Writer, given: t.Mapping[str, t.Any], media: t.Sequence[certificate.Medium], digest: str | None
) -> None:
    """Keep each medium in the register, with the digest of the certificate: the chain of events anchors it."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, records

    for medium in media:
        record = {
            "device": devices.get(writer, given["name"]).record["name"],
            "medium": medium.serial,
            "done_on": medium.wiped["finished"][:10],
            "method": medium.wiped["technique"],
            "tool": _TOOL,
            "result": "done",
            "done_by": given["wiped_by"],
            "verified_by": given["verified_by"],
            "verified_on": writer.context.today.isoformat(),
            "document": given["order"],
            "detail": f"sha256 {digest}" if digest else None,
        }
        records.put(writer, SANITISATION, record, document=given["order"])


def _file_name(device: str, now: str) -> str:
    """Return a name for the file, in which nothing of the device's name can lead elsewhere."""
    digits = "".join(one for one in now[:19] if one.isdigit())
    return f"{digits[:8]}-{digits[8:]}-sanitisation-{hashlib.sha256(device.encode()).hexdigest()[:12]}.json"
