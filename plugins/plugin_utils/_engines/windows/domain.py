# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What the policy of a domain sets, which is corrected there and nowhere else.

It is read from the Resultant Set of Policy that Windows logs (Microsoft Learn, RSoP WMI classes): values of the
registry from RSOP_RegistryPolicySetting and RSOP_RegistryValue, account policy from RSOP_SecuritySettingNumeric,
Boolean and String, rights from RSOP_UserPrivilegeRight, services from RSOP_SystemService, categories of auditing from
RSOP_AuditPolicy. The advanced audit policy is in none of them: all of it lies in security/audit/audit.csv, which
Microsoft does not document, and what the machine adds by itself in the file of its own policy.
What the local policy of the machine sets is ours to correct.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.facts import Facts, content_of, place
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import CannotWriteError

SETTING, RIGHT, SERVICE = "setting", "right", "service"
LOCAL = "localgpo"
_APPLIED = "security\\audit"
_MACHINE = "machine\\"  # how the security part of a policy writes HKEYLOCAL_MACHINE


def leave_to_domain(facts: Facts, what: str, name: str) -> None:
    """Raise CannotWriteError if a domain's policy sets what bears this name, FactsError if nobody can tell."""
    if any(str(one.get(what) or "").lower() == name.lower() for one in _settings(facts)):
        raise _left_to_it()


def leave_value_to_domain(facts: Facts, hive: str, key: str, name: str) -> None:
    """Raise CannotWriteError if a domain's policy sets a value of the registry, FactsError if nobody can tell."""
    if any(_place(one) == place(hive, key, name) for one in _settings(facts)):
        raise _left_to_it()


def leave_auditing_to_domain(facts: Facts, guid: str, category: str) -> None:
    """Raise CannotWriteError if a domain's policy sets a subcategory or its category, FactsError if nobody can tell."""
    settings = _settings(facts)
    files = {str(one["file"]): content_of("domain", one["content"]).upper() for one in settings if "file" in one}
    own = "".join(text for folder, text in files.items() if folder != _APPLIED)
    is_set = guid in files.get(_APPLIED, "") and guid not in own
    if is_set or any(one.get("category") == category for one in settings):
        raise _left_to_it()


def _settings(facts: Facts) -> list[t.Mapping[str, t.Any]]:
    (system,) = facts.section("system")
    if not system["domain"]:
        return []
    return [one for one in facts.section("domain") if str(one.get("policy") or "").lower() != LOCAL]


def _place(setting: t.Mapping[str, t.Any]) -> tuple[str, str, str] | None:
    path = str(setting.get("path") or "")
    if path.lower().startswith(_MACHINE):
        key, _backslash, name = path[len(_MACHINE) :].rpartition("\\")
        return place("machine", key, name)
    return place("machine", str(setting["key"]), str(setting["name"])) if "key" in setting else None


def _left_to_it() -> CannotWriteError:
    return CannotWriteError("the policy of the domain sets it: correct it there")
