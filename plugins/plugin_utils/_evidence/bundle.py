# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A bundle: what is signed of one run, in one small file that foreign programs can read (MI-02).

Its first line is a statement in the canonical form of RFC 8785: its number, the digest of the bundle before it, and the
digest of the record. Its second line is the Ed25519 signature (RFC 8032) of the first without its end, in base64.
A digest is SHA-256 of a whole file, as sha256sum prints it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import typing as t

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "commune.baseline.bundle/1"


class Statement(t.NamedTuple):
    """What a bundle says: its place in the chain, its key, and the digests of records by the names of their files.

    ``records`` is what its own run left, ``found`` what lay there unsigned before. From the next bundle on,
    ``next_key`` signs, if there is one. Keys are raw and in hexadecimal digits.
    """

    number: int
    previous: str | None
    made: str
    key: str
    records: t.Mapping[str, str]
    found: t.Mapping[str, str]
    next_key: str | None = None

    @property
    def key_after(self) -> str:
        return self.next_key or self.key


class Bundle(t.NamedTuple):
    """A bundle as it was read; ``is_signed`` tells whether the key that it names has signed it."""

    statement: Statement
    is_signed: bool


def canonical(value: t.Any) -> bytes:
    """Return the bytes of a value in the form of RFC 8785, which everybody who signs or compares it gets."""
    return rfc8785.dumps(value)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def name_of(number: int) -> str:
    return f"{number:08d}.bundle"


def number_of(name: str) -> int | None:
    """Return the number in the name of a bundle's file, None if it is no such name."""
    stem = name.removesuffix(".bundle")
    number = int(stem) if stem.isascii() and stem.isdigit() and len(stem) < 20 else 0
    return number if number and name == name_of(number) else None


def public_of(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def seal(statement: Statement, key: Ed25519PrivateKey) -> bytes:
    """Return the file of a bundle."""
    line = canonical({"format": FORMAT, **statement._asdict()})
    return line + b"\n" + base64.b64encode(key.sign(line)) + b"\n"


def read(content: bytes) -> Bundle | None:
    """Return what a file says, None if it is no bundle: it may hold anything."""
    parsed = _parsed(content)
    return Bundle(parsed.statement, _signs(*parsed[1:])) if parsed else None


def statement_in(content: bytes) -> Statement | None:
    """Return what a bundle says, whoever signed it, for a tenth of the time that looking at the signature takes."""
    parsed = _parsed(content)
    return parsed.statement if parsed else None


class _Parsed(t.NamedTuple):
    statement: Statement
    key: Ed25519PublicKey
    signature: bytes
    line: bytes


def _parsed(content: bytes) -> _Parsed | None:
    line, _end, rest = content.partition(b"\n")
    try:
        fields = json.loads(line)
        signature = base64.b64decode(rest)
        # There is more than one way to write the same bytes in base64: a bundle that looks different is another.
        if fields.pop("format") != FORMAT or not _is_statement(fields) or rest != base64.b64encode(signature) + b"\n":
            return None
        public_key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(fields["key"]))
        return _Parsed(Statement(**fields), public_key, signature, line)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError, binascii.Error):
        return None


def _is_statement(fields: dict[str, t.Any]) -> bool:
    kinds = {"number": int, "made": str, "key": str, "records": dict, "found": dict}
    texts = (fields["previous"], fields["next_key"])
    return all(isinstance(fields[name], kind) for name, kind in kinds.items()) and all(
        text is None or isinstance(text, str) for text in texts
    )


def _signs(key: Ed25519PublicKey, signature: bytes, line: bytes) -> bool:
    try:
        key.verify(signature, line)
    except InvalidSignature:
        return False
    return True
