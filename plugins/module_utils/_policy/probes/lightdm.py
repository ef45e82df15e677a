# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Asking LightDM itself what it goes by. It knows all its folders, and passes files by that it cannot make sense of."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import lightdm

_SECTION = re.compile(r"   \[(.*)\]")
_ASSIGNMENT = re.compile(r"(\S+)  ([^=]+)=(.*)")
_SOURCE = re.compile(r"(\S+)  (/.*)")


def read_keys(keys: t.Sequence[str]) -> dict[str, Reading]:
    """Return what keys hold for all seats, and which file makes an exception for one; one question for all keys."""
    if programs.find("lightdm") is None:
        return dict.fromkeys(keys, Reading(inapplicable="lightdm is not installed"))
    try:
        answer, _heading, listed = programs.run("lightdm", "--show-config", errors_too=True).partition("\nSources:\n")
    except OSError as error:
        return dict.fromkeys(keys, Reading(unreadable=str(error.strerror)))
    if not listed:
        return dict.fromkeys(keys, Reading(unreadable="lightdm --show-config does not tell what it read"))
    sources = {found[1]: found[2] for found in map(_SOURCE.fullmatch, listed.splitlines()) if found}
    of_key: dict[str, dict[str, Reading]] = {key: {} for key in keys}
    section = ""
    for line in answer.splitlines():
        heading, assignment = _SECTION.fullmatch(line), _ASSIGNMENT.fullmatch(line)
        if heading:
            section = heading[1]
        elif assignment and assignment[2] in of_key:
            of_key[assignment[2]][section] = Reading(assignment[3], where=sources.get(assignment[1]))
    return {key: lightdm.for_all(seats, key) for key, seats in of_key.items()}
