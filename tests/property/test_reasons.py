# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every text that a device may send as a reason."""

from __future__ import annotations

import re
import string
from pathlib import Path

import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import in_vietnamese

TEXTS = yaml.safe_load((Path(__file__).parents[2] / "catalogue" / "reasons.yml").read_text("utf-8"))
PAIRS = [(one["en"], one["vi"]) for section in TEXTS.values() for one in section]
WORDS = sorted({words for english, _vi in PAIRS for words in re.split(r"\{\w+\}", english)})
# Sentences taken to pieces and put together again, with whatever may come between.
SCRAPS = st.lists(st.one_of(st.sampled_from([*WORDS, "; ", "\n", "\r\n", "{error}"]), st.text(max_size=9))).map("".join)
THINGS = st.text(st.characters(exclude_categories=[]), max_size=12)


def names_in(template: str) -> list[str]:
    return [name for _words, name, _format, _conversion in string.Formatter().parse(template) if name is not None]


@st.composite
def filled_in(draw):
    """Return a sentence in both languages around things that hold none of its words and no end of a sentence."""
    english, vietnamese = draw(st.sampled_from(PAIRS))
    words = [one for one in re.split(r"\{\w+\}", english) if one]
    values = {name: draw(THINGS) for name in names_in(english)}
    assume(not any(set(thing) & set(";\r\n") for thing in values.values()))
    assume(not any(one in thing for one in words for thing in values.values()))
    return english.format(**values), vietnamese.format(**values)


@given(st.one_of(SCRAPS, st.text()))
def test_no_text_is_too_odd(text):
    assert isinstance(in_vietnamese(text), str)


@given(SCRAPS)
def test_no_line_is_lost(text):
    assert in_vietnamese(text).count("\n") == text.count("\n")


@given(filled_in())
def test_what_is_filled_in_survives_to_the_byte(filled):
    said, told = filled
    assert in_vietnamese(said) == told


@given(filled_in())
def test_what_is_vietnamese_already_stays(filled):
    _said, told = filled
    assert in_vietnamese(told) == told
