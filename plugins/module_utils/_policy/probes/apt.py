# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Asking apt itself what it goes by. Its answer knows every file, block, list and ``#clear``."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs


def read_keys(keys: t.Sequence[str]) -> dict[str, Reading]:
    """Return what keys, in any case, are set to; a list is one value with a line for each member."""
    if programs.find("apt-config") is None:
        return dict.fromkeys(keys, Reading(inapplicable="apt is not installed"))
    try:
        answer = programs.run("apt-config", "dump")
    except OSError as error:
        return dict.fromkeys(keys, Reading(unreadable=str(error.strerror)))
    values: dict[str, list[str]] = {}
    for name, value in re.findall(r'^(\S+) "(.*)";$', answer, re.MULTILINE):
        values.setdefault(name.lower(), []).append(value)
    return {key: Reading("\n".join(values[key.lower()]) if key.lower() in values else None) for key in keys}
