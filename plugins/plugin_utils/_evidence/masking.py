# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The last net below secrets (DT-02): no row is meant to show one, and none that is recognised leaves the door.

Recognised are password hashes as crypt(5) lists them and as GRUB keeps them, and private keys in PEM.
"""

from __future__ import annotations

import re
import typing as t

_MASK = "***"
_SECRET = re.compile(
    r"\$(?:[1-7]|2[abxy]?|g?y|md5|sha1|sm3|argon2\w*)[$,][\w./$=,+-]{8,}"
    r"|grub\.pbkdf2\.[\w.]+"
    r"|-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)


def masked(value: t.Any) -> t.Any:
    """Return a value with a mask in the place of every secret in it."""
    if isinstance(value, str):
        return _SECRET.sub(_MASK, value) if "$" in value or "-----" in value or "pbkdf2" in value else value
    if isinstance(value, dict):
        return {masked(key): masked(part) for key, part in value.items()}
    return [masked(part) for part in value] if isinstance(value, list | tuple) else value
