# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Some packages: which of them are installed, in which version, and whether only for the sake of others.

The name holds their full names, as in ``telnet:amd64 inetutils-telnet:amd64``. The state of an installed one is its
version and mark; ``config-files`` if only these are left of it, None if dpkg knows nothing of it. Taking back an
installation thus purges, but never logs: they tell what happened. What apt upgraded on the way is not put back: the
older version has holes that the newer one closed.
"""

from __future__ import annotations

import contextlib
import os
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import apt, dpkg, package_archive, programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.dpkg import Package

SHARED = True  # they are upgraded all the time
REMOVED = "config-files"
_Installed = dict[str, str]
_State = dict[str, t.Union[_Installed, str, None]]


def capture(name: str) -> _State:
    """Return the state of each package; raises OSError."""
    known = {one.full_name: one for one in dpkg.packages()}
    automatic = dpkg.automatic()
    return {one: _state_of(known[one], one in automatic) if one in known else None for one in name.split()}


def put(name: str, state: t.Mapping[str, _Installed | str | None]) -> None:
    """Install what is missing and remove what is too much; raises OSError."""
    now = capture(name)
    too_much = [one for one in now if isinstance(now[one], dict) and not isinstance(state[one], dict)]
    if too_much:
        _remove(too_much, [one for one in too_much if state[one] is None])
    missing = {
        one: wanted["version"]
        for one, wanted in state.items()
        if isinstance(wanted, dict) and not isinstance(now[one], dict)
    }
    if missing:
        _install(missing)
    for one, there in capture(name).items():
        wanted = state[one]
        if isinstance(wanted, dict) and isinstance(there, dict) and there["mark"] != wanted["mark"]:
            apt.mark(one, wanted["mark"])


def _state_of(package: Package, is_automatic: bool) -> _Installed | str | None:
    if package.is_installed:
        return {"version": package.version, "mark": "auto" if is_automatic else "manual"}
    return REMOVED if package.state == REMOVED else None


def _remove(names: list[str], new: list[str]) -> None:
    """Remove packages and keep them; those that were new to dpkg need not be kept, and leave nothing behind."""
    there = [package for package in dpkg.packages() if package.full_name in names]
    for package in there:
        if package.full_name not in new:
            package_archive.keep(package)
    traceless = [package.full_name for package in there if package.full_name in new and not _purges_logs(package)]
    services = [name for package in there for name in _services(package)]
    dpkg.remove(names)
    if services:
        # Not every package stops what it started, unattended-upgrades for one; 5 is a service that does not run.
        with contextlib.suppress(OSError):
            programs.run("systemctl", "stop", *services, accept=(0, 5))
    if traceless:
        dpkg.purge(traceless)


def _services(package: Package) -> list[str]:
    found = (re.fullmatch(r"(?:/usr)?/lib/systemd/system/([^/@]+\.service)", file) for file in dpkg.files(package))
    return [match[1] for match in found if match]


def _purges_logs(package: Package) -> bool:
    script = dpkg.records(package).get("postrm")
    if script is None:
        return False
    with open(script, encoding="utf-8", errors="surrogateescape") as file:
        return re.search(r"\brm\b[^\n]*/var/log/", file.read()) is not None


def _install(versions: dict[str, str]) -> None:
    """Install packages: those that were kept as they were, any other through apt."""
    kept = {one: package_archive.path_of(one, version) for one, version in versions.items()}
    if not all(map(os.path.exists, kept.values())):
        apt.install(versions)
        return
    dpkg.install(kept.values())
    for one, version in versions.items():
        package_archive.forget(one, version)
