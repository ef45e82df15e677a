# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The one hand that writes: into the journal first, then into the file; in check mode into neither."""

from __future__ import annotations

import os

from ansible_collections.commune.baseline.plugins.module_utils._policy.file_state import FileState, put
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal


class Writer:
    """Writes files for the kinds, which need not know of journals and check mode."""

    def __init__(self, journal: Journal, *, check_mode: bool) -> None:
        self._journal = journal
        self._check_mode = check_mode

    def put(self, path: str, *, old: FileState | None, new: FileState | None) -> bool:
        """Give a file its new state; return whether that changes it (in check mode: would change it).

        Raises OSError, and then the old file stands untouched.
        """
        if new == old:
            return False
        if self._check_mode:
            os.stat(os.path.dirname(os.path.realpath(path)))  # without its folder the file cannot be written
        else:
            self._journal.record(path, old=old, new=new)
            put(path, new)
        return True
