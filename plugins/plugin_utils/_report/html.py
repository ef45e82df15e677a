# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The report: one HTML file, readable without a network and on paper.

It is made of the record of one run alone, or of what ``standing`` makes of the register.
"""

from __future__ import annotations

import collections
import datetime
import functools
import typing as t
from pathlib import Path

import jinja2
from markupsafe import Markup

from ansible_collections.commune.baseline.plugins.module_utils._observation import (
    EXCEPTED,
    FAIL,
    NOT_APPLICABLE,
    NOT_ASSESSED,
    PASS,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._report import words
from ansible_collections.commune.baseline.plugins.plugin_utils._report.cited import cited
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import said
from ansible_collections.commune.baseline.plugins.plugin_utils._report.report_words import REPORT
from ansible_collections.commune.baseline.plugins.plugin_utils._report.scope import scope_lines, unseen_lines

Data = t.Mapping[str, t.Any]

_STATES = (FAIL, NOT_ASSESSED, EXCEPTED, PASS, NOT_APPLICABLE)  # what needs a person first
_PRIORITIES = ("must", "should", "could")
_LONGEST_TEXT = 800
_SOON_DAYS = 30


def report(record: Data, language: str) -> str:
    """Return the report of a run in one language."""
    return _Report(record, language).page()


class _Report:
    """What the template shows, picked from the record; no state is made here."""

    def __init__(self, record: Data, language: str) -> None:
        self._record = record
        self._language = language
        self._began = datetime.datetime.fromisoformat(record["began"])

    def page(self) -> str:
        devices = [self._device(device) for device in self._record["devices"]]
        counts = collections.Counter[str]()
        for device in devices:
            counts.update(device["counts"])
        unmet = [control for device in devices for control in device["unmet"]]
        rows = [self._told(*one) for one in self._rows()]
        return template("run.html.j2").render(
            lang=self._language,
            record=self._record,
            w=REPORT[self._language],
            states=words.STATES[self._language],
            order=_STATES,
            began=self._time(self._record["began"]),
            ended=self._time(self._record["ended"]),
            scope=self._scope(),
            standing=self._record.get("standing"),
            notices=[notice[self._language] for notice in self._record["schedules"]],
            devices=devices,
            counts=counts,
            total=counts.total(),
            unassessed=[device for device in devices if device["obstacle"]],
            must=sum(one["state"] == FAIL and one["priority"] == "must" for one in unmet),
            controls=self._controls(),
            texts=cited(clause for one in self._record["controls"].values() for clause in one["clauses"]),
            excepted=[row for row in rows if row["state"] == EXCEPTED],
            changed=list(_grouped((row["device"], row) for row in rows if row["changed"]).items()),
            unread=self._unread(rows),
            undo=words.undo_command(self._record["run"], self._record["inventories"]),
        )

    def _scope(self) -> list[str]:
        devices = self._record["devices"]
        chosen = scope_lines({one["device"]: one["scope"] for one in devices}, self._language)
        return [*chosen, *unseen_lines({one["device"]: one.get("unseen") for one in devices}, self._language)]

    @staticmethod
    def _unread(rows: t.Iterable[Data]) -> list[tuple[str, list[str]]]:
        """Return every reason why a row could not be read, with the devices it held for, the most frequent first."""
        reasons = _grouped((row["reason"], row["device"]) for row in rows if row["state"] == NOT_ASSESSED)
        told = [(reason, list(dict.fromkeys(devices))) for reason, devices in reasons.items()]
        return sorted(told, key=lambda one: -len(one[1]))

    def _rows(self) -> t.Iterator[tuple[str, Data, Data]]:
        """Return the rows that have a place of their own, wherever they belong."""
        for device in self._record["devices"]:
            for control in device["controls"]:
                for row in control["rows"]:
                    if row["changed"] or row["state"] in (EXCEPTED, NOT_ASSESSED):
                        yield device["device"], control, row

    def _device(self, device: Data) -> dict[str, t.Any]:
        """Return a device with its controls by state; of those that are met, only the ids."""
        by_state = _grouped((control["state"], control) for control in device["controls"])
        unmet = [
            self._control(device, control) for state in (FAIL, NOT_ASSESSED) for control in by_state.get(state, ())
        ]
        obstacle, assessed = device["obstacle"], device.get("assessed")
        return {
            "name": device["device"],
            "class": words.CLASSES[self._language].get(device["class"]),
            "model": device.get("model"),
            "obstacle": obstacle and self._obstacle(**obstacle),
            "assessed": assessed and self._time(assessed),
            "counts": {state: len(by_state.get(state, ())) for state in _STATES},
            "total": len(device["controls"]),
            "unmet": sorted(unmet, key=lambda one: (_STATES.index(one["state"]), _PRIORITIES.index(one["priority"]))),
            "met": [(state, [one["control"] for one in by_state[state]]) for state in _STATES[2:] if state in by_state],
        }

    def _obstacle(self, what: str, message: str) -> dict[str, str]:
        return {"what": words.OBSTACLES[self._language][what], "message": said(message, self._language)}

    def _control(self, device: Data, control: Data) -> dict[str, t.Any]:
        """Return a control that is not met, with the rows that make it so."""
        rows = [row for row in control["rows"] if row["state"] in (FAIL, NOT_ASSESSED)]
        return {
            **self._about(control["control"]),
            "state": control["state"],
            "rows": [self._told(device["device"], control, row) for row in rows],
        }

    def _about(self, control: str) -> dict[str, t.Any]:
        about = self._record["controls"][control]
        return {
            "id": control,
            "title": about["title"][self._language],
            "priority": about["priority"],
            "weight": words.PRIORITIES[self._language][about["priority"]],
            "clauses": about["clauses"],
        }

    def _told(self, device: str, control: Data, row: Data) -> dict[str, t.Any]:
        """Return a row as a person reads it."""
        fixed = self._record["rows"][row["id"]]
        exception = row.get("exception")
        return {
            "why": fixed["why"][self._language] if "why" in fixed else None,
            "fix": fixed["fix"][self._language] if "fix" in fixed and row["state"] == FAIL else None,
            "id": row["id"],
            "device": device,
            "control": control["control"],
            "state": row["state"],
            "changed": row["changed"],
            **{name: words.value_text(value, self._language, fixed["kind"]) for name, value in _values(row).items()},
            "wanted": words.desired_text({**fixed, **row}, self._language),
            "would_change": row["would_change"],
            "where": row["where"] or fixed.get("path"),
            "reason": row["reason"] and said(row["reason"], self._language),
            "exception": exception and {**exception, **self._days_left(exception["expires"])},
        }

    def _days_left(self, expires: str) -> dict[str, t.Any]:
        days = (datetime.date.fromisoformat(expires) - self._began.date()).days
        return {"days": days, "soon": days <= _SOON_DAYS, "until": self._date(datetime.date.fromisoformat(expires))}

    def _date(self, date: datetime.date) -> str:
        return f"{date:%d/%m/%Y}" if self._language == "vi" else date.isoformat()

    def _time(self, moment: str) -> str:
        when = datetime.datetime.fromisoformat(moment).astimezone(self._began.tzinfo)
        return f"{when:%H:%M:%S} {self._date(when.date())} ({when.tzname()})"

    def _controls(self) -> list[dict[str, t.Any]]:
        """Return every control with its devices by state, and how many of its parts were looked at on all of them."""
        devices: dict[str, dict[str, list[str]]] = {}
        seen: dict[str, list[set[str]]] = collections.defaultdict(list)
        for device in self._record["devices"]:
            for control in device["controls"]:
                devices.setdefault(control["control"], {}).setdefault(control["state"], []).append(device["device"])
                if control["state"] != NOT_APPLICABLE:
                    seen[control["control"]].append(set(control["looked_at"]))
        shown = []
        for control, by_state in sorted(devices.items()):
            parts = self._record["controls"][control]["parts"]
            own = [(state, by_state[state]) for state in _STATES if state in by_state]
            on_all = set.intersection(*seen[control]) if control in seen else set()
            shown.append({**self._about(control), "states": own, "seen": len(on_all), "all": len(parts)})
        return sorted(shown, key=lambda one: _STATES.index(one["states"][0][0]))


def _values(row: Data) -> dict[str, t.Any]:
    now = row["before"] if row["would_change"] else row["after"]
    return {"before": row["before"], "after": row["after"], "now": now}


def _grouped(pairs: t.Iterable[tuple[t.Any, t.Any]]) -> dict[t.Any, list[t.Any]]:
    groups: dict[t.Any, list[t.Any]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


@functools.cache
def template(name: str) -> jinja2.Template:
    """Return a template of this folder; whatever it shows is escaped, and no sign of it can mislead a reader."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    return environment.get_template(name)


def _harmless(value: t.Any) -> t.Any:
    """Let nothing that is shown hold signs that reorder or hide the text around it; autoescape does the rest."""
    return _one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@functools.lru_cache(maxsize=10_000)  # of many devices, most say the same
def _one_line(text: str) -> str:
    return words.one_line(text, _LONGEST_TEXT)
