# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A site goes into a backup and comes out of it, by the real ansible-playbook; what is in it is read by gpg and tar."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.integration.register.conftest import ROOT, _sqlite
from tests.integration.register.site import WORDS, new_site


@pytest.fixture(name="site")
def fixture_site(place, tmp_path):
    return new_site(place, tmp_path)


def gpg(home: Path, *arguments: str, given: bytes) -> bytes:
    home.mkdir(mode=0o700, exist_ok=True)
    options = ["--batch", "--no-autostart", "--homedir", home, "--pinentry-mode", "loopback", "--passphrase", WORDS]
    return subprocess.run(["gpg", *options, *arguments], input=given, check=True, capture_output=True).stdout


def unpack(path: Path, folder: Path) -> list[str]:
    """Open a backup without the project, as somebody would who has the passphrase alone."""
    out = folder / "out"
    out.mkdir(parents=True)
    opened = gpg(folder / "gnupg", "--decrypt", given=path.read_bytes())
    subprocess.run(["tar", "--extract", "--directory", out], input=opened, check=True)
    return sorted(str(found.relative_to(out)) for found in out.rglob("*") if found.is_file())


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_gpg_and_tar_alone_open_a_backup_with_the_register_of_that_moment(site, tmp_path):
    keys = tmp_path / "ssh"
    keys.mkdir()
    (keys / "id").write_text("another key")
    path = site.backup(also=[str(keys)])
    assert path.stat().st_mode & 0o777 == 0o600
    files = unpack(path, tmp_path / "by_hand")
    assert files == [
        "also/ssh/id",
        "manifest.json",
        "register.db",
        "site/group_vars/all/vault.yml",
        "site/hosts.yml",
        "site/keys/signing.pem",
    ]
    assert "SN-1" in _sqlite(str(tmp_path / "by_hand/out/register.db"), "SELECT serial FROM devices")
    assert b"SN-1" not in path.read_bytes()


def test_what_comes_out_is_what_went_in(site, tmp_path):
    keys = tmp_path / "ssh"
    keys.mkdir()
    (keys / "id").write_text("another key")
    path = site.backup(also=[str(keys)])
    new = tmp_path / "new/office"
    where = {} if "://" not in site.place else {"register": str(new.parent / "here.db")}
    result = site.run("controller_restore", path=str(path), folder=str(new), **where)
    assert result["site"] == "site", result
    assert result["also"] == {str(keys): str(new.parent / "office.also/ssh")}
    assert (new.parent / "office.also/ssh/id").read_text() == "another key"
    assert (new / "keys/signing.pem").read_text() == "a key"
    assert (new / "keys/signing.pem").stat().st_mode & 0o777 == 0o600
    assert new.stat().st_mode & 0o777 == 0o700
    stored = where.get("register", str(new / "register.db"))
    assert Path(stored).stat().st_mode & 0o777 == 0o600
    assert "pc-01" in _sqlite(stored, "SELECT name FROM devices")
    assert left(new.parent) == sorted(["office", "office.also", *(["here.db"] if where else [])])


def test_a_register_goes_to_a_server_where_none_is_yet(site, tmp_path, server):
    database = server.new_database()
    path = site.backup()
    options = {"path": str(path), "register": database}
    assert "folder" in site.run("controller_restore", folder=str(tmp_path / "one"), **options)
    assert "pc-01" in server.sql(database.partition("?")[0].rpartition("/")[2], "SELECT name FROM devices")
    again = site.run("controller_restore", folder=str(tmp_path / "two"), **options)
    assert again["failed"]
    assert "holds a register already" in again["msg"]
    assert not (tmp_path / "two").exists()


def test_check_mode_writes_nothing(site, tmp_path):
    assert site.run("controller_backup", "--check", to=str(site.to))["changed"]
    assert left(site.to) == []
    path = site.backup()
    looked_at = site.run("controller_restore", "--check", path=str(path), folder=str(tmp_path / "new"))
    assert (looked_at["changed"], looked_at["site"]) == (True, "site")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("seed", range(6))
def test_a_backup_that_was_changed_or_cut_is_refused_and_leaves_nothing(site, tmp_path, seed):
    (site.folder / "much").write_bytes(os.urandom(1 << 20))  # changed within it, the archive is still one to tar
    path = site.backup()
    content = bytearray(path.read_bytes())
    number = random.Random(seed)  # noqa: S311 - no secret
    if seed % 2:
        del content[number.randrange(1, len(content)) :]
    else:
        content[number.randrange(len(content))] ^= 1 << number.randrange(8)
    path.write_bytes(content)
    (tmp_path / "new").mkdir()
    result = site.run("controller_restore", path=str(path), folder=str(tmp_path / "new/site"))
    assert result["failed"]
    assert str(path) in result["msg"]
    assert left(tmp_path / "new") == []


