# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A plan as sentences for people, in Vietnamese and in English: no rule of a firewall is shown."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.meaning import ESSENTIAL
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import (
    ACCEPT,
    FIREWALL,
    INTERNET,
    REJECT,
    Policy,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.naming import (
    EVERYTHING,
    FOREIGN,
    OWN,
    End,
    Service,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.plan import ADDED, CHANGED, REMOVED, Change, Plan
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import Outcome
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.slices import (
    ESTABLISHED,
    INVALID,
    NEW,
    POSTROUTING,
    PREROUTING,
    RELATED,
    UNKNOWN,
    UNTRACKED,
)

VI, EN = "vi", "en"
_KINDS = {
    VI: {ADDED: "Thêm", REMOVED: "Bỏ", CHANGED: "Đổi", "allowed": "Cho phép"},
    EN: {ADDED: "Added", REMOVED: "Removed", CHANGED: "Changed", "allowed": "Allowed"},
}
_WORDS: t.Mapping[str, t.Mapping[str, str]] = {
    VI: {
        "flow": "từ {source} đến {destination}, dịch vụ {services}",
        "publish": "công bố ra Internet: {destination} {services} được chuyển đến {target}",
        "masquerade": "che địa chỉ nguồn (masquerade) từ {source} ra {destination}, dịch vụ {services}",
        "zone": "vùng {name} ({title})",
        "interface": "qua cổng {names}",
        "nowhere": "cổng {interfaces} không thuộc vùng nào ({names})",
        UNKNOWN: "mọi cổng không thuộc vùng nào ({names})",
        INTERNET: "Internet",
        FIREWALL: "tường lửa",
        EVERYTHING: "mọi địa chỉ",
        OWN: "mọi địa chỉ của vùng",
        FOREIGN: "địa chỉ không thuộc nơi này",
        "without": "trừ {names}",
        "only": "chỉ {names}",
        "all services": "mọi dịch vụ",
        "family": "chỉ IPv{family}",
        "published": "qua địa chỉ công bố",
        "source ports": "chỉ cổng nguồn {ports}",
        "states": "gói {states}",
        ESSENTIAL: "cần cho IPv6 hoặc DHCP hoạt động",
        "policy": "theo chính sách {name}: {reason}",
        "approval": "văn bản {approval}",
        "expires": "hết hạn ngày {day}",
        "treatment": "trước: {before}; sau: {after}",
        ACCEPT: "cho qua",
        "drop": "chặn",
        REJECT: "từ chối có báo",
        "none": "không chuyển đổi",
        "rate": "tối đa {amount} kết nối mới mỗi giây từ một địa chỉ",
        "count": "tối đa {amount} kết nối cùng lúc từ một địa chỉ",
        "log": "có ghi log",
        "to": "chuyển đến {target}",
        "hides": "che địa chỉ nguồn",
    },
    EN: {
        "flow": "from {source} to {destination}, service {services}",
        "publish": "published on the Internet: {destination} {services} is led on to {target}",
        "masquerade": "masquerade from {source} to {destination}, service {services}",
        "zone": "zone {name}",
        "interface": "by interface {names}",
        "nowhere": "interface {interfaces}, which no zone has ({names})",
        UNKNOWN: "every interface that no zone has ({names})",
        INTERNET: "the Internet",
        FIREWALL: "the firewall",
        EVERYTHING: "every address",
        OWN: "all addresses of the zone",
        FOREIGN: "addresses that do not belong there",
        "without": "without {names}",
        "only": "only {names}",
        "all services": "every service",
        "family": "IPv{family} only",
        "published": "by the published address",
        "source ports": "source port {ports} only",
        "states": "packets {states}",
        ESSENTIAL: "what IPv6 or DHCP need to work",
        "policy": "policy {name}",
        "approval": "document {approval}",
        "expires": "expires on {day}",
        "treatment": "before: {before}; after: {after}",
        ACCEPT: "let through",
        "drop": "dropped",
        REJECT: "refused with an answer",
        "none": "not translated",
        "rate": "at most {amount} new connections a second from one address",
        "count": "at most {amount} connections at a time from one address",
        "log": "logged",
        "to": "led on to {target}",
        "hides": "masqueraded",
    },
}
_STATES = {
    VI: {
        ESTABLISHED: "thuộc kết nối đang mở",
        RELATED: "liên quan kết nối đang mở",
        INVALID: "không hợp lệ",
        UNTRACKED: "không được theo dõi",
        NEW: "mở kết nối",
    },
    EN: {
        ESTABLISHED: "of open connections",
        RELATED: "related to open connections",
        INVALID: "that are invalid",
        UNTRACKED: "that are not tracked",
        NEW: "that open connections",
    },
}
_SUMMARY = {
    VI: {
        "nothing": "Không có gì thay đổi: tường lửa đang làm đúng như mô hình.",
        "same": "Không có gì thay đổi giữa hai mô hình.",
        "count": "Thêm {added}, bỏ {removed}, đổi {changed}.",
        "first": "Tường lửa chưa có bảng luật nào của dự án; sau khi áp dụng, chỉ những luồng sau được phép:",
        "others": "Các bảng khác trên tường lửa được giữ nguyên và không được xét ở đây: {tables}",
        "expired": "Chính sách {name} đã hết hạn ngày {day} nên không còn hiệu lực: {reason}",
        "expiring": "Chính sách {name} sắp hết hạn ngày {day}: {reason}",
    },
    EN: {
        "nothing": "Nothing changes: the firewall does what the model says.",
        "same": "Nothing changes between the two models.",
        "count": "Added {added}, removed {removed}, changed {changed}.",
        "first": "The firewall has no table of this project yet; once it is applied, only these flows are allowed:",
        "others": "Other tables of the firewall stay as they are and are not judged here: {tables}",
        "expired": "Policy {name} expired on {day} and does not hold any more: {reason}",
        "expiring": "Policy {name} expires on {day}: {reason}",
    },
}


def text_of(plan: Plan, *, of_firewall: bool) -> list[str]:
    """Return the lines to show: the summary and every change, Vietnamese first, each followed by its English."""
    return [line for pair in _pairs(plan, of_firewall=of_firewall) for line in pair]


def lines_of(change: Change, plan: Plan) -> dict[str, str]:
    """Return the sentence of one change by language."""
    kind = "allowed" if plan.first and change.kind == ADDED else change.kind
    return {language: f"{_KINDS[language][kind]}: {_Sentence(language, plan).of(change)}" for language in (VI, EN)}


def _pairs(plan: Plan, *, of_firewall: bool) -> t.Iterator[tuple[str, str]]:
    if plan.other_tables:
        yield _both("others", tables=", ".join(plan.other_tables))
    if plan.first:
        yield _both("first")
    elif not plan.changes:
        yield _both("nothing" if of_firewall else "same")
    else:
        kinds = [change.kind for change in plan.changes]
        yield _both("count", **{kind: kinds.count(kind) for kind in (ADDED, REMOVED, CHANGED)})
    for change in plan.changes:
        lines = lines_of(change, plan)
        yield lines[VI], f"  {lines[EN]}"
    for key, policies in (("expired", plan.expired), ("expiring", plan.expiring)):
        for policy in policies:
            yield _both(key, name=policy.name, day=policy.expires, reason=policy.reason)


def _both(key: str, **values: t.Any) -> tuple[str, str]:
    shown = {VI: {**values}, EN: {**values}}
    if "day" in values:
        shown[VI]["day"] = f"{values['day']:%d/%m/%Y}"
    return _SUMMARY[VI][key].format(**shown[VI]), f"  {_SUMMARY[EN][key].format(**shown[EN])}"


class _Sentence:
    """Says in one language what a change is."""

    def __init__(self, language: str, plan: Plan) -> None:
        self._language, self._plan = language, plan

    def of(self, change: Change) -> str:
        policy = self._plan.policies.get(change.policy)
        parts = [self._what(change), *self._conditions(change), *self._treatment(change)]
        if change.policy == ESSENTIAL:
            parts.append(self._word(ESSENTIAL))
        elif policy:
            parts += self._basis(policy)
        return "; ".join(parts)

    def _word(self, key: str, **values: t.Any) -> str:
        return _WORDS[self._language][key].format(**values)

    def _what(self, change: Change) -> str:
        outcome = change.before if change.kind == REMOVED else change.after
        target = self._target(outcome) if outcome.verdict == "dnat" else ""
        form = {PREROUTING: "publish", POSTROUTING: "masquerade"}.get(change.hook, "flow")
        if form == "publish":
            destination = ", ".join(name for end in change.destinations for name in end.names)
        else:
            destination = self._ends(change.destinations)
        return self._word(
            form,
            source=self._ends(change.sources),
            destination=destination,
            services=self._services(change.services),
            target=target,
        )

    def _conditions(self, change: Change) -> t.Iterator[str]:
        if len(change.families) == 1:
            yield self._word("family", family=change.families[0])
        if change.translated == (True,):
            yield self._word("published")
        if change.source_ports:
            yield self._word("source ports", ports=change.source_ports)
        if NEW not in change.states:
            yield self._word("states", states=", ".join(_STATES[self._language][one] for one in change.states))

    def _treatment(self, change: Change) -> t.Iterator[str]:
        if change.kind == CHANGED:
            before, after = self._outcome(change.before), self._outcome(change.after)
            yield self._word("treatment", before=before, after=after)
        elif change.kind == ADDED:
            yield from self._notes(change.after)

    def _outcome(self, outcome: Outcome) -> str:
        if outcome.verdict == "dnat":
            verdict = self._word("to", target=self._target(outcome))
        else:
            verdict = self._word("hides" if outcome.verdict == "masquerade" else outcome.verdict)
        return ", ".join([verdict, *self._notes(outcome)])

    def _notes(self, outcome: Outcome) -> t.Iterator[str]:
        for kind, *rest in outcome.notes:
            if kind in ("rate", "count"):
                yield self._word(kind, amount=rest[1])
            elif kind == "log":
                yield self._word("log")

    def _target(self, outcome: Outcome) -> str:
        address, port = outcome.detail
        name = self._plan.names.host(address)
        shown = address if name == address else f"{name} ({address})"
        return f"{shown}:{port}" if port else shown

    def _basis(self, policy: Policy) -> t.Iterator[str]:
        yield self._word("policy", name=policy.name, reason=policy.reason)
        if policy.approval:
            yield self._word("approval", approval=policy.approval)
        if policy.expires:
            day = policy.expires
            yield self._word("expires", day=f"{day:%d/%m/%Y}" if self._language == VI else day.isoformat())

    def _ends(self, ends: t.Sequence[End]) -> str:
        return "; ".join(map(self._end, ends))

    def _end(self, end: End) -> str:
        names = ", ".join(self._word(name) if name in (EVERYTHING, OWN, FOREIGN) else name for name in end.names)
        if not end.zone:
            return self._word(
                UNKNOWN if end.interfaces == (UNKNOWN,) else "nowhere",
                interfaces=", ".join(end.interfaces),
                names=names,
            )
        if end.zone in (INTERNET, FIREWALL):
            shown = [f"{self._word(end.zone)} ({names})" if names else self._word(end.zone)]
        else:
            shown = [self._word("zone", name=end.zone, title=self._plan.names.title(end.zone))]
            shown += [self._word("only", names=names)] if names and EVERYTHING not in end.names else []
        if end.without:
            shown.append(self._word("without", names=", ".join(end.without)))
        if end.interfaces:
            shown.append(self._word("interface", names=", ".join(end.interfaces)))
        return ", ".join(shown)

    def _services(self, services: t.Sequence[Service]) -> str:
        shown = []
        for service in services:
            ports = ", ".join(service.ports)
            if service.ports == (EVERYTHING,):
                shown.append(self._word("all services"))
            else:
                shown.append(f"{service.name} ({ports})" if service.name else ports)
        return ", ".join(shown)
