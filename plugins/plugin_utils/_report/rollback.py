# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The table on screen of a run that took another one back: what became what it was, device by device."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import FAILED, Device, Restored, Run
from ansible_collections.commune.baseline.plugins.plugin_utils._report.aligned import aligned
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import said
from ansible_collections.commune.baseline.plugins.plugin_utils._report.words import OBSTACLES

_HEADS = {"vi": ("Thiết bị", "Lần chạy", "Kết quả", "Nội dung"), "en": ("Device", "Run", "Result", "Content")}
_WORDS = {
    "vi": {
        "title": "Kết quả hoàn tác theo thiết bị",
        "restored": "ĐÃ HOÀN TÁC",
        "would": "SẼ HOÀN TÁC",
        "nothing": "KHÔNG CÒN GÌ ĐỂ HOÀN TÁC",
        "unknown": "KHÔNG CÓ LẦN CHẠY NÀY",
        "refused": "KHÔNG HOÀN TÁC ĐƯỢC",
        "total": "{count} mục trên {devices} thiết bị đã trở lại như trước",
        "would_total": "{count} mục trên {devices} thiết bị sẽ trở lại như trước; chưa thay đổi gì",
    },
    "en": {
        "title": "What was taken back, by device",
        "restored": "TAKEN BACK",
        "would": "WOULD BE TAKEN BACK",
        "nothing": "NOTHING LEFT TO TAKE BACK",
        "unknown": "RUN NOT KNOWN HERE",
        "refused": "NOT TAKEN BACK",
        "total": "{count} things on {devices} devices are what they were",
        "would_total": "{count} things on {devices} devices would become what they were; nothing was changed",
    },
}


def table(run: Run, language: str) -> str:
    """Return the table of all devices, with what each put back or with what stood in the way."""
    words, check = _WORDS[language], not run.enforced
    lines: list[t.Sequence[str]] = [_HEADS[language]]
    for name, device in sorted(run.devices.items()):
        lines += [line for restored in device.restored for line in _of_run(name, restored, words, check=check)]
        lines += _hindered(name, device, words, language)
    names = [len(restored.names) for device in run.devices.values() for restored in device.restored if restored.names]
    total = words["would_total" if check else "total"].format(count=sum(names), devices=len(names))
    return "\n".join([words["title"], *aligned(lines), total])


def _of_run(name: str, restored: Restored, words: t.Mapping[str, str], *, check: bool) -> t.Iterator[list[str]]:
    if not restored.names:
        yield [name, restored.run, words["nothing" if restored.known else "unknown"], ""]
    for number, thing in enumerate(restored.names):
        first = [name, restored.run, words["would" if check else "restored"]]
        yield [*(["", "", ""] if number else first), thing]


def _hindered(name: str, device: Device, words: t.Mapping[str, str], language: str) -> list[list[str]]:
    """Return the line of a device that something stood in the way of."""
    if device.obstacle is None:
        return []
    what, message = device.obstacle
    told = [OBSTACLES[language][what]] if what != FAILED else []  # "the check failed" says nothing of a rollback
    return [[name, "-", words["refused"], ": ".join([*told, *([said(message, language)] if message else [])])]]
