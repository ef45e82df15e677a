# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""From a folder of evidence into the register: what its bundles tell that the register does not hold yet.

That is the run which has just ended and, where one before was broken off or could not be stored, that one too. What is
stored is what was signed: it is read from the files, and compared with their digests.
"""

from __future__ import annotations

import datetime
import json
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import chain
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.anchoring import Anchor, chain_of
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.record import CHECK, ENFORCE, POLICY, Record
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import UNANSWERED
from ansible_collections.commune.baseline.plugins.plugin_utils._register import events, runs
from ansible_collections.commune.baseline.plugins.plugin_utils._register.events import Event
from ansible_collections.commune.baseline.plugins.plugin_utils._register.runs import ASSESSED, Assessment, Run

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.chain import Link
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Writer

_VERB, _KIND = "anchor", "evidence"
_LEFT_OUT = "this run left it out, or ended before its turn"
_TOLD_AT_ONCE = 10


def anchors_in(reader: Reader | Writer) -> list[Anchor]:
    """Return all anchors of the register, oldest first; one that was edited past it names no bundle there is."""
    return [_anchor(event) for event in events.of_kind(reader.connection, _KIND)]


def store(writer: Writer, folder: Path) -> list[str]:
    """Store the runs of all bundles that have no anchor, and anchor these; return a sentence for what was not stored.

    Raise RegisterError if nothing can be stored, OSError if the evidence cannot be read.
    """
    links = chain.links_in(folder)
    anchors = anchors_in(writer)
    storing = _Storing(writer, folder, chain_of(links, anchors) if links else "")
    kept = {anchor.number: anchor.digest for anchor in anchors if anchor.chain == storing.chain}
    before: Link | None = None
    for link in links:
        if link.number not in kept:
            storing.add(link, before if before and before.number + 1 == link.number else None)
        elif kept[link.number] != link.digest:
            storing.told.append(
                f"{link.name} is not the one that the register is anchored to: one of the two was changed, or put back "
                "from an earlier time; nothing of it was stored"
            )
        before = link
    return [*storing.told, *_unknown(sorted(storing.unknown))]


def store_last(writer: Writer, folder: Path, number: int) -> list[str]:
    """Do the same for the last bundle alone if the register knows the one before it, for the whole folder if not.

    That reads two events and one bundle, however many there are.
    """
    link = chain.link_in(folder, number)
    previous = link.bundle.statement.previous if link.bundle else None
    chains = {one.chain for one in _anchors_of(writer, number - 1) if one.digest == previous}
    if len(chains) != 1 or chains & {one.chain for one in _anchors_of(writer, number)}:
        return store(writer, folder)
    storing = _Storing(writer, folder, chains.pop())
    storing.add(link, None)
    return [*storing.told, *_unknown(sorted(storing.unknown))]


def _anchors_of(writer: Writer, number: int) -> list[Anchor]:
    writer.chain.flush()
    return [_anchor(event) for event in events.history(writer.connection, _KIND, number)]


def _anchor(event: t.Mapping[str, t.Any]) -> Anchor:
    return Anchor(event["name"], event["record"], _digest(event["after"]))


def run_of(record: Record) -> Run:
    """Return a run as the register keeps it; it is complete if no device was left out, and none of the baseline."""
    looked_at = [one["scope"] for one in record["devices"] if one["scope"]]
    return Run(
        id=record["run"],
        mode=CHECK if record["mode"] == CHECK else ENFORCE,
        started_at=datetime.datetime.fromisoformat(record["began"]),
        finished_at=datetime.datetime.fromisoformat(record["ended"]),
        complete=not record["limit"] and all(scope["rows"] >= scope["baseline"] for scope in looked_at),
    )


def assessments_of(record: Record) -> t.Iterator[Assessment]:
    """Return what a run showed of each device, or why it was not assessed, whatever else it showed."""
    for device in record["devices"]:
        observations = [
            {**row, "control": control["control"]} for control in device["controls"] for row in control["rows"]
        ]
        obstacle = device["obstacle"]
        if obstacle is None:
            yield Assessment(device["device"], ASSESSED, observations)
        else:
            reason = obstacle["message"] or (_LEFT_OUT if obstacle["what"] == UNANSWERED else obstacle["what"])
            yield Assessment(device["device"], obstacle["what"], observations, reason)


class _Storing:
    """Stores bundle after bundle; keeps a sentence for each fault, and the devices that the register does not know."""

    def __init__(self, writer: Writer, folder: Path, name: str) -> None:
        self._writer = writer
        self._folder = folder
        self.chain = name
        self.told: list[str] = []
        self.unknown: set[str] = set()

    def add(self, link: Link, before: Link | None) -> None:
        """Store the runs of one bundle and its anchor, or nothing of it."""
        faults = chain.faults_of(link, before)
        if faults or link.bundle is None:
            self.told += [f"{fault}; nothing of it was stored in the register" for fault in faults]
            return
        records: list[Record] = []
        for file, digest in {**link.bundle.statement.found, **link.bundle.statement.records}.items():
            record = chain.signed_record(self._folder, file, digest)
            if record is None:
                self.told.append(
                    f"runs/{file} is not what {link.name} tells of; nothing of it was stored in the register"
                )
                return
            if record["kind"] == POLICY:
                records.append(record)
        doubles = [one["run"] for one in records if runs.number_of(self._writer, one["run"]) is not None]
        if doubles:
            self.told.append(
                f"run {doubles[0]} of {link.name} is in the register already, from elsewhere; nothing of it was stored"
            )
            return
        for record in records:
            self.unknown.update(runs.store(self._writer, run_of(record), assessments_of(record)).unknown)
        self._writer.chain.append(Event(_VERB, _KIND, link.number, self.chain, {}, {"bundle": link.digest}))


def _unknown(devices: t.Sequence[str]) -> t.Iterator[str]:
    if devices:
        more = len(devices) - _TOLD_AT_ONCE
        names = ", ".join([*devices[:_TOLD_AT_ONCE], *([f"and {more} more"] if more > 0 else [])])
        yield (
            f"the register knows no device {names}: what runs showed of it stands in the evidence alone; "
            "register it with commune.baseline.device"
        )


def _digest(after: t.Any) -> str:
    """Return the digest of an anchor; an empty one if it was edited into something else."""
    try:
        return str(json.loads(after)["bundle"])
    except (KeyError, TypeError, ValueError):
        return ""
