# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``patching``: how far a Debian system is behind with its patches; only read, never corrected.

Field of a row: ``attribute``:

- ``pending``: installed packages for which the lists know a newer version with a security fix, with that version.
- ``overdue_days``: if any is pending, days since unattended-upgrades last ended well; 0 if none is.
- ``lists_age_days``: days since the archive signed the oldest of the lists of security fixes. That date stands in what
  the archive signs, so neither a proxy that hangs nor a failed download can make lists look young.
- ``held``: packages that apt is told to leave as they are.
- ``broken``: packages in the middle of an installation, with their state.
- ``restart``: what still runs the code of before: the kernel, and units with a deleted program or library.

Where names are the value, the desired one is an empty text. ``most_days`` is how old lists may be at which the absence
of pending fixes counts.
"""

from __future__ import annotations

import functools
import glob
import os
import re
import time
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import apt_lists, dpkg, dpkg_version
from ansible_collections.commune.baseline.plugins.module_utils._policy import compare as _compare
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

STAMP = "/var/lib/apt/periodic/upgrade-stamp"  # apt.systemd.daily touches it when unattended-upgrade ended well
UPDATES = "/var/lib/dpkg/updates"
REBOOT = "/run/reboot-required"
KERNEL = ("/vmlinuz", "/boot/vmlinuz")
PROC = "/proc"
_SECONDS = 86400
_NO_LISTS = "apt has fetched no lists of security fixes: see that a source of them is set, and run apt-get update"
_OF_PROGRAMS = ("/usr/", "/lib", "/bin/", "/sbin/", "/opt/")
_ENDED = ("installed", "config-files", "not-installed")


class _Security:
    """The lists of security fixes, read once and only if a row asks; whatever is asked raises OSError or ValueError."""

    @functools.cached_property
    def releases(self) -> list[apt_lists.Release]:
        return [one for one in apt_lists.releases() if one.is_security and apt_lists.lists_of(one)]

    @functools.cached_property
    def oldest(self) -> tuple[int, str]:
        """Return the age in days of the oldest, and what its files begin with."""
        return max((one.age_days, one.stem) for one in self.releases)

    @functools.cached_property
    def waiting(self) -> list[str]:
        """Return the installed packages that a fix is there for, with its version."""
        installed = {(one.name, one.architecture): one.version for one in dpkg.packages() if one.is_installed}
        key, fixes = dpkg_version.sort_key, dict[tuple[str, str], str]()
        for release in self.releases:
            for name, architecture, version in apt_lists.versions(release):
                known = fixes.get((name, architecture), installed.get((name, architecture)))
                if known not in (None, version) and key(version) > key(known):
                    fixes[name, architecture] = version
        return sorted(f"{name}:{architecture} {version}" for (name, architecture), version in fixes.items())


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell what every row asks for; what several rows need is read once."""
    readings, security = {}, _Security()
    for row in rows:
        try:
            readings[row["id"]] = _READERS[row["attribute"]](row, security)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else f"a list of packages has no date: {error}"
            readings[row["id"]] = Reading(unreadable=str(reason))
    return readings


def compare(row: Row, reading: Reading) -> bool:
    return _compare.meets(row, reading.value)


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Leave everything as it is: patches come by unattended-upgrades, and a restart is for a person to choose."""
    return {row["id"]: Write() for row in rows}


def _pending(row: Row, security: _Security) -> Reading:
    if security.waiting or not security.releases:
        return Reading("\n".join(security.waiting), weakness=None if security.releases else _NO_LISTS)
    age, most = security.oldest[0], row.get("most_days", 0)
    old = f"the lists of security fixes are {age} days old, and {most} are allowed"
    return Reading("", weakness=old if age > most else None)


def _overdue_days(_row: Row, security: _Security) -> Reading:
    if not security.releases:
        return Reading(weakness=_NO_LISTS)
    if not security.waiting:
        return Reading(0)
    if not os.path.exists(STAMP):
        return Reading(weakness="security fixes wait, and unattended-upgrades has never installed any")
    return Reading(int((time.time() - os.stat(STAMP).st_mtime) // _SECONDS), where=STAMP)


def _lists_age_days(_row: Row, security: _Security) -> Reading:
    if not security.releases:
        return Reading(weakness=_NO_LISTS)
    age, stem = security.oldest
    future = "the clock of this device is behind the date that the archive signed"
    return Reading(age, where=f"{stem}Release", weakness=future if age < -1 else None)


def _held(_row: Row, _security: _Security) -> Reading:
    return Reading("\n".join(one.full_name for one in dpkg.packages() if one.is_held and one.is_installed))


def _broken(_row: Row, _security: _Security) -> Reading:
    broken = [f"{one.full_name} ({one.state})" for one in dpkg.packages() if one.state not in _ENDED]
    if not broken and any(name.isdigit() for name in os.listdir(UPDATES)):
        broken = ["dpkg was interrupted"]
    # While fixes are being installed, some package always is in the middle.
    return Reading("\n".join(broken), where=dpkg.STATUS, unreadable=dpkg.why_locked() if broken else None)


def _restart(_row: Row, _security: _Security) -> Reading:
    found = set(_deleted_in_use())
    if os.path.exists(REBOOT):
        found.add("the device")
    newest = next((os.path.basename(os.readlink(path)) for path in KERNEL if os.path.islink(path)), "")
    if newest.startswith("vmlinuz-") and newest != f"vmlinuz-{os.uname().release}":
        found.add("the kernel")
    return Reading("\n".join(sorted(found)))


def _deleted_in_use() -> t.Iterator[str]:
    """Yield the units, or the names of processes of none, that run a program or a library that is deleted.

    The account that we came in as is left out: what it runs ends with this login.
    """
    own = re.search(r"/user-\d+\.slice/", _group_of(f"{PROC}/self"))
    for path in glob.glob(f"{PROC}/[0-9]*/maps"):
        folder = os.path.dirname(path)
        try:
            with open(path, "rb") as file:
                maps = file.read()
            if b" (deleted)" in maps and any(map(_is_code, maps.decode(errors="replace").splitlines())):
                group = _group_of(folder)
                if own is None or own[0] not in group:
                    yield _unit_of(folder, group)
        except OSError:  # it ended just now
            continue


def _is_code(line: str) -> bool:
    """Tell whether a line of proc_pid_maps(5) is executable and of a file of a package that is deleted."""
    fields = line.split(None, 5)
    return len(fields) > 5 and "x" in fields[1] and fields[5].startswith(_OF_PROGRAMS) and line.endswith(" (deleted)")


def _group_of(folder: str) -> str:
    """Return the control group of a process, cgroups(7), with a slash at its end."""
    with open(f"{folder}/cgroup", encoding="utf-8", errors="replace") as file:
        return f"{''.join(file.read().splitlines()[-1:])}/"


def _unit_of(folder: str, group: str) -> str:
    """Return the unit of the system in which a process runs, of a person's programs that of the person."""
    units = re.findall(r"/([^/]+\.(?:service|scope))/", group)
    if units:
        return str(units[0])
    with open(f"{folder}/comm", encoding="utf-8", errors="replace") as file:
        return file.read().strip()


_READERS: dict[str, t.Callable[[Row, _Security], Reading]] = {
    "pending": _pending,
    "overdue_days": _overdue_days,
    "lists_age_days": _lists_age_days,
    "held": _held,
    "broken": _broken,
    "restart": _restart,
}
FIELDS: t.Mapping[str, t.Any] = {"attribute": tuple(_READERS), "most_days": "whole number"}
REQUIRED = frozenset({"attribute"})
COMPARISONS: t.Sequence[str] = ("==", "<=")
