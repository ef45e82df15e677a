# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""``[section]`` and ``key=value`` as GLib reads key files (GDM, NetworkManager): the last line wins, keys have a case.

A comment takes a line of its own.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import lines, sections

OWN_FILE = False
BOOLEANS: t.Mapping[bool, t.Sequence[str]] = {True: ("true", "1"), False: ("false", "0")}


def read(files: lines.Files, key: str, section: str | None = None) -> Reading:
    """Return the value that the last of all lines gives the key."""
    return sections.read(files, key, section, continues=False)


def write(text: str, key: str, value: t.Any, section: str | None = None) -> str:
    """Return the text with the key at a value, or without it (None)."""
    written = None if value is None else lines.as_text(key, value, booleans=BOOLEANS)
    return sections.write(text, key, written, section, continues=False)
