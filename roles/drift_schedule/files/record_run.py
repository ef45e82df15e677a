# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Usage: python3 record_run.py started|ended FOLDER   (by the service, with the variables that systemd gives it)

Keeps one file per run: a run of which no end was written was cut off. It needs neither Ansible nor the collection, so
that a run which fails because those are missing is recorded too.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
import tempfile
from pathlib import Path

_TOLD_BY_SYSTEMD = {"result": "SERVICE_RESULT", "how": "EXIT_CODE", "status": "EXIT_STATUS"}


def started(file: Path) -> dict[str, str]:
    return {"run": file.stem, "started": _now()}


def ended(file: Path) -> dict[str, str]:
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = started(file)
    return {**record, "ended": _now(), **{key: os.environ.get(name, "") for key, name in _TOLD_BY_SYSTEMD.items()}}


def keep(file: Path, record: dict[str, str]) -> None:
    """Replace the file as a whole: whoever reads it, also after a power cut, finds the old record or the new one."""
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".")
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        json.dump(record, output)
        output.flush()
        os.fsync(output.fileno())
    Path(temporary).replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


if __name__ == "__main__":
    make, place = {"started": started, "ended": ended}[sys.argv[1]], Path(sys.argv[2])
    target = place / f"{os.environ['INVOCATION_ID']}.json"
    keep(target, make(target))
