# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Waiting for a drive that erases itself, whose command returns before it is done."""

from __future__ import annotations

import time
import typing as t

_FIRST, _LONGEST = 0.1, 5.0  # seconds: a key is destroyed at once, blocks take hours

State = t.TypeVar("State")


def until_done(
    ask: t.Callable[[], State],
    is_at_work: t.Callable[[State], bool],
    *,
    wait: t.Callable[[float], None] = time.sleep,
) -> State:
    """Ask a drive for its state until it is at work no longer, seldomer each time; return that state."""
    pause, state = _FIRST, ask()
    while is_at_work(state):
        wait(pause)
        pause = min(2 * pause, _LONGEST)
        state = ask()
    return state
