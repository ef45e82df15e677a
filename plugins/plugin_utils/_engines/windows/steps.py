# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What is to be written on a machine: steps for apply.ps1, each with the step that takes it back."""

from __future__ import annotations

import typing as t

Values = dict[str, t.Any]


class Step(t.NamedTuple):
    """One change for one row; ``kind`` is what apply.ps1 calls it, ``undo`` has what was there before."""

    row: str
    kind: str
    do: Values
    undo: Values


# What names the place that a step changes, by the kind of the step; the other values are what is there.
_PLACES: t.Mapping[str, tuple[str, ...]] = {
    "registry": ("hive", "key", "name"),
    "template": ("section",),
    "audit": ("guid",),
    "servicestate": ("name",),
    "defender": ("name",),
    "account": ("sid",),
    "firewall": ("name",),
    "rule": ("name",),
    "ruleset": ("name",),
    "feature": ("name",),
    "taskstate": ("path", "name"),
    "log": ("name",),
    "share": ("name",),
}
# Where a place holds several values, each is one of its own.
_SEVERAL = ("account", "firewall", "log", "rule")


_CALLED = {
    "template": "secedit",
    "audit": "auditpol",
    "servicestate": "service",
    "defender": "Defender",
    "feature": "optional feature",
    "taskstate": "scheduled task",
    "log": "event log",
    "rule": "firewall rule",
    "ruleset": "firewall rule",
}


def place_of(step: Step) -> str:
    """Return the name of the place that a step changes, for people too."""
    words = [str(step.do[name]) for name in _PLACES[step.kind]]
    if step.kind == "registry":
        root = "HKLM" if words[0] == "machine" else f"HKU\\{words[0]}"
        return "\\".join([root, *words[1:]])
    if step.kind == "template":
        words += step.do["keys"]
    if step.kind in _SEVERAL:
        words += [name for name in step.do if name not in _PLACES[step.kind]]
    return f"{_CALLED.get(step.kind, step.kind)}: {', '.join(words)}"


def for_journal(step: Step) -> Values:
    """Return a step as a journal keeps it: what takes it back without the place, which it shares with the step."""
    places = _PLACES[step.kind]
    return {**step._asdict(), "undo": {name: value for name, value in step.undo.items() if name not in places}}


def from_journal(kept: Values) -> Step:
    """Return the step that a journal keeps."""
    step = Step(**kept)
    return step._replace(undo={**{name: step.do[name] for name in _PLACES[step.kind]}, **step.undo})


class CannotWriteError(ValueError):
    """A row cannot be corrected from here; the message says why."""


def for_script(steps: t.Sequence[Step], *, back: bool = False) -> list[Values]:
    """Return the steps as apply.ps1 takes them; all keys of the security template are one, for they belong together.

    With ``back``, the steps that restore what was there before, the last one first.
    """
    ordered = list(reversed(steps)) if back else list(steps)
    told: list[Values] = []
    template: Values | None = None
    for step in ordered:
        values = step.undo if back else step.do
        if step.kind != "template":
            told.append({"kind": step.kind, "rows": [step.row], **values})
        elif template is None:
            template = {"kind": "template", "rows": [step.row], "sections": {values["section"]: dict(values["keys"])}}
            told.append(template)
        else:
            template["rows"].append(step.row)
            template["sections"].setdefault(values["section"], {}).update(values["keys"])
    for one in told:
        if one["kind"] == "template":
            one["text"] = _inf(one.pop("sections"))
    return told


def _inf(sections: t.Mapping[str, t.Mapping[str, str]]) -> str:
    lines = ["[Unicode]", "Unicode=yes"]
    for name, keys in sections.items():
        lines += [f"[{name}]", *(f"{key} = {value}" for key, value in keys.items())]
    return "\r\n".join([*lines, "[Version]", 'signature="$CHICAGO$"', "Revision=1", ""])
