# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import yaml

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import (
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
    "sources": [
        {"code": "001:19.1.c", "ref": "Điều 19", "quote": "tự động bảo vệ màn hình"},
        {"code": "002:5", "ref": "Điều 5", "quote": "khóa"},
    ],
    "parameters": {"minutes": 10},
}


def write(directory, *entries, domain="AC"):
    path = directory / "controls" / f"{domain}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(list(entries)))
    return path


def changed(**changes):
    """Return the good entry with other keys; None takes a key away."""
    return {name: value for name, value in {**CONTROL, **changes}.items() if value is not None}


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
    assert len(ids) == len(set(ids))


def test_a_control_holds_everything_that_its_entry_says(tmp_path):
    write(tmp_path, changed(id="AC-07", title_en="Another"), CONTROL)
    control = Catalogue(tmp_path).control("AC-08")
    assert control == Control(
        id="AC-08",
        title_vi="Khóa màn hình",
        title_en="Screen lock",
        priority="must",
        sources=(
            Source("001:19.1.c", "Điều 19", "tự động bảo vệ màn hình"),
            Source("002:5", "Điều 5", "khóa"),
        ),
        parameters={"minutes": 10},
    )
    assert control.clauses == ("001:19.1.c", "002:5")


@pytest.mark.parametrize("priority", ["must", "should", "could"])
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
        ({"sources": None}, "control AC-08: 'sources'"),
        ({"title_en": None}, "control AC-08: Control.__init__() missing 1 required positional argument: 'title_en'"),
        ({"id": None}, "control ?: Control.__init__() missing 1 required positional argument: 'id'"),
        ({"titel": "x"}, "control AC-08: Control.__init__() got an unexpected keyword argument 'titel'"),
        (
            {"sources": [{"code": "001:1", "ref": "Điều 1"}]},
            "control AC-08: Source.__init__() missing 1 required positional argument: 'quote'",
        ),
        ({"priority": "may"}, "control AC-08: priority is 'may', not one of must, should, could"),
    ],
)
def test_a_fault_in_an_entry_is_named_with_its_file_and_control(tmp_path, changes, sentence):
    path = write(tmp_path, changed(id="AC-07"), changed(**changes))
    assert fault(tmp_path, "AC-07") == f"{path}: {sentence}"


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
