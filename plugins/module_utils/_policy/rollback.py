# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Taking a run back: everything it wrote becomes what it was, or nothing is touched."""

from __future__ import annotations

from ansible_collections.commune.baseline.plugins.module_utils._policy import custody, services
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Entry, Journal, JournalError
from ansible_collections.commune.baseline.plugins.module_utils._policy.thing import THINGS, State, fingerprint

_Name = tuple[str, str]


def roll_back(journal: Journal, *, check_mode: bool) -> list[str]:
    """Return the names of the things that were (in check mode: would be) restored; none the second time.

    Raises JournalError before the first change if a thing is neither as the run found it nor as the run left it, or if
    others than root could have led us to it.
    """
    if journal.is_rolled_back:
        return []
    entries = journal.entries()
    restored = restore(entries, check_mode=check_mode)
    if entries and not check_mode:
        journal.mark_rolled_back()
    return restored


def restore(entries: list[Entry], *, check_mode: bool, force: bool = False) -> list[str]:
    """Give all things of these entries the state that they had before the first of them, the last one first.

    ``force`` does so even if somebody else changed them since: nobody is to stay locked out.
    """
    restarts = [entry.name for entry in entries if entry.thing == "restart"]
    former: dict[_Name, State] = {}
    known: dict[_Name, set[str]] = {}
    for entry in entries:
        if entry.thing != "restart":
            former.setdefault((entry.thing, entry.name), entry.old)
            known.setdefault((entry.thing, entry.name), set()).update((fingerprint(entry.old), entry.new))
    now = {thing: fingerprint(THINGS[thing[0]].capture(thing[1])) for thing in former}
    strange = [thing[1] for thing in former if not THINGS[thing[0]].SHARED and now[thing] not in known[thing]]
    if strange and not force:
        raise JournalError(f"changed by somebody else since that run, so nothing is rolled back: {', '.join(strange)}")
    to_restore = [thing for thing in reversed(former) if now[thing] != fingerprint(former[thing])]
    if not force:
        _refuse_led_away([name for kind, name in to_restore if kind == "file"])
    if not check_mode and to_restore:
        _restore({thing: former[thing] for thing in to_restore}, restarts)
    return [name for _kind, name in to_restore]


def _refuse_led_away(paths: list[str]) -> None:
    """Raise JournalError if others than root could lead a write to another file."""
    for path in paths:
        reason = custody.why_led_away(path)
        if reason is not None:
            raise JournalError(f"others could lead our writes elsewhere, so nothing is rolled back: {path}: {reason}")


def _restore(former: dict[_Name, State], restarts: list[str]) -> None:
    """Put all things back; one that cannot be put back does not keep the others from it.

    What fails is tried once more after the rest: a service may need another one that comes back later.
    """
    left = former
    for _attempt in range(2):
        errors: dict[_Name, str] = {}
        for (kind, name), state in left.items():
            try:
                THINGS[kind].put(name, state)
            except OSError as error:
                errors[kind, name] = f"cannot put {name} back: {error.strerror}"
        left = {thing: former[thing] for thing in errors}
    told = [*errors.values(), *services.take_up(restarts, [name for kind, name in former if kind == "file"]).values()]
    if told:
        raise OSError(0, f"not everything could be put back: {'; '.join(told)}")
