# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import account_guard
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Control, Source
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.coverage import (
    Place,
    Served,
    clause_coverage,
    coverage,
    only_looks,
    parts_of,
    places_of,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import Row, rows_of_all_roles

COLLECTION = Path(__file__).parents[5]
PLATFORMS = {"workstation": ["linux", "windows"], "server": ["linux"], "printer": []}
PC, PC_WINDOWS, SERVER, PRINTER = (
    Place("workstation", "linux"),
    Place("workstation", "windows"),
    Place("server", "linux"),
    Place("printer", None),
)
CONTROL = Control(
    "AC-01",
    "Mật khẩu",
    "Passwords",
    "must",
    (Source("001:1", "dài"), Source("001:2", "đủ loại"), Source("001:3", "giữ kín")),
    {"length": 8, "classes": 4, "history": 5},
    applies_to=("workstation", "server", "printer"),
    expresses={"length": ["001:1", "001:2"], "classes": ["001:2"]},
)


def a_row(row_id, parameter, **fields):
    return Row("lock", CONTROL, {"id": row_id, "kind": "option", "parameter": parameter, **fields})


def named(*rows, platform="linux"):
    return coverage(CONTROL, {platform: list(rows)}, PLATFORMS)


def clauses(*rows):
    return clause_coverage(CONTROL, named(*rows))


def test_the_parts_are_the_parameters_and_the_clauses_that_none_of_them_expresses():
    assert parts_of(CONTROL) == ["length", "classes", "history", "001:3"]


def test_a_control_applies_to_its_classes_on_each_of_their_platforms():
    assert places_of(CONTROL, PLATFORMS) == [PC, PC_WINDOWS, SERVER, PRINTER]


def test_a_part_with_no_row_is_never_met():
    for serving in (*named().values(), *clauses().values()):
        assert set(serving.values()) == {Served("not yet")}


def test_a_row_serves_the_part_it_names_and_no_other():
    served = named(a_row("A", "length"))
    assert served["length"][PC] == Served("row", ("A",))
    assert {served[part][PC].state for part in ("classes", "history", "001:3")} == {"not yet"}


def test_a_row_that_names_nothing_serves_nothing():
    assert {one.state for serving in named(a_row("A", None)).values() for one in serving.values()} == {"not yet"}


def test_a_row_for_one_class_does_not_meet_another_class():
    served = named(a_row("A", "length", when={"class": ["server"]}))["length"]
    assert (served[SERVER].state, served[PC].state) == ("row", "not yet")


def test_a_row_of_one_platform_does_not_meet_another_platform():
    served = named(a_row("A", "length"), platform="windows")["length"]
    assert (served[PC_WINDOWS].state, served[PC].state, served[SERVER].state) == ("row", "not yet", "not yet")


def test_a_class_that_no_engine_reaches_has_no_row():
    assert named(a_row("A", "length"))["length"][PRINTER] == Served("not yet")


def test_a_row_of_another_control_serves_nothing():
    other = Control("AC-02", "Tuổi", "Age", "must", (Source("001:1", "đổi"),), {"length": 8}, applies_to=["server"])
    assert coverage(other, {"linux": [a_row("A", "length")]}, PLATFORMS)["length"][SERVER] == Served("not yet")


def test_a_row_that_can_only_look_is_a_check_until_one_corrects():
    look = a_row("A", "length", kind="command")
    assert named(look)["length"][PC] == Served("check", ("A",))
    assert named(look, a_row("B", "length"))["length"][PC] == Served("row", ("A", "B"))


def test_a_clause_that_no_parameter_expresses_is_met_by_a_row_that_names_it():
    assert clauses(a_row("A", "001:3"))["001:3"][PC] == Served("row", ("A",))


def test_a_clause_is_met_by_the_row_of_the_parameter_that_expresses_it():
    assert clauses(a_row("A", "length"))["001:1"][PC] == Served("row", ("A",))


def test_a_clause_that_two_parameters_express_is_met_if_rows_serve_both():
    assert clauses(a_row("A", "length"))["001:2"][PC] == Served("not yet", ("A",))
    assert clauses(a_row("A", "length"), a_row("B", "classes"))["001:2"][PC] == Served("row", ("A", "B"))
    looking = a_row("B", "classes", kind="command")
    assert clauses(a_row("A", "length"), looking)["001:2"][PC] == Served("check", ("A", "B"))


def test_a_row_that_names_a_clause_does_not_replace_its_parameter():
    assert clauses(a_row("A", "001:1"))["001:1"][PC] == Served("not yet", ("A",))
    assert clauses(a_row("A", "001:1"), a_row("B", "length"))["001:1"][PC] == Served("row", ("B", "A"))


@pytest.mark.parametrize(
    ("fields", "only"),
    [
        ({"kind": "option"}, False),
        ({"kind": "command"}, True),
        ({"kind": "account", "attribute": "uid", "value": "unique"}, True),
        ({"kind": "account", "attribute": "password", "value": "set"}, True),
        ({"kind": "account", "attribute": "password", "value": "locked"}, False),
        ({"kind": "account", "attribute": "password", "value": ["set", "locked"]}, False),
        ({"kind": "account", "attribute": "maximum_days", "knob": "days"}, False),
    ],
)
def test_which_rows_can_only_look(fields, only):
    assert only_looks(Row("lock", CONTROL, {"id": "A", **fields})) is only


def test_an_account_row_that_only_looks_is_one_whose_value_the_device_refuses_to_write():
    rows = [row for row in rows_of_all_roles(COLLECTION, "linux") if row.fields["kind"] == "account"]
    looking = [row for row in rows if only_looks(row)]
    assert looking
    assert len(looking) < len(rows)
    for row in looking:
        refusal = account_guard.refusal(f"{row.fields['attribute']} of somebody", row.fields["value"], None)
        assert refusal == f"the {row.fields['attribute']} of somebody is for a person to correct"
