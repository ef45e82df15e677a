# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What a sanitisation would do and how long it would take, told before anything is written."""

from __future__ import annotations

import mmap
import os
import time
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._media.medium import Medium
from ansible_collections.commune.baseline.plugins.module_utils._media.sanitise import DESTROY, Job

_PIECE = 8 << 20
_PIECES = 4  # at the beginning, the end and between: a disk is twice as fast at its beginning


def planned(job: Job) -> dict[str, t.Any]:
    """Return what would be done to a medium. ``seconds`` is None where the drive does not say how long it takes."""
    medium = job.medium
    way = job.techniques[0] if job.techniques else None
    return {
        "path": medium.path,
        **medium.identity._asdict(),
        "kind": medium.kind,
        "technique": way.name if way else DESTROY,
        "level": way.level if way else "",
        "then": [one.name for one in job.techniques[1:]],
        "left_out": job.left_out,
        "seconds": _seconds(job) if way and not job.is_done else 0,
        "is_done": job.is_done,
    }


def sentence(plan: t.Mapping[str, t.Any]) -> str:
    """Return a plan as one line."""
    name = f"{plan['path']} {plan['model']} {plan['serial']} ({plan['size']} bytes)"
    if plan["is_done"]:
        return f"{name}: wiped already under this order"
    if plan["technique"] == DESTROY:
        return f"{name}: nothing reaches the level wanted, so destroy it: {'; '.join(plan['left_out'])}"
    minutes = "unknown" if plan["seconds"] is None else f"about {plan['seconds'] / 60:.0f} min"
    return f"{name}: {plan['technique']} ({plan['level']}), time {minutes}"


def _seconds(job: Job) -> int | None:
    way, size = job.techniques[0], job.medium.identity.size
    if not way.passes:
        return job.able.minutes * 60 or None
    done = job.journal.entry.get("done", 0) if job.journal.entry.get("technique") == way.name else 0
    rate = _read_rate(job.medium)
    return round((size * len(way.passes) - done) / rate) if rate else None


def _read_rate(medium: Medium) -> float:
    """Return in bytes per second how fast a medium reads past the cache, which is about how fast it writes."""
    length = min(_PIECE, medium.identity.size // _PIECES // 4096 * 4096)
    if not length:
        return 0.0
    last = (medium.identity.size - length) // 4096 * 4096
    handle = os.open(medium.path, os.O_RDONLY | os.O_DIRECT | os.O_CLOEXEC)
    try:
        with mmap.mmap(-1, length) as buffer:
            began = time.monotonic()
            for number in range(_PIECES):
                os.preadv(handle, [buffer], last * number // (_PIECES - 1) // 4096 * 4096)
            return _PIECES * length / max(time.monotonic() - began, 1e-6)
    except OSError:
        return 0.0
    finally:
        os.close(handle)
