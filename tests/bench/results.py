# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bars and what was measured for them, kept in results.json and shown as a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("results.json")


class Result(NamedTuple):
    """One bar: ``bar`` is the most, or with ``at_least`` the least, that ``value`` may be."""

    topic: str
    name: str
    value: float
    unit: str
    bar: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.bar if self.at_least else self.value <= self.bar


def store(results: list[Result]) -> None:
    """Replace the results of these topics in the file; those of other topics stay."""
    topics = {result.topic for result in results}
    kept = [entry for entry in json.loads(FILE.read_text()) if entry["topic"] not in topics] if FILE.exists() else []
    entries = kept + [_entry(result) for result in results]
    FILE.write_text(json.dumps(sorted(entries, key=lambda entry: entry["topic"]), indent=2) + "\n")


def table(results: list[Result]) -> str:
    lines = []
    for result in results:
        sign = ">=" if result.at_least else "<="
        verdict = "met" if result.met else "MISSED"
        lines.append(f"{verdict:8}{result.value:>10.2f} {result.unit:8}{sign} {result.bar:<8g}{result.name}")
    return "\n".join(lines)


def _entry(result: Result) -> dict[str, object]:
    sign = ">=" if result.at_least else "<="
    return {
        "topic": result.topic,
        "name": result.name,
        "value": round(result.value, 3),
        "unit": result.unit,
        "bar": f"{sign} {result.bar:g}",
        "met": result.met,
    }
