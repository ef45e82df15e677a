# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The fields of a row: which there are, what each may hold, and how a fault is told."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy.compare import COMPARISONS
from ansible_collections.commune.baseline.plugins.module_utils._policy.kind import KINDS as LINUX_KINDS
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import (
    apt_source,
    privilege,
    site_record,
    software,
    ssh_access,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.kind import KINDS as WINDOWS_KINDS
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.kinds import (
    audit_policy,
    event_log,
    feature,
    firewall_profile,
    firewall_rule,
    local_account,
    local_group,
    program,
    registry,
    scheduled_task,
    share,
    user_right,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.demands import UNLESS

Fields = t.Mapping[str, t.Any]

# The platforms that an engine brings to the baseline, with the kinds of rows that each knows.
KINDS_OF: t.Mapping[str, t.Mapping[str, t.Any]] = {"linux": LINUX_KINDS, "windows": WINDOWS_KINDS}
_REQUIRED = frozenset({"id", "control", "kind", "why", "fix"})
_SHAPES: dict[str, t.Any] = {
    "id": "text",
    "control": "text",
    "kind": "word",
    "parameter": "text",
    "value": "anything",
    "knob": "word",
    "compare": COMPARISONS,
    "minimum": "whole number",
    "maximum": "whole number",
    "optional": "true or false",
    "enforce": "true or false",
    "measured_in": ("minutes",),
    "when": "dictionary of class, distribution (lists of words), exists (an absolute path) or firewall (true)",
    "restart": "word",
    "connectivity": "true or false",
    "refs": "list of texts",
    "why": "text in vi and in en",
    "fix": "text in vi and in en",
}
# What logins and sudo depend on.
_CUTTING_KINDS = frozenset(
    {
        "account",
        "nft_ruleset",
        "pam",
        "privilege",
        "ssh_access",
        "firewall_profile",
        "firewall_rule",
        "firewall_ruleset",
        "local_account",
        "user_right",
    }
)
_CUTTING_PATHS = ("/etc/ssh/", "/etc/sudoers", "/etc/pam.d/", "/etc/security/", "/etc/nftables", "/home/", "/root/")
# Kinds that know more of a desired value than its sort.
_FAULTS: t.Mapping[str, t.Callable[[Fields, t.Any], str | None]] = {
    "apt_source": apt_source.fault_of_desired,
    "privilege": privilege.fault_of_desired,
    "site_record": site_record.fault_of_desired,
    "software": software.fault_of_desired,
    "ssh_access": ssh_access.fault_of_desired,
    "audit_policy": audit_policy.fault_of_desired,
    "event_log": event_log.fault_of_desired,
    "feature": feature.fault_of_desired,
    "firewall_profile": firewall_profile.fault_of_desired,
    "firewall_rule": firewall_rule.fault_of_desired,
    "local_account": local_account.fault_of_desired,
    "local_group": local_group.fault_of_desired,
    "program": program.fault_of_desired,
    "registry": registry.fault_of_desired,
    "scheduled_task": scheduled_task.fault_of_desired,
    "share": share.fault_of_desired,
    "user_right": user_right.fault_of_desired,
}


def fault_of_desired(fields: Fields, desired: t.Any) -> str | None:
    """Return what is wrong with the desired value of a row for its kind, or None."""
    fault = _FAULTS.get(fields["kind"])
    return fault(fields, desired) if fault else None


def fault_of(fields: Fields, platform: str) -> str | None:
    """Return what is wrong with the fields of a row of a platform, or None."""
    kind, kinds = fields.get("kind"), KINDS_OF[platform]
    if not isinstance(kind, str) or kind not in kinds:
        return f"kind is {kind!r}, not one of {', '.join(kinds)}"
    required, shapes = _REQUIRED | kinds[kind].REQUIRED, {**_SHAPES, **kinds[kind].FIELDS}
    missing = sorted(required - fields.keys())
    if missing:
        return f"lacks {', '.join(missing)}"
    unknown = sorted(str(name) for name in fields.keys() - shapes.keys())
    if unknown:
        return f"has no field called {', '.join(unknown)}"
    for name, value in fields.items():
        wrong = _wrong_shape(value, shapes[name])
        if wrong:
            return f"{name} is {value!r}, not {wrong}"
    if _can_cut(fields) and not fields.get("connectivity"):
        return "can cut the connection, so it needs connectivity: true"
    return _fault_of_wish(fields, kinds[kind].COMPARISONS)


def _can_cut(fields: Fields) -> bool:
    return fields["kind"] in _CUTTING_KINDS or str(fields.get("path", "")).startswith(_CUTTING_PATHS)


def _fault_of_wish(fields: Fields, comparisons: t.Sequence[str]) -> str | None:
    """Tell what is wrong with what the row wants: a value or a knob, and a comparison that its kind can write."""
    compare = fields.get("compare", "==")
    if compare not in comparisons:
        return f"compare is {compare!r}; its kind knows {', '.join(comparisons)}"
    if compare != "absent" and ("value" in fields) == ("knob" in fields):
        return "needs either value or knob"
    return None


def _wrong_shape(value: t.Any, shape: t.Any) -> str | None:
    """Return what the value should be if it is not, else None; a tuple is a choice."""
    if not isinstance(shape, str):
        return None if value in shape else f"one of {', '.join(shape)}"
    if _has_template(value):
        return "free of Jinja: what a site may change is a knob"
    return None if _HAS_SHAPE[shape](value) else f"{'an' if shape[0] == 'a' else 'a'} {shape}"


def _is_text(value: t.Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_path(value: t.Any) -> bool:
    return isinstance(value, str) and value.startswith("/")


def _is_bilingual(value: t.Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"vi", "en"} and all(map(_is_text, value.values()))


def _is_condition(value: t.Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(_is_condition_part(*part) for part in value.items())


def _is_condition_part(name: t.Any, value: t.Any) -> bool:
    if name == "exists":
        return _is_path(value)
    if name == "firewall":
        return value is True
    return name in ("class", "distribution") and isinstance(value, list) and bool(value) and all(map(_is_word, value))


def _is_way(value: t.Any) -> bool:
    """Tell whether a value names zones at both ends, and at most what lets a policy off, and ports."""
    if not isinstance(value, dict) or not {"from", "to"} <= value.keys() <= {"from", "to", "unless", "ports"}:
        return False
    ends = all(isinstance(value[end], list) and value[end] and all(map(_is_word, value[end])) for end in ("from", "to"))
    return ends and _is_list_of_numbers(value.get("ports", [0])) and value.get("unless", UNLESS[0]) in UNLESS


def _is_list_of_numbers(value: t.Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_whole_number, value))


def _is_word(value: t.Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[\w.@/:-]+", value, re.ASCII))


def _is_whole_number(value: t.Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_registry_key(value: t.Any) -> bool:
    """Tell whether a value is a key such as SOFTWARE\\Policies, which begins with no hive and no backslash."""
    return _is_text(value) and not re.match(r"\\|HK|.*[:/]|.*\\$", value)


def _is_expression(value: t.Any) -> bool:
    """Tell whether a value is a regular expression that finds texts: more than one group would find tuples."""
    try:
        return _is_text(value) and re.compile(value).groups <= 1
    except re.error:
        return False


def _has_template(value: t.Any) -> bool:
    return any(mark in str(value) for mark in ("{{", "{%"))


_HAS_SHAPE: dict[str, t.Callable[[t.Any], bool]] = {
    "anything": lambda value: True,
    "text": _is_text,
    "word": _is_word,
    "absolute path": _is_path,
    "list of absolute paths": lambda value: isinstance(value, list) and bool(value) and all(map(_is_path, value)),
    "list of texts": lambda value: isinstance(value, list) and all(map(_is_text, value)),
    "text in vi and in en": _is_bilingual,
    "true or false": lambda value: isinstance(value, bool),
    "dictionary of class, distribution (lists of words), exists (an absolute path) or firewall (true)": _is_condition,
    "whole number": _is_whole_number,
    "key of the registry without its hive": _is_registry_key,
    "GUID in braces, in capitals": lambda value: bool(
        re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", str(value))
    ),
    "task with its path": lambda value: _is_text(value) and bool(re.fullmatch(r"(\\[^\\]+)+", value)),
    "regular expression": _is_expression,
    "list of whole numbers": _is_list_of_numbers,
    "list of ways between zones": lambda value: isinstance(value, list) and bool(value) and all(map(_is_way, value)),
}
