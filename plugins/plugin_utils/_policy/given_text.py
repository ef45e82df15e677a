# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Texts that people give and answer for: a number, a reason, a name."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import RowError

_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")  # the fillers of Hangul: letters for Unicode, blank for the eye


def check_texts(place: str, texts: t.Mapping[str, str | None]) -> None:
    """Raise RowError that names the first text which says nothing, such as a full stop or a sign nobody can see."""
    for name, text in texts.items():
        if text is not None and not any(sign.isalnum() and sign not in _BLANK_LETTERS for sign in text):
            raise RowError(f"{place}: {name} is {text!r}, which has no letter and no digit")
