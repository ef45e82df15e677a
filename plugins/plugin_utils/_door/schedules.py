# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What is to be said, when a run ends, of the scheduled runs for the same site."""

from __future__ import annotations

import datetime
import os
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.schedule import (
    ScheduleError,
    read_schedules,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._report.schedule import Notice, notices, unreadable

if t.TYPE_CHECKING:
    from pathlib import Path


def notices_of(evidence: Path) -> list[Notice]:
    """Return the notices of every schedule; this run may be a scheduled one."""
    now, current = datetime.datetime.now().astimezone(), os.environ.get("INVOCATION_ID")
    try:
        schedules = read_schedules(evidence)
    except ScheduleError as error:
        return [unreadable(str(error))]
    return [notice for schedule, runs in schedules for notice in notices(schedule, runs, now, current=current)]
