# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.anchoring import (
    Anchor,
    chain_of,
    faults_of,
    other_chains,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.bundle import Bundle, Statement
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.chain import Link


def links(*digests):
    return [Link(number, digest, None) for number, digest in enumerate(digests, start=1)]


def anchors(*digests, chain="a"):
    return [Anchor(chain, number, digest) for number, digest in enumerate(digests, start=1)]


@pytest.mark.parametrize(
    ("here", "kept", "faults"),
    [
        ("abc", "abc", []),
        ("ab", "abc", ["the register is anchored to bundle 3, which is not here"]),
        ("abX", "abc", ["bundles/00000003.bundle is not the one that the register is anchored to"]),
        ("Xbc", "abc", ["bundles/00000001.bundle is not the one that the register is anchored to"]),
        ("", "abc", ["the register is anchored to 3 bundles, and none is here"]),
        ("", "", []),
    ],
)
def test_bundles_and_anchors_are_compared_one_by_one(here, kept, faults):
    assert faults_of(links(*here), anchors(*kept)) == faults


@pytest.mark.parametrize(("here", "kept", "number"), [("abc", "ab", 3), ("ab", "", 1)])
def test_a_bundle_without_an_anchor_is_named(here, kept, number):
    faults = faults_of(links(*here), anchors(*kept))
    assert faults[0].startswith(f"bundles/{number:08d}.bundle has no anchor in the register")


def test_new_keys_need_no_anchor_of_their_own():
    keys = Statement(2, "a", "2026-11-25T08:46:26+07:00", "k", {}, {}, next_key="l")
    here = [*links("a"), Link(2, "b", Bundle(keys, is_signed=True))]
    assert faults_of(here, anchors("a")) == []
    assert faults_of(here, anchors("a", "x")) != []


@pytest.mark.parametrize("told", [{"records": {"x.json": "d"}}, {"found": {"x.json": "d"}}])
def test_new_keys_that_tell_of_records_need_an_anchor(told):
    keys = Statement(2, "a", "2026-11-25T08:46:26+07:00", "k", {}, {}, next_key="l")._replace(**told)
    (fault,) = faults_of([*links("a"), Link(2, "b", Bundle(keys, is_signed=True))], anchors("a"))
    assert fault.startswith("bundles/00000002.bundle has no anchor in the register")


def test_anchors_of_other_folders_are_left_alone_and_counted():
    both = [*anchors("x", "y", "z", chain="x"), *anchors("a", "b")]
    assert faults_of(links("a", "b"), both) == []
    assert other_chains(links("a", "b"), both) == 3
    assert chain_of(links("new"), both) == "new"
