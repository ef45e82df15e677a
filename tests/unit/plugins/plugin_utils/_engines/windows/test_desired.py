# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What rows about parts of Windows may want, and that a row on which nobody has decided asks for nothing."""

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import engine
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.row_fields import fault_of, fault_of_desired

WORDS = {"id": "a", "control": "AC-15", "why": {"vi": "v", "en": "e"}, "fix": {"vi": "v", "en": "e"}, "value": []}
RULE = {"kind": "firewall_rule", "group": "@FirewallAPI.dll,-28752", "ports": [3389], "service": "TermService"}
LOG = {"kind": "event_log", "log": "Security"}


@pytest.mark.parametrize(
    ("fields", "right", "wrong"),
    [
        ({"kind": "feature"}, "disabled", "off"),
        ({"kind": "scheduled_task"}, "enabled", True),
        ({"kind": "share"}, [], ["Van ban"]),
        ({**LOG, "attribute": "size"}, 1 << 27, "big"),
        ({**LOG, "attribute": "size"}, 1 << 27, 0),
        ({**LOG, "attribute": "mode"}, "Circular", "circular"),
        ({**LOG, "attribute": "mode", "compare": "in"}, ["Circular", "Retain"], ["Circular", "Never"]),
        (RULE, ["10.1.20.2", "10.1.20.0/24"], "10.1.20.2"),
        (RULE, [], ["10.1.20"]),
    ],
)
def test_a_desired_value_that_its_kind_does_not_know_is_refused(fields, right, wrong):
    assert fault_of_desired(fields, right) is None
    assert "it is" in fault_of_desired(fields, wrong)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        (RULE, "can cut the connection, so it needs connectivity: true"),
        ({"kind": "firewall_ruleset"}, "can cut the connection, so it needs connectivity: true"),
        ({"kind": "scheduled_task", "task": "Scan"}, "task is 'Scan', not a task with its path"),
        ({"kind": "scheduled_task", "task": "\\Microsoft\\"}, "not a task with its path"),
        ({**RULE, "ports": ["3389"]}, "not a list of whole numbers"),
    ],
)
def test_a_row_that_its_kind_cannot_read_is_refused(fields, fault):
    assert fault in fault_of(
        {**WORDS, "compare": "<=" if fields["kind"] == "firewall_rule" else "==", **fields}, "windows"
    )


def test_a_row_on_which_nobody_has_decided_asks_for_nothing():
    row = {"id": "a", **RULE, "desired": ["10.1.20.2"]}
    assert "rules" in engine.question([row])["sections"]
    assert engine.question([{**row, "desired": None, "undecided": "it is not set"}])["sections"] == ["system"]
