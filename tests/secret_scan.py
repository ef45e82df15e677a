# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks for known secrets in what a run leaves behind, as they are and in the forms that programs give them."""

from __future__ import annotations

import base64
import html
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

# What is a secret wherever it stands: password hashes of crypt(5), private keys.
_ALWAYS = re.compile(rb"\$(?:1|5|6|7|2[abxy]?|g?y)\$[\w./$=,]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY-----")


def forms_of(secret: str) -> set[bytes]:
    """Return a secret as text, as JSON, HTML, URL, hexadecimal and base64 hold it, at any offset of the latter."""
    plain = secret.encode()
    texts = {secret, json.dumps(secret)[1:-1], html.escape(secret), quote(secret)}
    encoded = {base64.b64encode(b"x" * offset + plain)[4 if offset else 0 : -4] for offset in range(3)}
    return {text.encode() for text in texts} | encoded | {plain.hex().encode()}


def found_in(content: bytes, secrets: Mapping[str, str]) -> set[str]:
    """Return the names of the secrets that a content holds, and what is a secret whoever it belongs to."""
    names = {name for name, secret in secrets.items() if any(form in content for form in forms_of(secret))}
    return names | {found.decode()[:12] for found in _ALWAYS.findall(content)}


def found_below(folders: Iterable[Path], secrets: Mapping[str, str]) -> dict[str, set[str]]:
    """Return what every file below the folders holds, names of files included, by its path."""
    found = {}
    for folder in folders:
        for parent, _folders, files in os.walk(folder):
            for path in (Path(parent, name) for name in files):
                names = found_in(os.fsencode(path) + b"\n" + path.read_bytes(), secrets) if path.is_file() else set()
                found.update({str(path): names} if names else {})
    return found
