# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that calls the engine without the door, and so without its confirmation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.commune.baseline.plugins.plugin_utils._engines.linux import parcels

MODULE_UTILS = Path(__file__).parents[2] / "plugins/module_utils"


def task(rows: list[dict[str, Any]], **parameters: Any) -> dict[str, Any]:
    """Return the task; each row holds what the door would have resolved, ``desired`` above all."""
    return {"commune.baseline.linux_policy": {**parcels(MODULE_UTILS, rows), **parameters}}
