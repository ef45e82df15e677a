# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for all sets of numbers and all programs: the classes of packets leave none out, and mix no two."""

from __future__ import annotations

import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import intervals
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import flows_of
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nftables import ruleset
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.program import (
    ACCEPT,
    DROP,
    NOTE,
    REJECT,
    SKIP,
    Effect,
    Instruction,
    Outcome,
    Program,
    cases,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model
from tests.integration.zones.site import SITE, TODAY

LARGEST = 6
FIELDS = ("saddr", "daddr", "dport")
PAIRS = st.tuples(st.integers(0, LARGEST), st.integers(0, LARGEST)).map(lambda pair: (min(pair), max(pair)))
SETS = st.lists(PAIRS, max_size=4)
CONDITIONS = st.dictionaries(
    st.sampled_from(FIELDS), st.lists(PAIRS, min_size=1, max_size=3).map(intervals.joined), max_size=3
)


def numbers(pairs):
    return {number for low, high in pairs for number in range(low, high + 1)}


@given(SETS)
def test_joined_intervals_hold_the_same_numbers_and_lie_apart(pairs):
    found = intervals.joined(pairs)
    assert numbers(found) == numbers(pairs)
    assert all(one[1] + 1 < other[0] for one, other in itertools.pairwise(found))


@given(SETS)
def test_what_intervals_leave_out_is_all_the_rest(pairs):
    found = intervals.without(intervals.joined(pairs), LARGEST)
    assert numbers(found) == set(range(LARGEST + 1)) - numbers(pairs)


@given(SETS, SETS)
def test_what_two_have_in_common_lies_in_both(one, other):
    found = intervals.common(intervals.joined(one), intervals.joined(other))
    assert numbers(found) == numbers(one) & numbers(other)


@given(SETS, SETS)
def test_what_one_has_and_another_has_not_is_the_difference(one, other):
    found = intervals.minus(intervals.joined(one), intervals.joined(other))
    assert numbers(found) == numbers(one) - numbers(other)


@st.composite
def programs(draw):
    count = draw(st.integers(0, 6))
    made = []
    for at in range(count):
        kind = draw(st.sampled_from([ACCEPT, DROP, REJECT, SKIP, NOTE]))
        effect = Effect(kind, at if kind == NOTE else None, draw(st.integers(at + 1, count)) if kind == SKIP else 0)
        made.append(Instruction(draw(CONDITIONS), effect, f"rule {at}"))
    return Program(made, Effect(draw(st.sampled_from([ACCEPT, DROP]))))


def fits(instruction, packet):
    return all(packet[field] in numbers(of) for field, of in instruction.conditions.items())


def walked(program, otherwise, packet):
    """Go through a program instruction by instruction, as a kernel does."""
    at, notes = 0, []
    while at < len(program.instructions):
        effect = program.instructions[at].effect
        if not fits(program.instructions[at], packet):
            at += 1
        elif effect.kind == SKIP:
            at = effect.target
        elif effect.kind == NOTE:
            notes.append(effect.detail)
            at += 1
        else:
            return Outcome(effect.kind, effect.detail, tuple(notes))
    return Outcome(otherwise, None, tuple(notes))


@settings(deadline=None)
@given(programs(), programs())
def test_every_packet_belongs_to_one_case_and_is_treated_as_that_case_is(one, other):
    found = {case.fitting: case.packet for case in cases((one, other), dict.fromkeys(FIELDS, LARGEST))}
    seen = set()
    for values in itertools.product(range(LARGEST + 1), repeat=len(FIELDS)):
        packet = dict(zip(FIELDS, values, strict=True))
        fitting = tuple(
            sum(fits(instruction, packet) << at for at, instruction in enumerate(program.instructions))
            for program in (one, other)
        )
        seen.add(fitting)
        assert fitting in found
    assert seen == set(found)
    for fitting, packet in found.items():
        for program, own in zip((one, other), fitting, strict=True):
            nothing = program.run(0)[0].verdict
            assert program.run(own)[0] == walked(program, nothing, packet)


@settings(deadline=None, max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_ruleset_is_the_same_whatever_order_the_parts_of_a_model_have(choice: random.Random):
    model = read_model(SITE)

    def shuffled(parts):
        return dict(choice.sample(list(parts.items()), len(parts)))

    zones = {
        name: zone._replace(networks=tuple(choice.sample(zone.networks, len(zone.networks))))
        for name, zone in shuffled(model.zones).items()
    }
    policies = tuple(
        one._replace(services=tuple(choice.sample(one.services, len(one.services)))) for one in model.policies
    )
    mixed = model._replace(
        zones=zones, hosts=shuffled(model.hosts), services=shuffled(model.services), policies=policies
    )
    assert ruleset(mixed, flows_of(mixed, TODAY)) == ruleset(model, flows_of(model, TODAY))
