# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which step of a device's life may follow which."""

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import TransitionError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.life_cycle import (
    DISPOSED,
    FIRST_STATES,
    HARDENING,
    IN_SERVICE,
    NEXT,
    PENDING_DISPOSAL,
    SANITISED,
    STATES,
    check_step,
)


def ways_to(state):
    return {before for before, following in NEXT.items() if state in following}


def test_every_state_can_be_reached_and_every_device_can_be_disposed_of():
    reached = set(FIRST_STATES)
    for _step in STATES:
        reached |= {after for state in reached for after in NEXT[state]}
    assert reached == set(STATES)
    ends = {DISPOSED}
    for _step in STATES:
        ends |= {state for state in STATES if ends & set(NEXT[state])}
    assert ends == set(STATES)


def test_only_hardening_leads_into_service_and_only_sanitising_out_of_the_house():
    assert ways_to(IN_SERVICE) == {HARDENING}
    assert ways_to(SANITISED) == {PENDING_DISPOSAL}
    assert ways_to(DISPOSED) == {SANITISED}


@pytest.mark.parametrize("state", STATES)
def test_an_illegal_step_names_all_legal_ones(state):
    for wanted in STATES:
        if wanted in NEXT[state]:
            check_step("pc-01", state, wanted)
            continue
        with pytest.raises(TransitionError) as caught:
            check_step("pc-01", state, wanted)
        assert caught.value.legal == NEXT[state]
        assert f"device pc-01 is {state} and cannot become {wanted}" in str(caught.value)
        assert all(legal in str(caught.value) for legal in NEXT[state])


def test_a_disposed_device_goes_nowhere():
    with pytest.raises(TransitionError, match="that is the end of its life"):
        check_step("pc-01", DISPOSED, "received")
