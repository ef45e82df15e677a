# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Sanitising the media of one device: all are checked before the first is written to, then all are wiped at once."""

from __future__ import annotations

import os
import threading
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._media import ata, canary, drive, interlock, overwrite
from ansible_collections.commune.baseline.plugins.module_utils._media import medium as reader
from ansible_collections.commune.baseline.plugins.module_utils._media.capabilities import Capabilities
from ansible_collections.commune.baseline.plugins.module_utils._media.errors import (
    LostError,
    MediaError,
    RefusedError,
    TechniqueError,
)
from ansible_collections.commune.baseline.plugins.module_utils._media.interlock import Wanted
from ansible_collections.commune.baseline.plugins.module_utils._media.journal import (
    FAILED,
    WIPED,
    Entry,
    Journal,
    now,
)
from ansible_collections.commune.baseline.plugins.module_utils._media.medium import Medium
from ansible_collections.commune.baseline.plugins.module_utils._media.technique import PURGE, Technique, techniques

DESTROY = "destroy"


class Order(t.NamedTuple):
    """What was approved. ``level`` is the lowest that will do; ``since`` is when the device began to await it."""

    number: str
    level: str
    allow_format: bool
    since: str = ""

    def is_that_of(self, entry: Entry, medium: Medium) -> bool:
        """Tell whether a journal tells of this order, and of this disposal if the order was in force for two.

        What lies in the future was noted by a clock that was wrong, and proves nothing. Nor does what was done to a
        lower level, or to a medium that had another size.
        """
        began, ended = entry.get("started", ""), entry.get("finished", "")
        is_enough = entry.get("level", self.level) in (self.level, PURGE)
        is_all = entry.get("size", medium.identity.size) == medium.identity.size
        is_ours = entry.get("order") == self.number and is_enough and is_all
        return is_ours and self.since <= began <= (ended or began) <= now()


class Job(t.NamedTuple):
    """What is to be done to one medium: the techniques that reach the level, best first, and why others do not."""

    medium: Medium
    journal: Journal
    able: Capabilities
    techniques: list[Technique]
    left_out: list[str]

    @property
    def is_done(self) -> bool:
        """Tell whether this order was carried out on this medium before."""
        return self.journal.entry.get("state") == WIPED


def jobs(order: Order, wanted: t.Sequence[Wanted]) -> list[Job]:
    """Find the wanted media and check each; raise RefusedError with all that is wrong. Nothing is written."""
    present, faults, found = reader.media(), [], list[Job]()
    for one in wanted:
        try:
            medium = interlock.choose(one, present)
            interlock.check_state(one, medium)
            found.append(_job(order, medium))
        except MediaError as error:
            faults.append(str(error))
        except OSError as error:
            faults.append(f"what uses the medium {one.identity.serial:.80} cannot be told: {error.strerror}")
    serials = [job.medium.identity.serial for job in found]
    faults += [f"the order names the serial number {one} twice" for one in sorted({*serials}) if serials.count(one) > 1]
    if faults:
        raise RefusedError("; ".join(faults))
    return found


def _job(order: Order, medium: Medium) -> Job:
    journal = Journal(medium.identity)
    if not order.is_that_of(journal.entry, medium):
        journal.entry = {}
    able = drive.capabilities(medium)
    ways, left_out = techniques(medium.kind, able, level=order.level, allow_format=order.allow_format)
    return Job(medium, journal, able, ways, left_out)


def carry_out(order: Order, todo: t.Sequence[Job]) -> list[Entry]:
    """Wipe all media at once; return what became of each, in their order. One that fails does not stop the others."""
    patterns = overwrite.Patterns()
    threads = [threading.Thread(target=_guarded, args=(order, job, patterns)) for job in todo if not job.is_done]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [job.journal.entry for job in todo]


def _guarded(order: Order, job: Job, patterns: overwrite.Patterns) -> None:
    try:
        with job.journal.held():
            _wipe(order, job, patterns)
    except Exception as error:  # the other media go on, whatever happened to this one
        reason = error.strerror if isinstance(error, OSError) else str(error) or repr(error)
        known = {"identity": job.medium.identity._asdict(), "order": order.number, "attempts": []}
        job.journal.entry = {**known, **job.journal.entry, "state": FAILED, "reason": reason}


