# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The one hand that writes: into the journal first, then into the thing; in check mode into neither."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import services, validators
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.revert import Revert
from ansible_collections.commune.baseline.plugins.module_utils._policy.thing import THINGS, State
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import folder


class Writer:
    """Writes for the kinds, which need not know of journals, check mode and reverts.

    ``account`` is the one that the connection was made with: no kind may take its access away.
    """

    def __init__(
        self, journal: Journal, *, check_mode: bool, revert_after: int = 60, account: str | None = None
    ) -> None:
        self.check_mode = check_mode
        self.account = account
        self.acted = False
        self.revert = Revert(journal, revert_after)
        self._journal = journal
        self._arms = False
        self._pending = services.Pending(os.path.dirname(journal.folder))
        self._left_over = frozenset(self._pending.units)
        self._expected: set[str] = set()
        self._changed_files: list[str] = []

    def arm_writes(self) -> None:
        """From now on, arm the revert before the first write."""
        self._arms = True

    def put(self, thing: str, name: str, *, old: State, new: State) -> bool:
        """Give a thing its new state; return whether that changes it (in check mode: would change it).

        Raises OSError, and then the old state stands untouched.
        """
        if new == old:
            return False
        if thing == "file" and new is not None:
            validators.check(name, new)
        if self.check_mode:
            return True
        if thing == "file":
            self._make_folders(os.path.dirname(os.path.realpath(name)))
            self._changed_files.append(name)
        self._put(thing, name, old, new)
        return True

    def is_pending(self, unit: str | None) -> bool:
        """Tell whether a service has yet to take up what an earlier run wrote before it was cut off."""
        return unit in self._left_over

    def expect_restarts(self, units: t.Iterable[str]) -> None:
        """Remember services that read what is about to be written."""
        if not self.check_mode:
            self._expected |= set(units)
            self._pending.add(self._expected)

    def take_up(self, units: t.Iterable[str]) -> dict[str, str]:
        """Let services take up what was written; return the error of each that did not."""
        if self.check_mode:
            return {}
        units = list(dict.fromkeys(units))
        for unit in units:
            self.acted = True
            self._journal.record("restart", unit, old=None, new=None, armed=self._arms)
        errors = services.take_up(units, self._changed_files)
        self._pending.forget(self._expected - errors.keys())
        self._expected = set()
        return errors

    def _make_folders(self, path: str) -> None:
        missing = []
        while not os.path.isdir(path):
            missing.append(path)
            path = os.path.dirname(path)
        for one in reversed(missing):
            self._put("folder", one, None, folder.NEW)

    def _put(self, thing: str, name: str, old: State, new: State) -> None:
        if self._arms:
            self.revert.arm()
        self.acted = True
        self._journal.record(thing, name, old=old, new=new, armed=self._arms)
        THINGS[thing].put(name, new)
