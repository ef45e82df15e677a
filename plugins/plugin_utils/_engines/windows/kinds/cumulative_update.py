# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The cumulative update that runs: how old it is, whether it waits for a restart, and how long Windows is mended.

Win32_QuickFixEngineering writes its dates as the language of the machine has them, so the packages of the servicing
stack are read instead: their state (Microsoft, CBS servicing states) and the FILETIME of their installation. The one
that runs has the revision UBR; its build may be the one before an enablement package.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import meets
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.releases import end_of_support
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"attribute": ("age", "restart", "support_days")}
REQUIRED = frozenset({"attribute"})
COMPARISONS: t.Sequence[str] = ("<=", ">=", "==")
SECTIONS: t.Sequence[str] = ("servicing", "system")
STEP = ""
_REVISION = re.compile(r"~(?P<build>\d+)\.(?P<revision>\d+)(?:\.\d+)*$")
_INSTALLED = (112, 128)  # installed, permanent
_UNSIGNED = (1 << 32) - 1  # .NET shows a DWord as a number with a sign


def ask(_rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {}


def observe(row: Row, facts: Facts) -> Reading:
    system, *packages = facts.section("servicing")
    build = f"{system['build']}.{system['revision']}"
    if row["attribute"] == "restart":
        return Reading(bool(system["restart"]), f"build {build}")
    if row["attribute"] == "support_days":
        return _support(system, build, facts)
    running = [one for one in packages if one["state"] in _INSTALLED and _revision(one) == system["revision"]]
    if not running:
        return Reading(where=f"build {build}", unreadable=f"no installed cumulative update makes the build {build}")
    newest = max(running, key=_installed)
    return Reading(facts.days_since(_installed(newest)), f"build {build}: {newest['package']}")


def compare(row: Row, reading: Reading) -> bool:
    return meets(row, reading.value)


def write(row: Row, _reading: Reading, _facts: Facts) -> list[Values]:
    if row["attribute"] == "restart":
        raise CannotWriteError("it is restarted by a person, when nobody works on it")
    if row["attribute"] == "support_days":
        raise CannotWriteError("a person changes to a release that is mended")
    raise CannotWriteError("Windows installs updates by itself, or a person does")


def now(do: Values, _facts: Facts) -> Values:
    return do


def _support(told: t.Mapping[str, t.Any], build: str, facts: Facts) -> Reading:
    """Return for how many more days this release is mended; less than none, if it is not any more."""
    (system,) = facts.section("system")
    where = f"build {build}, {told['edition']}"
    end = end_of_support(told["build"], told["edition"], system["product"])
    if end is None:
        return Reading(where=where, unreadable=f"it is not known here how long {where} is mended")
    return Reading((end - facts.today).days, where)


def _revision(package: t.Mapping[str, t.Any]) -> int | None:
    found = _REVISION.search(package["package"])
    return int(found["revision"]) if found else None


def _installed(package: t.Mapping[str, t.Any]) -> int:
    high, low = (int(package[name] or 0) & _UNSIGNED for name in ("high", "low"))
    return high << 32 | low
