# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The table on screen: every control on every device, in plain words, Vietnamese or English."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import (
    EXCEPTED,
    FAIL,
    NOT_APPLICABLE,
    NOT_ASSESSED,
    PASS,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import RUN, Obstacle, Run
from ansible_collections.commune.baseline.plugins.plugin_utils._report import rollback
from ansible_collections.commune.baseline.plugins.plugin_utils._report.aligned import aligned
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import said
from ansible_collections.commune.baseline.plugins.plugin_utils._report.scope import scope_lines
from ansible_collections.commune.baseline.plugins.plugin_utils._report.words import (
    OBSTACLES,
    desired_text,
    one_line,
    undo_command,
    value_text,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._report.words import STATES as _STATES

LANGUAGES = ("vi", "en")

_HEADS = {
    "vi": ("Thiết bị", "Biện pháp", "Kết quả", "Nội dung"),
    "en": ("Device", "Control", "Result", "Content"),
}
_WORDS = {
    "vi": {
        "title": "Kết quả theo thiết bị và biện pháp",
        "is": "{id}: hiện tại: {after}{where}; cần: {desired}",
        "was": "{id}: đã sửa: {before} → {after}{where}",
        "would": "{id}: hiện tại: {before}{where}; sẽ sửa thành: {target}{path}",
        "in": " trong {path}",
        "part": "{title} (mới xét {seen}/{all} phần)",
        "excepted": "{id}: ngoại lệ đến {expires}: {reason} ({approver} duyệt, văn bản {document})",
        "why": "Vì sao: {text}",
        "fix": "Cách xử lý: {text}",
        "unassessed": "thiết bị chưa kiểm tra được",
        "meaningless": "không áp dụng",
        "total": "{passed}/{all} lượt kiểm tra biện pháp đạt",
        "finding": "chưa đạt: [{device}] => {message}",
        "nobody": (
            "Không có thiết bị nào trong danh sách (inventory) khớp: chưa kiểm tra gì cả."
            " Thiết bị trong sổ mà chưa đưa vào sử dụng, hoặc đang sửa, thì không được xét."
        ),
        "kept": "{id}: giá trị giữ nguyên; đã ghi vào cấu hình, hoặc khởi động lại dịch vụ để áp dụng",
        "undo": "Để hoàn tác lần chạy này: {command}",
        "report": "Báo cáo: {path}",
        "record": "Hồ sơ: {path}",
    },
    "en": {
        "title": "Results by device and control",
        "is": "{id}: now: {after}{where}; should be: {desired}",
        "was": "{id}: corrected: {before} → {after}{where}",
        "would": "{id}: now: {before}{where}; would be set to: {target}{path}",
        "in": " in {path}",
        "part": "{title} ({seen} of {all} parts looked at)",
        "excepted": "{id}: excepted until {expires}: {reason} (approved by {approver}, document {document})",
        "why": "Why: {text}",
        "fix": "What to do: {text}",
        "unassessed": "devices that could not be assessed",
        "meaningless": "not applicable",
        "total": "{passed}/{all} checks of controls pass",
        "finding": "not met: [{device}] => {message}",
        "nobody": (
            "No device of the inventory matches: nothing was looked at."
            " What the register has not in service yet, or in repair, is left out."
        ),
        "kept": "{id}: the same value; it was written in the configuration, or a service restarted to take it up",
        "undo": "To take this run back: {command}",
        "report": "Report: {path}",
        "record": "Record: {path}",
    },
}
_LONGEST_LINE = 1000

Controls = t.Sequence[t.Mapping[str, t.Any]]


def table(
    devices: t.Mapping[str, Controls], obstacles: t.Mapping[str, Obstacle], language: str, *, rows: bool = True
) -> str:
    """Return the table of all devices, with their controls (and their rows) or with what stood in the way."""
    words = _WORDS[language]
    lines = [_HEADS[language]]
    for device, controls in sorted(devices.items()):
        for control in controls:
            lines.append((device, control["control"], _STATES[language][control["state"]], _title(control, language)))
            shown = control["rows"] if rows else ()
            lines.extend(("", "", "", detail) for row in shown for detail in _details(row, language))
    for device, obstacle in sorted(obstacles.items()):
        said_message = [said(obstacle.message, language)] if obstacle.message else []
        content = ": ".join([OBSTACLES[language][obstacle.what], *said_message])
        lines.append((device, "-", _STATES[language][NOT_ASSESSED], content))
    return "\n".join([words["title"], *aligned(lines), _total(devices, obstacles, words)])


def ending(run: Run, inventories: t.Iterable[str], language: str, *, rows: bool) -> str:
    """Return what ends a run on screen: the table, and how to take the run back if it changed something."""
    if run.only_restores:
        return rollback.table(run, language)
    controls = {name: list(device.controls.values()) for name, device in run.devices.items()}
    obstacles = {name: device.obstacle for name, device in run.devices.items() if device.obstacle}
    lines = [table(controls, obstacles, language, rows=rows)]
    left_out = scope_lines({name: device.whole_scope for name, device in run.devices.items()}, language)
    lines += [one_line(line, _LONGEST_LINE) for line in left_out]
    lines += [undo_advice(undo_command(RUN, inventories), language)] if run.changed else []
    return "\n".join(lines)


def no_devices(language: str) -> str:
    """Return the line for a play that found no device: nothing was looked at, so nothing passed."""
    return _WORDS[language]["nobody"]


def finding(device: str, message: str, language: str) -> str:
    """Return the line that tells, before the table does, that a device does not meet what is demanded."""
    return _WORDS[language]["finding"].format(device=device, message=said(message, language))


def undo_advice(command: str, language: str) -> str:
    """Return the line that says how to take a run back which changed something."""
    return _WORDS[language]["undo"].format(command=command)


def kept_at(path: str, language: str) -> str:
    """Return the line that says where the report of this run lies, or its record if it has no report."""
    return _WORDS[language]["record" if path.endswith(".json") else "report"].format(path=path)


def _title(control: t.Mapping[str, t.Any], language: str) -> str:
    """Return the control's title, with how much of it was looked at if that is not all."""
    title: str = control["title"][language]
    seen, every = len(control["looked_at"]), len(control["parts"])
    return title if seen == every else _WORDS[language]["part"].format(title=title, seen=seen, all=every)


def _details(row: t.Mapping[str, t.Any], language: str) -> t.Iterator[str]:
    """Say what a row did or lacks; a row that simply passes says nothing."""
    words = _WORDS[language]
    if row["state"] == NOT_APPLICABLE:
        return
    if row["state"] == EXCEPTED:
        yield words["excepted"].format(id=row["id"], **row["exception"])
    elif row["reason"]:
        yield f"{row['id']}: {said(str(row['reason']), language)}"
        yield from _different(row, language)
    elif row["would_change"]:
        yield words["would"].format(**_values(row, language))
    elif row["changed"] and row["before"] == row["after"]:
        yield words["kept"].format(id=row["id"])
    elif row["changed"]:
        yield words["was"].format(**_values(row, language))
    elif row["state"] == FAIL:
        yield words["is"].format(**_values(row, language))
    # What a row that fails wants done does not help one that could not be looked at.
    for advice in ("why", "fix") if row["state"] == FAIL else ("why",):
        if advice in row:
            yield words[advice].format(text=row[advice][language])


def _different(row: t.Mapping[str, t.Any], language: str) -> t.Iterator[str]:
    """Say what a row showed beside the reason why it fails, unless the value is right and does not count."""
    values, is_to_come = _values(row, language), row["would_change"]
    if row["state"] == FAIL and values["before" if is_to_come else "after"] != values["target"]:
        yield _WORDS[language]["would" if is_to_come else "is"].format(**values)


def _values(row: t.Mapping[str, t.Any], language: str) -> dict[str, str]:
    shown = {key: value_text(row[key], language, row.get("kind")) for key in ("before", "after")}
    choices = row["desired"] if row["compare"] == "in" else [row["desired"]]
    return {
        **shown,
        "id": row["id"],
        "target": value_text(choices[0], language, row.get("kind")),
        "desired": desired_text(row, language),
        "where": f" ({row['where']})" if row["where"] else "",
        "path": _WORDS[language]["in"].format(path=row["path"]) if row["path"] else "",
    }


def _total(devices: t.Mapping[str, Controls], obstacles: t.Sized, words: t.Mapping[str, str]) -> str:
    states = [control["state"] for controls in devices.values() for control in controls]
    meaningless = states.count(NOT_APPLICABLE)
    total = words["total"].format(passed=states.count(PASS), all=len(states) - meaningless)
    told = [(words["meaningless"], meaningless), (words["unassessed"], len(obstacles))]
    return "; ".join([total, *(f"{name}: {count}" for name, count in told if count)])
