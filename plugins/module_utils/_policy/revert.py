# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""A promise that the device keeps by itself: what is not confirmed in time is taken back.

``arm`` puts a copy of the code that takes back, and a systemd timer, on the disk, so that a power cut between the write
and the confirmation heals as well: after the next boot the timer runs anew. Whoever renames the file ``armed`` first,
the timer or the confirmation, decides.
"""

from __future__ import annotations

import contextlib
import glob
import os
import sys
import typing as t
import zipfile

from ansible_collections.commune.baseline.plugins.module_utils._policy import lock, programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import FOLDER, Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.rollback import restore

_COLLECTION = "ansible_collections.commune.baseline.plugins.module_utils"
_UNITS = "/etc/systemd/system"
_MAIN = f"import sys\nfrom {_COLLECTION}._policy.revert import main\nmain(sys.argv[1], sys.argv[2])\n"
_SERVICE = """[Unit]
Description=Take back what run {run} of commune.baseline changed, since nobody confirmed it

[Service]
Type=oneshot
ExecStart={python} {program} {folder} {run}
"""
_TIMER = """[Unit]
Description=Wait for the confirmation of run {run} of commune.baseline

[Timer]
OnActiveSec={seconds}
AccuracySec=1

[Install]
WantedBy=timers.target
"""


class Revert:
    """The revert of one run; arming it twice is harmless."""

    def __init__(self, journal: Journal, seconds: int) -> None:
        self.is_armed = False
        self._journal = journal
        self._seconds = seconds
        self._unit = f"commune-baseline-revert-{journal.run}"
        self._program = os.path.join(journal.folder, "revert.pyz")

    def arm(self) -> None:
        """Start the clock, or make sure that it still runs; raises OSError, and then nothing may be written."""
        if self.is_armed:
            if not os.path.exists(self._mark("armed")):
                raise OSError(0, "the time for the confirmation is over; what was changed is taken back")
            return
        begin = self._journal.length()
        facts = {
            "run": self._journal.run,
            "seconds": self._seconds,
            "python": sys.executable,
            "program": self._program,
            "folder": os.path.dirname(self._journal.folder),
        }
        for outcome in ("confirmed", "taken-back"):  # of an earlier task of this run
            _remove(self._mark(outcome))
        try:
            _pack(self._program)
            _write(f"{_UNITS}/{self._unit}.service", _SERVICE.format(**facts))
            _write(f"{_UNITS}/{self._unit}.timer", _TIMER.format(**facts))
            _write(self._mark("armed"), str(begin))
            programs.run("systemctl", "daemon-reload")
            programs.run("systemctl", "enable", "--now", f"{self._unit}.timer")
        except OSError:
            _remove(self._mark("armed"))
            with contextlib.suppress(OSError):  # what stopped it counts
                self._disarm()
            raise
        self.is_armed = True

    def confirm(self) -> bool:
        """Keep what was changed; return False if it is too late for that."""
        if not self._decide("confirmed"):
            return os.path.exists(self._mark("confirmed"))
        self._disarm()
        return True

    def take_back(self) -> None:
        """Restore what was changed since the clock was started, unless it was confirmed."""
        self._decide("taking-back")
        if os.path.exists(self._mark("taking-back")):  # also when a power cut ended the first attempt
            restore(self._journal.armed_entries(since=self._begin()), check_mode=False, force=True)
            os.rename(self._mark("taking-back"), self._mark("taken-back"))
        self._disarm()

    def _begin(self) -> int:
        """Return the number of the first entry that is taken back: those before it were confirmed, or need it not."""
        with open(self._mark("taking-back"), encoding="utf-8") as file:
            return int(file.read() or 0)

    def _decide(self, outcome: str) -> bool:
        try:
            os.rename(self._mark("armed"), self._mark(outcome))
        except FileNotFoundError:
            return False
        return True

    def _disarm(self) -> None:
        """Remove the timer; not its service, if that is what we are, before it has ended."""
        try:
            programs.run("systemctl", "disable", "--now", f"{self._unit}.timer")
        finally:
            for path in glob.glob(f"{_UNITS}/{glob.escape(self._unit)}.*"):
                os.unlink(path)
            _remove(self._program)
            programs.run("systemctl", "daemon-reload")

    def _mark(self, name: str) -> str:
        return os.path.join(self._journal.folder, name)


def take_back_unconfirmed(folder: str = FOLDER) -> list[str]:
    """Take back at once what earlier runs changed and nobody confirmed; return the ids of these runs."""
    marks = [path for name in ("armed", "taking-back") for path in glob.glob(f"{glob.escape(folder)}/*/{name}")]
    runs = sorted(os.path.basename(os.path.dirname(path)) for path in marks)
    for run in runs:
        Revert(Journal(run, folder=folder), 0).take_back()
    return runs


def main(folder: str, run: str) -> None:
    """Run by the timer."""
    with lock.alone(folder, wait=True):
        Revert(Journal(run, folder=folder), 0).take_back()


def _pack(program: str) -> None:
    """Write a program that holds every module of ours that is loaded, and so all that taking back needs."""
    with zipfile.ZipFile(program, "w", zipfile.ZIP_DEFLATED) as archive:
        packages = {""}
        for name in sorted(name for name in sys.modules if f"{name}.".startswith(f"{_COLLECTION}.")):
            loader = t.cast("t.Any", sys.modules[name].__spec__).loader
            source = getattr(loader, "get_source", lambda _name: None)(name)
            if source is not None and not hasattr(sys.modules[name], "__path__"):
                archive.writestr(f"{name.replace('.', '/')}.py", source)
                parents = name.split(".")[:-1]
                packages |= {"/".join(parents[:depth]) for depth in range(1, len(parents) + 1)}
        for package in sorted(packages - {""}):
            archive.writestr(f"{package}/__init__.py", "")
        archive.writestr("__main__.py", _MAIN)


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
