# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.


"""Text of the fonts that Vietnamese offices used before Unicode, told by its look.

The bytes of TCVN3 and VNI, read as Latin-1, are letters and signs in places where no Vietnamese word and hardly a
foreign name has them: a sign inside a word, a capital after a small letter, two vowels of which the second has a mark.
Characters of Latin-1 are written by their number, for they look like others.
"""

from __future__ import annotations

import re

_SIGNS = (
    # TCVN3: a sign or a capital where only a small letter can be.
    r"\w\xad\w",
    r"[A-Za-z][\xb5\xb6\xb8\xb9\xbc-\xbe]",
    r"[a-z][\xc6-\xde]",
    r"[A-Za-z][\xa8-\xad\xb7\xbb][a-z]",
    r"[A-Za-z][\xa8\xab\xac](?!\w)",
    r"(?<!\w)(?:[\xa9\xac\xae][a-z]|\xabng)",
    r"\xae[\xa8-\xac\xb5-\xbe\xc6-\xfe]",
    r"(?i:[bcdghklmnprstvx])[\xdf\xe6\xeb\xf1\xf7\xfe]",
    # VNI: the mark of a vowel as a letter of its own behind it; d with a stroke as n with a tilde.
    r"(?i:a[\xf9\xf8\xfb\xf5\xef\xe2\xe1\xe0\xe5\xe3\xe4\xea\xe9\xe8\xfa\xfc\xeb])",
    r"(?i:e[\xf9\xf8\xfb\xf5\xef\xe2\xe1\xe0\xe5\xe3\xe4])",
    r"(?i:o[\xf9\xf8\xfb\xf5\xef\xe2\xe5\xe4])",
    r"(?i:[uy\xf4\xf6][\xf9\xf8\xfb\xf5\xef])",
    r"(?<!\w)(?i:\xf1[a-z\xf4\xf6])",
)
_OLD_FONT = re.compile("|".join(_SIGNS))


def looks_like_old_font(text: str) -> bool:
    """Tell whether a text in NFC was typed in such a font; one short word may pass unseen."""
    return bool(_OLD_FONT.search(text))
