# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Units of systemd, of any type: services, sockets, timers.

Field of a row: ``unit``; the value is ``running`` (it runs, and starts at boot), ``stopped`` (neither) or ``masked``.
A unit that something else starts (static) counts as running if it runs, and a service that waits for its socket counts
as running if the socket does. A unit that does not exist is both stopped and masked. A stopped unit that a socket, a
timer or a path unit can still start counts for nothing.
"""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import unit as thing
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]
Properties = t.Mapping[str, str]

FIELDS: t.Mapping[str, t.Any] = {"unit": "word"}
REQUIRED = frozenset({"unit"})
COMPARISONS: t.Sequence[str] = ("==",)
BOOTED = "/run/systemd/system"  # sd_booted(3)
_STARTS = ("enabled", "static", "alias", "indirect", "linked")
_DOES_NOT_START = ("disabled", "static", "alias", "indirect", "linked", "masked", "transient", "")
_ENOUGH = {"running": {"running"}, "stopped": {"stopped", "masked", "absent"}, "masked": {"masked", "absent"}}
_UNIT_FILE_STATES = {"running": "enabled", "stopped": "disabled", "masked": "masked"}
_LOGIN = frozenset({"ssh.service", "sshd.service", "ssh.socket", "sshd.socket"})


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Ask systemd once for all units, and once for those that can start them."""
    if not os.path.isdir(BOOTED):
        return {row["id"]: Reading(unreadable="systemd does not run here") for row in rows}
    try:
        of_unit = _ask(row["unit"] for row in rows)
        triggers = _ask(name for properties in of_unit.values() for name in properties["TriggeredBy"].split())
    except OSError as error:
        return {row["id"]: Reading(unreadable=str(error.strerror)) for row in rows}
    return {row["id"]: _read(row, of_unit[row["unit"]], triggers) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return reading.value in _ENOUGH.get(row["desired"], ())


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Bring every unit into the state that its row asks for, those first that could start a service again.

    All are taken down before the first is changed: a unit that stops takes others with it.
    """
    going = frozenset(row["unit"] for row in rows if row["desired"] != "running")
    ordered = sorted(rows, key=lambda row: row["unit"].endswith(".service"))
    writes: dict[str, Write] = {}
    former: dict[str, dict[str, t.Any]] = {}
    for row in ordered:
        try:
            former[row["id"]] = thing.capture(row["unit"])
        except OSError as error:
            writes[row["id"]] = Write(error=f"cannot read {row['unit']}: {error.strerror}")
    for row in ordered:
        if row["id"] in former:
            writes[row["id"]] = _bring(row, readings[row["id"]], former[row["id"]], going, writer)
    return writes


def _ask(units: t.Iterable[str]) -> dict[str, Properties]:
    names = list(dict.fromkeys(units))
    return dict(zip(names, thing.show(names, *thing.OBSERVED)))  # show() checked their number


def _read(row: Row, properties: Properties, triggers: t.Mapping[str, Properties]) -> Reading:
    if row["desired"] not in _ENOUGH:
        return Reading(unreadable=f"{row['desired']!r} is none of {', '.join(_ENOUGH)}")
    of_unit = {name: triggers[name] for name in properties["TriggeredBy"].split()}
    value = "running" if row["desired"] == "running" and _listens(of_unit) else _value(properties)
    waiting = _waiting(of_unit)
    weakness = None
    if row["desired"] == value == "stopped" and waiting:
        weakness = f"it does not run, but {waiting[0]} can start it"
    return Reading(value=value, where=properties["FragmentPath"] or None, weakness=weakness)


def _listens(triggers: t.Mapping[str, Properties]) -> bool:
    """Tell whether a socket waits for the first client of its service, now and after the next boot."""
    sockets = (properties for name, properties in triggers.items() if name.endswith(".socket"))
    return any(thing.is_running(socket) and _starts(socket) for socket in sockets)


def _value(properties: Properties) -> str:
    runs, state = thing.is_running(properties), properties["UnitFileState"]
    if properties["LoadState"] == "not-found" and not runs:
        return "absent"
    if state == "masked" and not runs:
        return "masked"
    if runs and _starts(properties):
        return "running"
    if not runs and _does_not_start(properties):
        return "stopped"
    return f"{state or properties['LoadState']} and {properties['ActiveState']}"


def _waiting(triggers: t.Mapping[str, Properties]) -> list[str]:
    """Return the triggers that wait for something to happen, or will after the next boot."""
    return [
        name
        for name, properties in triggers.items()
        if thing.is_running(properties) or properties["UnitFileState"] == "enabled" or _is_wanted(properties)
    ]


def _starts(properties: Properties) -> bool:
    return (
        properties["UnitFileState"] in _STARTS if properties["UnitFileState"] != "generated" else _is_wanted(properties)
    )


def _does_not_start(properties: Properties) -> bool:
    """Tell whether nothing starts it at boot; of a SysV script, only what wants it says so."""
    state = properties["UnitFileState"]
    return not _is_wanted(properties) if state == "generated" else state in _DOES_NOT_START


def _is_wanted(properties: Properties) -> bool:
    return bool(properties["WantedBy"] or properties["RequiredBy"])


def _bring(row: Row, reading: Reading, old: t.Mapping[str, t.Any], going: frozenset[str], writer: Writer) -> Write:
    unit, desired = row["unit"], row["desired"]
    if reading.weakness:  # it is as wanted itself
        return Write()
    if reading.value == "absent" and writer.may_bring(unit):
        return Write(changes=True)
    try:
        refusal = _refusal(row, reading, old) or _trigger_in_the_way(row, going)
        if refusal:
            return Write(error=refusal)
        new = {"unit_file_state": _UNIT_FILE_STATES[desired], "active": desired == "running"}
        return Write(changes=writer.put("unit", unit, old=old, new=new))
    except OSError as error:
        sentence = f"cannot bring {unit} to {desired}: {error.strerror}"
        return Write(changes=_is_changed(unit, old), error=sentence)


def _is_changed(unit: str, old: t.Mapping[str, t.Any]) -> bool:
    with contextlib.suppress(OSError):
        return thing.capture(unit) != old
    return True


def _refusal(row: Row, reading: Reading, old: t.Mapping[str, t.Any]) -> str | None:
    unit, desired = row["unit"], row["desired"]
    if desired == "running":
        return f"there is no {unit} on this device" if reading.value == "absent" else None
    if unit in _LOGIN or f"{unit}.service" in _LOGIN:
        return f"{unit} is what this run came in by"
    if desired == "stopped" and old["unit_file_state"] == "generated":
        return f"{unit} comes from a script in /etc/init.d, which systemd cannot disable; mask it instead"
    path = reading.where or ""
    if desired == "masked" and path.startswith("/etc/systemd/system/") and not os.path.islink(path):
        return f"its own file {path} stands where the mask would have to be; remove the file first"
    return None


def _trigger_in_the_way(row: Row, going: frozenset[str]) -> str | None:
    """Name what would start a stopped unit again at once, unless that goes too: a mask is what helps alone."""
    if row["desired"] != "stopped":
        return None
    (properties,) = _ask([row["unit"]]).values()
    waiting = sorted(set(_waiting(_ask(properties["TriggeredBy"].split()))) - going)
    return f"{waiting[0]} would start it again; stop that one too, or mask {row['unit']}" if waiting else None
