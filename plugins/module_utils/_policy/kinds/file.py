# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Files and folders: mode, owner and group, the whole content, or absence.

Fields of a row: ``path`` (for all but content a pattern of glob(7), too) and ``attribute``; a row that compares with
``absent`` needs none. A mode is a text such as "0640"; ``<=`` means no other bits than these. Of several files that a
pattern names, the value is that of the first that does not meet the row; all that do not are corrected.

A symbolic link stands for what it leads to, unless somebody else than its target's owner or root made it: then nobody
knows what it is meant to stand for. What is to be absent is never removed through a link, nor if it is a folder. A
content is never read or written through a link, nor where others than root could have led us.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import glob
import grp
import os
import pwd
import stat
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import custody, finding
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state, permissions
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import FileState
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"path": "absolute path", "attribute": ("mode", "owner", "group", "content")}
REQUIRED = frozenset({"path"})
COMPARISONS: t.Sequence[str] = ("==", "<=", "in", "absent")
_ACCOUNT_FILES = ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/sudoers", "/etc/sudoers.d/")


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell the attribute of every row's file, or of the first of its files that does not meet it."""
    return {row["id"]: _fault(row) or _in_other_hands(row) or _read(row) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return _meets(row, reading.value)


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Correct every file that does not meet its row; one that cannot be does not keep the others from it."""
    return {row["id"]: _correct(row, writer) for row in rows}


def _fault(row: Row) -> Reading | None:
    """Tell what makes the row itself meaningless here."""
    if row.get("compare") == "absent":
        return None
    attribute, desired = row.get("attribute"), _choices(row)
    if attribute is None:
        return Reading(unreadable="the row names no attribute")
    if attribute == "mode" and not all(_is_mode(one) for one in desired):
        return Reading(unreadable=f"{row['desired']!r} is no mode; one looks like '0640'")
    if row.get("compare") == "<=" and attribute != "mode":
        return Reading(unreadable=f"<= says nothing about {attribute}")
    if attribute in _NUMBERS and not any(_number(attribute, one) is not None for one in desired):
        names = ", ".join(map(str, desired))
        return Reading(
            unreadable=f"there is no account {names}" if attribute == "owner" else f"there is no group {names}"
        )
    return None


def _in_other_hands(row: Row) -> Reading | None:
    """Tell why a content does not count that is not for root alone to say; it is shown only if nobody led us to it."""
    if row.get("attribute") != "content" or row.get("compare") == "absent" or os.path.islink(row["path"]):
        return None
    reason = custody.why_in_other_hands(row["path"])
    if reason is None:
        return None
    reading = Reading() if custody.why_led_away(row["path"]) else _read(row)
    return dataclasses.replace(reading, weakness=reason)


def _read(row: Row) -> Reading:
    absent = row.get("compare") == "absent"
    paths, readings = _paths(row), []
    for path in paths:
        try:
            value = _value(row, path)
        except FileNotFoundError:  # it went away just now
            continue
        except OSError as error:
            return Reading(where=path, unreadable=f"cannot read {path}: {error.strerror}")
        readings.append(Reading(value=value, where=path))
        if not _meets(row, value):
            return readings[-1]
    closed = finding.closed_folder(row["path"])
    if closed:
        return Reading(where=closed, unreadable=f"cannot read {closed}: {os.strerror(errno.EACCES)}")
    if not paths and not absent and row.get("attribute") != "content":
        return Reading(inapplicable=f"there is no {row['path']}")
    return readings[0] if readings else Reading()


def _paths(row: Row) -> list[str]:
    """Return what is there of what the row names; a content that is to be written is no pattern."""
    if row.get("attribute") == "content" and row.get("compare") != "absent":
        return [row["path"]] if os.path.lexists(row["path"]) else []
    found = [row["path"]] if os.path.lexists(row["path"]) else sorted(glob.glob(row["path"]))
    return found if row.get("compare") == "absent" else [path for path in found if os.path.exists(path)]


def _value(row: Row, path: str) -> t.Any:
    """Return what one file has; raises OSError."""
    link = os.lstat(path)
    if row.get("compare") == "absent":
        return "folder" if stat.S_ISDIR(link.st_mode) else "link" if stat.S_ISLNK(link.st_mode) else "file"
    if stat.S_ISLNK(link.st_mode) and link.st_uid not in (0, os.geteuid(), os.stat(path).st_uid):
        raise OSError(0, f"it is a link that {_name('owner', link.st_uid)} made to what is somebody else's", path)
    if row["attribute"] == "content" and stat.S_ISLNK(link.st_mode):
        # Whoever made the link, what lies behind it is another file: it may be a secret, or what logins need.
        raise OSError(0, "it is a link, so that another file would be read and overwritten", path)
    if row["attribute"] == "content":
        state = file_state.capture(path)
        return state.content.decode(errors="replace") if state else None
    status = os.stat(path)
    if row["attribute"] == "mode":
        return f"{stat.S_IMODE(status.st_mode):04o}"
    return _name(row["attribute"], status.st_uid if row["attribute"] == "owner" else status.st_gid)


def _meets(row: Row, value: t.Any) -> bool:
    if row.get("compare") == "absent" or value is None:
        return value is None and row.get("compare") == "absent"
    if row["attribute"] == "content":
        return any(value == _text(one) for one in _choices(row))
    if row["attribute"] != "mode":
        return value in map(str, _choices(row))
    if row.get("compare") == "<=":
        return not int(value, 8) & ~int(row["desired"], 8)
    return int(value, 8) in (int(one, 8) for one in _choices(row))


def _correct(row: Row, writer: Writer) -> Write:
    changes, errors = False, []
    for path in _paths(row) or [row["path"]]:
        try:
            if not _meets(row, _value(row, path) if os.path.lexists(path) else None):
                changes |= _put(row, path, writer)
        except OSError as error:
            errors.append(f"cannot correct {path}: {error.strerror}")
    return Write(changes=changes, error="; ".join(errors) or None)


def _put(row: Row, path: str, writer: Writer) -> bool:
    if _carries_login(row, path, writer.account):
        raise OSError(0, f"the account {writer.account}, which this run needs, could lose its access", path)
    if row.get("compare") == "absent":
        if os.path.islink(path) or os.path.isdir(path):
            raise OSError(0, "it is no file but a link or a folder, which is left to a person to remove", path)
        return writer.put("file", path, old=file_state.capture(path), new=None)
    wanted = _choices(row)[0]
    if row["attribute"] == "content":
        old = file_state.capture(path)
        content = _text(wanted).encode(errors="surrogateescape")
        new = dataclasses.replace(old, content=content) if old else FileState(content)
        return writer.put("file", path, old=old, new=new)
    old_permissions = permissions.capture(path) or {}
    new_permissions = {**old_permissions, **_changed(row, old_permissions)}
    return writer.put("permissions", path, old=old_permissions, new=new_permissions)


def _changed(row: Row, old: t.Mapping[str, int]) -> dict[str, int]:
    """Return the part of a file's permissions that the row changes; stricter bits than asked for stay."""
    attribute = row["attribute"]
    if attribute == "mode":
        mode = int(_choices(row)[0], 8)
        return {"mode": old["mode"] & mode if row.get("compare") == "<=" else mode}
    numbers = (_number(attribute, one) for one in _choices(row))
    return {_NUMBERS[attribute]: next(number for number in numbers if number is not None)}


def _carries_login(row: Row, path: str, account: str | None) -> bool:
    """Tell whether more than the mode of a file changes by which the account of the connection logs in or is root."""
    if account is None or (row.get("attribute") == "mode" and row.get("compare") != "absent"):
        return False
    if row.get("compare") == "absent" and path.startswith(_ACCOUNT_FILES):
        return True
    try:
        home = pwd.getpwnam(account).pw_dir
    except KeyError:
        return False
    return path in (home, f"{home}/.ssh", f"{home}/.ssh/authorized_keys", f"{home}/.ssh/authorized_keys2")


def _choices(row: Row) -> list[t.Any]:
    desired = row.get("desired")
    return list(desired) if row.get("compare") == "in" and isinstance(desired, list) else [desired]


def _is_mode(value: t.Any) -> bool:
    return (
        isinstance(value, str)
        and value.isascii()
        and value.isdigit()
        and len(value) <= 5
        and not set(value) & {"8", "9"}
    )


def _text(value: t.Any) -> str:
    """Return the content that a row asks for, which ends in a line end."""
    text = str(value)
    return text if not text or text.endswith("\n") else f"{text}\n"


_NUMBERS = {"owner": "uid", "group": "gid"}


def _number(attribute: str, name: t.Any) -> int | None:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(str(name)).pw_uid if attribute == "owner" else grp.getgrnam(str(name)).gr_gid
    return None


def _name(attribute: str, number: int) -> str:
    """Return the name of an owner or a group; of one that nobody has, its number."""
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(number).pw_name if attribute == "owner" else grp.getgrgid(number).gr_name
    return str(number)
