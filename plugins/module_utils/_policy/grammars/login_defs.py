# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""``KEY value`` of /etc/login.defs, as shadow reads it (getdef.c): the last line wins.

A comment behind a value is a part of the value, and a line without a blank sets nothing.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import lines

OWN_FILE = False
BOOLEANS = lines.YES_OR_NO


def read(files: lines.Files, key: str, section: str | None = None) -> Reading:
    """Return the value that the last of all lines gives the key."""
    return lines.read_last(files, key, _parse)


def write(text: str, key: str, value: t.Any, section: str | None = None) -> str:
    """Return the text with the key at a value, or without it (None)."""
    line = None if value is None else f"{key}\t{lines.as_text(key, value, booleans=BOOLEANS, forbidden=chr(34))}"
    return lines.write_last(text, key, line, _parse)


def _parse(line: str) -> tuple[str, str] | None:
    line = line.rstrip(" \t\n\v\f\r").lstrip(" \t")
    name = line.replace("\t", " ").partition(" ")[0]
    if not name or name.startswith("#") or name == line:
        return None
    return name, line[len(name) :].lstrip(' \t"').partition('"')[0]
