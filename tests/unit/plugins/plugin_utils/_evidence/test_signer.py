# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chain of bundles, judged by programs that have nothing to do with it: openssl, sha256sum and base64."""

from __future__ import annotations

import json
import stat
import subprocess

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.signer import Signer
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import EvidenceError, Store


@pytest.fixture(name="store")
def fixture_store(tmp_path):
    store = Store(tmp_path / "evidence")
    store.prepare()
    return store


def a_run(store, name):
    """Leave a record and its bundle, as a run does."""
    Signer(store).keep(f"{name}.json", {"run": name})
    return max((store.folder / "bundles").iterdir())


def statement(path):
    return json.loads(path.read_bytes().splitlines()[0])


def sum_of(path):
    return subprocess.check_output(["sha256sum", path], text=True).split()[0]


def openssl_accepts(bundle, public_key, folder):
    """Tell whether openssl finds that a public key fits the signature in a bundle."""
    line, signature = bundle.read_bytes().splitlines()
    (folder / "line").write_bytes(line)
    (folder / "signature").write_bytes(subprocess.check_output(["base64", "--decode"], input=signature))
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", public_key]
    command += ["-in", folder / "line", "-sigfile", folder / "signature"]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    assert done.returncode == 0 or "Signature Verification Failure" in done.stdout
    return done.returncode == 0


def test_openssl_accepts_the_signature_of_a_bundle_and_refuses_it_once_a_letter_is_changed(store, tmp_path):
    bundle = a_run(store, "a")
    (public_key,) = (store.folder / "keys").glob("public-*.pem")
    assert openssl_accepts(bundle, public_key, tmp_path)
    bundle.write_bytes(bundle.read_bytes().replace(b"a.json", b"b.json"))
    assert not openssl_accepts(bundle, public_key, tmp_path)


def test_a_bundle_names_the_digests_of_its_record_and_of_the_bundle_before_it(store):
    first, second = a_run(store, "a"), a_run(store, "b")
    assert (first.name, statement(first)["previous"]) == ("00000001.bundle", None)
    assert (statement(second)["number"], statement(second)["previous"]) == (2, sum_of(first))
    assert statement(second)["records"] == {"b.json": sum_of(store.folder / "runs/b.json")}


def test_a_record_that_an_interrupted_run_left_is_named_by_the_next_bundle_as_found(store):
    a_run(store, "a")
    store.write("runs", "broken-off.json", b"{}")
    assert statement(a_run(store, "b"))["found"] == {"broken-off.json": sum_of(store.folder / "runs/broken-off.json")}
    assert statement(a_run(store, "c"))["found"] == {}


def test_a_signer_goes_on_behind_what_another_of_this_run_has_signed_meanwhile(store):
    """As the process that shows the results does, behind the task that certified a wipe."""
    signer = Signer(store)
    signer.keep("a.json", {"run": "a"})
    a_run(store, "b")
    signer.keep("c.json", {"run": "c"})
    third, fourth = (store.folder / "bundles" / f"0000000{number}.bundle" for number in (2, 3))
    assert statement(fourth)["previous"] == sum_of(third)
    assert [*statement(third)["records"], *statement(fourth)["records"]] == ["b.json", "c.json"]
    assert statement(fourth)["found"] == {}
    assert signer.last == 3


def test_many_records_of_one_signer_are_one_chain_and_what_lay_there_is_found_once(store):
    signer = Signer(store)
    signer.keep("0.json", {"run": 0})
    store.write("runs", "broken-off.json", b"{}")
    for number in range(1, 5):
        signer.keep(f"{number}.json", {"run": number})
    told = [statement(path) for path in sorted((store.folder / "bundles").iterdir())]
    assert [one["number"] for one in told] == [1, 2, 3, 4, 5]
    assert [[*one["found"]] for one in told] == [[], ["broken-off.json"], [], [], []]


def test_only_the_owner_can_read_the_keys_and_they_are_made_once(store):
    a_run(store, "a")
    keys = store.folder / "keys"
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    a_run(store, "b")
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == before
    assert before.keys() == {"private.pem", "public-00000001.pem"}
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()} == {0o600}


def test_new_keys_are_signed_by_the_old_ones_and_the_old_public_key_stays(store, tmp_path):
    first = a_run(store, "a")
    old, new = store.folder / "keys/public-00000001.pem", Signer(store).rotate()
    rotation, last = store.folder / "bundles/00000002.bundle", a_run(store, "b")
    assert new.name == "public-00000003.pem"
    assert [openssl_accepts(one, old, tmp_path) for one in (first, rotation, last)] == [True, True, False]
    assert [openssl_accepts(one, new, tmp_path) for one in (first, rotation, last)] == [False, False, True]
    raw = subprocess.check_output(["openssl", "pkey", "-pubin", "-in", new, "-outform", "DER"])[-32:]
    assert statement(rotation)["next_key"] == statement(last)["key"] == raw.hex()
    assert {path.name for path in (store.folder / "keys").iterdir()} == {"private.pem", old.name, new.name}


@pytest.mark.parametrize("failing", ["bundles", "private.pem"])
def test_a_rotation_that_breaks_off_is_done_whole_or_not_at_all(store, tmp_path, monkeypatch, failing):
    a_run(store, "a")
    write, signer = store.write, Signer(store)

    def no_bundle(kind, name, content):
        if kind == failing:
            raise EvidenceError("full")
        return write(kind, name, content)

    def no_rename(kind, name, new_name):
        raise EvidenceError("full")

    with monkeypatch.context() as broken:
        broken.setattr(store, "write", no_bundle)
        broken.setattr(store, "rename", no_rename)
        with pytest.raises(EvidenceError, match="full"):
            signer.rotate()
    bundle = a_run(store, "b")
    (key,) = (one for one in (store.folder / "keys").glob("public-*.pem") if openssl_accepts(bundle, one, tmp_path))
    assert key.name == {"bundles": "public-00000001.pem", "private.pem": "public-00000003.pem"}[failing]


def test_a_chain_whose_private_key_is_gone_or_another_is_not_signed_on(store):
    a_run(store, "a")
    key = store.folder / "keys/private.pem"
    key.unlink()
    with pytest.raises(EvidenceError, match=r"private\.pem is missing or not the key that the last bundle asks for"):
        Signer(store)
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
    with pytest.raises(EvidenceError, match=r"private\.pem is missing or not the key that the last bundle asks for"):
        Signer(store)


@pytest.mark.parametrize("content", [b"", b"no key", b"RSA"])
def test_a_private_key_that_is_none_of_ed25519_is_named(store, content):
    key = store.folder / "keys/private.pem"
    key.write_bytes(content)
    if content == b"RSA":
        subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-out", key], check=True)
    with pytest.raises(EvidenceError, match=r"private\.pem holds no private key of Ed25519 in PEM"):
        Signer(store)


def test_a_last_bundle_that_was_destroyed_does_not_end_the_chain(store):
    a_run(store, "a")
    destroyed = a_run(store, "b")
    destroyed.write_bytes(b"\xff")
    assert statement(a_run(store, "c"))["previous"] == sum_of(destroyed)
