# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Whether a folder of evidence is as its runs left it, told from the folder and one public key.

A key that has signed any bundle proves all of them if there is no fault: those before by the chain of digests, those
behind by the rotations. What was cut off the end leaves no trace in the folder: only a digest that was kept elsewhere
shows it, or the anchors that the register keeps.
"""

from __future__ import annotations

import typing as t

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import anchoring, bundle
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.chain import Link, faults_of, links_in
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import EvidenceError, check_is_evidence

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.anchoring import Anchor
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.bundle import Statement


class Verdict(t.NamedTuple):
    """How many bundles there are, the digest of the last, and a sentence for every fault.

    ``late`` are records that were not signed by their own run but found by a later one. ``unseen`` is what could be
    missing without a trace, as a sentence; None if nothing could. ``elsewhere`` is how many bundles the register is
    anchored to that belong to other folders of evidence.
    """

    bundles: int
    last: str | None
    faults: t.Sequence[str]
    late: t.Sequence[str]
    unseen: str | None
    elsewhere: int = 0


def public_key_of(path: Path) -> str:
    """Return the key that a PEM file holds, as bundles write it; raise EvidenceError."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise EvidenceError(f"{path} holds no public key of Ed25519 in PEM")
    return key.public_bytes_raw().hex()


def verify(
    folder: Path, public_key: str, last: str | None = None, anchors: t.Sequence[Anchor] | None = None
) -> Verdict:
    """Look at every bundle and record; ``last`` is the digest of a bundle that was the last at some time.

    ``anchors`` are those of the register, None if there is none to compare with. Raise EvidenceError if there is no
    such folder, OSError if something in it cannot be read.
    """
    check_is_evidence(folder)
    links = links_in(folder)
    chain_faults, signed = _chain(links)
    faults = [
        *_strays(folder, links),
        *chain_faults,
        *_of_key(signed, public_key),
        *_of_records(folder, signed),
        *(anchoring.faults_of(links, anchors) if anchors is not None else ()),
    ]
    digests = [link.digest for link in links]
    if last is not None and last not in digests:
        faults.append(f"no bundle has the digest {last}: bundles were cut off the end, or it was exchanged")
    late = sorted({name for statement in signed for name in statement.found})
    known_last = digests[-1] if digests and any(anchor.digest == digests[-1] for anchor in anchors or ()) else last
    elsewhere = anchoring.other_chains(links, anchors or ())
    return Verdict(len(links), digests[-1] if links else None, faults, late, _unseen(digests, known_last), elsewhere)


def _strays(folder: Path, links: t.Iterable[Link]) -> list[str]:
    """Return a sentence for each file that is not of the chain; what begins with a dot was never finished."""
    known = {bundle.name_of(link.number) for link in links}
    others = {path.name for path in (folder / "bundles").iterdir() if not path.name.startswith(".")} - known
    return [f"bundles/{name}: no bundle has such a name" for name in sorted(others)]


def _chain(links: t.Sequence[Link]) -> tuple[list[str], list[Statement]]:
    """Return the faults of the bundles, and what those say that are signed, wherever they lie."""
    faults: list[str] = []
    signed: list[Statement] = []
    before, expected = None, 1
    for link in links:
        faults += _gap(expected, link.number)
        faults += faults_of(link, before if expected == link.number else None)
        if link.bundle and link.bundle.is_signed:
            signed.append(link.bundle.statement)
        before, expected = link, link.number + 1
    return faults, signed


def _gap(first: int, end: int) -> list[str]:
    """Return a sentence if bundles are missing before a number; a thousand missing ones are one gap."""
    if first == end:
        return []
    names = sorted({bundle.name_of(first), bundle.name_of(end - 1)})
    return [f"bundles/{names[0]} is missing" if len(names) == 1 else f"bundles/{names[0]} to {names[1]} are missing"]


def _of_key(signed: t.Sequence[Statement], public_key: str) -> list[str]:
    if any(statement.key == public_key for statement in signed):
        return []
    return ["no bundle here is signed by the public key that was given"]


def _of_records(folder: Path, signed: t.Sequence[Statement]) -> t.Iterator[str]:
    """Compare the records with what signed bundles say of them."""
    left = {path.name: bundle.digest(path.read_bytes()) for path in (folder / "runs").glob("*.json")}
    told: set[str] = set()
    for statement in signed:
        for name, digest in {**statement.found, **statement.records}.items():
            if name not in left:
                yield f"runs/{name} is missing: bundle {statement.number} tells of it"
            elif left[name] != digest:
                yield f"runs/{name} was changed: it is not what bundle {statement.number} tells of"
            told.add(name)
    for name in sorted(left.keys() - told):
        yield f"runs/{name}: no signed bundle tells of it: it was added, its run was broken off, or its bundle is lost"


def _unseen(digests: t.Sequence[str], last: str | None) -> str | None:
    """Say what nobody could see from the folder alone."""
    if not digests or digests[-1] == last:
        return None
    told = f"after bundle {digests.index(last) + 1}" if last in digests else "at the end"
    return (
        f"whether bundles were cut off {told} cannot be seen from the folder alone: "
        f"keep the digest of the last one elsewhere and give it next time; it is {digests[-1]} now"
    )
