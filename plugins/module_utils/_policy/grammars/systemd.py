# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""``[Section]`` and ``Key=value`` of systemd's units and configuration files (systemd.syntax(7)): the last line wins.

An empty assignment takes the key back to its default. Settings that collect a list over several lines are not read.
"""

from __future__ import annotations

import dataclasses
import glob
import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy import finding
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import lines, sections

OWN_FILE = False
# parse_boolean() of systemd
BOOLEANS: t.Mapping[bool, t.Sequence[str]] = {
    True: ("yes", "true", "on", "1", "y", "t"),
    False: ("no", "false", "off", "0", "n", "f"),
}
_ROOTS = ("/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd")


def sources(path: str) -> list[str]:
    """Return all files that configure what a file or drop-in below /etc/systemd configures, in systemd's order.

    The main file comes first, then the drop-ins of all folders by their names; a name in a former folder hides the same
    one in a later. Drop-ins for a whole type of units are not among them. Raises OSError.
    """
    name = os.path.relpath(lines.main_file(path)[0], _ROOTS[0])
    main = [file for root in _ROOTS for file in glob.glob(glob.escape(f"{root}/{name}"))][:1]
    drop_ins: dict[str, str] = {}
    for root in _ROOTS:
        for file in finding.find(f"{glob.escape(f'{root}/{name}')}.d/*.conf"):
            drop_ins.setdefault(os.path.basename(file), file)
    return main + [drop_ins[base] for base in sorted(drop_ins)]


def read(files: lines.Files, key: str, section: str | None = None) -> Reading:
    """Return the value that the last of all lines gives the key."""
    reading = sections.read(files, key, section, continues=True)
    return dataclasses.replace(reading, value=reading.value or None)


def write(text: str, key: str, value: t.Any, section: str | None = None) -> str:
    """Return the text with the key at a value, or without it (None)."""
    written = None if value is None else lines.as_text(key, value, booleans=BOOLEANS)
    if section is None:
        raise ValueError(f"{key}: the row needs a section")
    if written and written.endswith("\\"):
        raise ValueError(f"{key}: a value cannot end with a backslash")
    return sections.write(text, key, written, section, continues=True)
