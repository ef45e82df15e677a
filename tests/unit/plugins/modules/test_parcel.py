# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import re
import sys
import traceback

import pytest

from ansible_collections.commune.baseline.plugins.modules.linux_policy import make_importable, unwrap
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.linux import wrap

ADDER = """from parcelled.deep.one import ONE

def add(number):
    return number + ONE
"""


@pytest.fixture(name="sources", params=[False, True], ids=["at once", "lazily"])
def fixture_sources(monkeypatch, request):
    """A package that lies on no disk, importable for one test."""
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    make_importable(
        {
            "parcelled.deep.adder": ADDER,
            "parcelled.deep.one": "ONE = 1\n",
        },
        lazily=request.param,
    )
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "parcelled"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    "content", [None, [], {"vi": "Giá trị", "en": [1, 2.5, True, "'\"\\{{ x }}\n"]}, "x" * 100_000]
)
def test_a_parcel_gives_back_what_went_in(content):
    parcel = wrap(content)
    assert unwrap(parcel) == content
    assert re.fullmatch("[A-Za-z0-9+/=]+", parcel)


@pytest.mark.parametrize("parcel", ["", "no parcel", "{}", wrap([1])[:-5]])
def test_what_is_no_parcel_is_refused(parcel):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the decoders say
        unwrap(parcel)


def test_modules_are_imported_from_their_sources(sources):
    assert importlib.import_module("parcelled.deep.adder").add(2) == 3


def test_a_traceback_shows_the_line_of_the_source(sources):
    with pytest.raises(TypeError) as caught:
        importlib.import_module("parcelled.deep.adder").add("two")
    assert "return number + ONE" in "".join(traceback.format_exception(caught.value))


def test_a_module_that_was_not_sent_is_missing(sources):
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("parcelled.deep.other")
