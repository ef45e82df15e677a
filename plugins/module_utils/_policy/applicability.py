# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Whether a row can be judged on this device: it has a meaning here, and the site has said what is right."""

from __future__ import annotations

import functools
import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading

_OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")  # os-release(5)


def excuse(row: t.Mapping[str, t.Any]) -> Reading | None:
    """Return what stands for the reading of a row that nothing can be read for, None if it is to be read."""
    reason = why_not(row)
    if reason is not None:
        return Reading(inapplicable=reason)
    return Reading(unreadable=row["undecided"]) if "undecided" in row else None


def why_not(row: t.Mapping[str, t.Any]) -> str | None:
    """Return why a row does not apply here, None if it does."""
    conditions = row.get("when", {})
    wanted = conditions.get("distribution")
    if wanted is not None and not set(wanted) & distribution():
        return f"for {', '.join(wanted)} only"
    missing = conditions.get("exists")
    if missing is not None and not os.path.exists(missing):
        return f"there is no {missing}"
    return None


@functools.lru_cache(maxsize=1)
def distribution() -> frozenset[str]:
    """Return the names of this system, with and without version: debian, debian-12."""
    facts: dict[str, str] = {}
    for path in _OS_RELEASE:
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                facts = dict(_fact(line) for line in file if "=" in line)
            break
    name, version = facts.get("ID", ""), facts.get("VERSION_ID", "")
    return frozenset(filter(None, (name, f"{name}-{version}" if name and version else "")))


def _fact(line: str) -> tuple[str, str]:
    key, _equals, value = line.strip().partition("=")
    return key, value.strip("\"'")
