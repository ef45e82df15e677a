# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The chain of bundles in a folder of evidence, and the keys that sign it.

The private key lies in ``keys/private.pem``. Every public key stays, as ``keys/public-NUMBER.pem`` by the number of the
first bundle that it signs.
"""

from __future__ import annotations

import datetime
import os
import typing as t

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import bundle
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import EvidenceError

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.record import Record
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import Store

_PRIVATE, _COMING = "private.pem", "coming.pem"


class Link(t.NamedTuple):
    """The place of the next bundle: its number, the digest before it, and the key that has to sign it, if known."""

    number: int
    previous: str | None
    key: str | None


class Signer:
    """Adds to the chain of a store that is prepared, and so held by this process alone."""

    def __init__(self, store: Store) -> None:
        """Make the keys on first use; raise EvidenceError or OSError if nothing could be signed."""
        self.store = store
        self._known_link: Link | None = None
        self._known_names: set[str] | None = None
        self._key = self._right_key()
        self._publish()

    def keep(self, name: str, record: Record, *, alone: bool = False) -> Path:
        """Store a record, then its bundle, which takes along the records that nobody signed; return the record's path.

        A run that ends between the two leaves such a record. ``alone`` leaves them to a later bundle: to know them,
        all bundles have to be read.
        """
        content = bundle.canonical(record)
        path = self.store.write("runs", name, content)
        left = () if alone else self._left({name})
        self._add({name: bundle.digest(content)}, {one.name: bundle.digest(one.read_bytes()) for one in left})
        return path

    @property
    def last(self) -> int:
        """Return the number of the last bundle, 0 if there is none."""
        return self._link().number - 1

    def rotate(self) -> Path:
        """Make new keys, and let the old one sign them; return the new public key."""
        key = Ed25519PrivateKey.generate()
        self.store.write("keys", _COMING, _private_pem(key))
        self._add({}, {}, bundle.public_of(key))
        self._key = self._right_key()
        return self._publish()

    def _add(self, records: dict[str, str], found: dict[str, str], next_key: str | None = None) -> None:
        link = self._link()
        made = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        key = bundle.public_of(self._key)
        statement = bundle.Statement(link.number, link.previous, made, key, records, found, next_key)
        content = bundle.seal(statement, self._key)
        self.store.write("bundles", bundle.name_of(link.number), content)
        self._known_link = Link(link.number + 1, bundle.digest(content), statement.key_after)
        if self._known_names is not None:
            self._known_names |= {*records, *found}

    def _right_key(self) -> Ed25519PrivateKey:
        """Return the key that the chain asks for: a rotation may have been interrupted before it was in place."""
        wanted = self._link().key
        key = self._stored(_PRIVATE)
        coming = self._stored(_COMING)
        if coming and bundle.public_of(coming) == wanted:
            self.store.rename("keys", _COMING, _PRIVATE)
            key = coming
        if key is None and wanted is None:
            key = Ed25519PrivateKey.generate()
            self.store.write("keys", _PRIVATE, _private_pem(key))
        if key is None or wanted not in (None, bundle.public_of(key)):
            raise EvidenceError(
                f"evidence cannot be signed: {self.store.folder / 'keys' / _PRIVATE} is missing or not the key that "
                "the last bundle asks for; take it from a backup"
            )
        return key

    def _publish(self) -> Path:
        """Put the public key where it can be taken away from, unless it is there."""
        pem = self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        for path in (self.store.folder / "keys").glob("public-*.pem"):
            if path.read_bytes() == pem:
                return path
        return self.store.write("keys", f"public-{self._link().number:08d}.pem", pem)

    def _stored(self, name: str) -> Ed25519PrivateKey | None:
        path = self.store.folder / "keys" / name
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except FileNotFoundError:
            return None
        except (TypeError, ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise EvidenceError(f"evidence cannot be signed: {path} holds no private key of Ed25519 in PEM")
        return key

    def _link(self) -> Link:
        """Return where the chain goes on. What is no bundle any more stays in it: the verifier names it.

        What is known of it holds until a bundle lies there: a process that this one began may sign too.
        """
        known = self._known_link
        if known is None or (self.store.folder / "bundles" / bundle.name_of(known.number)).exists():
            known = self._known_link = self._read_link()
            self._known_names = None
        return known

    def _read_link(self) -> Link:
        numbers = map(bundle.number_of, os.listdir(self.store.folder / "bundles"))
        number = max((one for one in numbers if one), default=0)
        if not number:
            return Link(1, None, None)
        content = (self.store.folder / "bundles" / bundle.name_of(number)).read_bytes()
        last = bundle.statement_in(content)
        return Link(number + 1, bundle.digest(content), last.key_after if last else None)

    def _left(self, own: set[str]) -> list[Path]:
        """Return the records that no bundle tells of, but for our own."""
        runs = self.store.folder / "runs"
        names = {one for one in os.listdir(runs) if one.endswith(".json")}
        return [runs / name for name in sorted(names - own - self._signed())]

    def _signed(self) -> set[str]:
        """Return the names of all records that bundles tell of, which are read once."""
        self._link()
        if self._known_names is None:
            read = (bundle.statement_in(path.read_bytes()) for path in bundles_in(self.store.folder).values())
            self._known_names = {name for one in read if one for name in (*one.records, *one.found)}
        return self._known_names


def bundles_in(folder: Path) -> dict[int, Path]:
    """Return the files of the chain by the number in their names."""
    numbered = ((bundle.number_of(path.name), path) for path in (folder / "bundles").glob("*"))
    return {number: path for number, path in numbered if number}


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
