# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Texts that people type: brought to one form, and refused where they would mislead a reader or a program."""

from __future__ import annotations

import re
import typing as t
import unicodedata

from ansible_collections.commune.baseline.plugins.plugin_utils._register.old_fonts import looks_like_old_font

# Controls, invisible format signs (they reorder or hide text), surrogates, private and unassigned code points.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# The letter d with a stroke, from which no accent can be taken, the two whose capitals look like its own, the i without
# a dot, and what looks Latin in Cyrillic and Greek, in small letters or in capitals (Unicode UTS #39, confusables).
_LOOK_ALIKES = str.maketrans(
    "\u0111\u00f0\u0256\u0131"
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458\u0455"
    "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "dddiabekmhopctyxijsabezhikmnoptyx",
)


class WrongError(ValueError):
    """A value cannot be taken; the message says what would be right."""


def line(value: t.Any, longest: int) -> str:
    """Return one line of text in NFC, without spaces around it and with single ones inside."""
    return " ".join(_text(value, longest, "").split(" "))


def lines(value: t.Any, longest: int) -> str:
    """Return text in NFC that may run over several lines."""
    return _text(value, longest, "\n")


def folded(text: str) -> str:
    """Return letters and digits alone: neither case, spaces and signs nor accents, composed or not, tell two apart.

    Nor do letters of another script or width that look like Latin ones.
    """
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_LOOK_ALIKES)
    return "".join(letter for letter in letters if letter.isalnum())


def _text(value: t.Any, longest: int, allowed: str) -> str:
    if not isinstance(value, str):
        raise WrongError("it must be text")
    # A letter of NFC is at most four characters before; what is longer still is not looked at.
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").strip()) if len(value) <= 4 * longest else value
    if len(text) > longest:
        raise WrongError(f"at most {longest} characters, not {len(text)}")
    if looks_like_old_font(text):
        raise WrongError("it looks like text of an old VNI or TCVN3 font; convert it to Unicode")
    for character in text:
        if unicodedata.category(character) in _REFUSED and character not in allowed:
            raise WrongError(f"it must not hold the invisible or control character U+{ord(character):04X}")
    return re.sub(r"[^\S\n]+", " ", text)
