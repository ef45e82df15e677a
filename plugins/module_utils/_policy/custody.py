# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Who besides root decides what a path leads to, or what stands there.

The kernel passes every folder and link on the way to a file (path_resolution(7)). Whoever owns one of them, or may
write into it, can lead root's writes to another file, or change tomorrow what was right today.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import stat
import typing as t

_MOST_LINKS = 40  # as many as the kernel follows
_ACCESS_LIST = "system.posix_acl_access"


def why_led_away(path: str) -> str | None:
    """Return which link or folder on the way to a file is in other hands than root's, None if none is."""
    for place, status in _way(path):
        folder = os.path.dirname(place)
        if status is None:
            # Only root makes what is missing below a folder of its own; into one like /tmp everybody puts things.
            return _fault_of_folder(folder) if _is_open(folder) else None
        if stat.S_ISLNK(status.st_mode):
            if not _is_ours(status):
                return f"its link {place} belongs to {_owner(status)}, who could lead it elsewhere: remove the link"
        elif stat.S_ISDIR(status.st_mode):
            if not _is_ours(status) or (_is_open(place) and not status.st_mode & stat.S_ISVTX):
                return _fault_of_folder(place)
        elif not _is_ours(status) and _is_open(folder):
            return _fault_of_folder(folder)
    return None


def why_in_other_hands(path: str) -> str | None:
    """Return why what stands in a file is not for root alone to say, None if it is."""
    led_away = why_led_away(path)
    if led_away is not None:
        return f"what {path} says does not count: {led_away}"
    if not os.path.exists(path) or (_is_ours(os.stat(path)) and not _is_open(path)):
        return None
    return (
        f"what {path} ({_rights(path)}) says does not count, for it can be changed by others than root: "
        "give it to root alone (chown root, chmod go-w)"
    )


def _way(path: str) -> t.Iterator[tuple[str, os.stat_result | None]]:
    """Yield every folder and link up to the file, and the file; it ends with the first that is not there."""
    here, waiting, links = os.sep, path.split(os.sep)[::-1], 0
    yield here, os.lstat(here)
    while waiting and links <= _MOST_LINKS:
        part = waiting.pop()
        if part in ("", os.curdir):
            continue
        if part == os.pardir:
            here = os.path.dirname(here)
            continue
        place = os.path.join(here, part)
        try:
            status = os.lstat(place)
        except (FileNotFoundError, NotADirectoryError):
            yield place, None
            return
        except PermissionError:  # whoever may not look further may not read or write there either
            return
        yield place, status
        if stat.S_ISLNK(status.st_mode):
            links, target = links + 1, os.readlink(place)
            here = os.sep if target.startswith(os.sep) else here
            waiting += target.split(os.sep)[::-1]
        else:
            here = place


def _fault_of_folder(folder: str) -> str:
    return (
        f"its folder {folder} ({_rights(folder)}) can be changed by others than root, who could lead elsewhere: "
        "give it to root alone (chown root, chmod go-w)"
    )


def _is_ours(status: os.stat_result) -> bool:
    return status.st_uid in (0, os.geteuid())


def _is_open(path: str) -> bool:
    """Tell whether more than the owner, and root's own group, may write into it."""
    status = os.stat(path)
    if status.st_mode & stat.S_IWOTH:
        return True
    # With an access list, the bits of the group are the most that anybody in it may do, acl(5).
    by_group = status.st_gid not in (0, os.getegid()) or _ACCESS_LIST in os.listxattr(path)
    return bool(status.st_mode & stat.S_IWGRP) and by_group


def _rights(path: str) -> str:
    status = os.stat(path)
    group = str(status.st_gid)
    with contextlib.suppress(KeyError):
        group = grp.getgrgid(status.st_gid).gr_name
    mark = "+" if _ACCESS_LIST in os.listxattr(path) else ""
    return f"{_owner(status)}:{group} {stat.S_IMODE(status.st_mode):04o}{mark}"


def _owner(status: os.stat_result) -> str:
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(status.st_uid).pw_name
    return str(status.st_uid)
