# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import CatalogueError
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue_files import read_all

REAL = Path(__file__).parents[4] / "catalogue"
LONGEST_QUOTE = 25  # words


@pytest.fixture(scope="module", name="everything")
def fixture_everything():
    return read_all(REAL)


def test_the_catalogue_holds_173_controls(everything):
    assert len(everything.controls) == 173


def test_every_unit_of_the_regulations_is_there_with_its_status(everything):
    assert len(everything.clauses) == 679
    assert Counter(clause["status"] for clause in everything.clauses.values()) == {
        "control": 330,
        "related": 98,
        "organisational": 161,
        "heading": 90,
    }


def test_what_leads_to_a_control_and_what_does_not(everything):
    leading = {code for code in everything.clauses if everything.leads_to(code)}
    assert len(leading) == 330 + 98
    assert everything.leads_to("001:19.1.c") == ["AC-08", "AC-09"]
    assert everything.leads_to("001:3.4") == ["GV-04"]


def test_duties_and_forms_are_found_by_their_control(everything):
    assert [one["id"] for one in everything.of_control("calendar", "AL-06")] == ["Q-03", "H-01"]
    assert [one["id"] for one in everything.of_control("forms", "AL-06")] == ["F-17"]


def test_no_quote_is_longer_than_25_words(everything):
    quotes = [source.quote for control in everything.controls.values() for source in control.sources]
    assert [quote for quote in quotes if len(quote.split()) > LONGEST_QUOTE] == []


def test_vietnamese_is_written_with_composed_letters():
    files = [path for path in REAL.rglob("*") if path.is_file()]
    assert [path for path in files if not unicodedata.is_normalized("NFC", path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("controls/AC.yml", "gaps: [GAP-12]", "gaps: [GAP-99]", "AC-03: gaps: 'GAP-99' is no gap of the catalogue"),
        (
            "controls/AC.yml",
            '- code: "003:6b.3"',
            '- code: "003:6z.3"',
            "AC-01: 003:6z.3: code: '003:6z.3' is no clause of the catalogue",
        ),
        (
            "controls/RM.yml",
            "[workstation,",
            "[worksation,",
            "RM-01: applies_to: 'worksation' is no device class of the catalogue",
        ),
        (
            "approvals.yml",
            "controls: [WL-05]",
            "controls: [WL-55]",
            "A-01: controls: 'WL-55' is no control of the catalogue",
        ),
        ("forms.yml", "id: F-02", "id: F-01", "F-01: stands twice"),
        ("forms.yml", "id: F-02", "id: G-02", "G-02: id: 'G-02' is not a text like ^F-[0-9]{2}$"),
        ("calendar.yml", "period_days: 1\n", "period_days: soon\n", "D-01: period_days: 'soon' is not a whole number"),
        ("calendar.yml", "period_days: 1\n", "period_days: 0\n", "D-01: period_days: 0 is not at least 1"),
        (
            "device_classes.yml",
            "class: printer",
            "class: print",
            "printer_scanner: class: 'print' is no device class of the catalogue",
        ),
        (
            "device_classes.yml",
            "is_device: true",
            "is_device: 'yes'",
            "classes: workstation: is_device: 'yes' is not true or false",
        ),
        ("zones.yml", "from: [lan]", "from: [lna]", "from: 'lna' is no zone of the catalogue"),
        ("incident.yml", "gaps: [GAP-25]", "gaps: [GAP-99]", "2c: gaps: 'GAP-99' is no gap of the catalogue"),
        (
            "risk.yml",
            "handling_clauses: [",
            'handling_clauses: ["001:99", ',
            "thap: handling_clauses: '001:99' is no clause of the catalogue",
        ),
        ("clauses/000.yml", "controls: [", "controls: [XX-01, ", "controls: 'XX-01' is no control of the catalogue"),
    ],
)
def test_a_fault_in_any_file_is_told_with_file_id_key_and_value(tmp_path, file, old, new, sentence):
    said = told(tmp_path, file, old, new)
    assert said.startswith(f"{tmp_path / 'catalogue' / file}: ")
    assert said.endswith(sentence)


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("clauses/001.yml", "status: control", "status: heading", "001:2.2: status is 'heading', but GV-04 quotes it"),
        (
            "clauses/001.yml",
            "status: organisational",
            "status: control",
            "001:1: status is 'control', but no control quotes it",
        ),
        (
            "clauses/001.yml",
            "status: organisational",
            "status: related",
            "001:1: status is 'related'; a clause that is related names controls, and no other does",
        ),
        ("domains.yml", "AC:", "AZ:", "domains.yml: AC needs a title there and a control in controls/AC.yml"),
        ("clauses/001.yml", 'code: "001:2"\n', 'code: "001:1"\n', "001:1: stands twice"),
        (
            "clauses/001.yml",
            'code: "001:1"\n',
            'code: "000:99"\n',
            "000:99: code does not begin with 001, the name of its file",
        ),
    ],
)
def test_files_that_do_not_agree_are_refused(tmp_path, file, old, new, sentence):
    assert told(tmp_path, file, old, new).endswith(sentence)


def told(tmp_path, file, old, new):
    """Return what is said of a catalogue in which one place is changed."""
    copy = tmp_path / "catalogue"
    shutil.copytree(REAL, copy)
    text = (copy / file).read_text("utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueError) as caught:
        read_all(copy)
    return str(caught.value)
