# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Going into service: what the gate said of a device is kept as an event, and a device comes in by that alone.

A verdict counts for the enrolment in which it was given, that is since the device was last taken into ``hardening``,
and as long as the device has the serial number, class and platform that it was given for. The other way in is an
approval for the device, signed by who may, whose scope is ``in_service:`` and the reason; it must be named.
"""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register import approvals, life_cycle, records
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import ServiceError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.events import Event
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import APPROVAL, DEVICE, PERSON
from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Stored
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Writer

VERDICT = "gate"
_OPENS = "opens"
_ABOUT = ("serial", "class", "platform")
_REASON = re.compile(r"\s*in_service\s*:\s*\S")


def signers(reader: Reader | Writer, roles: t.Collection[str]) -> approvals.Signers:
    """Return who may sign what needs one of these roles."""
    people = (one.record for one in records.select(reader, PERSON))
    return approvals.Signers({person["code"]: person for person in people}, roles)


def record(writer: Writer, device: Stored, *, opens: bool) -> bool:
    """Keep what the gate said of a device; tell whether that is new."""
    said = {_OPENS: opens, **{name: device.record[name] for name in _ABOUT}}
    if _verdict(writer, device) == said:
        return False
    event = Event(VERDICT, DEVICE.name, device.id, device.record["name"], {}, {VERDICT: said})
    writer.chain.append(event)
    return True


def check(reader: Reader | Writer, device: Stored, document: str | None, roles: t.Collection[str]) -> None:
    """Raise ServiceError unless the gate let the device in, or the approval that ``document`` names does.

    ``roles`` are those of which such an approval's signer must have one.
    """
    error = _missing(_verdict(reader, device), device.record)
    if error is None:
        return
    may_sign = signers(reader, roles)
    for approval in _approvals_of(reader, device, document):
        fault = may_sign.said_of(approval)
        if fault is None:
            return
        error = fault
    raise ServiceError(
        f"device {device.record['name']} does not go into service: {error}; run playbooks/enroll.yml, or name as "
        "document an approval with the scope in_service: and a reason"
    )


def _missing(verdict: dict[str, t.Any] | None, record: t.Mapping[str, t.Any]) -> str | None:
    """Return what is missing in the gate's last verdict on a device, None if it lets the device in."""
    if verdict is None:
        return "the gate has not judged it since it was last taken into hardening"
    if verdict.get(_OPENS) is not True:
        return "the gate kept it out when it last judged it"
    changed = ", ".join(name for name in _ABOUT if verdict.get(name) != record[name])
    return f"since the gate let it in, the register was given another {changed}" if changed else None


def _verdict(reader: Reader | Writer, device: Stored) -> dict[str, t.Any] | None:
    """Return what the gate last said of a device in this enrolment."""
    for event in reversed(records.events_of(reader, DEVICE, device.id)):
        after = _values(event["after"])
        if event["verb"] == VERDICT:
            return _values(after.get(VERDICT))
        if after.get("state") == life_cycle.HARDENING:
            return None
    return None


def _values(told: t.Any) -> dict[str, t.Any]:
    """Return what an event tells; nothing if it was edited into something that tells nothing."""
    try:
        values = json.loads(told) if isinstance(told, str) else told
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _approvals_of(reader: Reader | Writer, device: Stored, document: str | None) -> list[approvals.Record]:
    """Return the approvals of this number that are in force for a device and let it in with a reason."""
    every = (one.record for one in records.select(reader, APPROVAL))
    return [
        one
        for one in every
        if one["number"] == document
        and approvals.is_for(one, device.record["name"], reader.context.today)
        and _REASON.match(one["scope"] or "")
    ]
