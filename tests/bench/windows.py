# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run on Windows costs, against simulated machines, which share this machine with the controller.

Real PCs work on processors of their own: of the wall times only the ratio of many to one is meant.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.results import Result
from tests.doubles.windows.machine import Machine
from tests.integration.windows.many_rows import collection_with
from tests.integration.windows.office import DECIDED, Office, office, zones

TOPIC = "windows"
_HOSTS, _ROWS, _FORKS, _ROUNDS = 10, 300, 5, 3
_FIRST = "--limit=pc0"


def measure() -> list[Result]:
    """Measure all bars; every run is one of Ansible over HTTPS."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        counts = [result for connection in ("psrp", "winrm") for result in _counts(folder / connection, connection)]
        return [*_many_against_one(folder / "many"), *counts]


def _many_against_one(folder: Path) -> list[Result]:
    """Compare many machines with one of them, in turn: first when rows drift, then when all is as it should be."""
    folder.mkdir()
    collections = str(collection_with(folder, _ROWS))
    drifted, compliant = [], []
    for number in range(_ROUNDS):
        place = folder / str(number)
        place.mkdir()
        with office(place, {f"pc{own}": Machine() for own in range(_HOSTS)}) as site:
            one = _wall(site, _FIRST, collections=collections)
            site.servers["pc0"].machine.registry = Machine().registry
            drifted.append(_wall(site, collections=collections) / one)
            one = _wall(site, _FIRST, "--check", collections=collections)
            compliant.append(_wall(site, "--check", collections=collections) / one)
    what = f"{_HOSTS} simulated PCs against one, forks {_FORKS}, {_ROWS} rows"
    return [
        Result(TOPIC, f"wall time of a check of {what}", statistics.median(compliant), "times", 3),
        Result(TOPIC, f"wall time of correcting {what}", statistics.median(drifted), "times", 3),
    ]


def _counts(folder: Path, connection: str) -> list[Result]:
    """Count what passes between the controller and one machine, of which no row can cut the connection for good."""
    folder.mkdir()
    zones(folder)
    with office(folder, {"pc": Machine()}, connection) as site:
        server = site.servers["pc"]
        found = []
        for what, requests, most in (("correct drift", 17, 1_500), ("check a compliant PC", 7, 450)):
            server.reset_count()
            _wall(site, collections=None, **DECIDED)
            found += [
                Result(TOPIC, f"requests to {what}, {connection}", server.requests, "", requests),
                Result(TOPIC, f"bytes to {what}, {connection}", server.bytes / 1000, "kB", most),
            ]
    return found


def _wall(site: Office, *arguments: str, collections: str | None = None, **variables: Any) -> float:
    """Return the seconds of a run, of which every machine has to have shown its rows."""
    begin = time.perf_counter()
    outcome = site.run(*arguments, forks=_FORKS, collections=collections, **variables)
    seconds = time.perf_counter() - begin
    silent = [name for name, result in outcome.results.items() if "controls" not in result]
    if silent or not outcome.results:
        raise SystemExit(f"bench: no rows of {', '.join(silent) or 'any PC'}: {outcome.printed[-500:]}")
    return seconds
