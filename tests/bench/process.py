# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One process with all its children, measured from outside."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_SAMPLES_PER_SECOND = 20


class Cost(NamedTuple):
    """Wall time and processor time in seconds; the highest sum of proportional set sizes in MB, if it was watched."""

    exit_code: int
    wall: float
    cpu: float
    pss: float = 0.0


def run(command: Sequence[str | Path], *, folder: Path, variables: dict[str, str], watch_memory: bool = False) -> Cost:
    """Run a command to its end; its processor time holds that of all children it waited for."""
    began = time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    watch = _MemoryWatch(process.pid) if watch_memory else None
    status, usage = os.wait4(process.pid, 0)[1:]
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = watch.stop() if watch else 0.0
    return Cost(process.returncode, wall, usage.ru_utime + usage.ru_stime, peak)


class _MemoryWatch:
    """Sums the proportional set sizes of a process and its descendants, again and again."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> float:
        """Return the highest sum seen, in MB."""
        self._ended.set()
        self._thread.join()
        return self._peak / 1024

    def _watch(self) -> None:
        while not self._ended.wait(1 / _SAMPLES_PER_SECOND):
            self._peak = max(self._peak, sum(map(_pss, _family(self._pid))))


def _family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    family = [pid]
    for member in family:
        for task in Path(f"/proc/{member}/task").glob("*/children"):
            try:
                family += map(int, task.read_text().split())
            except OSError:  # it has just ended
                continue
    return family


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
