# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What the result of a task says about its device: its controls, or what stood in the way of seeing them."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door import play as plays
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import FAILED, Run


def collect(run: Run, result: t.Any, *, failed: bool) -> bool:
    """Keep what a device showed in a task, or in one round of its loop; tell whether the door brought it."""
    name, shown = result.host.name, result.result
    at_the_door = plays.is_door(result.task)
    if isinstance(shown.get("controls"), list) and at_the_door:
        run.answer(name, shown, failed=failed)
        return True
    if failed and not plays.told_by_round(result) and (at_the_door or not run.has_controls(name)):
        message = str(shown.get("msg", "no_log hides the reason"))
        run.hinder(name, FAILED, message, lasting=at_the_door)
    return False
