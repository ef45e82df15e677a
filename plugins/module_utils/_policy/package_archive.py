# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kept packages: a removed one can be put back without a network.

What apt still has is kept as it is. Any other is built again from the installed files and dpkg's records of it; its
configuration files then are those of the device, which stay there through a removal anyway.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import tempfile
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import dpkg, programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.dpkg import Package

FOLDER = "/var/lib/commune-baseline/packages"
_ARCHIVES = "/var/cache/apt/archives"
_DIVERSIONS = "/var/lib/dpkg/diversions"


def path_of(full_name: str, version: str) -> str:
    """Return where a package is kept; an epoch's colon is written as apt does."""
    name, _colon, architecture = full_name.partition(":")
    return os.path.join(FOLDER, f"{name}_{version.replace(':', '%3a')}_{architecture}.deb")


def keep(package: Package) -> None:
    """Keep a package that is installed; raises OSError."""
    kept = path_of(package.full_name, package.version)
    if os.path.exists(kept):
        return
    os.makedirs(FOLDER, mode=0o700, exist_ok=True)
    archive = os.path.join(_ARCHIVES, os.path.basename(kept))
    # Beside its place, since a hard link leads to no other file system.
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        made = os.path.join(folder, "made.deb")
        if os.path.exists(archive):
            shutil.copyfile(archive, made)
        else:
            _build(package, os.path.join(folder, "tree"), made)
        os.rename(made, kept)


def forget(full_name: str, version: str) -> None:
    """Remove a kept package that is installed again."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path_of(full_name, version))


def _build(package: Package, tree: str, made: str) -> None:
    os.makedirs(os.path.join(tree, "DEBIAN"), mode=0o755)
    records = dpkg.records(package)
    for suffix, path in records.items():
        if suffix not in ("list", "conffiles"):
            shutil.copy2(path, os.path.join(tree, "DEBIAN", suffix))
    with open(os.path.join(tree, "DEBIAN", "control"), "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(_control(package))
    _copy(dpkg.files(package), tree, _diversions(package.name))
    if "conffiles" in records:
        _write_conffiles(records["conffiles"], tree)
    programs.run("dpkg-deb", "-Zgzip", "-z1", "--build", tree, made, timeout=600)


def _write_conffiles(path: str, tree: str) -> None:
    """Name the configuration files, but those that somebody removed: dpkg-deb refuses them."""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        there = [line for line in file if line.startswith("/") and os.path.lexists(tree + line.rstrip("\n"))]
    with open(os.path.join(tree, "DEBIAN", "conffiles"), "w", encoding="utf-8", errors="surrogateescape") as file:
        file.writelines(there)


def _control(package: Package) -> str:
    """Return the control file: what the status says of the package, without what dpkg adds, deb-control(5)."""
    with open(dpkg.STATUS, encoding="utf-8", errors="surrogateescape") as file:
        stanzas = f"\n{file.read()}".split("\n\n")
    wanted = {f"Package: {package.name}", f"Architecture: {package.architecture}"}
    for stanza in stanzas:
        if wanted <= set(stanza.split("\n")):
            text = stanza.strip("\n") + "\n"
            return re.sub(r"^(Status|Conffiles|Config-Version|Triggers-\w+):.*\n( .*\n)*", "", text, flags=re.MULTILINE)
    raise OSError(0, f"dpkg has no record of {package.full_name}", dpkg.STATUS)


def _diversions(package: str) -> dict[str, str]:
    """Return where files of this package lie that others have pushed aside, dpkg-divert(1)."""
    with open(_DIVERSIONS, encoding="utf-8", errors="surrogateescape") as file:
        lines = file.read().splitlines()
    return {lines[place]: lines[place + 1] for place in range(0, len(lines) - 2, 3) if lines[place + 2] != package}


def _copy(paths: t.Sequence[str], tree: str, diverted: t.Mapping[str, str]) -> None:
    """Put the files of a package into a tree, as far as they are there; folders that are links now count as folders."""
    folders = {os.path.dirname(path) for path in paths}
    for path in paths:
        source, target = diverted.get(path, path), tree + path
        try:
            status = os.stat(source) if path in folders else os.lstat(source)
        except FileNotFoundError:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not stat.S_ISDIR(status.st_mode):
            _copy_file(source, target, status)
            continue
        os.makedirs(target, exist_ok=True)
        os.chown(target, status.st_uid, status.st_gid)
        os.chmod(target, stat.S_IMODE(status.st_mode))


def _copy_file(source: str, target: str, status: os.stat_result) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # on another file system
        shutil.copy2(source, target, follow_symlinks=False)
        os.chown(target, status.st_uid, status.st_gid, follow_symlinks=False)
        if not stat.S_ISLNK(status.st_mode):
            os.chmod(target, stat.S_IMODE(status.st_mode))  # again: a change of owner clears the set-user-id bit
