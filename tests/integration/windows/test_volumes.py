# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes of BitLocker, by the numbers of Windows."""

from __future__ import annotations

import json

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._door.windows_session import text_of
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import engine, facts
from tests.doubles.windows.commands import shell_of
from tests.doubles.windows.machine import Machine
from tests.integration.windows.office import bring, look, states


def row(volumes="inside", **fields):
    common = {"id": "row", "kind": "bitlocker", "volumes": volumes, "attribute": "protection", "desired": "protected"}
    return {**common, "compare": "==", **fields}


METHOD = row(attribute="method", compare="in", desired=["XTS-AES-128", "XTS-AES-256", "AES-256"])


@pytest.fixture(name="machine")
def fixture_machine():
    return Machine()


@pytest.mark.parametrize(
    ("protection", "conversion", "state", "shown"),
    [
        (1, 1, "pass", "protected"),
        (0, 0, "fail", "not encrypted"),
        (0, 1, "fail", "encrypted, but its key lies open"),
        (0, 2, "fail", "encryption runs"),
        (1, 2, "fail", "encryption runs"),
        (1, 4, "fail", "encryption pauses"),
        (0, 3, "fail", "decryption runs"),
        (2, 1, "not_assessed", None),
        (1, 9, "not_assessed", None),
    ],
)
def test_a_volume_is_protected_only_if_it_is_encrypted_wholly_and_its_key_is_kept(
    machine, protection, conversion, state, shown
):
    machine.add_volume("D:", 1, protection=protection, conversion=conversion)
    seen = bring(machine, row())["row"]
    assert (seen["state"], seen["after"]) == (state, shown)
    assert machine.writes == []


def test_the_volume_that_is_not_right_is_named(machine):
    machine.add_volume("D:", 1, protection=0, conversion=0)
    assert look(machine, row())["row"]["where"] == "BitLocker: volume D:"
    assert states(look(machine, row("system"))) == ["pass"]


def test_a_drive_that_is_plugged_in_counts_for_its_own_row(machine):
    assert states(look(machine, row("removable"))) == ["not_applicable"]
    machine.add_volume("E:", 2, protection=0, conversion=0)
    assert states(look(machine, row("removable"))) == ["fail"]
    assert states(look(machine, row("inside"))) == ["pass"]


def test_a_machine_that_stays_in_its_place_need_not_be_encrypted(machine):
    machine.volumes = []
    machine.add_volume("C:", 0, protection=0, conversion=0)
    assert states(look(machine, row(portable=True))) == ["not_applicable"]
    machine.form = 2
    assert states(look(machine, row(portable=True))) == ["fail"]


@pytest.mark.parametrize(
    ("method", "state"), [(7, "pass"), (6, "pass"), (3, "fail"), (5, "fail"), (-1, "not_assessed")]
)
def test_the_algorithm_is_told_by_its_number(machine, method, state):
    machine.add_volume("D:", 1, method=method)
    assert states(look(machine, METHOD)) == [state]


def test_a_volume_that_is_not_encrypted_has_no_algorithm_to_judge(machine):
    machine.volumes = []
    machine.add_volume("C:", 0, protection=0, conversion=0, method=0)
    assert states(look(machine, METHOD)) == ["not_applicable"]


def test_a_windows_without_bitlocker_is_not_assessed(machine):
    machine.volumes = None
    assert "cannot read the section volumes" in look(machine, row())["row"]["reason"]
    machine.volumes = []
    assert states(look(machine, row())) == ["not_assessed"]


def test_no_key_leaves_the_machine(machine):
    machine.volumes[0]["RecoveryPassword"] = "111111-222222"
    (answer,) = shell_of(machine).run(text_of("collect"), {"Question": json.dumps(engine.question([row()]))})
    assert "XTS" not in facts.unpacked(answer)
    assert "111111" not in facts.unpacked(answer)
    assert "protection" in facts.unpacked(answer)
    assert "KeyProtector" not in text_of("collect")
