# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Asking sshd itself what it goes by. Its answer knows every ``Include``, default and alias."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs, validators
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import sshd

_SYNONYMS = {"without-password": "prohibit-password"}  # the old word is what sshd prints


def read_keys(keys: t.Sequence[str]) -> dict[str, Reading]:
    """Return what sshd would go by for keys in any case, outside ``Match`` blocks; one question for all of them.

    A key of several lines is one value with commas. Times are seconds.
    """
    if programs.find("sshd") is None:
        return dict.fromkeys(keys, Reading(inapplicable="sshd is not installed"))
    try:
        with validators.privilege_separation_folder():
            answer = programs.run("sshd", "-T")
    except OSError as error:
        return dict.fromkeys(keys, Reading(unreadable=str(error.strerror)))
    values: dict[str, list[str]] = {}
    for line in answer.splitlines():
        name, _blank, value = line.partition(" ")
        values.setdefault(name.lower(), []).append(_SYNONYMS.get(value.strip(), value.strip()))
    return {key: _reading(key, values.get(key.lower())) for key in keys}


def _reading(key: str, values: list[str] | None) -> Reading:
    if values is not None:
        return Reading(value=",".join(values))
    if key.lower() in sshd.COLLECTED:
        return Reading()
    return Reading(inapplicable=f"this sshd has no {key}")
