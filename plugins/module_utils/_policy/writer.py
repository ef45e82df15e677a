# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The one hand that writes: into the journal first, then into the thing; in check mode into neither."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import custody, file_flags, services, validators
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.revert import Revert
from ansible_collections.commune.baseline.plugins.module_utils._policy.thing import THINGS, State
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import folder, nft_table


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
        self._changed_files: list[str] = []
        self._predicted: set[tuple[str, str]] = set()

    def arm_writes(self) -> None:
        """From now on, arm the revert before the first write."""
        self._arms = True

    def put(self, thing: str, name: str, *, old: State, new: State) -> bool:
        """Give a thing its new state; return whether that changes it (in check mode: would change it).

        Raises OSError, and then the old state stands untouched.
        """
        if new == old:
            return False
        if thing == "file":
            _refuse_unwritable(name)
            if new is not None:
                validators.check(name, new)
        elif thing == "nft_table":
            nft_table.check(name, new)
        if self.check_mode:
            self._predicted.add((thing, name))
            return True
        if thing == "file":
            self._make_folders(os.path.dirname(os.path.realpath(name)))
            self._changed_files.append(name)
        self._put(thing, name, old, new)
        return True

    def may_bring(self, unit: str) -> bool:
        """Tell whether what check mode only predicts could bring a unit: its own file, or some package."""
        return any(thing == "packages" or os.path.basename(name) == unit for thing, name in self._predicted)

    def take_up(self, units: t.Iterable[str]) -> dict[str, str]:
        """Let services take up what was written; return the error of each that did not."""
        units = list(dict.fromkeys(units))
        if self.check_mode or not units:
            return {}
        self.acted = True
        try:
            for unit in units:
                self._journal.record("restart", unit, old=None, new=None, armed=self._arms)
        except OSError as error:
            return dict.fromkeys(units, f"cannot write the journal: {error.strerror}")
        return services.take_up(units, self._changed_files)

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


def _refuse_unwritable(path: str) -> None:
    """Raise OSError if the write must not be or cannot be, so that check mode knows it too."""
    refusal = custody.why_led_away(path) or file_flags.why_unwritable(path)
    if refusal is not None:
        raise OSError(0, refusal, path)
