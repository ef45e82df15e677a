# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The bundles of a folder of evidence as they lie there, each judged by itself and by the one before."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import bundle
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.signer import bundles_in

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.bundle import Bundle, Statement
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.record import Record


class Link(t.NamedTuple):
    """A file of the chain by its number, and what it holds; None if that is no bundle."""

    number: int
    digest: str
    bundle: Bundle | None

    @property
    def name(self) -> str:
        return f"bundles/{bundle.name_of(self.number)}"

    @property
    def fault(self) -> str | None:
        """Return what is wrong with the file itself, None if nothing is."""
        if self.bundle is None:
            return f"{self.name} was changed: it is no bundle"
        if not self.bundle.is_signed:
            return f"{self.name} was changed: its signature does not fit"
        if self.bundle.statement.number != self.number:
            return (
                f"{self.name} holds bundle {self.bundle.statement.number}: "
                "bundles were swapped, or an old one was put there again"
            )
        return None


def links_in(folder: Path) -> list[Link]:
    """Return all bundles of a folder of evidence by their numbers; raise OSError if one cannot be read."""
    return [_link(number, path) for number, path in sorted(bundles_in(folder).items())]


def link_in(folder: Path, number: int) -> Link:
    """Return one bundle of a folder of evidence; raise OSError if it cannot be read."""
    return _link(number, folder / "bundles" / bundle.name_of(number))


def faults_of(link: Link, before: Link | None) -> list[str]:
    """Return a sentence for each fault of a bundle; it is not compared with one before that has a fault of its own."""
    if link.fault:
        return [link.fault]
    return [*_faults_between(before, link.bundle.statement, link.name)] if before and link.bundle else []


def signed_record(folder: Path, name: str, digest: str) -> Record | None:
    """Return a record that a bundle tells of, None if it is not there or not what was signed."""
    try:
        content = (folder / "runs" / name).read_bytes()
    except FileNotFoundError:
        return None
    return t.cast("Record", json.loads(content)) if bundle.digest(content) == digest else None


def _link(number: int, path: Path) -> Link:
    content = path.read_bytes()
    return Link(number, bundle.digest(content), bundle.read(content))


def _faults_between(before: Link, statement: Statement, name: str) -> t.Iterator[str]:
    if before.bundle is None or before.fault:
        return
    if statement.previous != before.digest:
        yield f"{name} does not follow the {before.name} that is here: one of the two was exchanged"
    if statement.key != before.bundle.statement.key_after:
        yield f"{name} is signed by another key than {before.name} asks for"
