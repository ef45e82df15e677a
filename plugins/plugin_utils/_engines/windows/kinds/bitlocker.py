# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Volumes of BitLocker: whether they are protected, and by which algorithm; no key is asked for.

The numbers are those of Win32_EncryptableVolume (Microsoft Learn, secprov). Nothing is written: whoever encrypts a disk
has to keep its recovery key first.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import meets
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]

_TYPES = {"system": (0,), "fixed": (1,), "removable": (2,), "inside": (0, 1), "all": (0, 1, 2)}
FIELDS: t.Mapping[str, t.Any] = {
    "volumes": tuple(_TYPES),
    "attribute": ("protection", "method"),
    "portable": "true or false",  # only of a machine that can be carried away
}
REQUIRED = frozenset({"volumes", "attribute"})
COMPARISONS: t.Sequence[str] = ("==", "in")
SECTIONS: t.Sequence[str] = ("volumes", "system")
STEP = ""
_MOBILE = 2  # Win32_ComputerSystem.PCSystemType
_OFF, _ON = 0, 1
_CONVERSIONS = (
    "not encrypted",
    "encrypted",
    "encryption runs",
    "decryption runs",
    "encryption pauses",
    "decryption pauses",
)
_METHODS = (
    "none", "AES-128 with diffuser", "AES-256 with diffuser", "AES-128", "AES-256", "by the disk itself", "XTS-AES-128",
    "XTS-AES-256",
)  # fmt: skip


def ask(_rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {}


def observe(row: Row, facts: Facts) -> Reading:
    """Return what is true of the volumes; of several, of the first which is not right."""
    (system,) = facts.section("system")
    if row.get("portable") and system["form"] != _MOBILE:
        return Reading(inapplicable="this machine is not made to be carried about")
    told = facts.section("volumes")
    if not told:
        return Reading(unreadable="Windows told of no volume, not even of its own")
    volumes = [one for one in told if one["type"] in _TYPES[row["volumes"]]]
    if row["attribute"] == "method":
        volumes = [one for one in volumes if one["conversion"] != _OFF]
    if not volumes:
        return Reading(inapplicable="there is no such volume")
    readings = [_reading(row, one) for one in volumes]
    return next((one for one in readings if one.unreadable or not compare(row, one)), readings[0])


def compare(row: Row, reading: Reading) -> bool:
    return meets(row, reading.value)


def write(_row: Row, _reading: Reading, _facts: Facts) -> list[Values]:
    raise CannotWriteError("a disk is encrypted by a person, who keeps its recovery key first")


def now(do: Values, _facts: Facts) -> Values:
    return do


def _reading(row: Row, volume: t.Mapping[str, t.Any]) -> Reading:
    where = f"BitLocker: volume {volume['letter'] or 'without a letter'}"
    method, conversion = volume["method"], volume["conversion"]
    if row["attribute"] == "method":
        if method not in range(len(_METHODS)):
            return Reading(where=where, unreadable=f"Windows does not know the algorithm of the volume ({method})")
        return Reading(_METHODS[method], where)
    if volume["protection"] not in (_OFF, _ON) or conversion not in range(len(_CONVERSIONS)):
        return Reading(where=where, unreadable="the volume is locked, so Windows cannot tell whether it is protected")
    if volume["protection"] == _ON and conversion == _ON:
        return Reading("protected", where)
    state = _CONVERSIONS[conversion]
    return Reading("encrypted, but its key lies open" if conversion == _ON else state, where)
