# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Taking a run back: every file it wrote becomes what it was, or nothing is touched."""

from __future__ import annotations

from ansible_collections.commune.baseline.plugins.module_utils._policy.file_state import (
    FileState,
    capture,
    fingerprint,
    put,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal, JournalError


def roll_back(journal: Journal, *, check_mode: bool) -> list[str]:
    """Return the paths of the files that were (in check mode: would be) restored; none the second time.

    Raises JournalError before the first change if a file is neither as the run found it nor as the run left it.
    """
    if journal.is_rolled_back:
        return []
    entries = journal.entries()
    former: dict[str, FileState | None] = {}
    known: dict[str, set[str]] = {}
    for entry in entries:
        former.setdefault(entry.path, entry.old)
        known.setdefault(entry.path, set()).update((fingerprint(entry.old), entry.new))
    now = {path: fingerprint(capture(path)) for path in former}
    strange = [path for path in former if now[path] not in known[path]]
    if strange:
        raise JournalError(f"changed by somebody else since that run, so nothing is rolled back: {', '.join(strange)}")
    to_restore = [path for path in reversed(former) if now[path] != fingerprint(former[path])]
    if not check_mode:
        for path in to_restore:
            put(path, former[path])
        if entries:
            journal.mark_rolled_back()
    return to_restore
