# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the register costs: a province's run that shows nothing new, its list and inventory; a commune's year."""

from __future__ import annotations

import datetime
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, runs
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
from ansible_collections.commune.baseline.plugins.plugin_utils._register.runs import Assessment, Run
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import importing, xlsx_writing
from tests.bench import inventory
from tests.bench.results import Result

TOPIC = "register"
_START = datetime.datetime(2026, 1, 1, 1, tzinfo=datetime.UTC)
_PROVINCE, _PROVINCE_ROWS = 10_000, 150
_COMMUNE, _COMMUNE_ROWS, _DAYS, _DRIFT = 150, 170, 365, 0.01


def measure() -> list[Result]:
    """Write both registers for real, below the folder for temporary files."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        stored = [*_province(place / "province.db"), _import(place), _year(place / "commune.db")]
        return [*stored, *inventory.measure(TOPIC, place)]


def _province(path: Path) -> list[Result]:
    register = _registered(path, _PROVINCE)
    _store(register, 0, _assessments(_PROVINCE, _PROVINCE_ROWS, frozenset()))
    begin = time.perf_counter()
    outcome = _store(register, 1, _assessments(_PROVINCE, _PROVINCE_ROWS, frozenset()))
    seconds = time.perf_counter() - begin
    register.close()
    if outcome.observations:
        raise SystemExit(f"bench: {outcome.observations} observations of an unchanged run were written")
    name = f"storing a run of {_PROVINCE} devices x {_PROVINCE_ROWS} observations in which nothing changed"
    return [Result(TOPIC, name, seconds, "s", 30)]


def _import(folder: Path) -> Result:
    """Take a workbook of devices, each with its addresses, into an empty register."""
    headings = ["Tên thiết bị", "Loại thiết bị", "Số sê-ri", "Địa chỉ MAC", "Địa chỉ IP", "Vùng mạng", "Ngày nhận"]
    rows = [[_device(number), *_row(number)] for number in range(_PROVINCE)]
    xlsx_writing.write(
        folder / "devices.xlsx", [xlsx_writing.Page("Thiết bị", [headings, *rows], [20] * len(headings))]
    )
    register = Register.open(str(folder / "import.db"), create=True)
    begin = time.perf_counter()
    with register.write("bench") as writer:
        stored = importing.store(writer, folder / "devices.xlsx")
    seconds = time.perf_counter() - begin
    register.close()
    if sum(one.change.changed for one in stored) != _PROVINCE:
        raise SystemExit(f"bench: of {_PROVINCE} rows, {len(stored)} were stored")
    return Result(TOPIC, f"import of {_PROVINCE} rows of a workbook on SQLite", seconds, "s", 20)


def _row(number: int) -> list[str]:
    high, low = divmod(number, 256)
    return ["Máy trạm", f"SN-{number}", f"02-00-00-00-{high:02X}-{low:02X}", f"10.1.{high}.{low}", "lan", "31/01/2026"]


def _year(path: Path) -> Result:
    """Write a run a day; each day other observations drift, and those of the day before are back."""
    register = _registered(path, _COMMUNE)
    whole = _COMMUNE * _COMMUNE_ROWS
    choice = random.Random(5)  # noqa: S311 - which rows drift is no secret
    for day in range(_DAYS):
        drifted = frozenset(choice.sample(range(whole), round(whole * _DRIFT)))
        _store(register, day, _assessments(_COMMUNE, _COMMUNE_ROWS, drifted))
    register.close()
    size = sum(one.stat().st_size for one in path.parent.glob(f"{path.name}*"))
    name = f"the register after {_DAYS} daily runs of {_COMMUNE} devices x {_COMMUNE_ROWS} rows with 1 % drift a day"
    return Result(TOPIC, name, size / 1e6, "MB", 200)


def _registered(path: Path, count: int) -> Register:
    register = Register.open(str(path), create=True)
    with register.write("bench") as writer:
        for number in range(count):
            devices.put(writer, {"name": _device(number), "class": "workstation"})
    return register


def _store(register: Register, day: int, assessments: Iterator[Assessment]) -> runs.Outcome:
    start = _START + datetime.timedelta(days=day)
    with register.write("bench") as writer:
        return runs.store(writer, Run(f"{start:%Y%m%dT%H%M%S}-{day:04x}", "check", start, start), assessments)


def _assessments(count: int, rows: int, drifted: frozenset[int]) -> Iterator[Assessment]:
    for number in range(count):
        shown = [_observation(row, number * rows + row in drifted) for row in range(rows)]
        yield Assessment(_device(number), runs.ASSESSED, shown)


def _observation(row: int, drifted: bool) -> dict[str, Any]:
    """An observation with as much in it as those of the door have."""
    value, state = ("yes", "fail") if drifted else ("no", "pass")
    return {
        **{"id": f"LNX-SSHD-Setting{row:03}", "control": f"AC-{row % 17:02}", "kind": "option", "state": state},
        **{"desired": "no", "before": value, "after": value, "where": f"/etc/ssh/sshd_config.d/10-site.conf:{row}"},
        **{"reason": None, "changed": False, "would_change": drifted, "compare": "==", "path": "/etc/ssh/sshd_config"},
    }


def _device(number: int) -> str:
    return f"may-tram-{number:05}"
