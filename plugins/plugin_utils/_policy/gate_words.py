# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What the gate of enrolment says, in Vietnamese and English: what stands in the way, and what would be right."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import FAIL, NOT_ASSESSED
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Control
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.coverage import NOT_YET
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.gate import NO_DEMANDS, Open
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.serial import (
    DIFFERENT,
    NOT_COMPARED,
    SAME,
    compared,
    serial_of,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register import approvals

LANGUAGES = ("vi", "en")
CORRECTABLE = "correctable"
_STANDING_OPEN = {
    "vi": {
        FAIL: "{control} ({title}): không đạt ở dòng {names}",
        CORRECTABLE: "{control} ({title}): chưa đạt ở dòng {names}, khi chạy thật sẽ được sửa",
        NOT_ASSESSED: "{control} ({title}): chưa kiểm tra được dòng {names}",
        NOT_YET: "{control} ({title}): chưa có gì kiểm tra {names}",
        NO_DEMANDS: "danh mục không có biện pháp bắt buộc nào cho loại thiết bị này, nên không có gì chứng tỏ là đạt",
    },
    "en": {
        FAIL: "{control} ({title}): fails in row {names}",
        CORRECTABLE: "{control} ({title}): fails in row {names}, which a real run corrects",
        NOT_ASSESSED: "{control} ({title}): could not be assessed in row {names}",
        NOT_YET: "{control} ({title}): nothing looks at {names} yet",
        NO_DEMANDS: "the catalogue demands nothing of a device of this class, so nothing shows that it is in order",
    },
}
_UNREACHED = {
    "vi": "không kết nối được với thiết bị nên chưa kiểm tra được gì; khi thiết bị trả lời, hãy chạy lại",
    "en": "the device was not reached, so nothing of it could be assessed; run again when it answers",
}
_TO_ACCEPT = {
    "vi": "phần chưa có gì kiểm tra cần một phê duyệt trong sổ thiết bị, ghi tên thiết bị này, do người có vai trò "
    "{roles} ký, và scope là {names}",
    "en": "what nothing looks at yet needs an approval in the register that names this device, signed by a person with "
    "the role {roles}, with the scope {names}",
}
_SERIAL = {
    "vi": {
        SAME: "số sê-ri {found} đúng với sổ thiết bị",
        DIFFERENT: "thiết bị báo số sê-ri {found}, còn sổ thiết bị ghi {registered}: đây là thiết bị khác",
        NOT_COMPARED: "chưa đối chiếu được số sê-ri: thiết bị báo {found}, sổ thiết bị ghi {registered}",
    },
    "en": {
        SAME: "serial number {found} is that of the register",
        DIFFERENT: "the device shows serial number {found}, and the register says {registered}: it is another device",
        NOT_COMPARED: "serial numbers were not compared: the device shows {found}, and the register says {registered}",
    },
}
_OR = {"vi": " hoặc ", "en": " or "}
_NONE = {"vi": "không có", "en": "none"}
_FILLER = {"vi": "{value} (chữ điền sẵn của hãng, không phải số sê-ri)", "en": "{value} (a maker's filler, no number)"}
_VERDICT = {
    "vi": {True: "{device} đủ điều kiện đưa vào sử dụng", False: "{device} chưa được đưa vào sử dụng:{reasons}"},
    "en": {True: "{device} may go into service", False: "{device} does not go into service:{reasons}"},
}


def said_of_serial(registered: str | None, found: str | None, language: str) -> str:
    """Return in words what the comparison of two serial numbers came to."""
    shown = {"registered": _shown(registered, language), "found": _shown(found, language)}
    return _SERIAL[language][compared(registered, found)].format(**shown)


def said_of_reach(language: str) -> str:
    """Return in words that a device did not answer."""
    return _UNREACHED[language]


def said_of(
    opening: t.Iterable[Open],
    language: str,
    *,
    controls: t.Mapping[str, Control],
    signers: approvals.Signers,
    naming: t.Mapping[str, t.Iterable[approvals.Record]],
    correctable: t.Container[str | None] = (),
    in_language: t.Callable[[str], str] = str,
) -> list[str]:
    """Return a sentence for each control and state that keeps the gate shut, and on how to accept what is 'not yet'.

    ``naming`` are the approvals that name controls for the device, by these, whoever signed them; ``correctable`` the
    rows that a dry run would have corrected; ``in_language`` translates what the register says in English.
    """
    named: dict[tuple[str, str | None], list[str]] = {}
    for one in opening:
        state = CORRECTABLE if one.state == FAIL and one.row in correctable else one.state
        named.setdefault((state, one.control), []).append(one.row or one.part or "")
    said = []
    for (state, control), names in named.items():
        title = getattr(controls[control], f"title_{language}") if control else ""
        said.append(_STANDING_OPEN[language][state].format(control=control, title=title, names=", ".join(names)))
    waiting = [control for state, control in named if state == NOT_YET and control]
    if not waiting:
        return said
    unsigned = (signers.said_of(one) for control in waiting for one in naming.get(control, ()))
    to_accept = _TO_ACCEPT[language].format(names=", ".join(waiting), roles=_OR[language].join(signers.roles))
    return [*said, *dict.fromkeys(in_language(one) for one in unsigned if one), to_accept]


def verdict(device: str, reasons: t.Sequence[str], language: str) -> str:
    """Return the whole in words: that the device may go into service, or why it does not, a line for each reason."""
    return _VERDICT[language][not reasons].format(device=device, reasons="".join(f"\n- {one}" for one in reasons))


def _shown(value: str | None, language: str) -> str:
    """Return a serial number as it is told; what a device shows can hold signs that would paint the screen."""
    if not (value or "").strip():
        return _NONE[language]
    text = f"{value!r:.60}"
    return text if serial_of(value) else _FILLER[language].format(value=text)
