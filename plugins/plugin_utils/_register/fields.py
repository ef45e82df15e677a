# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""From what people typed to a record that can be stored, or to the list of all its faults. Pure."""

from __future__ import annotations

import datetime
import ipaddress
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register import words
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import Fault
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import (
    DEVICE,
    EXCEPTION,
    Field,
    Kind,
    Parts,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.text import WrongError

Record = dict[str, t.Any]
_MOST_PARTS = 1000
_SHOWN = 60


class Context(t.NamedTuple):
    """What a record is judged by besides itself: the day, and the site's zones."""

    today: datetime.date
    zones: words.Zones = words.DEFAULT_ZONES


def read(
    kind: Kind, given: t.Mapping[str, t.Any], before: Record | None, context: Context
) -> tuple[Record, list[Fault]]:
    """Return the record that comes of ``before`` (None: a new one) with the given values, and all its faults.

    A value of None or of nothing but spaces takes the field away.
    """
    record = dict(before) if before else empty(kind)
    faults = [
        _fault(name, given[name], f"there is no such field of a {kind.name}")
        for name in sorted(given.keys() - empty(kind).keys())
    ]
    for field in kind.fields:
        if field.name in given:
            record[field.name] = _read_field(field.name, field, given[field.name], context, faults)
    for parts in kind.parts:
        if parts.name in given:
            record[parts.name] = _read_parts(parts.name, parts, given[parts.name], context, faults)
    wrong = {fault.field.partition("[")[0] for fault in faults}
    for field in kind.fields:
        if field.required and record[field.name] is None and field.name not in wrong:
            faults.append(Fault(field.name, "missing", "it must be given"))
    check = _CHECKS.get(kind.name)
    if check and not (before and given.keys() <= _CHECKED_BY_NOBODY):
        faults += [fault for fault in check(record, context) if fault.field.partition("[")[0] not in wrong]
    if before:
        changed_keys = [name for name in kind.key if record[name] != before[name]]
        faults += [_fault(name, record[name], "the key of a record never changes") for name in changed_keys]
    return record, faults


# What stands was judged when it was given; a zone model that has changed since keeps no device out of quarantine.
_CHECKED_BY_NOBODY = frozenset({"name", "note"})


def empty(kind: Kind) -> Record:
    """Return a record of this kind that holds nothing yet."""
    return {**dict.fromkeys(field.name for field in kind.fields), **{parts.name: [] for parts in kind.parts}}


def _read_field(place: str, field: Field, value: t.Any, context: Context, faults: list[Fault]) -> t.Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        read_value = field.parse(value)
    except WrongError as error:
        faults.append(_fault(place, value, str(error)))
        return None
    if field.past and read_value > context.today.isoformat():
        faults.append(_fault(place, value, "a day that is not in the future"))
    return read_value


def _read_parts(place: str, parts: Parts, value: t.Any, context: Context, faults: list[Fault]) -> list[t.Any]:
    values = [] if value is None else value
    if not isinstance(values, list | tuple):
        faults.append(_fault(place, value, "it must be a list"))
        return []
    if len(values) > _MOST_PARTS:
        faults.append(Fault(place, f"{len(values)} values", f"at most {_MOST_PARTS}"))
        return []
    found = [_read_part(f"{place}[{number}]", parts, one, context, faults) for number, one in enumerate(values)]
    unique = [_first_value(one) for one in found if one is not None]
    for number, one in enumerate(found):
        if one is not None and _first_value(one) in unique[:number] and parts.table in _WITHOUT_DOUBLES:
            faults.append(_fault(f"{place}[{number}]", _first_value(one), "it stands twice; once is enough"))
    return found


def _read_part(place: str, parts: Parts, value: t.Any, context: Context, faults: list[Fault]) -> t.Any:
    if parts.is_plain:
        given = {parts.fields[0].name: value}
    elif isinstance(value, t.Mapping):
        given = dict(value)
    else:
        faults.append(_fault(place, value, f"a dictionary of {', '.join(field.name for field in parts.fields)}"))
        return None
    names = [field.name for field in parts.fields]
    faults += [
        _fault(f"{place}.{name}", given[name], f"one of {', '.join(names)}") for name in given.keys() - set(names)
    ]
    part = {}
    for field in parts.fields:
        inner = place if parts.is_plain else f"{place}.{field.name}"
        known = len(faults)
        part[field.name] = _read_field(inner, field, given.get(field.name), context, faults)
        if field.required and part[field.name] is None and len(faults) == known:
            faults.append(Fault(inner, "missing", "it must be given"))
    return part[names[0]] if parts.is_plain else part


# Of software, the same name may stand twice (two versions); of licences too.
_WITHOUT_DOUBLES = frozenset(
    {"device_macs", "device_ips", "device_media", "person_roles", "approval_devices", "document_devices"}
)


def _first_value(part: t.Any) -> t.Any:
    return next(iter(part.values())) if isinstance(part, dict) else part


def _fault(place: str, value: t.Any, right: str) -> Fault:
    shown = repr(value[: _SHOWN * 2] if isinstance(value, str) else value)
    return Fault(place, shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 3]}...", right)


def _check_device(record: Record, context: Context) -> list[Fault]:
    zone = record["zone"]
    faults = []
    if zone is not None and zone not in context.zones:
        faults.append(_fault("zone", zone, f"one of {', '.join(context.zones)}"))
    if record["class"] == "secret_workstation" and zone not in (None, words.SECRET_ZONE):
        faults.append(_fault("zone", zone, f"a secret workstation is in no zone but {words.SECRET_ZONE}"))
    if record["ips"] and zone in (None, words.SECRET_ZONE):
        right = "a device with an address is in a zone, and one for state secrets has no address"
        faults.append(_fault("ips", record["ips"], right))
    networks = context.zones.get(zone, ())
    for number, address in enumerate(record["ips"]):
        if networks and address and not any(ipaddress.ip_address(address) in network for network in networks):
            faults.append(
                _fault(f"ips[{number}]", address, f"in zone {zone}, an address of {', '.join(map(str, networks))}")
            )
    if record["received_on"] and record["connected_on"] and record["connected_on"] < record["received_on"]:
        faults.append(
            _fault("connected_on", record["connected_on"], f"not before received_on, {record['received_on']}")
        )
    return faults


def _check_exception(record: Record, context: Context) -> list[Fault]:
    faults = []
    if (record["device"] is None) == (record["group"] is None):
        faults.append(_fault("device", record["device"], "an exception is for either a device or a group"))
    if record["expires"] and record["withdrawn_on"] is None and record["expires"] < context.today.isoformat():
        faults.append(_fault("expires", record["expires"], "a day that is not past"))
    return faults


_CHECKS: dict[str, t.Callable[[Record, Context], list[Fault]]] = {
    DEVICE.name: _check_device,
    EXCEPTION.name: _check_exception,
}
