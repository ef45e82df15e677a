# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bundle is anchored alone where that is enough, and the whole folder where it is not; judged by the verifier."""

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import anchoring, chain, storing
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.signer import Signer
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import Store


@pytest.fixture(name="signer")
def fixture_signer(tmp_path):
    store = Store(tmp_path / "evidence")
    store.prepare()
    return Signer(store)


def sign(signer, *names):
    for name in names:
        signer.keep(f"{name}.json", {"kind": "sanitisation", "name": name}, alone=True)


def anchor_last(register, signer):
    with register.write("officer") as writer:
        return storing.store_last(writer, signer.store.folder, signer.last)


def faults(register, signer):
    with register.read() as reader:
        return anchoring.faults_of(chain.links_in(signer.store.folder), storing.anchors_in(reader))


def test_each_bundle_is_anchored_whether_or_not_the_one_before_was(register, signer):
    for names in (("first",), ("second",), ("third", "fourth"), ("fifth",)):
        sign(signer, *names)
        assert faults(register, signer) != []
        assert anchor_last(register, signer) == []
        assert faults(register, signer) == []
    with register.read() as reader:
        anchors = storing.anchors_in(reader)
    assert [one.number for one in anchors] == [1, 2, 3, 4, 5]
    assert len({one.chain for one in anchors}) == 1


def test_a_bundle_in_the_place_of_an_anchored_one_is_told_and_not_anchored(register, signer):
    for name in ("first", "second"):
        sign(signer, name)
        anchor_last(register, signer)
    (signer.store.folder / "bundles/00000002.bundle").unlink()
    again = Signer(signer.store)
    sign(again, "another")
    (told,) = anchor_last(register, again)
    assert told.startswith("bundles/00000002.bundle is not the one that the register is anchored to")
    with register.read() as reader:
        assert len(storing.anchors_in(reader)) == 2


def test_a_bundle_that_was_changed_is_told_and_not_anchored(register, signer):
    sign(signer, "first")
    anchor_last(register, signer)
    sign(signer, "second")
    path = signer.store.folder / "bundles/00000002.bundle"
    path.write_bytes(path.read_bytes().replace(b"second", b"secind"))
    (told,) = anchor_last(register, signer)
    assert "its signature does not fit; nothing of it was stored" in told
    with register.read() as reader:
        assert len(storing.anchors_in(reader)) == 1
