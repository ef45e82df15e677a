# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same settings as a playbook of ansible-core's own modules, one task each, made from what the door showed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]
Task = dict[str, Any]


def tasks(rows: Iterable[Row], line_at: Callable[[str, int], str]) -> dict[str, Task]:
    """Return a task for every compliant row that has a plain counterpart, by the row's id.

    ``line_at`` returns a line of a file on the host: a row that stands in a file becomes a lineinfile task that finds
    exactly that line, and so has nothing to change.
    """
    found = {}
    for row in rows:
        task = _task(row, line_at) if row["state"] == "pass" else None
        if task is not None:
            found[str(row["id"])] = task
    return found


def _task(row: Row, line_at: Callable[[str, int], str]) -> Task | None:
    place = re.fullmatch(r"(/.+):(\d+)", row["where"] or "")
    if place:
        return {"ansible.builtin.lineinfile": {"path": place[1], "line": line_at(place[1], int(place[2]))}}
    if row["kind"] == "file" and isinstance(row["after"], str) and re.fullmatch("0[0-7]{3,4}", row["after"]):
        return {"ansible.builtin.file": {"path": row["path"], "mode": row["after"]}}
    return None
