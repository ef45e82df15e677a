# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a run left out, for the table and the report: the rest of the baseline, and exceptions that nothing needed."""

from __future__ import annotations

import typing as t

Scope = t.Mapping[str, t.Any]

_WORDS = {
    "vi": {
        "part": "CHỈ XÉT MỘT PHẦN: {rows}/{baseline} dòng thiết lập trên {devices} ({chosen}); các dòng còn lại không "
        "được kiểm tra trong lần chạy này.",
        "unseen": "CHƯA XÉT HẾT: đến nay mới kiểm tra {rows}/{baseline} dòng thiết lập trên {devices}.",
        "unneeded": "Ngoại lệ còn hiệu lực nhưng không cần đến: {names} trên {device} đến {expires} ({document}).",
    },
    "en": {
        "part": "ONLY A PART: {rows} of {baseline} rows on {devices} ({chosen}); this run did not look at the others.",
        "unseen": "NOT ALL SEEN: so far {rows} of {baseline} rows were looked at on {devices}.",
        "unneeded": "Exception in force that is not needed: {names} on {device} until {expires} ({document}).",
    },
}
_CHOICES = {"only": "baseline_only", "roles": "roles"}


def scope_lines(scopes: t.Mapping[str, Scope | None], language: str) -> list[str]:
    """Return the lines on all devices; None is the scope of one that was not assessed."""
    parts: dict[tuple[str, ...], list[str]] = {}
    for device, scope in scopes.items():
        if scope and scope["rows"] < scope["baseline"]:
            key = (str(scope["rows"]), str(scope["baseline"]), _chosen(scope))
            parts.setdefault(key, []).append(device)
    words = _WORDS[language]
    lines = [
        words["part"].format(rows=rows, baseline=baseline, chosen=chosen, devices=", ".join(devices))
        for (rows, baseline, chosen), devices in parts.items()
    ]
    return [*lines, *(_unneeded(device, one, words) for device, scope in scopes.items() for one in _spare(scope))]


def unseen_lines(counts: t.Mapping[str, Scope | None], language: str) -> list[str]:
    """Return the lines on devices of which some rows were never looked at; None where that is no question."""
    parts: dict[tuple[int, int], list[str]] = {}
    for device, count in counts.items():
        if count and count["rows"] < count["baseline"]:
            parts.setdefault((count["rows"], count["baseline"]), []).append(device)
    return [
        _WORDS[language]["unseen"].format(rows=rows, baseline=baseline, devices=", ".join(devices))
        for (rows, baseline), devices in parts.items()
    ]


def _chosen(scope: Scope) -> str:
    return "; ".join(f"{name}: {', '.join(scope[key])}" for key, name in _CHOICES.items() if scope[key])


def _spare(scope: Scope | None) -> t.Sequence[Scope]:
    return scope["unneeded"] if scope else ()


def _unneeded(device: str, exception: Scope, words: t.Mapping[str, str]) -> str:
    names = " ".join(name for name in (exception["control"], exception["row"]) if name)
    return words["unneeded"].format(
        names=names, device=device, expires=exception["expires"], document=exception["document"]
    )
