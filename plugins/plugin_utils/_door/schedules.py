# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What is to be said, when a run ends, of the scheduled runs for the same site."""

from __future__ import annotations

import datetime
import os
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.schedule import read_schedules
from ansible_collections.commune.baseline.plugins.plugin_utils._report.schedule import notices

if t.TYPE_CHECKING:
    from pathlib import Path


def sentences(evidence: Path, language: str) -> list[str]:
    """Return the notices of every schedule; this run may be a scheduled one. Raises ScheduleError."""
    now, current = datetime.datetime.now().astimezone(), os.environ.get("INVOCATION_ID")
    return [
        str(getattr(notice, language))
        for schedule, runs in read_schedules(evidence)
        for notice in notices(schedule, runs, now, current=current)
    ]
