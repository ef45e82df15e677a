# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `make docs` writes is fresh."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from tests.docs.coverage import PAGE, page

CATALOGUE = Path(__file__).parents[2] / "catalogue"


def test_the_page_of_the_coverage_fits_the_catalogue_and_the_rows():
    is_fresh = PAGE.read_text("utf-8") == page()
    assert is_fresh, "docs/coverage.md does not fit catalogue/ and roles/: run make docs"


def test_no_control_no_clause_of_one_and_no_gap_is_left_out():
    text = PAGE.read_text("utf-8")
    told = set(re.findall(r"^(?:#### |- )([A-Z]{2,3}-\d\d): |^(?:- |\| )(00\d:\S+) \(", text, re.MULTILINE))
    names = {name for pair in told for name in pair if name}
    controls = [one for path in (CATALOGUE / "controls").glob("*.yml") for one in yaml.safe_load(path.read_bytes())]
    gaps = yaml.safe_load((CATALOGUE / "gaps.yml").read_bytes())
    expected = {one["id"] for one in (*controls, *gaps)}
    expected |= {source["code"] for control in controls for source in control["sources"]}
    assert expected - names == set()


def test_the_numbers_of_every_class_and_domain_add_up_to_their_parts():
    by_class_and_domain = PAGE.read_text("utf-8").split("### Theo văn bản")[0]
    lines = re.findall(r"\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", by_class_and_domain, re.MULTILINE)
    assert len(lines) > len(list((CATALOGUE / "controls").glob("*.yml")))
    for parts, *states in lines:
        assert int(parts) == sum(map(int, states)) > 0
