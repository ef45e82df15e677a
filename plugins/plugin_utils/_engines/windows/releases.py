# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Until when Microsoft mends a release of Windows, by its build and edition; paid extended updates (ESU) not counted.

From Microsoft's lifecycle pages, as of November 2025. A build that is not listed is unknown, neither supported nor not.
"""

from __future__ import annotations

import datetime
import typing as t

_day = datetime.date
_PERSONAL, _BUSINESS, _LONG, _SERVER = "personal", "business", "long", "server"
_ENDS: t.Mapping[str, t.Mapping[str, datetime.date]] = {
    "14393": {_LONG: _day(2026, 10, 13), _SERVER: _day(2027, 1, 12)},  # Windows 10 LTSB 2016, Server 2016
    "17763": {_LONG: _day(2029, 1, 9), _SERVER: _day(2029, 1, 9)},  # Windows 10 LTSC 2019, Server 2019
    "19044": {_PERSONAL: _day(2023, 6, 13), _BUSINESS: _day(2024, 6, 11), _LONG: _day(2027, 1, 12)},  # 10 21H2
    "19045": {_PERSONAL: _day(2025, 10, 14), _BUSINESS: _day(2025, 10, 14)},  # Windows 10 22H2
    "20348": {_SERVER: _day(2031, 10, 14)},  # Server 2022
    "22000": {_PERSONAL: _day(2023, 10, 10), _BUSINESS: _day(2024, 10, 8)},  # Windows 11 21H2
    "22621": {_PERSONAL: _day(2024, 10, 8), _BUSINESS: _day(2025, 10, 14)},  # Windows 11 22H2
    "22631": {_PERSONAL: _day(2025, 11, 11), _BUSINESS: _day(2026, 11, 10)},  # Windows 11 23H2
    "26100": {  # Windows 11 24H2, Server 2025
        _PERSONAL: _day(2026, 10, 13),
        _BUSINESS: _day(2027, 10, 12),
        _LONG: _day(2029, 10, 9),
        _SERVER: _day(2034, 10, 10),
    },
    "26200": {_PERSONAL: _day(2027, 10, 12), _BUSINESS: _day(2028, 10, 10)},  # Windows 11 25H2
}
_WORKSTATION = 1  # Win32_OperatingSystem.ProductType


def end_of_support(build: str, edition: str, product: int) -> datetime.date | None:
    """Return the last day on which a release is mended, or None if that is not known here."""
    return _ENDS.get(build, {}).get(_SERVER if product != _WORKSTATION else _family(edition))


def _family(edition: str) -> str:
    """Return how long an EditionID is mended: EnterpriseS is the long-term channel, and N has no media player."""
    name = edition.removesuffix("N").removesuffix("Eval")
    if name in ("EnterpriseS", "IoTEnterpriseS"):
        return _LONG
    return _BUSINESS if name in ("Enterprise", "Education", "IoTEnterprise") else _PERSONAL
