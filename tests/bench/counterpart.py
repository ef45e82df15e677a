# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same settings as a playbook of plain tasks, one each, made from what the door showed of a compliant host."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]
Task = dict[str, Any]
_SERVICE: dict[str, dict[str, Any]] = {"running": {"enabled": True, "state": "started"}, "masked": {"masked": True}}


def tasks(rows: Iterable[Row], line_at: Callable[[str, int], str]) -> dict[str, Task]:
    """Return a task for every compliant row that has a plain counterpart, by the row's id.

    Rows hold their fields and what was observed. ``line_at`` returns a line of a file on the host: a row that stands in
    a file becomes a lineinfile task that finds exactly that line, and so has nothing to change.
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
    if row["kind"] == "sysctl":
        return {"ansible.posix.sysctl": {"name": row["key"], "value": row["after"], "reload": False}}
    if row["kind"] == "file" and row.get("attribute") in ("mode", "owner", "group") and "*" not in row["path"]:
        return {"ansible.builtin.file": {"path": row["path"], row["attribute"]: row["after"]}}
    if row["kind"] == "service" and row["after"] in _SERVICE:
        return {"ansible.builtin.systemd_service": {"name": row["unit"], **_SERVICE[row["after"]]}}
    if row["kind"] == "package":
        state = "absent" if row.get("compare") == "absent" else "present"
        return {"ansible.builtin.apt": {"name": row["package"], "state": state}}
    return None
