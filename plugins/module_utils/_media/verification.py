# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Verifying the media of one device, all at once, and keeping what was seen in their journals."""

from __future__ import annotations

import os
import threading
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._media import interlock, sysfs, verify
from ansible_collections.commune.baseline.plugins.module_utils._media import medium as reader
from ansible_collections.commune.baseline.plugins.module_utils._media.errors import MediaError, RefusedError
from ansible_collections.commune.baseline.plugins.module_utils._media.interlock import Wanted
from ansible_collections.commune.baseline.plugins.module_utils._media.journal import FAILED, Journal, now
from ansible_collections.commune.baseline.plugins.module_utils._media.medium import LOOP, Medium

Seen = dict[str, t.Any]


class How(t.NamedTuple):
    """How to read: ``expectation`` and ``seed`` are chosen here if they are None; ``keep`` writes to the journal."""

    expectation: str | None
    percent: int
    seed: str | None
    keep: bool


def verify_all(wanted: t.Sequence[Wanted], how: How) -> list[Seen]:
    """Return what an independent reading of each medium showed; raise RefusedError if one is not the wanted one."""
    present, faults, found = reader.media(), [], []
    for one in wanted:
        try:
            found.append(interlock.choose(one, present))
        except MediaError as error:
            faults.append(str(error))
    if faults:
        raise RefusedError("; ".join(faults))
    seen: list[Seen] = [{} for _medium in found]
    threads = [threading.Thread(target=_verify, args=(medium, seen[place], how)) for place, medium in enumerate(found)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def _verify(medium: Medium, seen: Seen, how: How) -> None:
    seen.update(path=medium.path, **medium.identity._asdict(), is_clean=False, confidence="", reason="", began=now())
    try:
        journal = Journal(medium.identity)
        with journal.held():
            seen["expectation"] = how.expectation or journal.entry.get("expectation", verify.ZEROS)
            _read(medium, seen, how.percent, how.seed or os.urandom(8).hex())
            seen["ended"] = now()
            if journal.entry and how.keep:
                _note(journal, seen)
    except (MediaError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        seen.update(is_clean=False, reason=reason, ended=now())


def _read(medium: Medium, seen: Seen, percent: int, seed: str) -> None:
    size = medium.identity.size
    if size <= 0:
        raise RefusedError(f"{medium.path} shows a size of 0, so nothing can be verified: destroy it")
    if medium.kind == LOOP and sysfs.attribute(medium.name, "loop/dio") != "1":
        raise RefusedError(f"{medium.path} would be read from a cache: attach it with losetup --direct-io=on")
    with interlock.claimed(medium, writing=False) as handle:
        share = verify.percent_for(size, percent)
        outcome = verify.verify(handle, size, seen["expectation"], percent=share, seed=seed)
        interlock.check_same(medium, handle)
    seen.update(outcome._asdict(), findings=[one._asdict() for one in outcome.findings])
    seen["mb_per_s"] = round(outcome.checked / 1e6 / max(outcome.seconds, 1e-6), 1)
    seen["reason"] = "" if outcome.is_clean else _what_is_wrong(outcome)
    seen["confidence"] = _confidence(outcome)


def _what_is_wrong(outcome: verify.Verification) -> str:
    """Return the ranges that are not as they have to be, with what they look like."""
    kinds = sorted({one.what for one in outcome.findings})
    ranges = [f"{one.first}+{one.length} {one.what}" for one in outcome.findings[:10]]
    ranges += [f"{first}+{length} unreadable" for first, length in outcome.unreadable[:10]]
    return f"not as it has to be ({', '.join(kinds) or 'unreadable'}), first byte+length: {'; '.join(ranges)}"


def _confidence(outcome: verify.Verification) -> str:
    if outcome.checked == outcome.size:
        return "every byte was read"
    if not outcome.is_complete:
        return "reading ended early, for enough was found"
    return (
        f"{outcome.percent:.1f} % was read: what is longer than {outcome.largest_gap} bytes is found for certain, "
        f"scattered pieces of {outcome.share_found} % in all with 99 % confidence"
    )


def _note(journal: Journal, seen: Seen) -> None:
    """Keep the outcome. A medium that is not clean is not wiped, so that the same order wipes it again."""
    kept = {key: seen[key] for key in ("is_clean", "reason", "confidence", "checked", "percent", "seed")}
    journal.note(verified={**kept, "at": seen["ended"]})
    if not seen["is_clean"]:
        journal.note(state=FAILED, reason=seen["reason"])
