# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan against what the kernel of a firewall really holds."""

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import plan as plans
from ansible_collections.commune.baseline.plugins.plugin_utils._zones import plan_words
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import flows_of
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nftables import ruleset
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model
from tests.integration.zones.mutations import MUTATIONS, mutated
from tests.integration.zones.namespace import listed
from tests.integration.zones.site import SITE, TODAY


@pytest.fixture(scope="module")
def model():
    return read_model(SITE)


@pytest.fixture(scope="module")
def rules(model):
    return ruleset(model, flows_of(model, TODAY))


def test_a_firewall_that_does_what_the_model_says_has_no_plan(model, rules):
    plan = plans.of_ruleset(listed(rules), model, TODAY)
    assert plan.changes == ()
    assert plan_words.text_of(plan, of_firewall=True)[0].startswith("Không có gì thay đổi")


@pytest.mark.parametrize("fault", list(MUTATIONS)[::4])  # the prover goes through all
def test_whatever_was_changed_at_the_firewall_is_put_into_words(model, rules, fault):
    plan = plans.of_ruleset(listed(mutated(fault, rules)), model, TODAY)
    assert plan.changes
    text = "\n".join(plan_words.text_of(plan, of_firewall=True))
    assert "{" not in text
    assert "iifname" not in text


def test_a_service_opened_by_hand_is_taken_away_again_by_name(model, rules):
    opened = rules.replace("chain lan.to.server {", "chain lan.to.server {\n    tcp dport 22 counter accept")
    (change,) = plans.of_ruleset(listed(opened), model, TODAY).changes
    assert change.kind == "removed"
    assert [service.name for service in change.services] == ["ssh"]
    assert (change.sources[0].zone, change.destinations[0].zone) == ("lan", "server")
    assert change.sources[0].names == ()
