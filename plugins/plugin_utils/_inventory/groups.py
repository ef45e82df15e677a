# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Names of groups from what people typed: plain ASCII, and never one name for two things. Pure."""

from __future__ import annotations

import collections
import hashlib
import re
import typing as t
import unicodedata


def names_of(prefix: str, texts: t.Collection[str]) -> dict[str, str]:
    """Return a name for each text; texts that come to the same plain letters get a sign of their own each.

    All of them, so that a newcomer never moves into the group that another one had before.
    """
    marked = {text for text in texts if not _plain(text)}
    while True:
        names = {text: _name(prefix, text, mark=text in marked) for text in texts}
        count = collections.Counter(names.values())
        alike = {text for text in texts if count[names[text]] > 1}
        if alike <= marked:
            return names
        marked |= alike


def alike(texts: t.Iterable[str]) -> list[list[str]]:
    """Return the texts that differ only in accents, case, spaces and signs, which mostly are one thing typed twice."""
    by_plain: dict[str, list[str]] = {}
    for text in sorted(texts):
        by_plain.setdefault(_plain(text), []).append(text)
    return [same for same in by_plain.values() if len(same) > 1]


def _name(prefix: str, text: str, *, mark: bool) -> str:
    sign = hashlib.sha256(text.encode()).hexdigest()[:8]
    return "_".join(part for part in (prefix, _plain(text), sign if mark else "") if part)


def _plain(text: str) -> str:
    """Return a text in small letters without accents, everything else than letters and digits as one underscore."""
    # The letter d with a stroke is one of its own: no accent can be taken from it.
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "_", "".join(one for one in letters if not unicodedata.combining(one))).strip("_")
