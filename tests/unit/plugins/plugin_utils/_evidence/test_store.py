# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import pwd
import stat
from pathlib import Path

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import EvidenceError, Store


@pytest.fixture(name="store")
def fixture_store(tmp_path):
    store = Store(tmp_path / "site/evidence")
    store.prepare()
    return store


def refused(action):
    with pytest.raises(EvidenceError) as caught:
        action()
    return str(caught.value)


def test_a_file_is_written_whole_for_its_owner_alone(store):
    path = store.write("runs", "1.json", b"{}")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"{}", 0o600)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("failing", ["fsync", "fchmod", "rename"])
def test_a_disk_that_is_full_leaves_the_old_file_and_no_half_of_the_new_one(store, monkeypatch, failing):
    path = store.write("runs", "1.json", b"old")

    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    if failing == "rename":
        monkeypatch.setattr(Path, "replace", full)
    else:
        monkeypatch.setattr(os, failing, full)
    said = refused(lambda: store.write("runs", "1.json", b"new"))
    assert said == f"evidence cannot be stored in {path}: No space left on device"
    assert (path.read_bytes(), list(path.parent.iterdir())) == (b"old", [path])


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(store, tmp_path):
    (tmp_path / "other").write_bytes(b"mine")
    (store.folder / "reports/latest.html").symlink_to(tmp_path / "other")
    path = store.write("reports", "latest.html", b"report")
    assert (path.is_symlink(), path.read_bytes(), (tmp_path / "other").read_bytes()) == (False, b"report", b"mine")


@pytest.mark.parametrize("part", ["", "runs", "reports"])
def test_a_folder_that_others_may_read_is_refused_and_left_as_it_is(store, part):
    (store.folder / part).chmod(0o750)
    said = refused(store.prepare)
    assert f"{store.folder / part}: others may read it (mode 0750); chmod 0700" in said
    assert stat.S_IMODE((store.folder / part).stat().st_mode) == 0o750


def test_a_folder_that_belongs_to_another_is_refused_whoever_runs(store, monkeypatch):
    owner = pwd.getpwuid(os.geteuid()).pw_name
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_000)
    assert refused(store.prepare) == (
        f"evidence cannot be stored in {store.folder}: it belongs to {owner}; "
        "run as that login, or choose another folder"
    )


def test_a_folder_that_is_there_already_is_used(store):
    store.write("runs", "1.json", b"{}")
    store.prepare()
    assert [path.name for path in (store.folder / "runs").iterdir()] == ["1.json"]


@pytest.mark.parametrize("name", ["x" * 300, "file/evidence"])
def test_a_folder_that_cannot_be_made_is_named(tmp_path, name):
    (tmp_path / "file").touch()
    assert refused(Store(tmp_path / name).prepare).startswith(f"evidence cannot be stored in {tmp_path / name}: ")
