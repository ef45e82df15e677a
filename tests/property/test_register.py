# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds of the register whatever is asked of it, and in which order."""

from __future__ import annotations

import itertools
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.commune.baseline.plugins.plugin_utils._register import (
    addresses,
    devices,
    life_cycle,
    service,
    text,
    verification,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register

NAMES = st.sampled_from(["pc-01", "PC-01", "Máy 02", "{{ 7*7 }}", ""])
STEPS = st.tuples(st.just("transition"), NAMES, st.sampled_from(life_cycle.STATES))
VERDICTS = st.tuples(st.just("judge"), NAMES, st.sampled_from(["opens", "stays shut"]))
RECORDS = st.fixed_dictionaries(
    {"name": NAMES, "class": st.sampled_from(["workstation", "server", "toaster"])},
    optional={
        "serial": st.sampled_from(["s1", "S1", "s2", None]),
        "zone": st.sampled_from(["lan", "server", "secret", None]),
        "ips": st.lists(st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.256"]), max_size=2),
        "macs": st.lists(st.sampled_from(["020000000001", "02-00-00-00-00-02", "01:00:00:00:00:00"]), max_size=2),
        "note": st.text(max_size=8),
    },
)
PUTS = st.tuples(st.just("put"), RECORDS, st.sampled_from(life_cycle.FIRST_STATES))


def do(register: Register, verb: str, subject: Any, state: str, dry_run: bool) -> None:
    with register.write("officer", dry_run=dry_run) as writer:
        if verb == "put":
            devices.put(writer, subject, state=state)
        elif verb == "judge":
            service.record(writer, devices.get(writer, subject), opens=state == "opens")
        else:
            devices.transition(writer, subject, state)


def lives(register: Register) -> list[list[str]]:
    """Return the states of each device in the order of its events."""
    with register.read() as reader:
        events = [devices.history(reader, one.record["name"]) for one in devices.find(reader)]
    found = [[json.loads(event["after"]).get("state") for event in life] for life in events]
    return [[state for state in life if state] for life in found]


def last_verdicts(register: Register) -> list[bool | None]:
    """Return, for each time that a device went into service, what the gate had last said since it was hardened."""
    with register.read() as reader:
        events = [devices.history(reader, one.record["name"]) for one in devices.find(reader)]
    said: list[bool | None] = []
    for life in events:
        verdict = None
        for after in (json.loads(event["after"]) for event in life):
            verdict = None if after.get("state") == "hardening" else after.get("gate", {}).get("opens", verdict)
            said += [verdict] if after.get("state") == "in_service" else []
    return said


@given(st.lists(st.tuples(st.one_of(STEPS, VERDICTS, PUTS), st.booleans()), max_size=25))
@settings(max_examples=40, deadline=None)
def test_after_any_sequence_every_life_is_legal_and_the_register_verifies(asked: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        register = Register.open(str(Path(folder) / "register.db"), create=True)
        for (verb, subject, state), dry_run in asked:
            with register.read() as reader:
                before = [one.record for one in devices.find(reader)]
            try:
                do(register, verb, subject, state, dry_run)
            except RegisterError:
                dry_run = True  # what was refused left nothing either
            with register.read() as reader:
                assert not dry_run or [one.record for one in devices.find(reader)] == before
        for life in lives(register):
            assert life[0] in life_cycle.FIRST_STATES
            assert all(after in life_cycle.NEXT[state] for state, after in itertools.pairwise(life))
        assert set(last_verdicts(register)) <= {True}
        with register.read() as reader:
            assert verification.verify(reader).faults == ()
        register.close()


@given(st.text(max_size=30))
def test_a_text_that_was_taken_is_taken_again_as_it_is(typed: str) -> None:
    for read in (text.line, text.lines):
        try:
            once = read(typed, 100)
        except text.WrongError:
            continue
        assert read(once, 100) == once


@given(st.binary(min_size=6, max_size=6).filter(lambda octets: not octets[0] & 1 and any(octets)))
def test_all_forms_of_a_mac_are_one(octets: bytes) -> None:
    dotted = ".".join(octets.hex()[start : start + 4] for start in (0, 4, 8))
    forms = [octets.hex(":"), octets.hex("-").upper(), dotted, octets.hex().upper()]
    assert {addresses.mac(form) for form in forms} == {octets.hex(":")}
