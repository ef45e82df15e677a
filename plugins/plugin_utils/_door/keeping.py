# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What is kept of a run that is over: its signed record, what it showed in the register of the site, and the report."""

from __future__ import annotations

import contextlib
import sys
import typing as t
from pathlib import Path

from ansible import context, release

from ansible_collections.commune.baseline.plugins.plugin_utils._door import play as plays
from ansible_collections.commune.baseline.plugins.plugin_utils._door.schedules import notices_of
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.operator import operator
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.record import ROLLBACK, Source, record_of
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import EvidenceError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._report import html, table

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.record import Record
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import Run
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.signer import Signer
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import Store
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register

_COLLECTION = Path(__file__).parents[3]


class _Opened(t.NamedTuple):
    """The register, and its head before it gets this run: an event that is edited later shows against it."""

    register: Register
    head: dict[str, t.Any]


class Kept(t.NamedTuple):
    """What to tell: where that lies which a person would open, and the scheduled runs that failed or did not happen.

    ``faults`` is a sentence for everything that could not be kept beside the record.
    """

    lines: t.Sequence[str]
    faults: t.Sequence[str]


def keep(run: Run, signer: Signer, setting: plays.Setting, *, language: str, register: str | None) -> Kept:
    """Sign the record of a run, store it in the register at that place, if any, and make its report, if it has one.

    Raise EvidenceError if the record cannot be kept. What goes wrong behind it is told, and takes nothing away.
    """
    faults: list[str] = []
    notices = [notice._asdict() for notice in notices_of(signer.store.folder)]
    with contextlib.ExitStack() as stack:
        opened = _opened(register, stack, faults)
        record = _record(run, setting, notices, opened)
        path = signer.keep(f"{record['run']}.json", record)
        is_stored = opened is not None and _store(opened.register, signer.store.folder, faults)
        if record["kind"] != ROLLBACK:
            shown = _standing(opened.register, record) if opened and is_stored else record
            try:
                path = _report(signer.store, shown, language)
            except EvidenceError as error:
                faults.append(str(error))
    return Kept([table.kept_at(str(path), language), *(notice[language] for notice in notices)], faults)


def _report(store: Store, shown: Record, language: str) -> Path:
    page = html.report(shown, language).encode()
    store.write("reports", "latest.html", page)
    return store.write("reports", f"{shown['run']}.html", page)


def _record(
    run: Run, setting: plays.Setting, schedules: t.Sequence[t.Mapping[str, str]], opened: _Opened | None
) -> Record:
    source = Source(setting.site, setting.given, plays.playbooks(), release.__version__, plays.limit())
    head = opened.head if opened else None
    return record_of(run, source, check=bool(context.CLIARGS.get("check")), schedules=schedules, register=head)


def _opened(place: str | None, stack: contextlib.ExitStack, faults: list[str]) -> _Opened | None:
    """Return the register; None if there is none, or if it cannot be opened."""
    if place is None:
        return None
    try:
        from ansible_collections.commune.baseline.plugins.plugin_utils._register import events
        from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register

        register = stack.enter_context(contextlib.closing(Register.open(place)))
        with register.read() as reader:
            return _Opened(register, events.head(reader.connection)._asdict())
    except ImportError as error:
        faults.append(
            f"what this run showed is not in the register: {sys.executable} does not find the Python library "
            f"{error.name}; install the project with its libraries (pip install .)"
        )
    except RegisterError as error:
        faults.append(f"what this run showed is not in the register: {error}")
    return None


def _store(register: Register, folder: Path, faults: list[str]) -> bool:
    """Store what the bundles tell and the register does not hold; tell whether that could be done."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import storing

    try:
        with register.write(operator().who) as writer:
            told = storing.store(writer, folder)
    except (RegisterError, OSError) as error:
        faults.append(f"what this run showed is not in the register: {error}")
        return False
    faults += told
    return True


def _standing(register: Register, record: Record) -> Record:
    """Return what the report shows: how all devices stand, or the run alone if the register would not have it."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import runs
    from ansible_collections.commune.baseline.plugins.plugin_utils._report.standing import standing

    with register.read() as reader:
        is_there = runs.number_of(reader, record["run"]) is not None
        return standing(reader, record, _COLLECTION) if is_there else record
