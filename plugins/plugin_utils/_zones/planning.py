# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The plan as a whole: from files and what a firewall lists to lines for people and data for programs."""

from __future__ import annotations

import datetime
import json
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import plan as plans
from ansible_collections.commune.baseline.plugins.plugin_utils._zones import plan_words
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.document import ZoneError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Policy
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_matches import UnreadableError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.plan import Change, Plan
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.quarantine import isolated
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model

_LISTED = "nft -n -j list ruleset"


class Question(t.NamedTuple):
    """What is compared: the file of the model, and either the file of a former one or what a firewall lists.

    Addresses of devices in quarantine, by name, are kept apart on a firewall; models are compared as they are.
    """

    model: Path
    before: Path | None
    ruleset: t.Any
    quarantined: t.Mapping[str, t.Iterable[str]] = {}


def answer(question: Question, day: datetime.date | str) -> dict[str, t.Any]:
    """Return the plan for a day; raise ZoneError or UnreadableError, which name what cannot be judged."""
    if (question.before is None) == (question.ruleset in (None, "")):
        raise ZoneError("a plan compares the model with one thing: give either before or ruleset")
    on = _day(day)
    model = read_model(question.model)
    if question.before is not None:
        plan = plans.of_models(read_model(question.before), model, on)
    else:
        plan = plans.of_ruleset(_listed(question.ruleset), isolated(model, question.quarantined), on)
    return {"plan": _data(plan), "text": plan_words.text_of(plan, of_firewall=question.before is None)}


def _day(given: datetime.date | str) -> datetime.date:
    try:
        return given if isinstance(given, datetime.date) else datetime.date.fromisoformat(given)
    except ValueError:
        raise ZoneError(f"day is {given!r:.40}: it must be a day of the calendar such as 2026-12-31") from None


def _listed(given: t.Any) -> t.Mapping[str, t.Any]:
    try:
        ruleset = json.loads(given) if isinstance(given, str | bytes) else given
    except ValueError as error:
        raise UnreadableError(f"ruleset is no answer of {_LISTED}: {error}") from None
    if not isinstance(ruleset, t.Mapping) or not isinstance(ruleset.get("nftables"), list):
        raise UnreadableError(f"ruleset is no answer of {_LISTED}: it holds no list nftables")
    return ruleset


def _data(plan: Plan) -> dict[str, t.Any]:
    return {
        "differs": bool(plan.changes) or plan.first,
        "first": plan.first,
        "flows": [_flow(change, plan) for change in plan.changes],
        "expired": [_policy(one) for one in plan.expired],
        "expiring": [_policy(one) for one in plan.expiring],
        "other_tables": list(plan.other_tables),
    }


def _flow(change: Change, plan: Plan) -> dict[str, t.Any]:
    ends = {
        name: [
            {field: value if isinstance(value, str) else list(value) for field, value in end._asdict().items()}
            for end in of
        ]
        for name, of in (("from", change.sources), ("to", change.destinations))
    }
    return {
        "kind": change.kind,
        "hook": change.hook,
        **ends,
        "services": [{"name": one.name, "ports": list(one.ports)} for one in change.services],
        "families": list(change.families),
        "policy": change.policy,
        **plan_words.lines_of(change, plan),
    }


def _policy(policy: Policy) -> dict[str, t.Any]:
    return {
        "name": policy.name,
        "reason": policy.reason,
        "approval": policy.approval,
        "expires": policy.expires.isoformat() if policy.expires else None,
    }
