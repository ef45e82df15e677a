# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Evidence and register hold each other: the register keeps the digest of each bundle, each record a head of the
register. Who wants to change one unseen has to change the other too.

An anchor is an event of the register. A register may be that of several folders of evidence, so an anchor names its
chain, by the digest that the chain's first bundle had.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.chain import Link, links_in, signed_record

if t.TYPE_CHECKING:
    from pathlib import Path


class Anchor(t.NamedTuple):
    """What the register keeps of a bundle: its chain, its number in it, and its digest."""

    chain: str
    number: int
    digest: str


def chain_of(links: t.Sequence[Link], anchors: t.Iterable[Anchor]) -> str:
    """Return the chain that bundles belong to: what the register says of any of them, else that of the first."""
    known = {anchor.digest: anchor.chain for anchor in anchors}
    return next((known[link.digest] for link in links if link.digest in known), links[0].digest)


def faults_of(links: t.Sequence[Link], anchors: t.Sequence[Anchor]) -> list[str]:
    """Return a sentence for each bundle that the register does not know, knows as another, or alone knows."""
    if not links:
        return [f"the register is anchored to {len(anchors)} bundles, and none is here"] if anchors else []
    chain = chain_of(links, anchors)
    kept = {anchor.number: anchor.digest for anchor in anchors if anchor.chain == chain}
    faults = [fault for link in links if (fault := _fault(link, kept.get(link.number)))]
    lost = sorted(kept.keys() - {link.number for link in links})
    return [*faults, *(f"the register is anchored to bundle {number}, which is not here" for number in lost)]


def other_chains(links: t.Sequence[Link], anchors: t.Sequence[Anchor]) -> int:
    """Return how many anchors belong to other folders of evidence."""
    chain = chain_of(links, anchors) if links else None
    return sum(anchor.chain != chain for anchor in anchors)


def heads_in(folder: Path) -> list[tuple[int, str]]:
    """Return the heads of the register that the signed records of a folder keep: number of events, and last hash."""
    heads = []
    for link in links_in(folder):
        statement = link.bundle.statement if link.bundle and link.bundle.is_signed else None
        for name, digest in {**statement.found, **statement.records}.items() if statement else ():
            record = signed_record(folder, name, digest)
            head = record.get("register") if record else None
            heads += [(int(head["events"]), str(head["hash"]))] if head else []
    return heads


def _fault(link: Link, kept: str | None) -> str | None:
    told = link.bundle.statement if link.bundle else None
    if kept is None and told and told.next_key and not (told.records or told.found):
        return None  # new keys alone, which the next run anchors together with its own bundle
    if kept is None:
        return (
            f"{link.name} has no anchor in the register: its run was broken off or could not be stored, or it was added"
        )
    return None if kept == link.digest else f"{link.name} is not the one that the register is anchored to"
