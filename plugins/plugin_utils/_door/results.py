# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What the result of a task says about its device: its controls, what it put back, or what stood in the way."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door import play as plays
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import FAILED, Restored, Run
from ansible_collections.commune.baseline.plugins.plugin_utils._policy import serial
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.controls import from_text


def collect(run: Run, result: t.Any, *, failed: bool) -> bool:
    """Keep what a device showed in a task, or in one round of its loop; tell whether that is evidence."""
    name, task, shown = result.host.name, result.task, result.result
    if isinstance(shown.get("controls"), list) and plays.is_door(task):
        run.answer(name, {**shown, "controls": from_text(shown["controls"])}, failed=failed)
        return True
    if isinstance(shown.get("restored"), list) and plays.is_rollback(task):
        restored = Restored(str(shown["run"]), bool(shown["known"]), tuple(map(str, shown["restored"])))
        run.restore(name, restored, check_mode=bool(shown["check_mode"]))
        return True
    # An implicit localhost is the controller: what fails there is no device's, unless it was to be looked at.
    is_aside = result.host.implicit or run.has_answered(name) or _is_judged(shown)
    stands_in_the_way = plays.is_proof(task) or not is_aside
    if failed and stands_in_the_way and not plays.told_by_round(result):
        message = str(shown.get("msg", "no_log hides the reason"))
        run.hinder(name, FAILED, message, lasting=plays.is_proof(task))
    return False


def _is_judged(shown: t.Mapping[str, t.Any]) -> bool:
    """Tell whether the gate kept a device out by its state, which is no reason why it could not be looked at."""
    return "verdict" in shown and shown["serial"]["compared"] != serial.DIFFERENT
