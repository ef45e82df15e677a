# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Owner, group and mode of a file or folder whose content is no concern."""

from __future__ import annotations

import os
import stat
import typing as t

SHARED = False
_CAPABILITIES = "security.capability"


def capture(path: str) -> dict[str, int] | None:
    """Return uid, gid and mode of what a path leads to, None if there is nothing."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return {"uid": status.st_uid, "gid": status.st_gid, "mode": stat.S_IMODE(status.st_mode)}


def put(path: str, state: t.Mapping[str, int] | None) -> None:
    """Give a file its permissions; raises OSError."""
    if state is None:
        raise OSError(0, "permissions cannot be taken away", path)
    if capture(path) == state:
        return
    capabilities = os.getxattr(path, _CAPABILITIES) if _CAPABILITIES in os.listxattr(path) else None
    os.chown(path, state["uid"], state["gid"])
    if capabilities is not None:
        os.setxattr(path, _CAPABILITIES, capabilities)  # a change of owner clears them (capabilities(7))
    os.chmod(path, state["mode"])  # last, since a change of owner clears the set-user-id bit
