# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signals that ask the lab to stop: obeyed while it works, ignored while it cleans up."""

from __future__ import annotations

import contextlib
import signal
import threading
import typing as t

from tests.lab.errors import Interrupted

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Turn the first stopping signal into an exception, so that what was begun is cleaned up."""

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in _STOPPING_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(number)

    with _handling(stop):
        yield


@contextlib.contextmanager
def unstoppable() -> Iterator[None]:
    """Ignore stopping signals while cleaning up."""
    with _handling(signal.SIG_IGN):
        yield


@contextlib.contextmanager
def _handling(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> Iterator[None]:
    # Python lets only the main thread handle signals; and what nohup ignores stays ignored.
    signals = _STOPPING_SIGNALS if threading.current_thread() is threading.main_thread() else ()
    before = {number: old for number in signals if (old := signal.getsignal(number)) is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
