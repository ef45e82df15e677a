# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""One way to write a value as JSON, so that equal values have equal bytes and equal digests.

Keys sorted, no spaces, UTF-8: for texts, whole numbers, truth values and null, the form of RFC 8785.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(value: t.Any) -> str:
    """Return the value as JSON; raise TypeError or ValueError if JSON has no such value."""
    return _ENCODER.encode(value)


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
