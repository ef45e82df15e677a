# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left of the disks, and what the office holds in its hands; asked of programs that know nothing of us."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

LETTERS = "Danh sach can bo"
EPHEMERAL = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
EVIDENCE = EPHEMERAL / "site/evidence"


def succeeds(*words):
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def ask_register(question):
    with closing(sqlite3.connect(EPHEMERAL / "site/register.db")) as connection:
        return connection.execute(question).fetchall()


@pytest.fixture(name="disks")
def fixture_disks(host):
    lab = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"]) / "build/lab" / os.environ["LAB_NAME"]
    disks = sorted((lab / "hosts" / host.backend.get_hostname() / "media").iterdir())
    assert [disk.name for disk in disks] == ["disk-1", "disk-2"]
    return disks


@pytest.fixture(name="certificates")
def fixture_certificates():
    """The certificate of the wiped disks, and that of the destroyed one."""
    wiped, destroyed = sorted(EVIDENCE.glob("runs/*.json"))
    return wiped, destroyed


def test_nothing_is_left_on_the_disks(disks):
    for disk in disks:
        assert succeeds("grep", "--quiet", "--text", LETTERS, EPHEMERAL / disk.name)  # what was plugged in
        assert not succeeds("grep", "--quiet", "--text", LETTERS, disk)
        assert succeeds("cmp", f"--bytes={disk.stat().st_size}", disk, "/dev/zero")


def test_the_host_itself_reads_nothing_but_zeros(host, disks):
    devices = [
        subprocess.check_output(["losetup", "--noheadings", "--output=NAME", "--associated", disk], text=True).strip()
        for disk in disks
    ]
    for device in devices:
        # All of it, line by line, and each line once.
        seen = host.check_output("sudo od --address-radix=n --format=x1 --output-duplicates %s | sort --unique", device)
        assert seen.split() == ["00"] * 16


def test_the_device_is_sanitised_and_its_media_are_certified(certificates):
    assert ask_register("SELECT name, state FROM devices") == [("old-server", "sanitised")]
    wiped, destroyed = [f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in certificates]
    told = ask_register(
        "SELECT method, done_by, verified_by, document, detail FROM sanitisations WHERE result = 'done'"
    )
    assert told == [
        *[("overwrite", "binh", "dung", "12/QĐ-UBND", wiped)] * 2,
        ("shred", "binh", "giang, hoa", "12/QĐ-UBND", destroyed),
    ]


def test_openssl_finds_the_certificates_signed(certificates, tmp_path):
    (key,) = EVIDENCE.glob("keys/public-*.pem")
    for certificate, bundle in zip(certificates, sorted(EVIDENCE.glob("bundles/*.bundle")), strict=True):
        line, signature = bundle.read_bytes().splitlines()
        assert hashlib.sha256(certificate.read_bytes()).hexdigest().encode() in line
        signed, forged, by = tmp_path / "signed", tmp_path / "forged", tmp_path / "by"
        signed.write_bytes(line)
        forged.write_bytes(line + b" ")
        by.write_bytes(base64.b64decode(signature))
        check = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-sigfile", by, "-in"]
        assert succeeds(*check, signed)
        assert not succeeds(*check, forged)


def test_the_certificates_name_people_media_and_method(certificates):
    wiped, destroyed = [json.loads(path.read_text("utf-8")) for path in certificates]
    for told in (wiped, destroyed):
        assert [one["name"] for one in told["approved_by"]] == ["Cán bộ Châu", "Cán bộ Dũng"]
    assert (wiped["wiped_by"]["name"], wiped["verified_by"]["name"]) == ("Cán bộ Bình", "Cán bộ Dũng")
    assert [(one["method"], one["technique"]) for one in wiped["media"]] == [("Clear", "overwrite")] * 2
    assert [one["name"] for one in destroyed["witnesses"]] == ["Cán bộ Giang", "Cán bộ Hòa"]
    assert [(one["serial"], one["method"]) for one in destroyed["media"]] == [("DEAD-DISK", "Destroy")]


def test_each_certificate_has_a_page_to_print_and_sign(certificates):
    for path in certificates:
        (page,) = [one.read_text("utf-8") for one in EVIDENCE.glob(f"reports/{path.stem}.html")]
        assert hashlib.sha256(path.read_bytes()).hexdigest() in page
        assert all(name in page for name in ("Cán bộ Châu", "Cán bộ Dũng", "Cán bộ Bình"))
