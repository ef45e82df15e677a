# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The gate of enrolment for one device: the register, the catalogue, the rows and what a run showed come together."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import CatalogueError, Control
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue_files import read_all
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

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader

_COLLECTION = Path(__file__).parents[3]
Result = dict[str, t.Any]


def answer(reader: Reader, name: str, verification: t.Mapping[str, t.Any], serial_shown: str | None) -> Result:
    """Return whether a device of the register may go into service; raise RegisterError if that cannot be judged."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, records

    device = devices.get(reader, name).record
    approvals = [stored.record for stored in records.select(reader, APPROVAL)]
    accepted = gate.accepted_for(device["name"], approvals, reader.context.today)
    demanded, served = _demands(device)
    results = _results(device, verification)
    opening = gate.opening(demanded, served, results, accepted)
    waived = [one for one in gate.opening(demanded, served, results, ()) if one not in opening]
    outcome = serial.compared(device["serial"], serial_shown)
    languages = gate_words.LANGUAGES
    of_serial = {one: gate_words.said_of_serial(device["serial"], serial_shown, one) for one in languages}
    controls = {control.id: control for control in demanded}
    told = {one: gate_words.said_of(opening, controls, one) for one in languages}
    if outcome == serial.DIFFERENT:
        told = {language: [of_serial[language], *said] for language, said in told.items()}
    is_open = not opening and outcome != serial.DIFFERENT
    return {
        "changed": False,
        "failed": not is_open,
        "msg": "\n".join(gate_words.verdict(device["name"], reasons, language) for language, reasons in told.items()),
        "opens": is_open,
        "open": [one._asdict() for one in opening],
        "accepted": [one._asdict() for one in waived],
        "serial": {"compared": outcome, **of_serial},
    }


def _demands(device: Result) -> tuple[tuple[Control, ...], gate.Serving]:
    """Return what is demanded of a device, and what serves it on its platform."""
    try:
        everything = read_all(_COLLECTION / "catalogue")
        rows = {platform: rows_of_all_roles(_COLLECTION, platform) for platform in PLATFORMS}
    except (CatalogueError, RowError, OSError) as error:
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
                "rows": [{key: row[key] for key in ("id", "parameter", "state")} for row in control["rows"]],
            }
            for control in from_text(verification["controls"])
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise RegisterError(
            f"verification is no result of commune.baseline.policy ({error!r:.80}); register that task, "
            "and give what it registered whole"
        ) from error
