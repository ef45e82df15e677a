# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The zone model that a site begins with, and the day on which it is looked at."""

from __future__ import annotations

import datetime
from pathlib import Path

SITE = Path(__file__).parents[3] / "plugins/plugin_utils/_zones/default_site.yml"
TODAY = datetime.date(2026, 11, 25)
