# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An answer that is not what was asked for makes rows not assessed, and never a pass."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._door.windows_session import text_of
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import engine, facts
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.kind import KINDS
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import rows_of_all_roles
from tests.doubles.windows.commands import shell_of
from tests.doubles.windows.machine import Machine
from tests.doubles.windows.values import Record
from tests.integration.windows.office import ROOT

ROWS = {
    "program": {"scope": "machine", "desired": ["*"], "compare": "<="},
    "update": {"attribute": "security_age", "desired": 30, "compare": "<="},
    "cumulative_update": {"attribute": "age", "desired": 65, "compare": "<="},
    "bitlocker": {"volumes": "system", "attribute": "protection", "desired": "protected"},
    "wlan": {"desired": ["WPA2PSK/AES"], "compare": "in"},
    "local_group": {"group": "S-1-5-32-544", "desired": ["officer"], "compare": "<="},
    "service": {"name": "wuauserv", "desired": "running"},
    "local_account": {"rid": 500, "attribute": "enabled", "desired": False},
    "audit_policy": {"guid": "{0CCE9215-69AE-11D9-BED3-505054503030}", "desired": "success", "compare": ">="},
    "security_policy": {"key": "LockoutBadCount", "desired": 10, "compare": "<="},
    "firewall_profile": {"profile": "Public", "attribute": "enabled", "desired": "True"},
}
SECTION_OF = {
    "program": "programs", "update": "updates", "cumulative_update": "servicing", "bitlocker": "volumes",
    "wlan": "wlan", "local_group": "members",
    "service": "services", "local_account": "accounts", "audit_policy": "audit", "security_policy": "template",
    "firewall_profile": "firewall",
}  # fmt: skip


def row_of(kind):
    return {"id": "row", "control": "AC-08", "kind": kind, **ROWS[kind]}


def answer_of(machine, *rows):
    (answer,) = shell_of(machine).run(text_of("collect"), {"Question": json.dumps(engine.question(rows))})
    return answer


def a_machine():
    machine = Machine()
    machine.add_network("A", "WPA2PSK", "AES")
    machine.services["wuauserv"] = Record({"Name": "wuauserv", "StartMode": "Auto", "State": "Running"})
    return machine


def state(kind, answer):
    return engine.judged([row_of(kind)], facts.read(answer))[0].state


@pytest.mark.parametrize("kind", ROWS)
def test_what_was_told_passes_as_long_as_nobody_touches_it(kind):
    assert state(kind, answer_of(a_machine(), row_of(kind))) == "pass"


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize(
    "section", [None, 5, "x", {}, [{}], [None], [[]], [{"unknown": 1}], {"value": [None], "Count": 1}]
)
def test_a_section_that_is_malformed_is_not_assessed(kind, section):
    told = json.loads(facts.unpacked(answer_of(a_machine(), row_of(kind))))
    told["sections"][SECTION_OF[kind]] = section
    assert state(kind, json.dumps(told)) == "not_assessed"


@pytest.mark.parametrize("kind", ROWS)
def test_a_section_that_is_missing_is_not_assessed(kind):
    told = json.loads(facts.unpacked(answer_of(a_machine(), row_of(kind))))
    del told["sections"][SECTION_OF[kind]]
    assert state(kind, json.dumps(told)) == "not_assessed"


def test_no_two_kinds_ask_under_the_same_name():
    rows = [row.fields for row in rows_of_all_roles(ROOT, "windows")]
    asked = [name for kind, own in KINDS.items() for name in own.ask([row for row in rows if row["kind"] == kind])]
    assert len(asked) > len({"machine", "users"})
    assert sorted(asked) == sorted(set(asked))


def test_an_answer_is_packed_and_one_that_was_cut_or_is_a_bomb_is_refused():
    answer = answer_of(a_machine(), *map(row_of, ROWS))
    assert len(answer) < len(facts.unpacked(answer)) * 0.7
    for cut in (answer[: len(answer) // 8 * 4], answer[:-4], "", "AAAA", "no base64 at all!"):
        with pytest.raises(facts.FactsError, match="no whole JSON text"):
            facts.read(cut)
    bomb = base64.b64encode(gzip.compress(b" " * (65 << 20))).decode()
    with pytest.raises(facts.FactsError, match="more than 67108864 bytes"):
        facts.read(bomb)
