# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Folders that a machine shares: who may come in, by SID, and whether a whole drive is given away.

Access is that of the share (a security descriptor in SDDL, MS-DTYP 2.5.1), not that of the files in it. Shares that
Windows makes for itself are left alone.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts, FactsError
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError, Values

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"attribute": ("open_to_everyone", "whole_drive")}
REQUIRED = frozenset({"attribute"})
COMPARISONS: t.Sequence[str] = ("==",)
SECTIONS: t.Sequence[str] = ("shares",)
STEP = "share"
_OF_WINDOWS = ("print$", "netlogon", "sysvol")  # everybody may read them, and has to
# Everyone, anonymous, the group and the account of guests.
_ANYBODY = ("WD", "S-1-1-0", "AN", "S-1-5-7", "BG", "S-1-5-32-546", "LG")
_WHOLE_DRIVE = re.compile(r"(\\\\[?]\\)?[A-Za-z]:\\?")
_ALLOWING = re.compile(r"\(A;[^()]*\)")
_ACE = re.compile(r"\((?P<type>\w*);(?P<flags>\w*);(?P<rights>\w*);;;(?P<who>[\w-]+)\)")
# The same rights by letters and, as Windows may write them back, by number (winnt.h).
_RIGHTS = {"FA": 0x1F01FF, "FR": 0x120089, "FW": 0x120116, "FX": 0x1200A0, "GA": 0x10000000}


def ask(_rows: t.Sequence[Row]) -> dict[str, list[t.Any]]:
    return {}


def observe(row: Row, facts: Facts) -> Reading:
    """Return the names of the shares that are wrong, in order."""
    found = []
    for share in facts.section("shares"):
        if share["name"].lower() in _OF_WINDOWS:
            continue
        if row["attribute"] == "whole_drive":
            is_wrong = bool(_WHOLE_DRIVE.fullmatch(str(share["path"])))
        else:
            access = entries(share["access"])
            if access is None:
                return Reading(where="SMB shares", unreadable=f"cannot tell who may use the share {share['name']}")
            is_wrong = any(_lets_anybody_in(one) for one in access)
        found += [share["name"]] * is_wrong
    return Reading(sorted(found), "SMB shares")


def compare(row: Row, reading: Reading) -> bool:
    return bool(reading.value == row["desired"])


def write(row: Row, reading: Reading, facts: Facts) -> list[Values]:
    """Return the access of each share with whoever has logged on in the place of everybody; guests go."""
    if row["attribute"] == "whole_drive":
        raise CannotWriteError("its owner has to share a folder of that drive instead")
    shares = [share for share in facts.section("shares") if share["name"] in reading.value]
    if any(not _ALLOWING.search(str(share["access"])) for share in shares):
        raise CannotWriteError("a share has no access list at all: give it one by hand")
    return [{"name": share["name"], "access": _closed(share["access"])} for share in shares]


def now(do: Values, facts: Facts) -> Values:
    told = next((one for one in facts.section("shares") if one["name"] == do["name"]), None)
    if told is None:
        raise FactsError(f"there is no share {do['name']}")
    return {"name": do["name"], "access": told["access"]}


def entries(access: t.Any) -> frozenset[tuple[str, int | str, str]] | None:
    """Return type, rights and holder of each entry of an access list; None if it cannot be read.

    A descriptor with no list at all (a null DACL) lets everybody do everything.
    """
    if not isinstance(access, str) or not access:
        return None
    control, found = access.partition("D:")[2].partition("S:")[0], []
    if not control or control.startswith("NO_ACCESS_CONTROL"):
        return frozenset({("A", _RIGHTS["FA"], "WD")})
    for ace in re.findall(r"\([^()]*\)", control):
        read = _ACE.fullmatch(ace)
        if read is None:
            return None
        found.append((read["type"], _rights(read["rights"]), read["who"]))
    return None if control.count("(") != len(found) else frozenset(found)


def fault_of_desired(_row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with the desired shares, or None."""
    return None if desired == [] else "no share may be like that: it is an empty list"


def _lets_anybody_in(entry: tuple[str, int | str, str]) -> bool:
    return entry[0] == "A" and entry[2] in _ANYBODY


def _closed(access: str) -> str:
    """Return an access list with authenticated users (AU) in the place of everyone, and with nobody else unknown."""

    def closed(found: re.Match[str]) -> str:
        who = found[0].rstrip(")").rpartition(";")[2]
        if who in ("WD", "S-1-1-0"):
            ace = f"{found[0].rpartition(';')[0]};AU)"
            return "" if ace in access else ace
        return "" if who in _ANYBODY else found[0]

    return _ALLOWING.sub(closed, access)


def _rights(text: str) -> int | str:
    if text.lower().startswith("0x"):
        return int(text, 16)
    return _RIGHTS.get(text, text)
