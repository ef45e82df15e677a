# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``site_record``: what meets a control at the site though no program can see it, as the site has recorded it.

The desired value is the record: ``by`` (the devices, services or contracts that do it), ``document`` (where that is
proven) and ``checked_on`` (the day, UTC, on which somebody last looked whether it still holds). Fields of a row:
``least`` (how many the control demands, default 1) and ``most_days`` (after how many days somebody has to look again).
Without a record the row fails, until there is one or an exception is approved; nothing is ever written.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"least": "whole number", "most_days": "whole number"}
REQUIRED = frozenset({"most_days"})
COMPARISONS: t.Sequence[str] = ("==",)
_PARTS = ("by", "document", "checked_on")


def fault_of_desired(_row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with a record, None if nothing is; no record at all is what the row is there to tell."""
    given = [part for part in _PARTS if desired.get(part)]
    missing = [part for part in _PARTS if part not in given]
    if given and missing:
        return f"it lacks {', '.join(missing)}"
    if not given:
        return None
    try:
        day = datetime.date.fromisoformat(str(desired["checked_on"]))
    except ValueError:
        return f"checked_on is {desired['checked_on']!r}, not a date such as 2026-12-31"
    return f"checked_on is {day}, a day that is yet to come" if day > _today() else None


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell what the site has recorded, and whether somebody has to look again."""
    return {row["id"]: _reading(row) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    """Tell whether the record names as many different things as the control demands, at least one."""
    return reading.value is not None and len(set(row["desired"]["by"])) >= row.get("least", 1)


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Leave everything as it is: a record is a person's to make."""
    return {row["id"]: Write() for row in rows}


def _reading(row: Row) -> Reading:
    record = row["desired"]
    if not record.get("by"):
        return Reading()
    days = (_today() - datetime.date.fromisoformat(str(record["checked_on"]))).days
    aged = f"the record was last checked {days} days ago, and {row['most_days']} are allowed"
    return Reading(
        f"{', '.join(record['by'])} ({record['checked_on']})",
        where=record["document"],
        weakness=aged if days > row["most_days"] else None,
    )


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.timezone.utc).date()