def test_another_passphrase_opens_nothing(site, tmp_path):
    path = site.backup()
    options = {"path": str(path), "folder": str(tmp_path / "new"), "passphrase": "an altogether other one"}
    assert "the passphrase is another one" in site.run("controller_restore", **options)["msg"]
    assert not (tmp_path / "new").exists()


def test_the_passphrase_shows_nowhere(site, tmp_path):
    """Neither in what is printed at the loudest, nor in the list of processes, nor in any environment."""
    seen = set()
    started = subprocess.Popen(
        site.command("controller_backup", "-vvvv", to=str(site.to)),
        cwd=ROOT,
        env={**site.environment(), "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    gpg = 0
    while started.poll() is None and not time.sleep(0.005):
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes()
                gpg += b"--symmetric" in words
                seen.add(words + (process / "environ").read_bytes() if b"gpg" in words else words)
            except OSError:
                continue
    printed = started.stdout.read().decode()
    assert gpg
    assert left(site.to)
    assert WORDS not in printed
    assert not [words for words in seen if WORDS.encode() in words]


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_backup_is_whole_or_not_there(site, seed):
    (site.folder / "much").write_bytes(os.urandom(8 << 20))
    started = subprocess.Popen(
        site.command("controller_backup", to=str(site.to)),
        cwd=ROOT,
        env=site.environment(),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    while started.poll() is None and not left(site.to):
        time.sleep(0.005)
    time.sleep(random.Random(seed).uniform(0, 0.5))  # noqa: S311 - no secret
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()
    for path in site.to.glob("site-*"):
        assert site.run("controller_restore", "--check", path=str(path), folder=str(site.to / "new"))["changed"]


def test_a_full_disk_is_told_and_leaves_nothing(site):
    (site.folder / "much").write_bytes(os.urandom(4 << 20))
    command = site.command("controller_backup", to=str(site.to))
    small = 2 << 20
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=site.environment(),
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (small, small)),
    )
    assert b"the disk is full or faulty" in done.stdout
    assert left(site.to) == []


def test_what_cannot_be_backed_up_or_laid_out_is_told_before_anything_is_written(site, tmp_path):
    def refused(**options):
        result = site.run("controller_backup", **{"to": str(site.to), **options})
        assert result["failed"]
        assert left(site.to) == []
        return result["msg"]

    assert "must have 12 or more" in refused(**{"passphrase": "short"})
    assert "must be one line" in refused(**{"passphrase": "two lines\nof a passphrase"})
    assert "must lie outside" in refused(to=str(site.folder / "group_vars"))
    assert f"{tmp_path / 'none'} is no folder" in refused(to=str(tmp_path / "none"))
    assert f"{tmp_path / 'none'} does not exist" in refused(also=[str(tmp_path / "none")])
    assert "two of what goes along are named usb" in refused(also=[str(site.to), str(site.to)])
    (site.folder / "out").symlink_to("/etc/passwd")
    assert f"{site.folder / 'out'} cannot be part of a backup" in refused()
    (site.folder / "out").unlink()
    os.mkfifo(site.folder / "pipe")
    assert f"{site.folder / 'pipe'} cannot be part of a backup" in refused()


def test_a_site_is_never_laid_out_over_another(site, tmp_path):
    path = site.backup()
    result = site.run("controller_restore", path=str(path), folder=str(site.folder))
    assert f"{site.folder} is not empty" in result["msg"]
    assert (site.folder / "hosts.yml").exists()


def test_a_register_of_a_newer_schema_is_refused_and_nothing_is_left(site, tmp_path, foreign_sql):
    path = site.backup()
    unpack(path, tmp_path / "by_hand")
    out = tmp_path / "by_hand/out"
    _sqlite(str(out / "register.db"), "UPDATE migrations SET version = 99")
    packed = subprocess.run(["tar", "--create", "--directory", out, *left(out)], capture_output=True, check=True).stdout
    path.write_bytes(gpg(tmp_path / "by_hand/gnupg", "--s2k-count", "65536", "--symmetric", given=packed))
    where = {"register": str(tmp_path / "r.db")} if "://" in site.place else {}
    result = site.run("controller_restore", path=str(path), folder=str(tmp_path / "new"), **where)
    assert result["failed"]
    assert "99" in result["msg"]
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "r.db").exists()
