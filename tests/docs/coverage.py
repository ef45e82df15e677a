# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/coverage.md: how much of the regulations the collection covers, computed from its rows and its catalogue."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Control
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue_files import Everything, read_all
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.coverage import (
    CHECK,
    NOT_YET,
    ROW,
    Coverage,
    Place,
    Served,
    clause_coverage,
    coverage,
    expressing,
    parts_of,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import PLATFORMS, rows_of_all_roles

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/coverage.md"

_ASCII_QUOTES = {0x201C: '"', 0x201D: '"'}  # sanity wants no others in a page
_PROVEN = ("linux",)  # platforms whose rows the tests apply to real hosts
_BEST_FIRST = (ROW, CHECK, NOT_YET)
_STATES = {ROW: "row", CHECK: "check", NOT_YET: "**not yet**"}
_INTRODUCTION = """\
<!-- Made by `make docs` from catalogue/ and roles/; what is changed here by hand is lost. -->

# Mức độ đáp ứng các quy chế / Coverage

Năm quy chế yêu cầu gì, và các dòng thiết lập (row) của bộ công cụ này đáp ứng đến đâu.

- Mỗi **biện pháp** gồm các *phần*: các tham số của nó, và những điều khoản mà không tham số nào diễn đạt. Điều khoản ở
  đây là đoạn trích mà biện pháp dẫn ra.
- **row**: có dòng thiết lập kiểm tra và tự sửa. **check**: chỉ kiểm tra được. **not yet**: chưa có dòng nào. Kết quả
  ghi riêng cho từng loại thiết bị trên từng nền tảng.
- Điều khoản được các tham số diễn đạt thì chỉ tính là có khi mọi tham số ấy đều có dòng thiết lập; nếu còn thiếu thì
  ghi **not yet** in full. *row* nghĩa là có dòng thiết lập liên quan, không khẳng định đã đáp ứng trọn vẹn một điều
  khoản viết chung chung.
- Chỉ tính các dòng thiết lập. Việc làm theo lịch, hồ sơ, việc của cơ quan đều ghi *not yet*.
- *simulated only*: mới chứng minh trên thiết bị mô phỏng, chưa trên thiết bị thật; với Windows là chưa trên máy
  Windows nào.
- *texts*: quy chế nêu rõ giá trị. *project*: quy chế chỉ nêu bằng lời, giá trị do dự án chọn.

What the five regulations demand, and how much of it the rows of this collection cover.

- A **control** consists of *parts*: its parameters, and those of its clauses that no parameter expresses. A clause
  means here the words of it that the control quotes.
- **row**: a row checks it and corrects it. **check**: rows can only look. **not yet**: no row is about it. That is said
  of every class of device on every platform by itself; what a row asks of the device (that a program is installed) is
  judged there, at each run.
- A clause that parameters express counts only where rows serve all of these; with some of them missing it is
  **not yet** in full. *row* means that rows are about it, not that they exhaust a clause in general words.
- Only rows count. What a schedule, a document or the office itself would fulfil is *not yet*.
- *simulated only*: proven on a simulated device, not on a real one; verified on Windows: no.
- *texts*: the value stands in the regulations. *project*: they say it in words; the value is the project's choice.
"""


class Covered(NamedTuple):
    """A control with what serves its parts and its clauses."""

    control: Control
    parts: Coverage
    clauses: Coverage

    @property
    def is_served(self) -> bool:
        return any(one.rows for serving in (*self.parts.values(), *self.clauses.values()) for one in serving.values())


def page() -> str:
    """Return the page as it should be now."""
    everything = read_all(ROOT / "catalogue")
    platforms = {one["id"]: one.get("platforms", ()) for one in everything.files["device_classes"]["classes"]}
    rows = {platform: rows_of_all_roles(ROOT, platform) for platform in PLATFORMS}
    every = []
    for control in everything.controls.values():
        named = coverage(control, rows, platforms)
        parts = {part: named[part] for part in parts_of(control)}
        every.append(Covered(control, parts, clause_coverage(control, named)))
    blocks = [_INTRODUCTION, *_numbers(everything, every), "## Các biện pháp / Controls\n"]
    for domain, title in everything.files["domains"].items():
        own = [one for one in every if one.control.id.startswith(f"{domain}-")]
        blocks += [f"### {domain}: {title['title_vi']} / {title['title_en']}\n"]
        blocks += [block for one in own for block in _control(everything, one)]
    return "\n".join([*blocks, *_other_gaps(everything)])


def _other_gaps(everything: Everything) -> list[str]:
    """Quote what concerns the texts as a whole, so that no gap is left out."""
    told = {name for control in everything.controls.values() for name in control.gaps}
    others = [gap for gap in everything.files["gaps"] if gap["id"] not in told]
    return ["## Vướng mắc chung / Gaps of the texts as a whole\n", *map(_gap, others), ""]


def _gap(gap: Mapping[str, str]) -> str:
    return f"- {gap['id']}: {gap['issue']} → {gap['resolution']}"


def _numbers(everything: Everything, every: Sequence[Covered]) -> list[str]:
    served = sum(one.is_served for one in every)
    clauses = Counter(clause["status"] for clause in everything.clauses.values())
    return [
        "## Tóm tắt / In numbers\n",
        f"- {served}/{len(every)} biện pháp đã có dòng thiết lập, {len(every) - served} chưa có. / "
        f"{served} of {len(every)} controls have a row, {len(every) - served} have none yet.",
        f"- The regulations have {len(everything.clauses)} units: {clauses['control']} are quoted by a control, "
        f"{clauses['related']} are related to one, {clauses['organisational']} are organisational by themselves "
        f"(scope, entry into force, rewards), {clauses['heading']} are headings.\n",
        "### Theo loại thiết bị và nền tảng / By class of device and platform\n",
        _by_place(everything, every),
        "### Theo nhóm biện pháp / By domain\n",
        _by_domain(everything, every),
        "### Theo văn bản / By regulation\n",
        _by_regulation(everything, every),
    ]


def _by_place(everything: Everything, every: Sequence[Covered]) -> str:
    """Count parts at every place; the denominator is the parts of the controls that apply there."""
    counted: dict[Place, Counter[str]] = {}
    for serving in (serving for one in every for serving in one.parts.values()):
        for place, one in serving.items():
            counted.setdefault(place, Counter())[one.state] += 1
    classes = {one["id"]: one for one in everything.files["device_classes"]["classes"]}
    lines = []
    for name, known in classes.items():
        for platform in known.get("platforms") or [None]:
            count = counted[Place(name, platform)]
            title = f"{known['title_vi']} / {known['title_en']}"
            lines.append((title, platform or "-", count.total(), count[ROW], count[CHECK], count[NOT_YET]))
    return _table(("Loại / Class", "Platform", "Parts", "row", "check", "not yet"), lines)


def _by_domain(everything: Everything, every: Sequence[Covered]) -> str:
    lines = []
    for domain, title in everything.files["domains"].items():
        own = [one for one in every if one.control.id.startswith(f"{domain}-")]
        states = Counter(_somewhere(serving) for one in own for serving in one.parts.values())
        served = sum(one.is_served for one in own)
        name = f"{domain}: {title['title_vi']} / {title['title_en']}"
        lines.append((name, f"{served}/{len(own)}", states.total(), states[ROW], states[CHECK], states[NOT_YET]))
    head = ("Nhóm / Domain", "Controls with a row", "Parts", "row somewhere", "check somewhere", "not yet anywhere")
    return _table(head, lines)


def _by_regulation(everything: Everything, every: Sequence[Covered]) -> str:
    """Count the clauses that rows serve, at one place at least, in every control that quotes them or in some."""
    served: dict[str, list[str]] = {}
    for code, serving in ((code, serving) for one in every for code, serving in one.clauses.items()):
        served.setdefault(code, []).append(_somewhere(serving))
    lines = []
    for text in everything.files["texts"]:
        own = [clause for clause in everything.clauses.values() if clause["code"].startswith(text["id"])]
        status = Counter(clause["status"] for clause in own)
        states = [served[clause["code"]] for clause in own if clause["code"] in served]
        wholly = sum(NOT_YET not in some for some in states)
        partly = sum(NOT_YET in some and set(some) != {NOT_YET} for some in states)
        numbers = (status["heading"], status["organisational"], status["related"], len(states), wholly, partly)
        lines.append((f"{text['id']}: {text['issuer']}", len(own), *numbers))
    head = ("Văn bản / Regulation", "Units", "heading", "organisational", "related", "quoted by a control")
    return _table((*head, "served in all of them, somewhere", "in some of them"), lines)


def _control(everything: Everything, one: Covered) -> list[str]:
    control = one.control
    kinds = ", ".join((control.kind, *control.also_kinds))
    return [
        f"#### {control.id}: {control.title_vi} / {control.title_en}\n",
        f"{control.priority}; {kinds}; for {', '.join(control.applies_to)}\n",
        _served(everything, one) if one.is_served else _unserved(everything, one),
        *_beside(everything, control),
    ]


def _served(everything: Everything, one: Covered) -> str:
    lines: list[tuple[str, ...]] = []
    named = {name: serving for name, serving in one.parts.items() if name in one.control.parameters} | one.clauses
    for name, serving in named.items():
        title = _words(everything, one.control, name)
        for served, where in _grouped(serving):
            in_full = " in full" if served.state == NOT_YET and served.rows else ""
            lines.append((*title, _STATES[served.state] + in_full, where, _by(one, name, served, serving)))
            title = ("", "")
    return _table(
        ("Tham số, điều khoản / Part", "Yêu cầu / Demand", "State", "Where", "Rows, or what is missing"), lines
    )


def _unserved(everything: Everything, one: Covered) -> str:
    names = (*one.control.parameters, *one.control.clauses)
    demands = (": ".join(_words(everything, one.control, name)) for name in names)
    return "\n- ".join((f"{_STATES[NOT_YET]}: no row is about it.\n", *demands)) + "\n"


def _words(everything: Everything, control: Control, name: str) -> tuple[str, str]:
    """Return what to call a parameter or a clause, and what it demands."""
    if name in control.parameters:
        origin = "texts" if name in control.from_text else "project"
        return f"`{name}`", f"{_value(control.parameters[name])} ({origin})"
    quotes = (source.quote.translate(_ASCII_QUOTES) for source in control.sources if source.code == name)
    return f"{name} ({everything.clauses[name]['ref']})", " ".join(f'"{quote}"' for quote in quotes)


def _by(one: Covered, name: str, served: Served, serving: Mapping[Place, Served]) -> str:
    """Name the rows about a parameter or clause, and the parameters of the clause that none of them serves."""
    place = next(place for place, other in serving.items() if other == served)
    missing = [f"`{part}`" for part in expressing(one.control, name) if one.parts[part][place].state == NOT_YET]
    return "; ".join(filter(None, (", ".join(served.rows), f"missing: {', '.join(missing)}" if missing else "")))


def _beside(everything: Everything, control: Control) -> list[str]:
    """Quote the gaps of a control, and what duties, forms and approvals it asks for."""
    gaps = {gap["id"]: gap for gap in everything.files["gaps"]}
    lines = [_gap(gaps[name]) for name in control.gaps]
    lines += [
        f"- {one['id']}: {one['duty']} ({one['frequency']})" for one in everything.of_control("calendar", control.id)
    ]
    lines += [f"- {one['id']}: {one['title_vi']}" for one in everything.of_control("forms", control.id)]
    lines += [f"- {one['id']}: {one['what']}: {one['who']}" for one in everything.of_control("approvals", control.id)]
    return ["\n".join(["Liên quan / Beside it:\n", *lines, ""])] if lines else []


def _grouped(serving: Mapping[Place, Served]) -> Iterable[tuple[Served, str]]:
    """Yield what serves a part together with all the places where exactly that does."""
    groups: dict[Served, list[Place]] = {}
    for place, served in serving.items():
        groups.setdefault(served, []).append(place)
    best_first = sorted(groups, key=lambda served: (_BEST_FIRST.index(served.state), not served.rows))
    for served in best_first:
        where = ", ".join(map(_place_name, groups[served]))
        if served == Served(NOT_YET):
            where = "everywhere" if len(groups) == 1 else "everywhere else"
        yield served, where


def _place_name(place: Place) -> str:
    if place.platform is None:
        return place.device_class
    return f"{place.device_class} ({place.platform}{'' if place.platform in _PROVEN else ', *simulated only*'})"


def _somewhere(serving: Mapping[Place, Served]) -> str:
    """Return the best state that a part has at any place."""
    states = {one.state for one in serving.values()}
    return next(state for state in _BEST_FIRST if state in states)


def _value(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    cells = [head, ["---"] * len(head), *lines]
    return "".join(f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in line)} |\n" for line in cells)
