# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The whole catalogue, for reports and documents: every file of it, and whether they agree."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import (
    CatalogueError,
    Control,
    controls_of_file,
    read,
)

Entry = t.Mapping[str, t.Any]

OTHER_FILES = (
    "approvals", "calendar", "device_classes", "domains", "forms", "gaps", "incident", "legal_updates", "reasons",
    "risk", "roles", "texts", "zones",
)  # fmt: skip
# A key of any file that names things, and what it names.
_NAMES = {
    "applies_to": "device class",
    "class": "device class",
    "clauses": "clause",
    "handling_clauses": "clause",
    "code": "clause",  # of a source; a clause's own is known
    "controls": "control",
    "gaps": "gap",
    "from": "zone",
    "to": "zone",
    "roles": "role",
}
# What is no zone of the commune, but can be at an end of a flow.
_BEYOND = ("internet", "any")
# Values of these are the control's own.
_OPAQUE = ("parameters", "notes")


class Everything(t.NamedTuple):
    """All files: controls and clauses by id, in their order, and the content of every other file by its name.

    ``quoting`` gives the controls that quote a clause.
    """

    controls: t.Mapping[str, Control]
    quoting: t.Mapping[str, t.Sequence[str]]
    clauses: t.Mapping[str, Entry]
    files: t.Mapping[str, t.Any]

    def leads_to(self, code: str) -> t.Sequence[str]:
        """Return the controls that a clause leads to: those that quote it, or that it is related to."""
        related: t.Sequence[str] = self.clauses[code].get("controls", ())
        return self.quoting.get(code, related)

    def of_control(self, name: str, control_id: str) -> list[Entry]:
        """Return the entries of a file (calendar, forms, approvals) that concern a control."""
        return [entry for entry in self.files[name] if control_id in entry.get("controls", ())]


def read_all(directory: Path) -> Everything:
    """Return the whole catalogue; raise CatalogueError that names file, id, key and value of the first fault."""
    contents = {path: read(path, path.parent.name) for path in sorted(directory.glob("c*/*.yml"))}
    contents |= {(path := directory / f"{name}.yml"): read(path, name) for name in OTHER_FILES}
    controls: dict[str, Control] = _joined(
        controls_of_file(path) for path in contents if path.parent.name == "controls"
    )
    everything = Everything(
        controls=controls,
        quoting=_quoting(controls.values()),
        clauses=_joined(_clauses(path, content) for path, content in contents.items() if path.parent.name == "clauses"),
        files={path.stem: content for path, content in contents.items() if path.parent == directory},
    )
    known = _known(everything)
    for path, content in contents.items():
        for place, kind, name in _references(content):
            if name not in known[kind]:
                raise CatalogueError(f"{path}: {place}: {name!r} is no {kind} of the catalogue")
        _by_id(path, content)
    _check_clauses(everything)
    return everything


def _clauses(path: Path, content: t.Any) -> dict[str, Entry]:
    clauses = _by_id(path, content)
    for code in clauses:
        if not code.startswith(f"{path.stem}:"):
            raise CatalogueError(f"{path}: {code}: code does not begin with {path.stem}, the name of its file")
    return clauses


def _joined(parts: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    return {name: one for part in parts for name, one in part.items()}


def _quoting(controls: t.Iterable[Control]) -> dict[str, list[str]]:
    quoting: dict[str, list[str]] = {}
    for control in controls:
        for code in control.clauses:
            quoting.setdefault(code, []).append(control.id)
    return quoting


def _known(everything: Everything) -> dict[str, t.Collection[str]]:
    files = everything.files
    return {
        "device class": [one["id"] for one in files["device_classes"]["classes"]],
        "clause": everything.clauses.keys(),
        "control": everything.controls.keys(),
        "role": [role["id"] for role in files["roles"]],
        "gap": [gap["id"] for gap in files["gaps"]],
        "zone": [*(zone["id"] for zone in files["zones"]["zones"]), *_BEYOND],
    }


def _references(value: t.Any, *places: str) -> t.Iterator[tuple[str, str, str]]:
    """Yield the place, the sort and the name of everything that a file's content refers to."""
    if isinstance(value, list):
        for one in value:
            yield from _references(one, *places)
    elif isinstance(value, dict):
        inside = [*places, *filter(None, [_id_of(value)])]
        for key, one in value.items():
            if key in _NAMES:
                names = one if isinstance(one, list) else [one]
                yield from ((": ".join([*inside, key]), _NAMES[key], name) for name in names)
            elif key not in _OPAQUE:
                yield from _references(one, *inside)


def _by_id(path: Path, content: t.Any) -> dict[str, Entry]:
    """Return the entries of a list by id; raise CatalogueError if one stands twice, in the list or a list within."""
    if isinstance(content, dict):
        for part in content.values():
            _by_id(path, part)
        return {}
    entries: dict[str, Entry] = {}
    for entry in content if isinstance(content, list) else ():
        name = _id_of(entry)
        if name in entries:
            raise CatalogueError(f"{path}: {name}: stands twice")
        if name is not None:
            entries[name] = entry
    return entries


def _id_of(entry: t.Any) -> str | None:
    keys = ("id", "code", "step") if isinstance(entry, dict) else ()
    return next((entry[key] for key in keys if key in entry), None)


def _check_clauses(everything: Everything) -> None:
    """Hold every clause's status against the controls that quote it, and the domains against the controls."""
    for code, clause in everything.clauses.items():
        fault = _fault_of_status(clause, everything.quoting.get(code, ()))
        if fault:
            raise CatalogueError(f"clauses/{code.partition(':')[0]}.yml: {code}: {fault}")
    domains = {control_id.partition("-")[0] for control_id in everything.controls}
    for domain in sorted(domains ^ everything.files["domains"].keys()):
        raise CatalogueError(f"domains.yml: {domain} needs a title there and a control in controls/{domain}.yml")


def _fault_of_status(clause: Entry, quoting: t.Sequence[str]) -> str | None:
    status = clause["status"]
    if quoting and status != "control":
        return f"status is {status!r}, but {quoting[0]} quotes it"
    if not quoting and status == "control":
        return "status is 'control', but no control quotes it"
    if ("controls" in clause) != (status == "related"):
        return f"status is {status!r}; a clause that is related names controls, and no other does"
    return None
