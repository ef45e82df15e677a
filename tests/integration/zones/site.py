# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The zone model that a site begins with, and the day on which it is looked at."""

from __future__ import annotations

import datetime

from tests.lab.zones import office

SITE = office.SITE
TODAY = datetime.date(2026, 11, 25)
