# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The day by which exceptions and policies of a site are in force."""

from __future__ import annotations

import datetime


def today() -> datetime.date:
    """Return the day by the clock and the time zone of the controller, which is the office's."""
    return datetime.datetime.now().astimezone().date()
