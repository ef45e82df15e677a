# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A folder of evidence of four runs, tampered with by the means that anybody has: files, openssl and base64."""

from __future__ import annotations

import base64
import shutil
import subprocess

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.signer import Signer
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import EvidenceError, Store
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.verification import public_key_of, verify


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    folder = tmp_path / "evidence"
    runs_in(folder, "abcd")
    return folder


def runs_in(folder, names):
    store = Store(folder)
    store.prepare()
    for name in names:
        Signer(store).keep(f"{name}.json", {"run": name, "state": "fail"})


def bundle(number):
    return f"bundles/{number:08d}.bundle"


def faults(folder, last=None, key="public-00000001.pem"):
    return list(verify(folder, public_key_of(folder / "keys" / key), last).faults)


def sum_of(path):
    return subprocess.check_output(["sha256sum", path], text=True).split()[0]


def swap(one, other):
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def test_evidence_that_nobody_touched_has_no_fault_and_its_last_digest_is_that_of_sha256sum(folder):
    verdict = verify(folder, public_key_of(folder / "keys/public-00000001.pem"))
    assert (verdict.bundles, verdict.last, verdict.faults) == (4, sum_of(folder / bundle(4)), [])


def test_a_record_that_was_edited_is_named(folder):
    record = folder / "runs/b.json"
    record.write_bytes(record.read_bytes().replace(b"fail", b"pass"))
    assert faults(folder) == ["runs/b.json was changed: it is not what bundle 2 tells of"]


def test_a_record_that_was_put_in_the_place_of_another_is_named(folder):
    shutil.copy(folder / "runs/a.json", folder / "runs/d.json")
    assert faults(folder) == ["runs/d.json was changed: it is not what bundle 4 tells of"]


def test_a_record_that_was_removed_or_added_is_named(folder):
    (folder / "runs/b.json").rename(folder / "runs/x.json")
    assert faults(folder) == [
        "runs/b.json is missing: bundle 2 tells of it",
        "runs/x.json: no signed bundle tells of it: it was added, its run was broken off, or its bundle is lost",
    ]


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_record_and_its_bundle_that_were_made_to_fit_again_are_named(folder, number):
    record, changed = folder / f"runs/{'abcd'[number - 1]}.json", folder / bundle(number)
    old = sum_of(record)
    record.write_bytes(record.read_bytes().replace(b"fail", b"pass"))
    changed.write_bytes(changed.read_bytes().replace(old.encode(), sum_of(record).encode()))
    found = faults(folder)
    assert found[0] == f"{bundle(number)} was changed: its signature does not fit"
    assert [one.split(":")[0] for one in found[1:]] == [f"runs/{record.name}"]


def test_no_byte_of_a_bundle_can_be_changed_unseen_not_even_of_the_last(folder):
    last = folder / bundle(4)
    content = last.read_bytes()
    for place in range(len(content)):
        last.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert [one for one in faults(folder) if one.startswith(f"{bundle(4)} was changed: ")], place


@pytest.mark.parametrize(("gone", "told"), [((1,), f"{bundle(1)} is missing"), ((3,), f"{bundle(3)} is missing")])
def test_a_bundle_that_was_removed_with_its_record_is_named(folder, gone, told):
    for number in gone:
        (folder / bundle(number)).unlink()
        (folder / f"runs/{'abcd'[number - 1]}.json").unlink()
    assert faults(folder) == [told]


def test_a_name_far_away_tells_of_one_gap(folder):
    shutil.copy(folder / bundle(4), folder / bundle(99999999))
    old = "bundles were swapped, or an old one was put there again"
    assert faults(folder) == [
        "bundles/00000005.bundle to 99999998.bundle are missing",
        f"{bundle(99999999)} holds bundle 4: {old}",
    ]


def test_bundles_that_changed_places_are_named(folder):
    swap(folder / bundle(2), folder / bundle(3))
    old = "bundles were swapped, or an old one was put there again"
    assert faults(folder) == [f"{bundle(2)} holds bundle 3: {old}", f"{bundle(3)} holds bundle 2: {old}"]


def test_an_old_bundle_that_is_played_again_as_the_newest_is_named(folder):
    shutil.copy(folder / bundle(2), folder / bundle(5))
    old = "bundles were swapped, or an old one was put there again"
    assert faults(folder) == [f"{bundle(5)} holds bundle 2: {old}"]