def _wipe(order: Order, job: Job, patterns: overwrite.Patterns) -> None:
    journal = job.journal
    if not order.is_that_of(journal.entry, job.medium) or journal.entry["state"] == FAILED:
        opened = {name: value for name, value in journal.entry.items() if name == "opened_from"}
        journal.begin(order=order.number, started=now(), attempts=[], seed=os.urandom(8).hex(), **opened)
    if not job.techniques:
        journal.note(
            state=FAILED, reason=f"nothing reaches the level {order.level}: {'; '.join(job.left_out)}", next=DESTROY
        )
        return
    failed = {attempt["technique"] for attempt in journal.entry["attempts"]}
    for technique in (one for one in job.techniques if one.name not in failed):
        try:
            _try(technique, job, patterns)
            return
        except TechniqueError as error:
            attempt = {"technique": technique.name, "reason": str(error)}
            journal.note(attempts=[*journal.entry["attempts"], attempt])
        except LostError as error:
            journal.note(state=FAILED, reason=str(error), next=DESTROY)
            return
    reasons = "; ".join(f"{one['technique']}: {one['reason']}" for one in journal.entry["attempts"])
    journal.note(state=FAILED, reason=reasons, next=DESTROY)


def _try(technique: Technique, job: Job, patterns: overwrite.Patterns) -> None:
    """Carry out one technique while holding the medium, and judge it; raise TechniqueError or LostError."""
    journal, medium = job.journal, job.medium
    if technique.passes and job.able.openable:
        medium = _laid_open(medium, journal)
    is_going_on = journal.entry.get("technique") == technique.name
    with interlock.claimed(medium, writing=True) as handle:
        if not is_going_on:
            journal.note(technique=technique.name, level=technique.level, size=medium.identity.size)
        if technique.passes:
            _overwrite(technique, handle, medium, journal, patterns, is_going_on)
        else:
            _let_erase(technique, handle, job, is_going_on)
        interlock.check_same(medium, handle)
    journal.note(state=WIPED, finished=now(), expectation=_expectation(technique))


def _laid_open(medium: Medium, journal: Journal) -> Medium:
    """Lay a hidden end open while holding the medium; return it with its new size, all else of it as it was found."""
    with interlock.claimed(medium, writing=True):
        journal.note(opened_from=journal.entry.get("opened_from", medium.identity.size))
        ata.lay_open(medium.path)
    size = reader.read(medium.name).identity.size
    return medium._replace(identity=medium.identity._replace(size=size))


def _expectation(technique: Technique) -> str:
    if technique.passes:
        return technique.passes[-1]
    return "noise" if technique.leaves_noise else "erased"


def _overwrite(
    technique: Technique, handle: int, medium: Medium, journal: Journal, patterns: overwrite.Patterns, is_going_on: bool
) -> None:
    if not is_going_on or "done" not in journal.entry:
        journal.note(passes=list(technique.passes), number=0, done=0, bad=[])
    for number in range(journal.entry["number"], len(technique.passes)):
        if number > journal.entry["number"]:
            journal.note(number=number, done=0, bad=[])
        progress = overwrite.Progress(medium.identity.size, journal.entry["done"], journal.entry["bad"])

        def save(progress: overwrite.Progress = progress) -> None:
            journal.note(done=progress.done, bad=progress.bad, rate=round(progress.rate), at=now())

        overwrite.overwrite(handle, patterns.view(technique.passes[number]), progress, save, sector=medium.sector)
    bad = journal.entry["bad"]
    if bad:
        first = ", ".join(f"{start}+{length}" for start, length in bad[:20])
        raise LostError(f"{sum(length for _start, length in bad)} bytes cannot be written (first byte+length: {first})")


def _let_erase(technique: Technique, handle: int, job: Job, is_going_on: bool) -> None:
    """Plant canaries, let the drive erase itself, and see whether they are gone."""
    size, seed = job.medium.identity.size, job.journal.entry["seed"]
    if not (is_going_on and job.journal.entry.get("planted")):
        try:
            planted = canary.plant(handle, size, seed)
        except OSError as error:
            raise TechniqueError(f"no canaries can be written: {error.strerror}") from error
        job.journal.note(planted=planted)
    drive.carry_out(technique, job.medium, job.able.minutes)
    wrong = canary.described(*canary.surviving(handle, size, seed))
    if wrong:
        job.journal.note(planted=0)
        raise TechniqueError(wrong)
