# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The media of a device as a list for people and orders."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._media import drive, interlock, uses
from ansible_collections.commune.baseline.plugins.module_utils._media.errors import MediaError
from ansible_collections.commune.baseline.plugins.module_utils._media.journal import Entry, Journal
from ansible_collections.commune.baseline.plugins.module_utils._media.medium import Medium, media


def listing() -> list[dict[str, t.Any]]:
    """Return what is known of every medium; what cannot be told says so."""
    return [_told(medium) for medium in media()]


def _told(medium: Medium) -> dict[str, t.Any]:
    return {
        "path": medium.path,
        "kind": medium.kind,
        "identity": medium.identity._asdict(),
        "sector": medium.sector,
        "read_only": medium.is_read_only,
        "capabilities": drive.capabilities(medium)._asdict(),
        **_uses(medium),
        "sanitisation": _sanitisation(medium),
    }


def _uses(medium: Medium) -> dict[str, t.Any]:
    try:
        used = [interlock.shown(use) for use in uses.uses_of(medium)]
        return {"uses": used, "marks": uses.marks_of(medium), "unknown": None}
    except OSError as error:
        return {"uses": [], "marks": [], "unknown": error.strerror}


def _sanitisation(medium: Medium) -> dict[str, t.Any]:
    try:
        entry = Journal(medium.identity).entry
    except MediaError as error:
        return {"reason": str(error)}
    shown: dict[str, t.Any] = {name: entry[name] for name in ("state", "order", "technique", "reason") if name in entry}
    return {**shown, **_progress(entry)} if "rate" in entry else shown


def _progress(entry: Entry) -> dict[str, t.Any]:
    """Return how far an overwrite is, over all its passes."""
    whole = entry["size"] * len(entry["passes"])
    done = entry["size"] * entry["number"] + entry["done"]
    rate = entry["rate"]
    return {
        "mb_per_s": round(rate / 1e6, 1),
        "percent": round(100 * done / whole, 1) if whole else 0.0,
        "seconds_left": round((whole - done) / rate) if rate else None,
    }
