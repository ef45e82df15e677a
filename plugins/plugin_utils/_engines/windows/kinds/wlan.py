# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Wi-Fi networks that a machine remembers: how each of them authenticates and encrypts; their keys stay there.

The words are those of the WLAN profile schema (Microsoft Learn, nativewifi: authEncryption).
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import meets
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {}
REQUIRED: frozenset[str] = frozenset()
COMPARISONS: t.Sequence[str] = ("in",)  # authentication and cipher, such as WPA2PSK/AES
SECTIONS: t.Sequence[str] = ("wlan",)
STEP = ""


def ask(_rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {}


def observe(row: Row, facts: Facts) -> Reading:
    """Return how a network is protected; of several, the first which is not right."""
    networks = facts.section("wlan")
    if not networks:
        return Reading(inapplicable="this machine remembers no Wi-Fi network")
    readings = [_reading(one) for one in networks]
    wrong = [one for one in readings if one.unreadable is None and not compare(row, one)]
    return next(iter(wrong or [one for one in readings if one.unreadable] or readings))


def compare(row: Row, reading: Reading) -> bool:
    return meets(row, reading.value)


def write(_row: Row, _reading: Reading, _facts: Facts) -> list[Values]:
    raise CannotWriteError("a network is forgotten by whoever uses it, or made safe at its access point")


def now(do: Values, _facts: Facts) -> Values:
    return do


def _reading(network: t.Mapping[str, t.Any]) -> Reading:
    if "error" in network:
        return Reading(where="Wi-Fi", unreadable=f"cannot read a Wi-Fi network: {network['error']}")
    where = f"Wi-Fi: {network['name']}"
    words = [network["authentication"], network["cipher"]]
    if not all(words):
        return Reading(where=where, unreadable=f"the Wi-Fi network {network['name']} does not say how it is protected")
    if network["type"] == "IBSS":
        words.append("ad hoc")
    return Reading("/".join(words), where)
