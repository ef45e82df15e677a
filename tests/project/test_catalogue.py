# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue's schema means the same to our reader and to the library, and its words are those of the code."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import PRIORITIES
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue_files import read_all
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import PLATFORMS, rows_of_all_roles
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.site import DEVICE_CLASSES
from ansible_collections.commune.baseline.plugins.plugin_utils._shape import VALUE_KEYWORDS, Shapes

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "catalogue"
SCHEMA = json.loads((CATALOGUE / "schema.json").read_text("utf-8"))
FILES = sorted(CATALOGUE.rglob("*.yml"))
STRUCTURE = {"$ref", "required", "properties", "additionalProperties", "items"}
WRONG = (None, True, 0, -1, "", "x", [], ["x", "x"], [1], {}, {"x": 1})


def kind_of(path):
    return path.stem if path.parent == CATALOGUE else path.parent.name


def library(kind):
    return jsonschema.Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/files/{kind}"})


def shapes_within(value):
    if isinstance(value, dict):
        yield from ([value] if "type" in value or "enum" in value else [])
        for one in value.values():
            yield from shapes_within(one)


def spoilt(entry):
    """Yield the entry with one key gone, one too many, and every value replaced by what may be wrong."""
    yield {**entry, "unknown": 1}
    for key in entry:
        yield {name: value for name, value in entry.items() if name != key}
        for wrong in WRONG:
            yield {**entry, key: wrong}


def test_the_schema_is_a_json_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CATALOGUE)))
def test_every_file_has_the_shape_of_the_schema(path):
    library(kind_of(path)).validate(yaml.safe_load(path.read_bytes()))


def test_the_schema_uses_only_keywords_that_the_reader_knows_and_the_type_comes_first():
    shapes = [*shapes_within(SCHEMA["$defs"])]
    assert len(shapes) > len(SCHEMA["$defs"])
    for shape in shapes:
        assert shape.keys() <= VALUE_KEYWORDS.keys() | STRUCTURE
        assert next(iter(shape)) in ("type", "enum")


@pytest.mark.parametrize("kind", sorted(SCHEMA["$defs"]["files"]))
def test_the_reader_refuses_what_the_library_refuses_and_nothing_else(kind):
    validator, reader = library(kind), Shapes(SCHEMA)
    content = yaml.safe_load(next(path for path in FILES if kind_of(path) == kind).read_bytes())
    trials = [content, *WRONG]
    if isinstance(content, list):
        fullest = max(content, key=len)
        trials += [[entry] for entry in spoilt(fullest)]
    else:
        trials += spoilt(content)
        for key, inner in content.items():
            if isinstance(inner, list) and isinstance(inner[0], dict):
                trials += [{**copy.deepcopy(content), key: [entry]} for entry in spoilt(inner[0])]
    refused = [reader.fault(kind, trial) is not None for trial in trials]
    assert refused == [not validator.is_valid(trial) for trial in trials]
    assert set(refused) == {True, False}


def test_the_words_that_stand_in_the_code_too_are_those_of_the_catalogue():
    assert SCHEMA["$defs"]["control"]["properties"]["priority"]["enum"] == list(PRIORITIES)
    classes = read_all(CATALOGUE).files["device_classes"]["classes"]
    assert {one["id"] for one in classes if one["is_device"]} == set(DEVICE_CLASSES)
    known = SCHEMA["$defs"]["device_class"]["properties"]["platforms"]["items"]["enum"]
    assert set(PLATFORMS) <= set(known)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_class_that_a_row_is_for_can_be_on_its_platform_and_its_control_applies_to_one(platform):
    classes = read_all(CATALOGUE).files["device_classes"]["classes"]
    possible = {one["id"] for one in classes if platform in one.get("platforms", ())}
    for row in rows_of_all_roles(ROOT, platform):
        named = set(row.fields.get("when", {}).get("class", possible))
        assert named <= possible, row.id
        assert named & set(row.control.applies_to), row.id
