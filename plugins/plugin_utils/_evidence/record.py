# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The record of one run: who did what to which devices and why, and everything that every row showed (MI-02).

One dictionary that can be signed as it stands: text in NFC, whole numbers, no fractions. What is the same on all
devices, such as the title of a control, stands in it once.
"""

from __future__ import annotations

import json
import typing as t
import unicodedata
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils import _yaml
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.operator import operator
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import RUN, Device, Run

FORMAT = "commune.baseline.run/1"
CHECK, ENFORCE = "check", "enforce"
POLICY, ROLLBACK = "policy", "rollback"
Record = dict[str, t.Any]

_COLLECTION = Path(__file__).parents[3]
_OF_CONTROL = ("title", "priority", "clauses", "parts")
_OF_ROW = ("kind", "parameter", "path", "compare", "why", "fix")
_LARGEST_NUMBER = 2**53 - 1  # what every reader of JSON keeps exactly


class Source(t.NamedTuple):
    """Where a run comes from: its site, its inventories as given, its playbooks, and the version of ansible-core.

    ``limit`` is the pattern that left devices out, if one did.
    """

    site: str | None
    inventories: t.Sequence[str]
    playbooks: t.Sequence[str]
    ansible_core: str
    limit: str | None = None


def record_of(
    run: Run,
    source: Source,
    *,
    check: bool,
    schedules: t.Sequence[t.Mapping[str, str]] = (),
    register: t.Mapping[str, t.Any] | None = None,
) -> Record:
    """Return the record of a run that is over, which was meant as a check or not; times are ISO 8601 with offset.

    ``schedules`` are sentences, in both languages, on scheduled runs that failed or did not happen. ``register`` is the
    head of the register before it got this run: how many events, and the hash of the last.
    """
    controls: dict[str, t.Any] = {}
    rows: dict[str, t.Any] = {}
    devices = [_device(name, device, controls, rows) for name, device in sorted(run.devices.items())]
    facts: Record = {
        "format": FORMAT,
        "kind": ROLLBACK if run.only_restores else POLICY,
        "run": RUN,
        "began": run.began.isoformat(timespec="seconds"),
        "ended": run.ended.isoformat(timespec="seconds"),
        "mode": CHECK if (check if run.enforced is None else not run.enforced) else ENFORCE,
        "operator": operator()._asdict(),
        "changes": run.changes,
        "collection": _collection_version(),
        "schedules": list(schedules),
        "register": register,
    }
    return t.cast(
        "Record", _plain({**facts, **source._asdict(), "controls": controls, "rows": rows, "devices": devices})
    )


def _device(name: str, device: Device, controls: dict[str, t.Any], rows: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return what one device showed; move what holds for every device to controls and rows."""
    shown = []
    for control in device.controls.values():
        controls.setdefault(control["control"], {key: control[key] for key in _OF_CONTROL})
        own = {key: value for key, value in control.items() if key not in _OF_CONTROL}
        shown.append({**own, "rows": [_row(row, rows) for row in control["rows"]]})
    return {
        "device": name,
        "class": device.device_class,
        "scope": device.whole_scope,
        "obstacle": device.obstacle._asdict() if device.obstacle else None,
        "controls": sorted(shown, key=lambda control: str(control["control"])),
        "restored": [restored._asdict() for restored in device.restored],
    }


def _row(row: t.Mapping[str, t.Any], rows: dict[str, t.Any]) -> dict[str, t.Any]:
    rows.setdefault(row["id"], {}).update({key: row[key] for key in _OF_ROW if key in row})
    return {key: value for key, value in row.items() if key not in (*_OF_ROW, "control")}


def _collection_version() -> str:
    """Return the version of this collection: of a checkout or wheel, or as ansible-galaxy installed it."""
    if (_COLLECTION / "galaxy.yml").is_file():
        return str(_yaml.load(_COLLECTION / "galaxy.yml")["version"])
    manifest = json.loads((_COLLECTION / "MANIFEST.json").read_text("utf-8"))
    return str(manifest["collection_info"]["version"])


def _plain(value: t.Any) -> t.Any:
    """Return a value as plain JSON without fractions; what else there may be, such as a date, as its text."""
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= _LARGEST_NUMBER:
        return int(value)
    if isinstance(value, dict):
        return {_text(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return _text(value)


def _text(value: t.Any) -> str:
    """Return text in NFC; a byte that was no UTF-8 becomes a question mark."""
    text = str(value)
    return text if text.isascii() else unicodedata.normalize("NFC", text).encode(errors="replace").decode()
