# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What overwriting and verifying cost beside dd, on the same loop devices, in the same run, past the cache as it is."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import certificates, process
from tests.bench.results import Result
from tests.integration.media.loops import Loop, attached

TOPIC = "sanitise"
ROOT = Path(__file__).parents[2]
_SIZE = 512 << 20
_ROUNDS = 7
_MEDIA = 4
# What the modules do to each medium, without Ansible: that is the same for dd.
_PROGRAM = """
import sys, threading, time
from ansible_collections.commune.baseline.plugins.module_utils._media import interlock, medium, overwrite, verify
what, *names = sys.argv[1:]
patterns = overwrite.Patterns()
def work(name):
    found = medium.read(name)
    with interlock.claimed(found, writing=what == "overwrite") as handle:
        if what == "overwrite":
            progress = overwrite.Progress(found.identity.size, 0, [])
            overwrite.overwrite(handle, patterns.view("zeros"), progress, lambda: None, sector=found.sector)
            clean.append(not progress.bad)
        else:
            clean.append(verify.verify(handle, found.identity.size, "zeros", percent=100, seed="x").is_clean)
clean = []
threads = [threading.Thread(target=work, args=(name,)) for name in names]
began = time.perf_counter()
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(time.perf_counter() - began)
sys.exit(clean != [True] * len(names))
"""
_DD = {
    "overwrite": ("if=/dev/zero", "bs=8M", "oflag=direct", "conv=fdatasync"),
    "verify": ("of=/dev/null", "bs=2M", "iflag=direct"),
}


def measure() -> list[Result]:
    with _media() as media:
        results = certificates.measure(TOPIC)
        for what in ("overwrite", "verify"):
            one = _share(what, media[:1])
            four = _share(what, media)
            results += [
                Result(TOPIC, f"{what} of one medium, of the speed of dd", 100 * one, "%", 90, at_least=True),
                Result(
                    TOPIC, f"{what} of {_MEDIA} media at once, of the speed of {_MEDIA} dd", 100 * four, "%", 90, True
                ),
                Result(TOPIC, f"memory for {what} of {_MEDIA} media at once", _memory(what, media), "MB", 64),
            ]
        return results


def _share(what: str, media: list[Loop]) -> float:
    """Return how fast we are for dd's 1.0; in turn, so that what else the machine does hits both."""
    ours, theirs = [], []
    for _round in range(_ROUNDS):
        theirs.append(_seconds(lambda: _dd(what, media)))
        ours.append(_own(what, media))
    return statistics.median(theirs) / statistics.median(ours)


def _dd(what: str, media: list[Loop]) -> None:
    own = {"overwrite": "of={}", "verify": "if={}"}[what]
    count = f"count={_SIZE // (8 << 20)}" if what == "overwrite" else "count=-1"
    words = [word for word in (*_DD[what], count) if word != "count=-1"]
    running = [
        subprocess.Popen(["dd", own.format(one.path), *words], stderr=subprocess.DEVNULL) for one in media
    ]  # fmt: skip
    if any(one.wait() for one in running):
        raise SystemExit("bench: dd failed")


def _command(what: str, media: list[Loop]) -> list[str]:
    return [sys.executable, "-c", _PROGRAM, what, *(one.name for one in media)]


def _own(what: str, media: list[Loop]) -> float:
    """Return the seconds that the work takes, without starting Python."""
    done = subprocess.run(_command(what, media), env=_environment(), check=True, capture_output=True, text=True)
    return float(done.stdout)


def _memory(what: str, media: list[Loop]) -> float:
    return process.run(_command(what, media), folder=ROOT, variables=_environment(), watch_memory=True).pss


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / ".ansible/collections")}


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextlib.contextmanager
def _media() -> Iterator[list[Loop]]:
    """Make loop devices over files of their own; nothing else on this machine is named."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder, contextlib.ExitStack() as stack:
        files = [Path(folder, f"medium-{number}") for number in range(_MEDIA)]
        for file in files:
            with file.open("wb") as opened:
                for _piece in range(_SIZE >> 20):
                    opened.write(bytes(1 << 20))
        yield [stack.enter_context(attached(file)) for file in files]
