# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a real Windows answered, without the names of people and machines, so that it can be shown and tried again."""

from __future__ import annotations

import base64
import json
import re
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.domain import LOCAL
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import (
    FactsError,
    decoded,
    unpacked,
)

_SID = re.compile(r"S-1-(?:5-21|12-1)(?:-\d+)+")
_RID_OF_OWN = re.compile(r"(?P<machine>S-1-5-21(?:-\d+){3})-(?P<rid>\d+)")
_WITH_DOMAIN = re.compile(r"[^\s,=*\"\\]+\\[^\s,=*\"\\]+")


def redacted(text: str) -> str:
    """Return the answer of collect.ps1 with account names, SIDs and names of machines and domains replaced.

    The same name becomes the same word, and the last number of a SID stays, for rows ask for it. Raises FactsError.
    """
    try:
        answer = json.loads(unpacked(text))
        sections = answer["sections"]
        words = _words(sections.get("accounts", []))
        sids: dict[str, str] = {}
        for name in ("template", "audit"):
            sections[name] = [_export(one, name, words, sids) for one in sections.get(name, [])]
        if "domain" in sections:
            sections["domain"] = [_of_domain(one, words, sids) for one in sections["domain"]]
        for name, renamed in (
            ("shares", _share),
            ("rules", _rule),
            ("inbound", _inbound),
            ("wlan", _network),
            ("members", _member),
        ):
            if name in sections:
                sections[name] = [renamed(one, number) for number, one in enumerate(sections[name], start=1)]
        return json.dumps(_clean(answer, words, sids), ensure_ascii=False, indent=1)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FactsError(f"the answer cannot be made free of names, so nothing is kept: {error}") from error


def _words(accounts: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, str]:
    return {str(one["name"]).lower(): f"account-{one['sid'].rpartition('-')[2]}" for one in accounts}


def _export(content: str, name: str, words: t.Mapping[str, str], sids: dict[str, str]) -> str:
    """Clean the file that a program wrote, in the encoding in which it wrote it as far as that can be kept."""
    lines = decoded(base64.b64decode(content)).splitlines()
    if name == "audit":  # the first column names the machine, in whatever language its head is
        lines = [line if number == 0 else re.sub(r"^[^,]*", "", line) for number, line in enumerate(lines)]
    cleaned = [_WITH_DOMAIN.sub(r"DOMAIN\\name", _text(line, words, sids)) for line in lines]
    return base64.b64encode("\r\n".join(cleaned).encode("utf-16")).decode()


def _of_domain(told: t.Mapping[str, t.Any], words: t.Mapping[str, str], sids: dict[str, str]) -> dict[str, t.Any]:
    """Return a setting without the name of the domain whose policy it is, or an audit policy without the machine's."""
    if "content" in told:
        return {**told, "content": _export(told["content"], "audit", words, sids)}
    is_local = str(told["policy"]).lower() == LOCAL
    return {**told, "policy": told["policy"] if is_local else "domain"}


def _share(told: t.Mapping[str, t.Any], number: int) -> dict[str, t.Any]:
    """Keep of a share what rows ask for: whether it is a whole drive, and who may use it."""
    drive, _backslash, folder = str(told["path"]).partition("\\")
    return {**told, "name": f"share-{number}", "path": f"{drive}\\folder-{number}" if folder else told["path"]}


def _rule(told: t.Mapping[str, t.Any], number: int) -> dict[str, t.Any]:
    """Keep the name of a rule that Windows brought along: only those of others can tell something."""
    return {**told, "name": told["name"] if str(told["group"]).startswith("@") else f"rule-{number}"}


def _inbound(told: t.Mapping[str, t.Any], _number: int) -> dict[str, t.Any]:
    return {**told, "names": [f"rule-{number}" for number, _one in enumerate(told["names"], start=1)]}


def _member(told: t.Mapping[str, t.Any], _number: int) -> dict[str, t.Any]:
    return {**told, "name": f"account-{str(told['sid']).rpartition('-')[2]}"}


def _network(told: t.Mapping[str, t.Any], number: int) -> dict[str, t.Any]:
    return {**told, "name": f"network-{number}"}


def _clean(value: t.Any, words: t.Mapping[str, str], sids: dict[str, str]) -> t.Any:
    if isinstance(value, dict):
        return {_clean(key, words, sids): _clean(one, words, sids) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean(one, words, sids) for one in value]
    return _text(value, words, sids) if isinstance(value, str) else value


def _text(text: str, words: t.Mapping[str, str], sids: dict[str, str]) -> str:
    for name, word in words.items():
        text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", word, text, flags=re.IGNORECASE)
    return _SID.sub(lambda found: _sid(found[0], sids), text)


def _sid(sid: str, sids: dict[str, str]) -> str:
    """Give each machine or domain a number of its own; what is none is numbered as a whole."""
    own = _RID_OF_OWN.fullmatch(sid)
    whole = own["machine"] if own else sid
    number = sids.setdefault(whole, str(len(sids) + 1))
    return f"S-1-5-21-0-0-{number}-{own['rid']}" if own else f"S-1-12-1-0-0-0-{number}"
