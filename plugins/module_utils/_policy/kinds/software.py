# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``software``: what is installed or listens beside what the site has listed; only read, never corrected.

Field of a row: ``attribute``. The desired value is a list of patterns of fnmatch, in which case counts:

- ``listed``: names of packages, and ``snap:``, ``flatpak:``, ``pip:``, ``npm:``, ``appimage:`` or ``local:`` with a
  name of what came another way (``local:`` with a path below /opt, /usr/local/bin or /usr/local/sbin that no package
  owns). What the system itself consists of, and what listed packages need or recommend, is listed with them.
- ``forbidden``: the same patterns, and ``section:`` with one of Debian's, of what must not be there, needed or not.
- ``listeners``: protocol and port with the program that takes connections from other machines there, as in
  ``tcp/22 /usr/sbin/sshd``. What the kernel itself serves has the program ``kernel``, and a port of UDP that a program
  got by chance is ``*``.

The value is what is not as listed, one a line, each with its origin; a row is met by nothing.
"""

from __future__ import annotations

import fnmatch
import os
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import dpkg, programs, software
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

COMPARISONS: t.Sequence[str] = ("==",)
REQUIRED = frozenset({"attribute"})
_BY_CHANCE = 32768  # where net.ipv4.ip_local_port_range begins, unless somebody changes it
_LOOPBACK = re.compile(r"127\.|\[::1\]|\[::ffff:127\.|.*%lo$")


def fault_of_desired(_row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with a list of patterns, None if nothing is."""
    if not isinstance(desired, list) or not desired:
        return "it lists nothing"
    unknown = [one[1:] for one in desired if str(one).startswith("?")]  # the marks that the knob gives them
    if unknown:
        return f"{unknown[0]!r} is none of the tasks that software_control_roles describes"
    wrong = [one for one in desired if not isinstance(one, str) or not one.strip() or one.strip("*") == ""]
    return f"{wrong[0]!r} would match everything or nothing" if wrong else None


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell of every row what is not as listed."""
    readings = {}
    for row in rows:
        try:
            found = _READERS[row["attribute"]](_matcher(row["desired"]))
            readings[row["id"]] = Reading("\n".join(_printable(one) for one in found))
        except OSError as error:
            readings[row["id"]] = Reading(unreadable=str(error.strerror))
    return readings


def compare(row: Row, reading: Reading) -> bool:
    return bool(reading.value == "")


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Leave everything as it is: what may go is for a person to decide."""
    return {row["id"]: Write() for row in rows}


def _matcher(patterns: t.Iterable[str]) -> software.Matches:
    expression = re.compile("|".join(map(fnmatch.translate, patterns)))
    return lambda name: expression.match(name) is not None


def _unlisted(is_listed: software.Matches) -> list[str]:
    beside = software.packages_beside(is_listed)
    origins = software.origins(beside)
    others = [f"{name} ({path})" for name, path in software.others() if not is_listed(name)]
    return sorted(f"{one.name} {one.version} ({origins[one.full_name]})" for one in beside) + others


def _forbidden(is_forbidden: software.Matches) -> list[str]:
    there = [one for one in dpkg.packages() if one.is_installed]
    packages = [one for one in there if is_forbidden(one.name) or is_forbidden(f"section:{one.section}")]
    others = [f"{name} ({path})" for name, path in software.others() if is_forbidden(name)]
    return sorted(f"{one.name} {one.version}" for one in packages) + others


def _listeners(is_listed: software.Matches) -> list[str]:
    said = programs.run("ss", "--no-header", "--listening", "--tcp", "--udp", "--numeric", "--processes")
    found = set()
    for line in said.splitlines():
        protocol, _state, _received, _sent, local = line.split()[:5]
        address, _colon, port = local.rpartition(":")
        if not _LOOPBACK.match(address):
            if protocol == "udp" and int(port) >= _BY_CHANCE:
                port = "*"
            processes = re.findall(r"pid=(\d+)", line)
            found |= {f"{protocol}/{port} {_program(int(one))}" for one in processes} or {f"{protocol}/{port} kernel"}
    return sorted(one for one in found if not is_listed(one))


def _program(process: int) -> str:
    try:
        return re.sub(r" \(deleted\)$", "", os.readlink(f"/proc/{process}/exe"))
    except OSError:
        return "a program that has ended"


def _printable(text: str) -> str:
    """Return a text in which no name of a file can pretend to be another line."""
    return text if text.isprintable() else ascii(text)


_READERS: dict[str, t.Callable[[software.Matches], list[str]]] = {
    "listed": _unlisted,
    "forbidden": _forbidden,
    "listeners": _listeners,
}
FIELDS: t.Mapping[str, t.Any] = {"attribute": tuple(_READERS)}
