# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The sources of apt, sources.list(5): one to a line, and in stanzas of deb822(5)."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import finding
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state

FOLDER = "/etc/apt"
_ONE_LINE = re.compile(r"\s*(?:deb|deb-src)\s+(?:\[([^]]*)\]\s*)?(\S+)\s")
_FIELD = re.compile(r"^([A-Za-z-]+):((?:.*)(?:\n[ \t#].*)*)", re.MULTILINE)


class Source(t.NamedTuple):
    """One source: where it stands, its addresses, and its options by their names in small letters."""

    path: str
    line: int
    addresses: tuple[str, ...]
    options: dict[str, str]


def files() -> dict[str, str]:
    """Return the text of every file that apt reads, by its path; raises OSError."""
    paths = [
        path
        for pattern in ("sources.list", "sources.list.d/*.list", "sources.list.d/*.sources")
        for path in finding.find(f"{FOLDER}/{pattern}")
    ]
    states = {path: file_state.capture(path) for path in paths}
    return {path: state.text for path, state in states.items() if state}


def parse(path: str, text: str) -> list[Source]:
    """Return the sources of a file that are switched on."""
    return list(_stanzas(path, text) if path.endswith(".sources") else _lines(path, text))


def with_addresses(path: str, text: str, new: t.Mapping[str, str]) -> str:
    """Return a file with other addresses in the place of some, and everything else as it stands."""
    gone = {one for source in parse(path, text) for one in source.addresses if one in new}
    for address in gone:
        text = re.sub(rf"(?<![^\s:\]]){re.escape(address)}(?!\S)", new[address].replace("\\", r"\\"), text)
    return text


def _lines(path: str, text: str) -> t.Iterator[Source]:
    for number, line in enumerate(text.split("\n"), start=1):
        found = _ONE_LINE.match(line.partition("#")[0] + " ")
        if found:
            options = dict(word.lower().partition("=")[::2] for word in (found[1] or "").split())
            yield Source(path, number, (found[2],), options)


def _stanzas(path: str, text: str) -> t.Iterator[Source]:
    number = 1
    for stanza in re.split(r"(?<=\n)(?=\s*\n)", text):
        shown = re.sub(r"^#.*$", "#", stanza, flags=re.MULTILINE)
        fields = {name.lower(): value.replace("\n#", "\n").strip() for name, value in _FIELD.findall(shown)}
        if "uris" in fields and fields.get("enabled", "yes").lower() not in (
            "no",
            "false",
            "without",
            "off",
            "disable",
            "0",
        ):
            yield Source(path, number + len(stanza) - len(stanza.lstrip("\n")), tuple(fields["uris"].split()), fields)
        number += stanza.count("\n")
