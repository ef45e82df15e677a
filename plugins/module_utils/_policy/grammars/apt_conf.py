# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""``Key::Part "value";`` of apt.conf(5), one to a line: the last line wins, in any case of the letters.

apt knows blocks, lists and several keys to a line, too, of which files of others are full. There, only the last line
that names the key is found; what apt makes of all files together it tells itself (``probe: apt``).
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import lines

OWN_FILE = False
# StringToBool() of apt
BOOLEANS: t.Mapping[bool, t.Sequence[str]] = {
    True: ("true", "1", "yes", "with", "on", "enable"),
    False: ("false", "0", "no", "without", "off", "disable"),
}
_LINE = re.compile(r'\s*([A-Za-z0-9_:./+-]+)\s+"([^"]*)";\s*')


def read(files: lines.Files, key: str, section: str | None = None) -> Reading:
    """Return the value of the last line that sets the key; of a line that only names its last part, the place."""
    named = re.compile(rf"\s*(?=[^/#\s]).*\b{re.escape(key.rpartition('::')[2])}\b", re.IGNORECASE)
    reading = Reading()
    for path, text in files:
        for number, line in enumerate(text.split("\n"), start=1):
            setting = _parse(line)
            if setting and setting[0] == key.lower():
                reading = Reading(value=setting[1], where=f"{path}:{number}")
            elif named.match(line) and (setting is None or "::" not in setting[0]):
                reading = Reading(value=reading.value, where=f"{path}:{number}")
    return reading


def write(text: str, key: str, value: t.Any, section: str | None = None) -> str:
    """Return the text with the key at a value, or without it (None)."""
    line = None
    if value is not None:
        written = lines.as_text(key, value, booleans=BOOLEANS, forbidden='"')
        line = f'{key} "{written}";'
    return lines.write_last(text, key.lower(), line, _parse)


def _parse(line: str) -> tuple[str, str] | None:
    match = _LINE.fullmatch(line)
    return (match[1].lower(), match[2]) if match else None
