# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The gate of enrolment for one device: the register, the catalogue, the rows and what a run showed come together."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import CatalogueError, Control
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue_files import Everything, read_all
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import unreachable
from ansible_collections.commune.baseline.plugins.plugin_utils._policy import gate, gate_words, serial
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.controls import from_text
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.coverage import Place
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import (
    PLATFORMS,
    RowError,
    rows_of_all_roles,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register import words
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import APPROVAL
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import in_vietnamese

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Writer

_COLLECTION = Path(__file__).parents[3]
# Of the catalogue's approvals: a risk is accepted (001:21.3.b), and a system is put into use (001:9.5).
_ACCEPTING, _LETTING_IN = "A-12", "A-10"
_WOULD = "would_change"
Result = dict[str, t.Any]


def answer(reader: Reader | Writer, name: str, verification: t.Mapping[str, t.Any], serial_shown: str | None) -> Result:
    """Return whether a device of the register may go into service; raise RegisterError if that cannot be judged."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, records, service

    device = devices.get(reader, name).record
    everything = _catalogue()
    signers = service.signers(reader, _roles(everything, _ACCEPTING))
    approvals = (stored.record for stored in records.select(reader, APPROVAL))
    naming = gate.naming_controls(device["name"], approvals, reader.context.today)
    demanded, served = _demands(device, everything)
    results = _results(device, verification)
    opening = gate.opening(demanded, served, results, gate.accepted_by(naming, signers))
    waived = [one for one in gate.opening(demanded, served, results, ()) if one not in opening]
    outcome = serial.compared(device["serial"], serial_shown)
    said_of = functools.partial(
        gate_words.said_of,
        controls={control.id: control for control in demanded},
        signers=signers,
        naming=naming,
        correctable={row["id"] for control in results for row in control["rows"] if row[_WOULD]},
    )
    reached = not verification.get("unreachable")
    known = unreachable.explained(str(verification.get("msg", "")))
    why = {"en": [known], "vi": [in_vietnamese(known)]} if known else {"en": [], "vi": []}
    verdict, of_serial = {}, {}
    for language in gate_words.LANGUAGES:
        of_serial[language] = gate_words.said_of_serial(device["serial"], serial_shown, language)
        if outcome == serial.DIFFERENT:
            reasons = [of_serial[language]]
        elif not reached:
            reasons = [gate_words.said_of_reach(language), *why[language]]
        else:
            reasons = said_of(opening, language, in_language=in_vietnamese if language == "vi" else str)
        verdict[language] = gate_words.verdict(device["name"], reasons, language)
    is_open = reached and not opening and outcome != serial.DIFFERENT
    return {
        "changed": False,
        "failed": not is_open,
        "msg": "\n".join(verdict.values()),
        "opens": is_open,
        "open": [one._asdict() for one in opening],
        "accepted": [one._asdict() for one in waived],
        "serial": {"compared": outcome, **of_serial},
        "verdict": verdict,
    }


def recorded(writer: Writer, name: str, verification: t.Mapping[str, t.Any], serial_shown: str | None) -> Result:
    """Return the answer, and keep the verdict in the history of the device."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, service

    result = answer(writer, name, verification, serial_shown)
    return {**result, "changed": service.record(writer, devices.get(writer, name), opens=result["opens"])}


def letting_in() -> tuple[str, ...]:
    """Return the roles of which one lets a device into service that the gate has not let in, by an approval."""
    return _roles(_catalogue(), _LETTING_IN)


def _catalogue() -> Everything:
    try:
        return read_all(_COLLECTION / "catalogue")
    except (CatalogueError, OSError) as error:
        raise RegisterError(str(error)) from error


def _roles(everything: Everything, approval: str) -> tuple[str, ...]:
    """Return the roles that an approval of the catalogue needs one of."""
    return next(tuple(one["roles"]) for one in everything.files["approvals"] if one["id"] == approval)


def _demands(device: Result, everything: Everything) -> tuple[tuple[Control, ...], gate.Serving]:
    """Return what is demanded of a device, and what serves it on its platform."""
    try:
        rows = {platform: rows_of_all_roles(_COLLECTION, platform) for platform in PLATFORMS}
    except (RowError, OSError) as error:
        raise RegisterError(str(error)) from error
    classes = {one["id"]: one.get("platforms", ()) for one in everything.files["device_classes"]["classes"]}
    platforms = classes.get(device["class"], ())
    if platforms and not device["platform"]:
        raise RegisterError(
            f"the register does not say on which platform {device['name']} runs; a {device['class']} needs one of "
            f"{', '.join(words.PLATFORMS)}"
        )
    demanded = gate.demanded_of(everything.controls.values(), device["class"])
    return demanded, gate.served_at(Place(device["class"], device["platform"]), demanded, rows)


def _results(device: Result, verification: t.Mapping[str, t.Any]) -> list[Result]:
    """Return the controls that a run showed; none where it showed none. Raise RegisterError if they cannot be read."""
    if "controls" not in verification:
        return []
    judged_as = verification.get("device_class")
    if judged_as != device["class"]:
        raise RegisterError(
            f"{device['name']} was verified as {judged_as}, and the register says {device['class']}; "
            "set baseline_device_class to that of the register"
        )
    try:
        return [
            {
                "control": control["control"],
                "rows": [
                    {**{key: row[key] for key in ("id", "parameter", "state")}, _WOULD: row.get(_WOULD, False)}
                    for row in control["rows"]
                ],
            }
            for control in from_text(verification["controls"])
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise RegisterError(
            f"verification is no result of commune.baseline.policy ({error!r:.80}); register that task, "
            "and give what it registered whole"
        ) from error
