# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import flows_of
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nftables import TABLE, ruleset
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.prover import prove
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


def test_the_default_site_does_what_its_model_says(model, rules):
    proof = prove(model, listed(rules), TABLE, TODAY)
    assert proof.holds, proof
    assert proof.cases > 10_000


def test_a_ruleset_can_be_loaded_over_itself(model, rules):
    assert prove(model, listed(rules + rules), TABLE, TODAY).holds


@pytest.mark.parametrize("fault", MUTATIONS)
def test_a_fault_in_the_ruleset_is_shown_by_a_packet(model, rules, fault):
    proof = prove(model, listed(mutated(fault, rules)), TABLE, TODAY)
    assert not proof.holds
    shown = (*proof.differences, *proof.violations)
    assert all(one.packet.fields["saddr"] for one in shown)
