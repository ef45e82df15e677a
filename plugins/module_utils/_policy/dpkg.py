# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The packages of a Debian system, as dpkg's own files tell them; no program is asked."""

from __future__ import annotations

import fcntl
import functools
import os
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs

STATUS = "/var/lib/dpkg/status"
LOCK = "/var/lib/dpkg/lock-frontend"
MARKS = "/var/lib/apt/extended_states"
RECORDS = "/var/lib/dpkg/info"

# Without these nobody reaches the device any more, nobody is root, or it does not boot.
_NEEDED = re.compile(
    r"openssh-server|sudo|python3(-minimal|\.\d+(-minimal)?)?|systemd(-sysv)?|init|dbus|apt|passwd|libpam-modules"
    r"|libpam-runtime|libpam-systemd|ifupdown|network-manager|netplan\.io|isc-dhcp-client|dhcpcd-base|wpasupplicant"
    r"|grub-.*|shim-.*|initramfs-tools|dracut|cryptsetup(-initramfs)?|lvm2|mdadm"
)
_FIELD = re.compile(
    r"^(Package|Architecture|Version|Status|Essential|Protected|Provides|Depends|Pre-Depends|Recommends|Priority|Section)"
    r": (.*)$"
)


class Package(t.NamedTuple):
    """One package that dpkg knows; ``state`` is the last word of its status: installed, config-files, unpacked...

    ``wish`` is the first: install, hold, deinstall, purge.
    """

    name: str
    architecture: str
    version: str
    state: str
    is_essential: bool
    provides: frozenset[str]
    needs: frozenset[str]
    wish: str = ""
    priority: str = ""
    section: str = ""
    recommends: frozenset[str] = frozenset()

    @property
    def pulls(self) -> frozenset[str]:
        """Return the names of what apt installs with it, alternatives among them."""
        return self.needs | self.recommends

    @property
    def is_installed(self) -> bool:
        return self.state == "installed"

    @property
    def is_held(self) -> bool:
        return self.wish == "hold"

    @property
    def full_name(self) -> str:
        return f"{self.name}:{self.architecture}"

    def is_called(self, name: str) -> bool:
        """Tell whether a name with or without an architecture means this package."""
        return name in (self.name, self.full_name)


def packages() -> list[Package]:
    """Return all packages that dpkg knows; raises OSError."""
    try:
        # dpkg writes the file anew each time, so that it is never the same one with another content.
        status = os.stat(STATUS)
        return _read(STATUS, (status.st_ino, status.st_mtime_ns, status.st_size))
    except FileNotFoundError as error:
        raise OSError(0, f"there is no {STATUS}, and only Debian's packages are known here", STATUS) from error


@functools.lru_cache(maxsize=1)
def _read(path: str, _which: tuple[int, ...]) -> list[Package]:
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        stanzas = file.read().split("\n\n")
    return [_package(stanza) for stanza in stanzas if stanza.strip()]


def _package(stanza: str) -> Package:
    found = {match[1]: match[2] for match in map(_FIELD.match, stanza.split("\n")) if match}
    return Package(
        name=found.get("Package", ""),
        architecture=found.get("Architecture", ""),
        version=found.get("Version", ""),
        state=found.get("Status", "").rpartition(" ")[2],
        wish=found.get("Status", "").partition(" ")[0],
        priority=found.get("Priority", ""),
        section=found.get("Section", ""),
        recommends=_names(found.get("Recommends", "")),
        is_essential="yes" in (found.get("Essential"), found.get("Protected")),
        provides=_names(found.get("Provides", "")),
        needs=_names(f"{found.get('Depends', '')}, {found.get('Pre-Depends', '')}"),
    )


def _names(relations: str) -> frozenset[str]:
    """Return the names in a field of relations, alternatives among them, deb-control(5)."""
    return frozenset(re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]+)", relations))


def records(package: Package) -> dict[str, str]:
    """Return dpkg's own files about a package by their suffixes; raises OSError."""
    found = {}
    for name in os.listdir(RECORDS):
        stem, _dot, suffix = name.rpartition(".")
        if package.is_called(stem):
            found[suffix] = os.path.join(RECORDS, name)
    if "list" not in found:
        raise OSError(0, f"dpkg has no list of the files of {package.full_name}", RECORDS)
    return found


def files(package: Package) -> list[str]:
    """Return the paths that belong to an installed package; raises OSError."""
    with open(records(package)["list"], encoding="utf-8", errors="surrogateescape") as file:
        return [line for line in file.read().splitlines() if line not in ("/", "/.")]


def automatic() -> set[str]:
    """Return the full names of the packages that apt installed only because others need them."""
    try:
        with open(MARKS, encoding="utf-8", errors="surrogateescape") as file:
            stanzas = file.read().split("\n\n")
    except FileNotFoundError:
        return set()
    marked = [dict(re.findall(r"^(\S+): (.*)$", stanza, re.MULTILINE)) for stanza in stanzas]
    return {f"{one['Package']}:{one['Architecture']}" for one in marked if one.get("Auto-Installed") == "1"}


def in_need_of(removed: t.Iterable[str], installed: t.Sequence[Package]) -> set[str]:
    """Return the names that fall with some packages: they themselves, and all that needs one of them, however far."""
    fallen = set(removed)
    while True:
        gone = fallen.union(*(one.provides for one in installed if one.name in fallen))
        more = {one.name for one in installed if one.needs & gone} - fallen
        if not more:
            return fallen
        fallen |= more


def reason_to_keep(package: Package) -> str | None:
    """Return why a package must never go, None if it may."""
    if package.is_essential:
        return f"{package.name} is essential to the system"
    if _NEEDED.fullmatch(package.name):
        return f"{package.name} keeps the device reachable or starts it"
    if package.name.startswith("linux-") and package.name.endswith(os.uname().release):
        return f"{package.name} is the kernel that runs"
    return None


def why_not_ready() -> str | None:
    """Return why no package can be changed now, None if one can; raises OSError."""
    broken = [one.full_name for one in packages() if one.state not in ("installed", "config-files", "not-installed")]
    if broken:
        return f"dpkg is in the middle of {', '.join(broken)}: run dpkg --configure --pending"
    return why_locked()


def why_locked() -> str | None:
    """Return that another program is changing packages, None if none is; raises OSError."""
    try:
        with open(LOCK, "rb+") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return "another program is changing packages at this moment: run again when it has ended"
    return None


def remove(names: t.Iterable[str]) -> None:
    """Remove packages, all or none, and leave their configuration files; raises OSError."""
    programs.run("dpkg", "--remove", *names, timeout=600)


def purge(names: t.Iterable[str]) -> None:
    """Take away what removed packages left, their configuration files among it; raises OSError."""
    programs.run("dpkg", "--purge", *names, timeout=600)


def install(files: t.Iterable[str]) -> None:
    """Install package files, with the configuration files that are there already; raises OSError."""
    programs.run("dpkg", "--force-confold", "--force-confdef", "--install", *files, timeout=600)
