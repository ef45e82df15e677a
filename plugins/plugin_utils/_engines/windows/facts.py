# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What collect.ps1 told of a machine, by sections; a section that could not be read says so when it is asked for."""

from __future__ import annotations

import base64
import binascii
import datetime
import functools
import json
import re
import time
import typing as t
import zlib

_SECTION = re.compile(r"\[(?P<name>[^]]+)\]")
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_GUID = re.compile(r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")

_MOST_BYTES = 64 << 20  # 5,000 programs are less than 2 MB; more is no answer, and would fill the controller's memory
_TICKS = 10_000_000  # of a FILETIME, which counts from 1601, in one second
_UNIX_EPOCH = 11_644_473_600  # seconds from 1601 to 1970
_SECONDS_OF_A_DAY = 86_400

_REGISTRY = ("registry", "user_registry")
Place = tuple[str, str, str]


# What each item of a section has to hold; a section with an item that does not is not judged.
_SHAPES: t.Mapping[str, t.Mapping[str, t.Any]] = {
    "services": {"name": str, "start": str, "state": str},
    "firewall": {"name": str, "enabled": str, "inbound": str},
    "features": {"name": str, "state": str},
    "tasks": {"task": str, "state": int},
    "logs": {"name": str},
    "shares": {"name": str, "path": str | None, "access": str | None},
    "rules": {
        **dict.fromkeys(("name", "store", "enabled", "direction", "action"), str),
        **dict.fromkeys(("group", "protocol", "service"), str | None),
        **dict.fromkeys(("ports", "remote", "far", "icmp"), list),
    },
    "inbound": {"store": str, "names": list},
}


class FactsError(ValueError):
    """What the machine answered cannot be read, wholly or in one section; the message says why."""


class Facts:
    """The sections of one answer."""

    def __init__(self, sections: t.Mapping[str, t.Any], errors: t.Mapping[str, str]) -> None:
        self._sections, self._errors = sections, errors

    def section(self, name: str) -> list[t.Any]:
        """Return what a section holds; raise FactsError if Windows could not read it."""
        if name in self._errors:
            error = self._errors[name]
            raise FactsError(f"Windows cannot read the section {name}: {error}")
        if name not in self._sections:
            raise FactsError(f"Windows told nothing of the section {name}")
        items = [_with_lists(item) for item in _items(self._sections[name])]
        if not all(_has_shape(item, _SHAPES.get(name, {})) for item in items):
            raise FactsError(f"what Windows told in the section {name} is not what it was asked for")
        return items

    def days_since(self, moment: t.Any) -> int:
        """Return how many whole days ago a FILETIME was; raise FactsError if it was never, or is still to come.

        The later of both clocks counts: one that was set back makes nothing young.
        """
        if not isinstance(moment, int) or isinstance(moment, bool) or moment <= 0:
            raise FactsError("Windows told no time of it")
        passed = self._now - moment
        if passed < -_SECONDS_OF_A_DAY * _TICKS:
            raise FactsError("it is in the future by the clocks of this machine and of the controller")
        return max(passed, 0) // (_SECONDS_OF_A_DAY * _TICKS)

    @property
    def today(self) -> datetime.date:
        """The day in UTC, by the later of both clocks."""
        return datetime.datetime.fromtimestamp(self._now / _TICKS - _UNIX_EPOCH, datetime.UTC).date()

    @functools.cached_property
    def _now(self) -> int:
        (system,) = self.section("system")
        return max(int(system["time"]), int((time.time() + _UNIX_EPOCH) * _TICKS))

    @functools.cached_property
    def template(self) -> dict[str, dict[str, str]]:
        """The security template that secedit exported: the texts of its keys, by section."""
        sections: dict[str, dict[str, str]] = {}
        keys: dict[str, str] = {}
        for line in self._export("template").splitlines():
            opened = _SECTION.fullmatch(line.strip())
            if opened:
                keys = sections.setdefault(opened["name"], {})
            elif "=" in line:
                key, _equals, value = line.partition("=")
                keys[key.strip()] = value.strip()
        if "System Access" not in sections:
            raise FactsError("secedit exported no section System Access")
        return sections

    @functools.cached_property
    def audit(self) -> dict[str, int]:
        """The audit policy: 0 none, 1 success, 2 failure, 3 both, by GUID in capitals; the rest is translated."""
        found: dict[str, int] = {}
        for line in self._export("audit").splitlines():
            guid, setting = _GUID.search(line), line.rstrip(", \t").rpartition(",")[2]
            if guid and setting.isdigit():
                found[guid[0].upper()] = int(setting)
        if not found:
            raise FactsError("auditpol exported no subcategory")
        return found

    @functools.cached_property
    def sid_of(self) -> dict[str, str]:
        """The SIDs of the local accounts by their names in small letters."""
        return {str(one["name"]).lower(): one["sid"] for one in self.section("accounts")}

    @functools.cached_property
    def registry(self) -> dict[Place, t.Mapping[str, t.Any]]:
        """What was told of values of the registry (``type`` and ``value``, or ``error``), by their places."""
        found: dict[Place, t.Mapping[str, t.Any]] = {}
        for told in (one for name in _REGISTRY if name in self._sections for one in self.section(name) if "key" in one):
            for name, value in told.get("values", {}).items():
                found[place(told["hive"], told["key"], name)] = value
            if "error" in told:
                found[place(told["hive"], told["key"], "")] = told
        return found

    def value(self, hive: str, key: str, name: str) -> t.Mapping[str, t.Any] | None:
        """Return what was told of one value of the registry; None if it is not there."""
        whole_key = self.registry.get(place(hive, key, ""), {})
        return whole_key if "error" in whole_key else self.registry.get(place(hive, key, name))

    def _export(self, name: str) -> str:
        (content,) = self.section(name) or [""]
        return content_of(name, content)


def content_of(name: str, content: t.Any) -> str:
    """Return the text of a file that a section brings in base64; raise FactsError if it is none."""
    try:
        return decoded(base64.b64decode(content, validate=True))
    except (binascii.Error, UnicodeError, TypeError) as error:
        raise FactsError(f"the section {name} cannot be decoded: {error}") from error


def place(hive: str, key: str, name: str) -> Place:
    """Return how the registry, which knows no case, finds a value."""
    return hive.lower(), key.lower(), name.lower()


def read(text: str) -> Facts:
    """Read what collect.ps1 answered, packed or as JSON; raise FactsError if it is not whole."""
    try:
        answer = json.loads(unpacked(text))
        return Facts(answer["sections"], answer["errors"])
    except (ValueError, KeyError, TypeError) as error:
        raise FactsError(
            f"what Windows answered is no whole JSON text ({len(text)} characters): {error}; "
            "look at MaxEnvelopeSizekb and MaxMemoryPerShellMB of WinRM"
        ) from error


def unpacked(text: str) -> str:
    """Return the JSON text of an answer, which collect.ps1 packs by gzip and base64; raise ValueError if it is cut."""
    text = text.strip("\ufeff \r\n")
    if text.startswith("{"):
        return text
    try:
        stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        plain = stream.decompress(base64.b64decode(text, validate=True), _MOST_BYTES)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not stream.eof:
        raise ValueError("it is cut off" if len(plain) < _MOST_BYTES else f"it is more than {_MOST_BYTES} bytes")
    return plain.decode("utf-8")


def decoded(content: bytes) -> str:
    """Return the text of a file that a program of Windows wrote: by its mark, else UTF-16 or UTF-8, else Windows-1252.

    What is read of it is ASCII; the code page of the rest does not matter.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding)
    if b"\0" in content[:4]:
        return content.decode("utf-16-le")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _has_shape(item: t.Any, shape: t.Mapping[str, t.Any]) -> bool:
    return not shape or (
        isinstance(item, dict) and all(name in item and isinstance(item[name], kind) for name, kind in shape.items())
    )


def _with_lists(item: t.Any) -> t.Any:
    """Return an item with lists as lists, below it too."""
    return {name: _plain(value) for name, value in item.items()} if isinstance(item, dict) else item


def _plain(value: t.Any) -> t.Any:
    return _items(value) if isinstance(value, dict) and value.keys() == {"value", "Count"} else value


def _items(value: t.Any) -> list[t.Any]:
    """Return a list; Windows PowerShell may write one as {"value": [...], "Count": 1} (PowerShell issue 3424)."""
    if isinstance(value, dict) and value.keys() == {"value", "Count"}:
        value = value["value"]
    return value if isinstance(value, list) else [value]
