# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Taking a run back: everything it wrote becomes what it was, or nothing is touched."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts, FactsError
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.kind import KINDS, Kind
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.kinds import (
    event_log,
    feature,
    firewall_rule,
    firewall_ruleset,
    registry,
    scheduled_task,
    share,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import (
    Step,
    Values,
    from_journal,
    place_of,
)

_RIGHTS = "Privilege Rights"
_RULES = (firewall_rule.STEP, firewall_ruleset.STEP)


class ChangedSinceError(ValueError):
    """Somebody changed a thing after the run; the message names it."""


class Entry(t.NamedTuple):
    """All that a run did to one place: what was there before, what it left; ``late`` if that can cut the connection."""

    step: Step
    late: bool


def entries_of(answer: str) -> list[Entry]:
    """Read the journals of a run as journals.ps1 put them out; raise FactsError if one cannot be read."""
    entries: dict[str, Entry] = {}
    try:
        journals = sorted(json.loads(answer)["journals"], key=lambda one: str(one["path"]))
        for kept in (one for journal in journals for one in json.loads(journal["text"])):
            entry = Entry(from_journal(kept["step"]), kept["late"])
            first = entries.get(place_of(entry.step), entry)
            merged = entry.step._replace(undo=first.step.undo)
            entries[place_of(entry.step)] = Entry(merged, entry.late or first.late)
    except (ValueError, KeyError, TypeError) as error:
        raise FactsError(f"the journal of the run cannot be read: {error}") from error
    return list(entries.values())


def question(entries: t.Sequence[Entry]) -> dict[str, t.Any]:
    """Return what collect.ps1 is asked to tell what is there now."""
    steps = [one.step for one in entries]
    sections = dict.fromkeys(section for step in steps for section in _kind(step).SECTIONS if section != "domain")
    places = [step.do for step in steps if step.kind == registry.STEP]
    return {
        "sections": ["system", *(name for name in sections if name != "system")],
        **registry.asked((_hive(one), one["key"], one["name"]) for one in places),
        "services": [step.do["name"] for step in steps if step.kind == "servicestate"],
        "defender": [step.do["name"] for step in steps if step.kind == "defender"],
        "features": [step.do["name"] for step in steps if step.kind == feature.STEP],
        "tasks": [f"{step.do['path']}{step.do['name']}" for step in steps if step.kind == scheduled_task.STEP],
        "rules": [step.do["name"] for step in steps if step.kind in _RULES],
        "logs": [step.do["name"] for step in steps if step.kind == event_log.STEP],
    }


def to_restore(entries: t.Sequence[Entry], facts: Facts) -> list[Entry]:
    """Return the entries whose places are as the run left them; what is as it was before needs nothing.

    Raises ChangedSinceError if one is neither, before anything is written; FactsError if one cannot be read.
    """
    found = []
    for entry in entries:
        step = entry.step
        there = _kind(step).now(step.do, facts)
        if _same(there, step.undo, facts):
            continue
        if not _same(there, step.do, facts):
            place = place_of(step)
            raise ChangedSinceError(f"{place} was changed since by somebody else; nothing was touched")
        found.append(entry)
    return found


def reversed_step(entry: Entry) -> Step:
    """Return the step that takes an entry back."""
    return entry.step._replace(do=entry.step.undo, undo=entry.step.do)


def _kind(step: Step) -> Kind:
    if step.kind == "template":
        return KINDS["user_right" if step.do["section"] == _RIGHTS else "security_policy"]
    return next(kind for kind in KINDS.values() if step.kind == kind.STEP)


def _hive(place: Values) -> str:
    return registry.MACHINE if place["hive"] == registry.MACHINE else registry.USERS


def _same(left: Values, right: Values, facts: Facts) -> bool:
    return bool(_comparable(left, facts) == _comparable(right, facts))


def _comparable(values: Values, facts: Facts) -> t.Any:
    """Return values so that two of them can be compared; Windows writes rights and access lists in its own way."""
    if "access" in values:
        return share.entries(values["access"]) or values
    if "remote" in values:
        return firewall_rule.comparable(values)
    if values.get("section") != _RIGHTS:
        return values
    words = {right: filter(None, text.split(",")) for right, text in values["keys"].items()}
    return {right: {_sid(word.strip(), facts) for word in named} for right, named in words.items()}


def _sid(word: str, facts: Facts) -> str:
    return word[1:] if word.startswith("*") else facts.sid_of.get(word.lower(), word)
