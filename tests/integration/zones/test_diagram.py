# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The diagrams as Graphviz draws them, read by the XML parser of Python."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._diagram import files
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.document import ZoneError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Port
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model
from tests.integration.zones.site import SITE, TODAY

HOSTILE = "<b>&amp;\"]; x -> \\N\u202e</b><script>\x07'"
PLACES = (("pc-01", "lan", "Phòng 201"), (HOSTILE, "lan", HOSTILE), ("máy in Đông", "camera_iot", None))
DEVICES = [
    {"name": name, "class": "workstation", "zone": zone, "location": place, "state": "in_service"}
    for name, zone, place in PLACES
]


@pytest.fixture(name="model", scope="module")
def fixture_model():
    return read_model(SITE)


def draw(folder, model, devices=DEVICES, *, dry_run=False, title=": UBND xã"):
    return list(
        files.draw(
            model, devices, files.Wanted(folder, folder / "inventory", title, 8, TODAY), dry_run=dry_run
        ).values()
    )


def tree(path):
    return ET.parse(path).getroot()  # noqa: S314 - drawn here


def texts(path):
    return " ".join("".join(one.itertext()) for one in tree(path).iter("{http://www.w3.org/2000/svg}text"))


def test_both_are_drawn_once_and_again_only_if_something_changed(tmp_path, model):
    folder = tmp_path / "diagrams"
    assert draw(folder, model, dry_run=True) == [True, True]
    assert not folder.exists()
    assert draw(folder, model) == [True, True]
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert sorted(path.name for path in before) == ["logical.svg", "physical.svg"]
    assert draw(folder, model, DEVICES[::-1]) == [False, False]
    moved = [{**DEVICES[0], "location": "Phòng 202"}, *DEVICES[1:]]
    assert draw(folder, model, moved) == [False, True]
    assert (folder / "physical.svg").read_bytes() != before[folder / "physical.svg"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_zones_services_and_devices_can_be_read_in_vietnamese(tmp_path, model):
    draw(tmp_path, model)
    shown = texts(tmp_path / "logical.svg").replace("\N{NO-BREAK SPACE}", "")
    for word in ("Vùng mạng nội bộ (lan)", "VLAN 10: 10.20.10.0/24", "máy in Đông", "Sơ đồ mạng logic: UBND xã"):
        assert word in shown
    assert "syslog" in shown


def test_hostile_names_are_text_and_nothing_else(tmp_path, model):
    gear = model._replace(ports=(Port(HOSTILE, HOSTILE, "lan", HOSTILE),))
    draw(tmp_path, gear, title=HOSTILE)
    for path in tmp_path.iterdir():
        root = tree(path)
        assert not [one for one in root.iter() if one.tag.endswith(("script", "}b"))]
        assert "<script>" in texts(path)


def test_a_drawing_fits_a_sheet_of_a4(tmp_path, model):
    draw(tmp_path, model)
    for path in tmp_path.iterdir():
        size = [float(tree(path).get(side).removesuffix("pt")) for side in ("width", "height")]
        assert size[0] <= 842
        assert size[1] <= 595


def test_without_graphviz_one_sentence_says_what_is_missing_and_nothing_is_written(tmp_path, model, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ZoneError, match="install Debian's graphviz"):
        draw(tmp_path / "diagrams", model)
    assert not (tmp_path / "diagrams").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path, model):
    (tmp_path / "file").write_text("")
    with pytest.raises(ZoneError, match=r"file.*cannot be written"):
        draw(tmp_path / "file", model)
