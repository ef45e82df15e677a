# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""``key = value`` and bare ``key`` of pwquality.conf(5) and faillock.conf(5): the last line wins.

A bare key is a flag; true writes it, and ``compare: absent`` switches it off. ``key=value`` without a blank is an error
to libpwquality and to older versions of pam_faillock, and libpwquality alone takes keys in any case. A line that not
every program reads is a weakness.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import lines

OWN_FILE = False
BOOLEANS: t.Mapping[bool, t.Sequence[str]] = {True: ("",)}
_LINE = re.compile(r"\s*([^\s=]+)(\s*=?)\s*(.*)", re.ASCII | re.DOTALL)


def read(files: lines.Files, key: str, section: str | None = None) -> Reading:
    """Return the value that the last of all lines gives the key; True if it stands alone."""
    files = list(files)
    reading = lines.read_last(files, key.lower(), _parse)
    for path, text in files:
        misspelt = _misspelt(text.split("\n"), key)
        if misspelt:
            weakness = f"not every program reads {path}:{misspelt[0] + 1} as it is spelt"
            return dataclasses.replace(reading, weakness=weakness)
    return reading


def write(text: str, key: str, value: t.Any, section: str | None = None) -> str:
    """Return the text with the key at a value, as a bare flag (True), or without it (None)."""
    if value is False:
        raise ValueError(f"{key}: a flag is switched off by compare: absent")
    line = None
    if value is not None:
        written = lines.as_text(key, value, booleans=BOOLEANS, forbidden="#")
        line = key if value is True else f"{key} = {written}"
    split = lines.write_last(text, key.lower(), line, _parse).split("\n")
    misspelt = _misspelt(split, key)  # libpwquality reads nothing behind such a line
    return "\n".join(other for index, other in enumerate(split) if index not in misspelt)


def _misspelt(split: t.Sequence[str], key: str) -> list[int]:
    setting = lines.setting(split, key.lower(), _parse)
    return [index for index in setting if not re.match(rf"\s*{re.escape(key)}(\s|#|$)", split[index], re.ASCII)]


def _parse(line: str) -> tuple[str, t.Any] | None:
    match = _LINE.fullmatch(line.partition("#")[0].rstrip(" \t\n\v\f\r"))
    if match is None:
        return None
    name, equals, value = match.groups()
    return name.lower(), value if value or "=" in equals else True