def test_a_bundle_of_another_history_of_the_same_key_is_named(folder, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    for number in (3, 4):
        (other / bundle(number)).unlink()
        (other / f"runs/{'abcd'[number - 1]}.json").unlink()
    runs_in(other, "x")
    shutil.copy(other / bundle(3), folder / bundle(3))
    shutil.copy(other / "runs/x.json", folder / "runs")
    (folder / "runs/c.json").unlink()
    assert faults(folder) == [f"{bundle(4)} does not follow the {bundle(3)} that is here: one of the two was exchanged"]


def test_a_bundle_that_openssl_signed_with_another_key_is_named(folder, tmp_path):
    key, line, signature = tmp_path / "key.pem", tmp_path / "line", tmp_path / "signature"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
    raw = subprocess.check_output(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"])[-32:].hex()
    old = (folder / bundle(4)).read_bytes().splitlines()[0]
    (start, rest) = old.split(b'"key":"')
    line.write_bytes(start + b'"key":"' + raw.encode() + rest[64:])
    command = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", line, "-out", signature]
    subprocess.run(command, check=True)
    (folder / bundle(4)).write_bytes(line.read_bytes() + b"\n" + base64.b64encode(signature.read_bytes()) + b"\n")
    assert faults(folder) == [f"{bundle(4)} is signed by another key than {bundle(3)} asks for"]


def test_a_whole_folder_of_another_key_is_refused(folder, tmp_path):
    runs_in(tmp_path / "forged", "abcd")
    shutil.copytree(tmp_path / "forged/bundles", folder / "bundles", dirs_exist_ok=True)
    shutil.copytree(tmp_path / "forged/runs", folder / "runs", dirs_exist_ok=True)
    assert faults(folder) == ["no bundle here is signed by the public key that was given"]


def test_a_file_that_is_no_bundle_is_named_and_one_that_was_never_finished_is_not(folder):
    (folder / "bundles/.00000005.bundle.ab12").touch()
    (folder / "bundles/5.bundle").touch()
    (folder / bundle(5)).write_bytes(b"[]\n\n")
    assert faults(folder) == [
        "bundles/5.bundle: no bundle has such a name",
        f"{bundle(5)} was changed: it is no bundle",
    ]


def test_a_tail_that_was_cut_off_is_seen_only_with_a_digest_that_was_kept_and_that_is_said(folder):
    (kept, older) = (sum_of(folder / bundle(number)) for number in (4, 3))
    (folder / bundle(4)).unlink()
    (folder / "runs/d.json").unlink()
    assert faults(folder) == []
    assert faults(folder, kept) == [
        f"no bundle has the digest {kept}: bundles were cut off the end, or it was exchanged"
    ]
    key = public_key_of(folder / "keys/public-00000001.pem")
    unseen = verify(folder, key).unseen
    assert "cut off at the end cannot be seen from the folder alone" in unseen
    assert unseen.endswith(f"keep the digest of the last one elsewhere and give it next time; it is {older} now")
    assert verify(folder, key, older).unseen is None
    assert "cut off after bundle 2 " in verify(folder, key, sum_of(folder / bundle(2))).unseen


@pytest.mark.parametrize("key", ["public-00000001.pem", "public-00000006.pem"])
def test_any_public_key_of_a_chain_proves_what_all_its_keys_signed(folder, key):
    Signer(Store(folder)).rotate()
    runs_in(folder, "ef")
    assert faults(folder, key=key) == []
    (folder / "runs/a.json").write_bytes(b"{}")
    (folder / "runs/f.json").write_bytes(b"{}")
    assert [one.split()[0] for one in faults(folder, key=key)] == ["runs/a.json", "runs/f.json"]


def test_a_run_that_was_signed_late_is_told_and_no_fault(folder):
    (folder / "runs/broken-off.json").write_bytes(b"{}")
    runs_in(folder, "e")
    verdict = verify(folder, public_key_of(folder / "keys/public-00000001.pem"))
    assert (verdict.faults, verdict.late) == ([], ["broken-off.json"])


def test_a_folder_or_a_key_that_is_none_is_named(folder, tmp_path):
    with pytest.raises(EvidenceError, match=f"{tmp_path} is no folder of evidence: it has no folder bundles"):
        verify(tmp_path, "")
    with pytest.raises(EvidenceError, match=r"private\.pem holds no public key of Ed25519 in PEM"):
        public_key_of(folder / "keys/private.pem")
