# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import yaml

from ansible_collections.commune.baseline.plugins.plugin_utils import _catalogue
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import (
    PRIORITIES,
    Catalogue,
    CatalogueError,
    Control,
    Source,
)

REAL = Path(__file__).parents[4] / "catalogue"
CONTROL = {
    "id": "AC-08",
    "title_vi": "Khóa màn hình",
    "title_en": "Screen lock",
    "priority": "must",
    "kind": "enforce",
    "applies_to": ["workstation"],
    "sources": [
        {"code": "001:19.1.c", "quote": "tự động bảo vệ màn hình"},
        {"code": "002:5", "quote": "khóa"},
        {"code": "002:5", "quote": "rồi mở"},
    ],
    "parameters": {"minutes": 10},
}
FULL = {
    **CONTROL,
    "also_kinds": ["check"],
    "basis": "implied",
    "from_text": ["minutes"],
    "expresses": {"minutes": ["001:19.1.c"]},
    "notes": {"why": "nobody can check this"},
    "gaps": ["GAP-01"],
    "mapping": {"nist": ["AC-11"]},
}
KEYS = "id, title_vi, title_en, priority, kind, also_kinds, basis, applies_to, sources, parameters, from_text, "


def write(directory, *entries, domain="AC"):
    path = directory / "controls" / f"{domain}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(list(entries)))
    return path


def changed(**changes):
    """Return the good entry with other keys; None takes a key away."""
    return {name: value for name, value in {**FULL, **changes}.items() if value is not None}


def fault(directory, control_id="AC-08"):
    with pytest.raises(CatalogueError) as caught:
        Catalogue(directory).control(control_id)
    return str(caught.value)


def test_the_real_catalogue_demands_a_lock_after_ten_minutes():
    control = Catalogue(REAL).control("AC-08")
    assert (control.id, control.priority) == ("AC-08", "must")
    assert control.title_vi == "Khóa màn hình sau 10 phút không sử dụng"
    assert "001:19.1.c" in control.clauses
    assert control.parameters["console_timeout_seconds"] == 600


@pytest.mark.parametrize("path", sorted((REAL / "controls").glob("*.yml")), ids=lambda path: path.stem)
def test_every_control_of_the_real_catalogue_can_be_read_by_its_id(path):
    ids = [entry["id"] for entry in yaml.safe_load(path.read_bytes())]
    assert [Catalogue(REAL).control(control_id).id for control_id in ids] == ids


def test_a_control_holds_everything_that_its_entry_says(tmp_path):
    write(tmp_path, changed(id="AC-07", title_en="Another"), FULL)
    control = Catalogue(tmp_path).control("AC-08")
    assert control == Control(
        id="AC-08",
        title_vi="Khóa màn hình",
        title_en="Screen lock",
        priority="must",
        kind="enforce",
        also_kinds=["check"],
        basis="implied",
        applies_to=["workstation"],
        sources=(
            Source("001:19.1.c", "tự động bảo vệ màn hình"),
            Source("002:5", "khóa"),
            Source("002:5", "rồi mở"),
        ),
        parameters={"minutes": 10},
        from_text=["minutes"],
        expresses={"minutes": ["001:19.1.c"]},
        notes={"why": "nobody can check this"},
        gaps=["GAP-01"],
        mapping={"nist": ["AC-11"]},
    )


def test_a_clause_that_is_quoted_twice_is_one_clause(tmp_path):
    write(tmp_path, CONTROL)
    assert Catalogue(tmp_path).control("AC-08").clauses == ("001:19.1.c", "002:5")


@pytest.mark.parametrize("priority", PRIORITIES)
def test_there_are_three_priorities(tmp_path, priority):
    write(tmp_path, changed(priority=priority))
    assert Catalogue(tmp_path).control("AC-08").priority == priority


