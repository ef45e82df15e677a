# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``antivirus``: what ClamAV itself shows, not what its files ask for; only read, never corrected.

Field of a row: ``attribute``. ``detects``: whether clamd finds the EICAR test file in what it is handed.
``signature_age``: days since the signatures that clamd has loaded were made. ``quick_scan_age``, ``full_scan_age``:
days since a scheduled scan last ended; before the first, since its timer was set up. ``detections``: files found
infected by any scan, the newest first, that nobody has handled: those that are newer than the file HANDLED.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import time
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import clamd
from ansible_collections.commune.baseline.plugins.module_utils._policy import compare as _compare
from ansible_collections.commune.baseline.plugins.module_utils._policy.clamd import Clamd
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

RESULTS = "/var/lib/commune-baseline-antivirus"
HANDLED = "/var/lib/commune-baseline/malware-handled"
STAMPS = "/var/lib/systemd/timers"  # systemd.timer(5), Persistent
UNITS = "/etc/systemd/system"
LOGS = ("/var/log/clamav/clamav.log.1", "/var/log/clamav/clamav.log")
_DAY = 24 * 60 * 60
_MOST_SHOWN = 5
_MOST_BYTES = 4 * 1024 * 1024
_ENTRY = re.compile(r"^(?=\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} -> )", re.MULTILINE)
_FOUND = re.compile(r"\w{3} (.{20}) -> (.*): (\S+) FOUND\n?", re.DOTALL)


class _Found(t.NamedTuple):
    at: float
    what: str


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    scanner = Clamd()
    return {row["id"]: _READERS[row["attribute"]](scanner) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return _compare.meets(row, reading.value)


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Leave everything as it is: services, timers and the update of signatures have rows of their own."""
    return {row["id"]: Write() for row in rows}


def _detects(scanner: Clamd) -> Reading:
    try:
        answer = scanner.scan(clamd.test_file())
    except OSError as error:
        return _silent(error)
    return Reading(answer.endswith("FOUND"), where=clamd.SOCKET)


def _signature_age(scanner: Clamd) -> Reading:
    try:
        version = scanner.ask("VERSION")
    except OSError as error:
        return _silent(error)
    made = clamd.moment(version.rpartition("/")[2])
    if made is None:
        return Reading(weakness="clamd does not say of which day its signatures are")
    where = version.partition("/")[0]
    if made > time.time() + _DAY:
        return Reading(where=where, weakness="the signatures are of a day that is yet to come")
    return Reading(_days_since(made), where=where)


def _silent(error: OSError) -> Reading:
    return Reading(where=clamd.SOCKET, weakness=f"no scanner answers: {error.strerror}")


def _scan_age(scan: str) -> Reading:
    path, timer = f"{RESULTS}/{scan}.json", f"commune-baseline-{scan}-scan.timer"
    stamp = f"{STAMPS}/stamp-{timer}"
    try:
        return Reading(_days_since(_result(path)["ended"]), where=path)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, LookupError, TypeError):
        return Reading(where=path, weakness=f"{path} holds no result of a scan")
    try:
        os.stat(f"{UNITS}/{timer}")  # the stamp outlives it
        return Reading(_days_since(os.stat(stamp).st_mtime), where=stamp)
    except OSError:
        return Reading(weakness="no scan has ended yet, and none is scheduled")


def _detections() -> Reading:
    missing = [path for path in (clamd.PROGRAM, LOGS[-1]) if not os.path.exists(path)]
    if missing:
        return Reading(unreadable=f"there is no {missing[0]}")
    try:
        found = [*_of_scans(), *_of_log()]
    except OSError as error:
        return Reading(unreadable=f"cannot read {error.filename}: {error.strerror}")
    except (ValueError, LookupError, TypeError):
        return Reading(unreadable=f"{RESULTS} holds no result of a scan")
    handled = 0.0
    with contextlib.suppress(OSError):
        handled = os.stat(HANDLED).st_mtime
    newest_first = sorted((one for one in found if one.at > handled), reverse=True)
    names = list(dict.fromkeys(one.what for one in newest_first))
    shown = [*names[:_MOST_SHOWN], *([f"+{len(names) - _MOST_SHOWN}"] if len(names) > _MOST_SHOWN else [])]
    return Reading("; ".join(shown), where=LOGS[-1])


def _of_scans() -> t.Iterator[_Found]:
    for scan in ("quick", "full"):
        with contextlib.suppress(FileNotFoundError):
            result = _result(f"{RESULTS}/{scan}.json")
            for path, name in result["detections"]:
                yield _Found(float(result["ended"]), _shown(path, name))


def _of_log() -> t.Iterator[_Found]:
    """Find what clamd was asked by whomever; a name can hold line ends, so that only a time begins an entry."""
    for path in LOGS:
        with contextlib.suppress(FileNotFoundError):
            for entry in _ENTRY.split(_last_bytes(path)):
                match = _FOUND.fullmatch(entry)
                at = clamd.moment(match[1]) if match else None
                if match and at is not None and not _is_our_own(match):
                    yield _Found(at, _shown(match[2], match[3].partition("(")[0]))


def _is_our_own(match: re.Match[str]) -> bool:
    """Tell whether this is the answer to the question whether clamd detects at all."""
    return match[2].startswith("instream(") and clamd.TEST_FILE_MD5 in match[3]


def _shown(path: str, name: str) -> str:
    """Name a file of a stranger's making without what could pass for another line or another file."""
    return "".join(sign if sign.isprintable() and sign != ";" else "?" for sign in f"{path}: {name}")[:300]


def _result(path: str) -> dict[str, t.Any]:
    result: dict[str, t.Any] = json.loads(_last_bytes(path))
    return result


def _last_bytes(path: str) -> str:
    """Return a file that the user clamav may write; what he would lead us to elsewhere is not read."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(0, size - _MOST_BYTES))
        return file.read(_MOST_BYTES).decode(errors="replace")


def _days_since(moment: t.Any) -> int:
    return max(0, math.floor((time.time() - float(moment)) / _DAY))


_READERS: dict[str, t.Callable[[Clamd], Reading]] = {
    "detects": _detects,
    "signature_age": _signature_age,
    "quick_scan_age": lambda _scanner: _scan_age("quick"),
    "full_scan_age": lambda _scanner: _scan_age("full"),
    "detections": lambda _scanner: _detections(),
}
FIELDS: t.Mapping[str, t.Any] = {"attribute": tuple(_READERS)}
REQUIRED = frozenset({"attribute"})
COMPARISONS: t.Sequence[str] = ("==", "<=")
