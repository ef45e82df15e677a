# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Who has logged in, and when, as far as this device keeps a record of it.

Up to Debian 12 and Ubuntu 24.04 that is lastlog(5), from the first day on; wtmp(5) adds logins at a desktop. After that
it is lastlog2(8), where it is installed, and it knows nothing of the time before.
"""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import struct
import time
import typing as t

LASTLOG, WTMP, LASTLOG2 = "/var/log/lastlog", "/var/log/wtmp", "/var/lib/lastlog/lastlog2.db"
# A lastlog that nothing writes any more says nothing.
_WRITERS_OF_LASTLOG = "/lib/*/security/pam_lastlog.so"
_LASTLOG_ENTRY = struct.Struct("=I32s256s")
_WTMP_ENTRY = struct.Struct("=hxxi32s4s32s256shhiii4i20x")  # utmp(5); the size is the same on all architectures
_USER_PROCESS = 7
_DAY = 86400


class Record(t.NamedTuple):
    """The day of the last login by account, in days since 1970, and the day from which on no login is missing."""

    last: t.Mapping[str, int]
    since: int


def record() -> Record:
    """Return what is on record; raises OSError if there is nothing."""
    if os.path.exists(LASTLOG) and glob.glob(_WRITERS_OF_LASTLOG):
        last = _of_lastlog()
        for name, day in _of_wtmp().items():
            last[name] = max(day, last.get(name, 0))
        return Record(last, since=0)
    if os.path.exists(LASTLOG2):
        last = _of_lastlog2()
        return Record(last, since=min(last.values(), default=int(time.time() // _DAY)))
    raise OSError(0, "this system keeps no record of logins: install lastlog2 and libpam-lastlog2", LASTLOG2)


def _of_lastlog() -> dict[str, int]:
    """Read the entry of every account; the file is indexed by the user id, and mostly holes."""
    found: dict[str, int] = {}
    with open(LASTLOG, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        for account in pwd.getpwall():
            place = account.pw_uid * _LASTLOG_ENTRY.size
            if place + _LASTLOG_ENTRY.size <= size:
                file.seek(place)
                seconds = _LASTLOG_ENTRY.unpack(file.read(_LASTLOG_ENTRY.size))[0]
                if seconds:
                    found[account.pw_name] = seconds // _DAY
    return found


def _of_wtmp() -> dict[str, int]:
    found: dict[str, int] = {}
    for path in (f"{WTMP}.1", WTMP):
        with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
            content = file.read()
            whole = len(content) // _WTMP_ENTRY.size * _WTMP_ENTRY.size
            for entry in _WTMP_ENTRY.iter_unpack(content[:whole]):
                if entry[0] == _USER_PROCESS:
                    found[entry[4].partition(b"\0")[0].decode(errors="surrogateescape")] = entry[9] // _DAY
    return found


def _of_lastlog2() -> dict[str, int]:
    try:
        import sqlite3  # not in every Python of a system
    except ImportError as error:
        raise OSError(0, f"cannot read {LASTLOG2}: this Python has no sqlite3", LASTLOG2) from error
    try:
        with contextlib.closing(sqlite3.connect(f"file:{LASTLOG2}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT Name, Time FROM Lastlog2").fetchall()
    except sqlite3.Error as error:
        raise OSError(0, f"cannot read {LASTLOG2}: {error}", LASTLOG2) from error
    return {name: seconds // _DAY for name, seconds in rows if seconds}
