# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What is installed on a Debian system, by whatever way: its packages, and what came past them."""

from __future__ import annotations

import glob
import mmap
import os
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import apt_lists, dpkg, programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.dpkg import Package

Matches = t.Callable[[str], bool]
ROOT = ""  # a test's own tree has another
_HOMES = ("/home/*", "/root")
_PLACES = {  # the sort of software, what stands there once it is installed, and the part of that which is its name
    "snap": (("/var/lib/snapd/snaps/*.snap",), r"([^/]+)_[^_/]*\.snap$"),
    "flatpak": (("/var/lib/flatpak/app/*", "~/.local/share/flatpak/app/*"), r"([^/]+)$"),
    "pip": (
        ("/usr/local/lib/python3*/dist-packages/*-info", "~/.local/lib/python3*/site-packages/*-info"),
        r"([^/]+?)-[^-/]*\.(?:dist|egg)-info$",
    ),
    "npm": (("/usr/local/lib/node_modules/*", "~/.npm-global/lib/node_modules/*"), r"([^/]+)$"),
    "appimage": (("~/*.AppImage", "~/*/*.AppImage", "/opt/*.AppImage"), r"([^/]+)$"),
    "local": (("/opt/*", "/usr/local/bin/*", "/usr/local/sbin/*"), r"(.+)$"),
}
_BASE = ("required", "important", "standard")
_NO_ARCHIVE = "no archive that apt knows"


def packages_beside(is_listed: Matches) -> list[Package]:
    """Return the packages that nobody has listed, and that nothing listed or basic needs; raises OSError.

    Of those that need one another, only those are returned with which the others came.
    """
    there = {one.full_name: one for one in dpkg.packages() if one.is_installed}
    basic = [one for one in there.values() if one.is_essential or one.priority in _BASE or is_listed(one.name)]
    offered: dict[str, list[Package]] = {}
    for one in there.values():
        for name in (one.name, *one.provides):
            offered.setdefault(name, []).append(one)
    wanted = _with_needed(basic, offered)
    beside = [one for full_name, one in there.items() if full_name not in wanted]
    needed = {name for one in beside for name in one.pulls - {one.name}}
    first: list[Package] = []
    # Where some need each other in a circle, none of them is without need.
    for one in sorted(beside, key=lambda one: one.name in needed):
        if one.full_name not in wanted:
            first.append(one)
            wanted |= _with_needed([one], offered)
    return first


def _with_needed(packages: t.Iterable[Package], offered: t.Mapping[str, list[Package]]) -> set[str]:
    """Return the full names of some packages and of all that they pull in, however far."""
    waiting = list(packages)
    found = {one.full_name for one in waiting}
    while waiting:
        for name in waiting.pop().pulls:
            more = [one for one in offered.get(name, ()) if one.full_name not in found]
            found.update(one.full_name for one in more)
            waiting += more
    return found


def others() -> list[tuple[str, str]]:
    """Return what came past the packages, each as ``sort:name`` with its place."""
    found = {}
    for sort, (patterns, named) in _PLACES.items():
        for pattern in patterns:
            homes = _HOMES if pattern.startswith("~") else ("",)
            for path in sorted(path for home in homes for path in glob.glob(ROOT + pattern.replace("~", home, 1))):
                name = re.search(named, path[len(ROOT) :])
                if name:
                    found[path] = f"{sort}:{name[1]}"
    local = [path for path, name in found.items() if name.startswith("local:")]
    owned = _of_packages(local)
    return [(name, path) for path, name in found.items() if path not in owned]


def _of_packages(paths: list[str]) -> set[str]:
    """Return those of some paths that a package brought."""
    if not paths:
        return set()
    said = programs.run("dpkg-query", "--search", "--", *paths, accept=(0, 1))
    return {line.rpartition(": ")[2] for line in said.splitlines()}


def origins(packages: t.Iterable[Package]) -> dict[str, str]:
    """Return by full name which archive has a package in the version that is installed; raises OSError."""
    found: dict[str, str] = {}
    packages = list(packages)
    for release in apt_lists.releases() if packages else ():
        for path in apt_lists.lists_of(release):
            lists = _bytes_of(path)
            for one in packages:
                if one.full_name not in found and _has(lists, one):
                    found[one.full_name] = f"{release.origin} {release.codename or release.suite}"
    return {one.full_name: found.get(one.full_name, _NO_ARCHIVE) for one in packages}


def _bytes_of(path: str) -> t.Any:
    """Return a list, of which only the pages are read that are searched."""
    if not path.endswith("_Packages"):
        return apt_lists.text_of(path).encode()
    with open(path, "rb") as file:
        # What is empty cannot be mapped.
        return mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) if os.fstat(file.fileno()).st_size else b""


def _has(lists: t.Any, package: Package) -> bool:
    start = lists.find(f"Package: {package.name}\n".encode())
    while start >= 0:
        end = lists.find(b"\n\n", start)
        stanza = lists[start : end if end >= 0 else len(lists)]
        if f"\nVersion: {package.version}\n".encode() in stanza:
            return True
        start = lists.find(f"\nPackage: {package.name}\n".encode(), start + 1)
    return False
