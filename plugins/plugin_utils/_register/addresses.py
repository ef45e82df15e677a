# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Hardware and network addresses and dates, in the forms in which people type them, brought to one form."""

from __future__ import annotations

import datetime
import ipaddress
import re
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register.text import WrongError

_MAC_FORMS = re.compile(
    r"[0-9a-f]{2}(?P<separator>[:-])(?:[0-9a-f]{2}(?P=separator)){4}[0-9a-f]{2}"
    r"|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}"
    r"|[0-9a-f]{12}"
)
_DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_YEARS = range(1990, 2100)


def mac(value: t.Any) -> str:
    """Return a hardware address as ``aa:bb:cc:dd:ee:ff``."""
    text = value.strip().lower() if isinstance(value, str) else ""
    if not _MAC_FORMS.fullmatch(text):
        raise WrongError("a MAC such as aa:bb:cc:dd:ee:ff, AA-BB-CC-DD-EE-FF, aabb.ccdd.eeff or aabbccddeeff")
    digits = re.sub(r"[^0-9a-f]", "", text)
    if int(digits[:2], 16) & 1:
        raise WrongError("a MAC of one device; this one is for many (multicast)")
    if digits == "0" * 12:
        raise WrongError("a MAC of a device, not zeros")
    return ":".join(digits[start : start + 2] for start in range(0, 12, 2))


def ip(value: t.Any) -> str:
    """Return an IPv4 or IPv6 address of one device in its shortest form."""
    try:
        address = ipaddress.ip_address(value.strip() if isinstance(value, str) else "")
    except ValueError:
        raise WrongError("an address such as 10.1.2.3 or 2001:db8::1, without a mask") from None
    if isinstance(address, ipaddress.IPv6Address) and (address.scope_id or address.ipv4_mapped):
        raise WrongError("an IPv6 address without an interface, or the IPv4 address itself")
    if address.is_multicast or address.is_unspecified or address.is_loopback or str(address) == "255.255.255.255":
        raise WrongError("the address of one device on a network")
    return str(address)


def date(value: t.Any) -> str:
    """Return a date as ``2026-01-31``."""
    if isinstance(value, datetime.datetime):
        value = value.date()
    if isinstance(value, datetime.date):
        return _in_range(value)
    text = value.strip() if isinstance(value, str) else ""
    day_first, year_first = _DAY_FIRST.fullmatch(text), _YEAR_FIRST.fullmatch(text)
    try:
        if day_first:
            return _in_range(datetime.date(int(day_first[4]), int(day_first[3]), int(day_first[1])))
        if year_first:
            return _in_range(datetime.date(*map(int, year_first.groups())))
    except ValueError as error:
        if isinstance(error, WrongError):
            raise
    raise WrongError("a day of the calendar such as 31/01/2026 or 2026-01-31")


def _in_range(day: datetime.date) -> str:
    if day.year not in _YEARS:
        raise WrongError(f"a year from {_YEARS[0]} to {_YEARS[-1]}")
    return day.isoformat()
