# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""A folder that a run had to make for a file of its own."""

from __future__ import annotations

import errno
import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy.things import permissions

SHARED = False
NEW: dict[str, int] = {"uid": os.geteuid(), "gid": os.getegid(), "mode": 0o755}

capture = permissions.capture


def put(path: str, state: t.Mapping[str, int] | None) -> None:
    """Make a folder with its permissions, or remove it unless something lies in it by now; raises OSError."""
    if state is None:
        try:
            os.rmdir(path)
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:
                raise
        return
    os.makedirs(path, exist_ok=True)
    permissions.put(path, state)
