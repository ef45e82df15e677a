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


@pytest.fixture(name="certificate")
def fixture_certificate():
    (path,) = EVIDENCE.glob("runs/*.json")
    return path


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


def test_the_device_is_sanitised_and_its_media_are_certified(certificate):
    assert ask_register("SELECT name, state FROM devices") == [("old-server", "sanitised")]
    digest = hashlib.sha256(certificate.read_bytes()).hexdigest()
    told = ask_register("SELECT result, done_by, verified_by, document, detail FROM sanitisations")
    assert told == [("done", "binh", "dung", "12/QĐ-UBND", f"sha256 {digest}")] * 2


def test_openssl_finds_the_certificate_signed(certificate, tmp_path):
    (bundle,), (key,) = EVIDENCE.glob("bundles/*.bundle"), EVIDENCE.glob("keys/public-*.pem")
    line, signature = bundle.read_bytes().splitlines()
    assert hashlib.sha256(certificate.read_bytes()).hexdigest().encode() in line
    signed, forged, by = tmp_path / "signed", tmp_path / "forged", tmp_path / "by"
    signed.write_bytes(line)
    forged.write_bytes(line + b" ")
    by.write_bytes(base64.b64decode(signature))
    check = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-sigfile", by, "-in"]
    assert succeeds(*check, signed)
    assert not succeeds(*check, forged)


def test_the_certificate_names_people_media_and_method(certificate):
    told = json.loads(certificate.read_text("utf-8"))
    assert [one["name"] for one in told["approved_by"]] == ["Lê Minh Châu", "Phạm Quốc Dũng"]
    assert (told["wiped_by"]["name"], told["verified_by"]["name"]) == ("Trần Thị Bình", "Phạm Quốc Dũng")
    assert [(one["method"], one["technique"]) for one in told["media"]] == [("Clear", "overwrite")] * 2
