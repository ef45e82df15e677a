# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What apt has fetched of its archives, as its own files tell it; no program is asked, and no network."""

from __future__ import annotations

import calendar
import functools
import os
import re
import time
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import finding, programs

LISTS = "/var/lib/apt/lists"
_FIELD = re.compile(r"^(Origin|Label|Suite|Codename|Date): (.*)$", re.MULTILINE)
_PACKAGE = re.compile(r"^(Package|Architecture|Version): (\S+)", re.MULTILINE)
_HEAD = 4096  # the fields stand in front of the checksums


class Release(t.NamedTuple):
    """One suite of an archive whose signature apt has checked; ``stem`` is what its files in LISTS begin with."""

    stem: str
    origin: str
    label: str
    suite: str
    codename: str
    date: str

    @property
    def is_security(self) -> bool:
        """Tell whether it holds security fixes: Debian says so by its label, Ubuntu by the name of the suite."""
        return self.label == "Debian-Security" or f"{self.suite} {self.codename} ".find("-security ") >= 0

    @property
    def age_days(self) -> int:
        """Return how long ago the archive signed it; raises ValueError for what is no date in UTC."""
        signed = time.strptime(re.sub(r" (UTC|GMT|\+0000)$", "", self.date), "%a, %d %b %Y %H:%M:%S")
        return int((time.time() - calendar.timegm(signed)) // 86400)


def releases() -> list[Release]:
    """Return all suites whose lists are here; raises OSError."""
    found = []
    for path in finding.find(f"{LISTS}/*Release"):
        with open(path, encoding="utf-8", errors="replace") as file:
            facts = dict(reversed(_FIELD.findall(file.read(_HEAD))))
        stem = re.sub("(In)?Release$", "", path)
        found.append(Release(stem, *(facts.get(name, "") for name in ("Origin", "Label", "Suite", "Codename", "Date"))))
    return list({one.stem: one for one in found}.values())


def lists_of(release: Release) -> list[str]:
    """Return the package lists of a suite, whichever way they are compressed; raises OSError."""
    return [path for path in finding.find(f"{release.stem}*_Packages*") if not path.endswith(".diff_Index")]


def versions(release: Release) -> list[tuple[str, str, str]]:
    """Return name, architecture and version of all packages of a suite; raises OSError."""
    found = []
    for path in lists_of(release):
        fields: dict[str, str] = {}
        for match in _PACKAGE.finditer(text_of(path)):
            fields[match[1]] = match[2]
            if len(fields) == len(("Package", "Architecture", "Version")):
                found.append((fields["Package"], fields["Architecture"], fields["Version"]))
                fields = {}
    return found


def text_of(path: str) -> str:
    """Return a list as text; apt itself unpacks one that is compressed."""
    status = os.stat(path)
    return _text(path, (status.st_ino, status.st_mtime_ns, status.st_size))


@functools.lru_cache(maxsize=8)
def _text(path: str, _which: tuple[int, ...]) -> str:
    if not path.endswith("_Packages"):
        return programs.run("/usr/lib/apt/apt-helper", "cat-file", path)
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