@pytest.mark.parametrize("control_id", ["AC-99", "ZZ-01", "AC", "", "ac-08", "../controls/AC-08"])
def test_an_id_that_the_catalogue_does_not_hold_is_named(tmp_path, control_id):
    write(tmp_path, CONTROL)
    assert fault(tmp_path, control_id) == f"the catalogue has no control {control_id!r}"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sources": None}, "AC-08: lacks 'sources'"),
        ({"title_en": None}, "AC-08: lacks 'title_en'"),
        ({"title_en": ""}, "AC-08: title_en: '' is not a text like \\S"),
        ({"id": None}, "entry 2: lacks 'id'"),
        ({"titel": "x"}, f"AC-08: has no key called 'titel'; its keys are {KEYS}expresses, notes, gaps, mapping"),
        ({"sources": [{"code": "001:1"}]}, "AC-08: sources: 001:1: lacks 'quote'"),
        ({"sources": [{"code": "1", "quote": "x"}]}, "AC-08: sources: 1: code: '1' is not a text like ^00[0-4]:[^ ]+$"),
        ({"sources": []}, "AC-08: sources: [] is not a list of at least 1"),
        ({"priority": "may"}, "AC-08: priority: 'may' is not one of must, should, could"),
        (
            {"kind": "forbid"},
            "AC-08: kind: 'forbid' is not one of enforce, check, schedule, evidence, organisational",
        ),
        ({"parameters": ["minutes"]}, "AC-08: parameters: ['minutes'] is not a dictionary"),
        ({"gaps": "GAP-01"}, "AC-08: gaps: 'GAP-01' is not a list"),
        ({"gaps": ["GAP-01", "GAP-01"]}, "AC-08: gaps: ['GAP-01', 'GAP-01'] is not a list that holds each entry once"),
        ({"mapping": {"nist": [7]}}, "AC-08: mapping: nist: entry 1: 7 is not a text"),
        ({"id": "AC-07"}, "AC-07: stands twice"),
        ({"id": "NT-01"}, "NT-01: id does not begin with AC, the name of its file"),
        ({"from_text": ["hours"]}, "AC-08: from_text names 'hours', which is none of its parameters"),
        ({"expresses": {"hours": ["002:5"]}}, "AC-08: expresses names 'hours', which is none of its parameters"),
        (
            {"expresses": {"minutes": ["002:6"]}},
            "AC-08: expresses: minutes names '002:6', which is none of its clauses",
        ),
    ],
)
def test_a_fault_is_told_with_file_control_key_and_value(tmp_path, changes, sentence):
    path = write(tmp_path, changed(id="AC-07"), changed(**changes))
    assert fault(tmp_path, "AC-07") == f"{path}: {sentence}"


@pytest.mark.parametrize("content", ["AC-08: x", "just words", "7", "[7]"])
def test_a_file_that_is_no_list_of_dictionaries_is_refused(tmp_path, content):
    path = write(tmp_path)
    path.write_text(content)
    assert fault(tmp_path).startswith(f"{path}: ")


def test_a_file_that_is_no_yaml_is_refused_with_the_line(tmp_path):
    path = write(tmp_path)
    path.write_text("- a\n- [b\n")
    assert fault(tmp_path).startswith(f"{path}, line ")


@pytest.mark.parametrize("content", [None, "{"])
def test_a_schema_that_cannot_be_read_is_no_control_that_is_missing(tmp_path, monkeypatch, content):
    schema = tmp_path / "schema.json"
    if content:
        schema.write_text(content)
    monkeypatch.setattr(_catalogue, "_SCHEMA", schema)
    _catalogue._shapes.cache_clear()
    write(tmp_path, CONTROL)
    assert fault(tmp_path).startswith(f"{schema}: ")


def test_a_control_that_many_rows_share_cannot_be_changed(tmp_path):
    write(tmp_path, CONTROL)
    control = Catalogue(tmp_path).control("AC-08")
    for thing, name in ((control, "priority"), (control.sources[0], "code")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, name, "another")


def test_a_fault_in_one_domain_leaves_the_others_readable(tmp_path):
    write(tmp_path, changed(id="NT-01", priority="may"), domain="NT")
    write(tmp_path, CONTROL)
    assert Catalogue(tmp_path).control("AC-08").id == "AC-08"


def test_two_catalogues_do_not_share_their_controls(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, changed(title_en=name))
    assert [Catalogue(tmp_path / name).control("AC-08").title_en for name in ("one", "other")] == ["one", "other"]
