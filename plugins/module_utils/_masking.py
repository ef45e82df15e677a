# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The last net below secrets (DT-02): no row is meant to show one, and none that is recognised leaves the device.

Recognised are password hashes as crypt(5), htpasswd and phpass write them and as GRUB keeps them, private keys in PEM,
OpenPGP, SSH2 (RFC 4716) and of PuTTY, and name and password in the address of a site. A hash without a mark of its own
(traditional DES) is one only where a password stands: in a line of shadow(5) or passwd(5).
"""

from __future__ import annotations

import functools
import re
import typing as t

_MASK = "***"
_DES = r"[./0-9A-Za-z]"  # one of the 64 signs of crypt's own base64
_LAST = r"[.26AEIMQUYcgkosw]"  # the last of eleven that hold 64 bits
_MIXED = r"(?=[./0-9a-z]*[A-Z])(?=[./0-9A-Z]*[a-z])"  # which a word or a number is not
_SECRET = re.compile(
    r"\$(?:[1-9]|2[abxy]?|g?y|md5|sha1|sm3y?|apr1|argon2\w*)[$,][\w./$=,+-]{8,}"
    rf"|\$[PH]\${_DES}{{31}}"
    r"|grub\.pbkdf2\.[\w.]+"
    rf"|(?<![\w./-])_{_MIXED}{_DES}{{3}}\.{_DES}{{14}}{_LAST}(?![\w./-])"
    rf"|(?<=\w:){_MIXED}{_DES}{{12}}{_LAST}(?=:\d*:\d*:)"
    r"|-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}"
    r".*?(?:-{4,5} ?END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}|\Z)"
    r"|(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"
    r"|(?:PuTTY-User-Key-File-\d|Private-Lines): .*?(?:Private-(?:MAC|Hash): *\w+|\Z)",
    re.DOTALL,
)
_HINT = re.compile(r"[$_:]|----|pbkdf2")  # without it there is no secret, and no need to search
_KEPT_ANSWERS = 4096


def masked(value: t.Any) -> t.Any:
    """Return a value with a mask in the place of every secret in it."""
    if isinstance(value, str):
        return _masked_text(value)
    if isinstance(value, dict):
        return {masked(key): masked(part) for key, part in value.items()}
    return [masked(part) for part in value] if isinstance(value, (list, tuple)) else value


@functools.lru_cache(maxsize=_KEPT_ANSWERS)
def _masked_text(text: str) -> str:
    """Return a text with its secrets masked; most are keys and states, which come again and again."""
    return _SECRET.sub(_MASK, text) if _HINT.search(text) else text
